"""Names of model files are read alike wherever they are met."""

from pathlib import Path

import pytest

from service.export.slugs import slug
from service.normalize.rivals import merge
from service.parse.comfyui.nodes.guesses import guess_names
from service.records import Generation, Resource, Stated
from service.records.model_names import (
    ENDINGS,
    base_name,
    is_model_file,
    is_shared_model_file,
    stem,
)
from service.resources.merge import merge_resources
from service.scheduled_exports.loras import lora_tag


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_room_knows_every_ending(ending: str) -> None:
    name = f"styles/Ink_v1.5{ending}"
    ours = Generation("a1111", {"model": Stated("Ink_v1.5", "PNG:parameters")})
    theirs = Generation("comfyui", {"model": Stated(name, "PNG:prompt")})
    listed = (Resource("lora", name, "PNG:prompt"), Resource("lora", "ink_v1.5", "PNG:parameters"))
    loader = {"outputs": [{"type": "VAE"}], "widgets_values": [name]}
    assert (
        merge(ours, (theirs,)).conflicts,
        [resource.label for resource in merge_resources(listed)],
        slug(name),
        lora_tag(name, 1.0),
        guess_names(loader, text_comes_in=False),
    ) == ((), [name], "ink-v1-5", "<lora:Ink_v1.5:1>", {"vae_name": name})


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("dreamshaper_v1.5", "dreamshaper_v1.5"),  # its dot begins no ending
        ("dreamshaper_v1.5.safetensors", "dreamshaper_v1.5"),
        (r" SDXL\Mix.CKPT ", "Mix"),
        ("a/b/c.pt", "c"),
        ("x.fp16.gguf", "x.fp16"),
        ("x.safetensors.bin", "x.safetensors"),
        ("notes.txt", "notes.txt"),
        ("", ""),
    ],
)
def test_a_name_loses_its_folders_and_one_ending(name: str, base: str) -> None:
    assert (base_name(name), stem(name)) == (base, base.lower())


def test_a_model_file_is_told_by_its_ending_alone() -> None:
    names = ["a.SafeTensors", "b.sft", "v1.5", "c.png", "safetensors", "d.pt.json"]
    assert [name for name in names if is_model_file(name)] == ["a.SafeTensors", "b.sft"]


def test_a_compiled_engine_is_no_file_that_others_have() -> None:
    files = [Path(f"models/x{ending}") for ending in (*ENDINGS, ".ONNX", ".yaml", "")]
    assert [file.suffix for file in files if not is_shared_model_file(file)] == [
        ".engine",
        ".yaml",
        "",
    ]
