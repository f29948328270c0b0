from dataclasses import replace

import pytest
from growth import LINEAR, growth

from service.records import NormalizedImage, Resource, SamplingPass
from service.resources import collect_resources
from service.resources.collect import mark_embeddings
from service.resources.merge import merge_resources
from service.tokens.cut import split_prompt

S = "PNG:Parameters"
AIR = "urn:air:sdxl:lora:civitai:1@2"


def collected(
    prompt: str, *stated: Resource, generator: str = "a1111", negative: str = ""
) -> tuple[Resource, ...]:
    sampled = SamplingPass(positive_prompt=prompt, negative_prompt=negative)
    image = NormalizedImage("ok", generator, passes=(sampled,), resources=stated)
    return collect_resources(image, (*split_prompt(prompt, "pos"), *split_prompt(negative, "neg")))


def lora(label: str = "x", weight: float | None = None, **more: object) -> Resource:
    return Resource("lora", label, S, weight, **more)  # type: ignore[arg-type]


def tag(label: str, weight: float | None, clip: float | None = None, **more: object) -> Resource:
    return Resource("lora", label, "positive_prompt", weight, clip, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("prompt", "generator", "expected"),
    [
        ("<lora:x:0.8>", "a1111", tag("x", 0.8)),
        ("<lora:x>", "a1111", tag("x", 1.0, extra={"weight_implied": True})),
        ("<lora:sub/x y:.5>", "forge", tag("sub/x y", 0.5)),
        ("<lora:x:-1>", "a1111", tag("x", -1.0)),
        ("<lora:x:0>", "a1111", tag("x", 0.0, used=False)),
        ("<lyco:x:0.8>", "sdnext", tag("x", 0.8)),
        ("<lora:x:0.8:0.4>", "a1111", tag("x", 0.8, 0.8, extra={"unet": 0.4})),
        ("<lora:x:0:0.4>", "a1111", tag("x", 0.0, 0.0, extra={"unet": 0.4})),
        ("<lora:x:0.8:0.4>", "swarmui", tag("x", 0.8, 0.4)),
        ("<lora:x:te=0.8:unet=0.4>", "a1111", tag("x", 0.8, 0.8, extra={"unet": 0.4})),
        ("<lora:x:0.8:lbw=OUTALL>", "a1111", tag("x", 0.8)),
        ("<lora:x:0.8>", "comfyui", tag("x", 0.8, used=False)),
        (
            "<lora:air:sdxl:lora:civitai:1@2:0.8>",
            "civitai",
            tag(AIR[4:], 0.8, air=AIR, model_version_id=2),
        ),
        ("<lora:civitai:1@2:0.8>", "civitai", tag("civitai:1@2", 0.8, model_version_id=2)),
        ("<hypernet:x:0.5>", "a1111", Resource("hypernetwork", "x", "positive_prompt", 0.5)),
        ("(embedding:bad:1.2)", "comfyui", Resource("embedding", "bad", "positive_prompt", 1.2)),
    ],
)
def test_a_prompt_names_its_resources(prompt: str, generator: str, expected: Resource) -> None:
    assert collected(f"a, {prompt} b", generator=generator) == (expected,)


def test_an_embedding_word_is_plain_text_to_a1111() -> None:
    assert collected("embedding:bad") == ()


def test_a_tag_in_the_negative_prompt_loads_nothing() -> None:
    assert collected("a", negative="<lora:x:1>") == (
        Resource("lora", "x", "negative_prompt", 1.0, used=False),
    )


def test_tags_of_every_pass_are_read() -> None:
    passes = (
        SamplingPass(positive_prompt="a"),
        SamplingPass("detailer", positive_prompt="<lora:face:0.5>"),
    )
    image = NormalizedImage("ok", "a1111", passes=passes)
    face = replace(tag("face", 0.5), extra={"pass": "detailer"})
    assert collect_resources(image, ()) == (face,)


def test_a_lora_that_the_base_pass_calls_too_is_of_no_later_pass() -> None:
    passes = (
        SamplingPass(positive_prompt="<lora:face:0.5>"),
        SamplingPass("detailer", positive_prompt="<lora:face:0.5> <lora:eyes:1>"),
    )
    image = NormalizedImage("ok", "a1111", passes=passes)
    eyes = replace(tag("eyes", 1.0), extra={"pass": "detailer"})
    assert collect_resources(image, ()) == (tag("face", 0.5), eyes)


