"""Whatever the keys of generators hold, every parser answers, and its answer can be stored."""

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from growth import LINEAR, growth
from hypothesis import given, settings
from hypothesis import strategies as st

from service import parse
from service.normalize import normalize
from service.parse.infotext.layout import read_layout as read_infotext
from service.parse.json_texts import parse_json
from service.records import Blob, Blobs
from service.records.json_values import JsonValue
from service.resources import collect_resources
from service.tokens.cut import split_prompt

CASES = sorted(Path(__file__).parent.parent.joinpath("fixtures").glob("*/*/blobs.json"))

ROLES = (
    "parameters usercomment prompt workflow generation_data description comment dream "
    "sd-metadata invokeai_metadata "
    "creatortool software artist source title fooocus_scheme parameters-json smproj alpha "
    "cbor:actions "
    "cbor:claim_generator_info"
).split()

KEYS = (
    "prompt negativePrompt negative_prompt c uc v2 lora loras models baseModel modelFileName "
    "weight hash type "
    "resources modelVersionId strength extra airs extraMetadata transformations upscaleWidth "
    "num_inference_steps "
    "guidance_scale resolution use_upscaler new_resolution Model seed steps scale sampler "
    "size first_stage_size "
    "width height action digitalSourceType softwareAgent description name class_type inputs "
    "1 2 sui_image_params "
    "Comment cfg_scale model base_model Seed image app_version Prompt vae"
).split()

WORDS = (
    "urn:air:sdxl:lora:civitai:1@2",
    "urn:air:",
    "trainedAlgorithmicMedia",
    "Draw Things",
    "NovelAI",
    "KSampler",
    "1024 x 1024",
    "-1",
    "a mill --v 6 --no x Job ID: 0a1b2c3d-0001-4002-8003-0a1b2c3d4e5f",
    '{"prompt": {"a": 1}}',
    "\0",
    "\ud800",
    "",
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([2**64 - 1, 10**400, -1])
    | st.sampled_from(WORDS)
    | st.text(max_size=20)
)
values: st.SearchStrategy[JsonValue] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=12)
    ),
    max_leaves=30,
)
objects = st.dictionaries(st.sampled_from(KEYS), values, max_size=14)


def blobs_of(texts: Mapping[str, JsonValue]) -> Blobs:
    made: dict[str, tuple[Blob, ...]] = {}
    for role, value in texts.items():
        text = value if isinstance(value, str) else json.dumps(value)
        data = value if role.startswith("cbor:") else parse_json(text)
        made[role] = (Blob(text, f"PNG:{role}", data),)
    return Blobs(made)


@settings(max_examples=120)
@given(st.dictionaries(st.sampled_from(ROLES), objects | values, max_size=4))
def test_any_json_in_any_role_is_answered(texts: dict[str, JsonValue]) -> None:
    answer(blobs_of(texts))


def answer(blobs: Blobs) -> None:
    """Read the texts to the end and make sure that UTF-8 and JSON can hold what comes of them."""
    reading = parse.read_blobs(blobs)
    if reading is None:
        return
    image = normalize(
        reading.generation, blobs, tuple(generation for _, generation in reading.rivals)
    )
    tokens = (
        *split_prompt(image.base.positive_prompt or "", "pos"),
        *split_prompt(image.base.negative_prompt or "", "neg"),
    )
    for row in (*image.facts, *collect_resources(image, tokens)):
        json.dumps(repr(row)).encode("utf-8")
    for fact in image.facts:
        (fact.key + fact.value + fact.source).encode("utf-8")


@settings(max_examples=150)
@given(
    st.sampled_from(CASES),
    st.randoms(use_true_random=False),
    st.lists(scalars, min_size=1, max_size=4),
)
def test_a_record_with_some_values_replaced_is_answered(
    case: Path, random: Random, spoilt: list[JsonValue]
) -> None:
    stated = json.loads(case.read_text(encoding="utf-8"))
    texts: dict[str, JsonValue] = {
        role: text if isinstance(text, str) else text["text"] for role, text in stated.items()
    }
    role = random.choice(sorted(texts))
    data = parse_json(str(texts[role]))
    for value in spoilt:
        data = with_one_replaced(data, value, random)
    answer(blobs_of({**texts, role: data if isinstance(data, dict | list) else str(data)}))


def with_one_replaced(data: JsonValue, value: JsonValue, random: Random) -> JsonValue:
    """Return the JSON with one of its values, at any depth, replaced; a text may be cut short."""
    if isinstance(data, dict) and data and random.random() < 0.9:
        key = random.choice(sorted(data))
        return {**data, key: with_one_replaced(data[key], value, random)}
    if isinstance(data, list) and data and random.random() < 0.9:
        at = random.randrange(len(data))
        return [*data[:at], with_one_replaced(data[at], value, random), *data[at + 1 :]]
    return data[: len(data) // 2] if isinstance(data, str) and random.random() < 0.3 else value


OVERRIDDEN = {
    "class_type": "EmptyLatentImagePresets",
    "inputs": {"resolution": "1024x1024", "width_override": "auto"},
}
SAMPLER = {"class_type": "KSampler", "inputs": {"latent_image": ["1", 0], "steps": 20, "seed": 1}}

ONCE_RAISED: dict[str, dict[str, JsonValue]] = {
    "a segment whose tag is broken": {
        "parameters": '{"sui_image_params": {"prompt": "a <segment:face,0.<5> b"}}'
    },
    "a label without a value": {"sidecar": "\nStable Diffusion model:"},
    "a size that is overridden by a word": {"prompt": {"1": OVERRIDDEN, "2": SAMPLER}},
}


@pytest.mark.parametrize("name", ONCE_RAISED)
def test_what_once_raised_is_answered(name: str) -> None:
    answer(blobs_of(ONCE_RAISED[name]))


ROW = "<td class='key'>a</td><td class='value'>"
SLOW: dict[str, tuple[str, str, str, int]] = {
    "a page of blanks": ("sidecar", f'class="image-container"{ROW}', " ", 10**6),
    "a page of rows without end": ("sidecar", 'class="image-container"', f"{ROW}b", 50_000),
    "settings of broken lists": ("parameters", "a\nSteps: 20, Seed: 1, ", "a: [[, ", 150_000),
}
"""A hostile text of about a megabyte: its role, its beginning, what is repeated, how often."""


@pytest.mark.parametrize("name", SLOW)
def test_a_hostile_text_of_a_megabyte_costs_no_more_a_letter_than_a_short_one(name: str) -> None:
    role, begin, unit, times = SLOW[name]

    def answer_anew(blobs: Blobs) -> None:
        read_infotext.cache_clear()
        answer(blobs)

    assert growth(lambda size: blobs_of({role: begin + unit * size}), answer_anew, times) < LINEAR
