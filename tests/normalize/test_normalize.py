from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.normalize import normalize
from service.records import (
    Blobs,
    Conflict,
    Fact,
    Field,
    Generation,
    NormalizedImage,
    Resource,
    Sampling,
    SamplingPass,
    Scalar,
    Stated,
)


def stated(source: str = "PNG:Parameters", **values: Scalar) -> dict[Field, Stated]:
    return {name: Stated(value, source) for name, value in values.items()}  # type: ignore[misc]


def normalized(source: str = "PNG:Parameters", **values: Scalar) -> NormalizedImage:
    return normalize(Generation("a1111", stated(source, **values)), Blobs({}))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("steps", "20", 20),
        ("steps", 20.0, 20),
        ("steps", "20.0", 20),
        ("cfg_scale", "7", 7.0),
        ("cfg_scale", 1e-3, 0.001),
        ("seed", 2**64 - 1, "18446744073709551615"),
        ("seed", "18446744073709551615", "18446744073709551615"),
        ("seed", "007", "7"),
        ("seed", 12.0, "12"),
        ("seed", -1, None),
        ("denoise", "0.35", 0.35),
        ("denoise", 1, 1.0),
        ("width", "512", 512),
        ("sampler", "  ", None),
        ("positive_prompt", "", ""),
        ("model", "a\0b\ud800c", "abc"),
    ],
)
def test_a_value_takes_its_type(name: str, value: Scalar, expected: object) -> None:
    image = normalized(**{name: value})
    assert (getattr(image.base, name), image.warnings) == (expected, ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", "many"),
        ("steps", 2.5),
        ("steps", True),
        ("steps", 2**40),
        ("cfg_scale", "nan"),
        ("cfg_scale", float("inf")),
        ("cfg_scale", ""),
        ("seed", 2**64),
        ("seed", "-5"),
        ("seed", "1.5"),
        ("seed", 1e17),
        ("denoise", 7),
        ("width", 0),
        ("height", -512),
    ],
)
def test_an_unusable_value_is_nothing_and_a_warning(name: str, value: Scalar) -> None:
    image = normalized(**{name: value})
    assert (getattr(image.base, name), image.warnings) == (
        None,
        (f"{name}: {str(value)!r} is not usable",),
    )


@pytest.mark.parametrize(("value", "expected"), [(-2, 2), ("2", 2), (1, 1), (0, None)])
def test_clip_skip_counts_from_the_end(value: Scalar, expected: int | None) -> None:
    assert normalized(clip_skip=value).clip_skip == expected


def test_an_image_is_told_whole() -> None:
    generation = Generation(
        "forge",
        stated(steps="20", sampler="DPM++ 2M Karras", seed="5", vae="ae", upscaler="4x"),
        passes=(Sampling("hires", stated(denoise="0.4")),),
        facts=(Fact("RNG", "CPU", "PNG:Parameters"),),
    )
    s = "PNG:Parameters"
    assert normalize(generation, Blobs({}, width=640, height=480)) == NormalizedImage(
        status="ok",
        generator="forge",
        passes=(
            SamplingPass(
                steps=20,
                sampler="DPM++ 2M Karras",
                sampler_norm="dpmpp_2m",
                scheduler_norm="karras",
                seed="5",
            ),
            SamplingPass(role="hires", denoise=0.4),
        ),
        vae="ae",
        upscaler="4x",
        file_width=640,
        file_height=480,
        facts=(
            Fact("steps", "20", s),
            Fact("sampler", "DPM++ 2M Karras", s),
            Fact("sampler_norm", "dpmpp_2m", s),
            Fact("scheduler_norm", "karras", s),
            Fact("seed", "5", s),
            Fact("vae", "ae", s),
            Fact("upscaler", "4x", s),
            Fact("RNG", "CPU", s),
        ),
    )


def test_a_generation_that_says_nothing_is_partial_and_has_no_pass() -> None:
    image = normalize(Generation("midjourney", {}), Blobs({}))
    assert (image.status, image.passes, image.facts) == ("partial", (), ())


def test_what_is_unsettled_makes_it_partial_and_is_told() -> None:
    image = normalize(
        Generation("comfyui", stated(steps=20), unsettled=("The seed is not there.",)), Blobs({})
    )
    assert (image.status, image.warnings) == ("partial", ("The seed is not there.",))


def test_a_rival_fills_gaps_with_its_own_source_and_conflicts_are_kept() -> None:
    graph = Generation(
        "comfyui",
        stated("PNG:Prompt", steps=20, sampler="euler_ancestral", seed=7, model="a/x.safetensors"),
    )
    text = Generation(
        "a1111",
        stated("PNG:Parameters", steps="20", sampler="Euler a", seed="8", model="x", cfg_scale="5"),
    )
    image = normalize(graph, Blobs({}), (text,))
    assert image.conflicts == (
        Conflict("seed", Stated("7", "PNG:Prompt"), Stated("8", "PNG:Parameters")),
    )
    assert (image.generator, image.base.cfg_scale) == ("comfyui", 5.0)
    assert Fact("cfg_scale", "5", "PNG:Parameters") in image.facts


def test_a_decimal_comma_is_a_point_and_a_thousands_comma_is_none() -> None:
    image = normalize(
        Generation("a1111", stated("a", cfg_scale="7,5", guidance="1,024", denoise="0,35")),
        Blobs({}),
    )
    assert image.base == SamplingPass(cfg_scale=7.5, denoise=0.35)
    assert image.warnings == ("guidance: '1,024' is not usable",)