def test_a_tag_and_a_hash_of_one_name_are_one_lora() -> None:
    listed = lora("Oil", hash="0123456789ab", hash_kind="autov3")
    assert collected("<lora:styles/oil:0.7>", listed) == (
        lora("Oil", 0.7, hash="0123456789ab", hash_kind="autov3"),
    )


def test_a_lora_listed_without_hash_is_used_where_a_prompt_names_it() -> None:
    assert collected("<lora:a:0.5>", lora("a", used=False), lora("b", used=False)) == (
        lora("a", 0.5),
        lora("b", used=False),
    )


def test_a_comfyui_tag_that_the_graph_lists_is_used() -> None:
    assert collected(
        "<lora:x:0.8>", lora("x.safetensors", 0.8, clip_weight=1.0), generator="comfyui"
    ) == (lora("x.safetensors", 0.8, clip_weight=1.0),)


def test_an_embedding_has_the_weight_of_its_word() -> None:
    known = Resource("embedding", "easyNegative", S, hash="aa", hash_kind="unknown")
    assert collected("a", known, negative="(EasyNegative:1.3)") == (
        Resource("embedding", "easyNegative", S, 1.3, hash="aa", hash_kind="unknown"),
    )


AIR = "urn:air:sdxl:lora:civitai:1@2"


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        (
            (lora("modelVersionId:2", model_version_id=2), lora("named", 0.5, model_version_id=2)),
            (lora("named", 0.5, model_version_id=2),),
        ),
        (
            (Resource("resource_ref", AIR, S, 0.5, air=AIR), lora("named", model_version_id=2)),
            (lora("named", 0.5, model_version_id=2, air=AIR),),
        ),
        (
            (Resource("resource_ref", "civitai:1@2", S), Resource("resource_ref", AIR, S, air=AIR)),
            (lora("civitai:1@2", model_version_id=2, air=AIR),),
        ),
        (
            (
                lora("a", hash="0123456789", hash_kind="autov2"),
                lora("b", hash="0123456789" + "0" * 54, hash_kind="sha256"),
            ),
            (lora("a", hash="0123456789" + "0" * 54, hash_kind="sha256"),),
        ),
        (
            (lora("a/x.safetensors"), lora("b\\X", 0.5)),
            (lora("a/x.safetensors", 0.5),),
        ),
        (
            (lora("x", 0.5), lora("x", 0.7)),
            (lora("x", 0.5, extra={"other_weight": 0.7}),),
        ),
        (
            (lora("x", 0.5, used=False), lora("x", 0.7)),
            (lora("x", 0.7, extra={"other_weight": 0.5}),),
        ),
    ],
)
def test_entries_of_one_file_are_one(
    resources: tuple[Resource, ...], expected: tuple[Resource, ...]
) -> None:
    assert merge_resources(resources) == expected


@pytest.mark.parametrize(
    "resources",
    [
        (lora("x"), Resource("embedding", "x", S)),
        (lora("x", model_version_id=1), lora("x", model_version_id=2)),
        (
            lora("x", hash="0123456789", hash_kind="autov2"),
            lora("x", hash="9876543210", hash_kind="autov2"),
        ),
        (Resource("checkpoint", "x", S, model_version_id=1), lora("x", model_version_id=1)),
    ],
)
def test_different_files_stay_apart(resources: tuple[Resource, ...]) -> None:
    assert merge_resources(resources) == resources


def test_many_resources_are_merged_in_linear_time() -> None:
    def make(count: int) -> list[Resource]:
        """Return resources of which each model is named four times."""
        models = [number % (count // 4) for number in range(count)]
        return [lora(f"x{model}", 0.5, model_version_id=model + 1) for model in models]

    assert len(merge_resources(make(20_000))) == 5000
    assert growth(make, merge_resources, 20_000) < LINEAR


def test_a_tag_that_the_file_lists_as_an_embedding_is_one() -> None:
    tokens = split_prompt("hay, (Farm_Style:1.2), <lora:farm style:1>", "pos")
    listed = (Resource("embedding", "farm style.pt", S), Resource("embedding", "unused", S))
    assert [(one.token, one.weight, one.kind) for one in mark_embeddings(tokens, listed)] == [
        ("hay", 1.0, "tag"),
        ("Farm_Style", 1.2, "embedding"),
        ("farm style", 1.0, "lora"),
    ]
    assert mark_embeddings(tokens, ()) is tokens
