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
    hash_form,
    is_model_file,
    is_shared_model_file,
    name_norm,
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


@pytest.mark.parametrize(
    "name",
    [
        "Sub\\Paper Birds_v2.1.safetensors",
        "paper birds_v2.1",
        " sub/dir/PAPER  BIRDS_v2.1.CKPT",
        "Paper Birds_v2.1.gguf ",
    ],
)
def test_one_model_is_one_name_whatever_folder_ending_and_case(name: str) -> None:
    assert name_norm(name) == "paper birds_v2.1"


@pytest.mark.parametrize(
    ("name", "norm"),
    [
        ("birds_v2", "birds_v2"),
        ("birds_v2.5", "birds_v2.5"),  # another version is another model
        ("urn:air:SDXL:checkpoint:huggingface:Some/Model@main", None),
        ("civitai:12@34", None),
        ("ÄPFEL.pt", "äpfel"),
        ("folder/", "folder/"),
    ],
)
def test_versions_and_airs_stay_whole(name: str, norm: str | None) -> None:
    assert name_norm(name) == (norm or name.casefold())


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("0xAB12CD34", "ab12cd34"),
        ("AB12CD34EF", "ab12cd34ef"),
        ("sha256:AB12CD34", "ab12cd34"),
        ("BLAKE3:AB12CD34", "blake3:ab12cd34"),
        ("Not-A-Hash", "Not-A-Hash"),
        ("TA_ID", "TA_ID"),
    ],
)
def test_a_hash_has_one_form_and_what_is_none_stays(written: str, form: str) -> None:
    assert hash_form(written) == form


@pytest.mark.parametrize("name", ["birds_canny [0a1b2c3d]", "cn\\Birds_Canny.pth [0A1B2C3D4E]"])
def test_a_hash_behind_a_name_is_no_part_of_it(name: str) -> None:
    assert name_norm(name) == "birds_canny"


def test_words_in_brackets_are_part_of_a_name() -> None:
    assert name_norm("Birds [pruned]") == "birds [pruned]"
