"""The model lines of several passes, most of which they share."""

from plain_graph import PLAIN, Nodes, changed, prompt_of, read

from service.records import Generation
from service.records.json_values import JsonValue


def lora(name: str, model: str) -> tuple[str, dict[str, JsonValue]]:
    return "LoraLoaderModelOnly", {
        "lora_name": f"{name}.safetensors",
        "strength_model": 0.5,
        "model": [model, 0],
    }


def upscaled(latent: str, model: str) -> Nodes:
    _, inputs = PLAIN["5"]
    links = {"latent_image": [latent, 0], "model": [model, 0]}
    return {f"u{latent}": ("KSampler", {**inputs, **links, "denoise": 0.5})}


def read_passes(nodes: Nodes, *lines: str) -> Generation:
    """Return what is read where each later pass takes its model from one of these nodes."""
    last = "5"
    for line in lines:
        nodes = {**nodes, **upscaled(last, line)}
        last = f"u{last}"
    return read(prompt_of(changed(nodes, n6={"samples": [last, 0]})))


def files(found: Generation) -> list[tuple[str, JsonValue]]:
    """Return each file and the pass that was the first to have it."""
    return [(one.label, one.extra.get("pass", 0)) for one in found.resources]


def models(found: Generation) -> list[object]:
    fields = [found.fields, *(one.fields for one in found.passes)]
    return [one["model"].value for one in fields]


LINE: Nodes = {**PLAIN, "a": lora("a", "1"), "b": lora("b", "a"), "c": lora("c", "b")}


def test_a_later_pass_that_adds_to_the_line_has_its_model_and_lists_what_it_adds() -> None:
    found = read_passes(changed(LINE, n5={"model": ["a", 0]}), "c", "c", "1")
    assert models(found) == ["heron.safetensors"] * 4
    assert files(found) == [
        ("heron.safetensors", 0),
        ("a.safetensors", 0),
        ("b.safetensors", 1),
        ("c.safetensors", 1),
    ]


def test_a_line_that_is_merged_of_two_is_read_whole_by_each_pass() -> None:
    other = ("CheckpointLoaderSimple", {"ckpt_name": "egret.safetensors"})
    merge = ("ModelMergeSimple", {"model1": ["b", 0], "model2": ["o", 0], "ratio": 0.5})
    nodes = {**LINE, "o": other, "m": merge}
    found = read_passes(changed(nodes, n5={"model": ["a", 0]}), "m", "o", "m")
    assert models(found) == [f"{name}.safetensors" for name in ("heron", "heron", "egret", "heron")]
    assert files(found) == [
        ("heron.safetensors", 0),
        ("a.safetensors", 0),
        ("egret.safetensors", 1),
        ("b.safetensors", 1),
    ]


def test_a_line_that_runs_in_a_ring_ends() -> None:
    nodes = changed(LINE, na={"model": ["c", 0]}, n5={"model": ["c", 0]})
    assert files(read_passes(nodes, "b")) == [
        ("a.safetensors", 0),
        ("b.safetensors", 0),
        ("c.safetensors", 0),
    ]