def test_a_denoise_beyond_its_bounds_gives_way_to_a_rivals() -> None:
    graph = Generation("comfyui", stated("a", denoise=1.5))
    text = Generation("a1111", stated("b", denoise="0.5"))
    image = normalize(graph, Blobs({}), (text,))
    assert (image.base, image.warnings) == (SamplingPass(denoise=0.5), ())
    assert image.conflicts == (Conflict("denoise", Stated("1.5", "a"), Stated("0.5", "b")),)


def test_a_number_that_is_none_gives_way_to_a_rivals() -> None:
    asked = Generation(
        "tensorart", stated("a", seed="-1", steps="x", width=0, cfg_scale=5, denoise="half")
    )
    graph = Generation(
        "comfyui", stated("b", seed=7, steps=20, width=512, cfg_scale=6, denoise="no")
    )
    image = normalize(asked, Blobs({}), (graph,))
    assert image.base == SamplingPass(seed="7", steps=20, width=512, cfg_scale=5.0)
    assert image.warnings == ("denoise: 'half' is not usable",)


def test_a_text_beside_the_file_with_another_seed_is_of_another_image_and_fills_nothing() -> None:
    ours = Generation("comfyui", stated("PNG:Prompt", seed=999, steps=20))
    beside = Generation(
        "a1111",
        stated("Sidecar:.txt", seed=4242, denoise=0.4),
        (Sampling("hires", stated("Sidecar:.txt", steps=9)),),
        (Resource("lora", "stale", "Sidecar:.txt"),),
    )
    image = normalize(ours, Blobs({}), (beside,))
    assert (image.base.denoise, len(image.passes), image.resources) == (None, 1, ())
    assert [(one.field, one.a.value, one.b.value) for one in image.conflicts] == [
        ("seed", "999", "4242")
    ]


def test_a_rivals_passes_are_taken_where_there_are_none() -> None:
    own, other = Sampling("hires", stated("s", steps=5)), Sampling("upscale", stated("r", steps=9))
    rival = Generation("comfyui", {}, passes=(other,))
    alone = normalize(Generation("civitai", stated("s", seed=1)), Blobs({}), (rival,))
    besides = normalize(
        Generation("civitai", stated("s", seed=1), passes=(own,)), Blobs({}), (rival,)
    )
    assert alone.passes == (SamplingPass(seed="1"), SamplingPass("upscale", steps=9))
    assert besides.passes == (SamplingPass(seed="1"), SamplingPass("hires", steps=5))


def test_a_fact_in_our_words_already_stands_once() -> None:
    facts = (Fact("seed", "1", "s"), Fact("seed", "-1", "other"))
    assert (
        normalize(Generation("tensorart", stated("s", seed=1), facts=facts), Blobs({})).facts
        == facts
    )


def test_a_schedule_was_read_where_it_is_stated() -> None:
    fields = {**stated("a", sampler="Euler Karras"), **stated("b", scheduler="Simple")}
    places = {
        fact.key: fact.source for fact in normalize(Generation("a1111", fields), Blobs({})).facts
    }
    assert places == {"sampler": "a", "sampler_norm": "a", "scheduler": "b", "scheduler_norm": "b"}


def test_a_hash_of_another_model_fills_no_gap() -> None:
    graph = Generation("comfyui", stated("PNG:Prompt", model="x"))
    other = Generation("a1111", stated(model="y", model_hash="aa"))
    same = Generation("a1111", stated(model="x.safetensors", model_hash="bb"))
    assert normalize(graph, Blobs({}), (other, same)).base.model_hash == "bb"


def test_a_rivals_resource_is_welcome_where_it_tells_more_of_ours_or_of_a_kind_we_lack() -> None:
    ours = Generation("comfyui", {}, resources=(Resource("checkpoint", "x", "PNG:Prompt"),))
    theirs = (
        Resource("checkpoint", "y", "PNG:Parameters"),
        Resource("checkpoint", "x.safetensors", "PNG:Parameters", hash="aa"),
        Resource("vae", "v", "PNG:Parameters"),
    )
    image = normalize(ours, Blobs({}), (Generation("a1111", {}, resources=theirs),))
    assert image.resources == (*ours.resources, *theirs[1:])


def test_a_resource_whose_name_cannot_be_stored_is_none() -> None:
    resources = (Resource("lora", "\ud800", "s"), Resource("lora", "a", "s"))
    assert (
        normalize(Generation("a1111", {}, resources=resources), Blobs({})).resources
        == resources[1:]
    )


def test_every_text_can_be_stored() -> None:
    bad, good = "a\0\ud83d", "a"
    resource = Resource("lora", bad, bad, hash=bad, air=bad, extra={bad: [bad]})
    generation = Generation(
        "a1111", {}, resources=(resource,), facts=(Fact(bad, bad, bad),), unsettled=(bad,)
    )
    image = normalize(generation, Blobs({}))
    assert (image.facts, image.warnings) == ((Fact(good, good, good),), (good,))
    assert image.resources == (
        Resource("lora", good, good, hash=good, air=good, extra={good: [good]}),
    )


SCALARS = st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.booleans())


@given(
    st.dictionaries(st.sampled_from(get_args(Field)), SCALARS),
    st.dictionaries(st.sampled_from(get_args(Field)), SCALARS),
)
def test_any_values_end_in_an_answer_that_can_be_stored(
    ours: dict[Field, Scalar], theirs: dict[Field, Scalar]
) -> None:
    rival = Generation("b", {name: Stated(value, "r") for name, value in theirs.items()})
    image = normalize(
        Generation("a", {name: Stated(value, "s") for name, value in ours.items()}),
        Blobs({}),
        (rival,),
    )
    told = repr(image.facts) + repr(image.conflicts) + "".join(fact.value for fact in image.facts)
    assert "\0" not in told
    told.encode()
