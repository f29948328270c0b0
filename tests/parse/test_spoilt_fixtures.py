"""One value of a record is spoilt.

Nothing raises, nothing impossible is told, and what the others say stays.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from service import parse
from service.normalize import normalize
from service.parse.json_texts import parse_json
from service.records import Blob, Blobs, NormalizedImage, Resource
from service.records.image_fields import PASS_FIELDS
from service.records.json_values import JsonValue
from service.resources import collect_resources
from service.tokens.cut import split_prompt

CASES = sorted(Path(__file__).parent.parent.joinpath("fixtures").glob("*/*/blobs.json"))
CASES = [path for path in CASES if path.parent.parent.name not in ("comfyui", "civitai", "c2pa")]
"""Graphs are spoilt by tests of their own; manifests state no settings."""

PASS_KEYS = [field.name for field in PASS_FIELDS if field.in_kv]

ALONG: Mapping[str, str] = {
    "model": "model_hash",
    "param": "model_hash",
    "request_type": "denoise",
    # Draw Things: the text's prompts count where these say the same in ASCII
    "c": "positive_prompt",
    "uc": "negative_prompt",
}
"""Key → the field that means nothing without it."""

SPOILT: tuple[JsonValue, ...] = (None, True, [], {}, -1, 10**40, "x", "\ud800")
CUTS = 12

Texts = Mapping[str, tuple[str, str]]
"""Role → text and source."""


def texts_of(case: Path) -> Texts:
    stated = json.loads(case.read_text(encoding="utf-8"))
    return {
        role: (text, f"PNG:{role}") if isinstance(text, str) else (text["text"], text["source"])
        for role, text in stated.items()
    }


def read(texts: Texts) -> tuple[str, NormalizedImage, tuple[Resource, ...]] | None:
    blobs = Blobs(
        {role: (Blob(text, source, parse_json(text)),) for role, (text, source) in texts.items()}
    )
    reading = parse.read_blobs(blobs)
    if reading is None:
        return None
    image = normalize(
        reading.generation, blobs, tuple(generation for _, generation in reading.rivals)
    )
    tokens = (
        *split_prompt(image.base.positive_prompt or "", "pos"),
        *split_prompt(image.base.negative_prompt or "", "neg"),
    )
    return reading.parser.name, image, collect_resources(image, tokens)


def leaves(data: JsonValue, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value that is no list or object."""
    inner = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    for key, value in inner:
        yield from leaves(value, (*path, key))
    if not isinstance(data, dict | list):
        yield path


def spoil(data: JsonValue, path: tuple[str | int, ...], value: JsonValue) -> JsonValue:
    """Return the JSON with one of its values replaced."""
    if not path:
        return value
    if isinstance(data, dict):
        return {**data, str(path[0]): spoil(data[str(path[0])], path[1:], value)}
    assert isinstance(data, list)
    at = int(path[0])
    return [*data[:at], spoil(data[at], path[1:], value), *data[at + 1 :]]


def assert_possible(image: NormalizedImage, resources: tuple[Resource, ...]) -> None:
    for sampled in image.passes:
        assert sampled.seed is None or (sampled.seed.isdecimal() and int(sampled.seed) < 2**64)
        assert sampled.width is None or sampled.width > 0
        assert sampled.height is None or sampled.height > 0
        assert sampled.steps is None or sampled.steps >= 0
        assert all(
            number is None or math.isfinite(number)
            for number in (sampled.cfg_scale, sampled.denoise)
        )
        words = (sampled.positive_prompt, sampled.sampler, sampled.scheduler, sampled.model)
        assert not any(
            word and re.match(r"\[|\{\s*\"", word) for word in words
        )  # JSON is nobody's words
    for resource in resources:
        assert resource.label.encode().strip()
        assert resource.weight is None or math.isfinite(resource.weight)
        assert resource.hash is None or re.fullmatch("(0x)?[0-9a-f]+", resource.hash)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.parent.parent.name}/{case.parent.name}"
)
def test_a_spoilt_value_harms_no_other(case: Path) -> None:
    texts = texts_of(case)
    whole = read(texts)
    assert whole is not None
    places = {fact.key: fact.source for fact in reversed(whole[1].facts)}
    for role, (text, source) in texts.items():
        data = parse_json(text)
        if not isinstance(data, dict) or role in ("prompt", "workflow", "invokeai_graph", "smproj"):
            continue
        for path in leaves(data):
            place = f"{source}#{'.'.join(map(str, path))}"
            for value in SPOILT:
                got = read({**texts, role: (json.dumps(spoil(data, path, value)), source)})
                if got is None:
                    continue
                assert_possible(*got[1:])
                if got[0] == whole[0]:
                    assert lost(whole[1], got[1], places, place) == [], (place, value)


def lost(
    whole: NormalizedImage, spoilt: NormalizedImage, places: Mapping[str, str], place: str
) -> list[str]:
    """Return the fields that changed though another place states them."""
    changed = [
        key
        for key in PASS_KEYS
        if getattr(whole.base, key) not in (None, getattr(spoilt.base, key))
    ]
    changed = [
        key for key in changed if key != ALONG.get(place.rpartition(".")[2].rpartition("#")[2])
    ]
    return [
        key
        for key in changed
        if not place.startswith(places[key]) and not places[key].startswith(place)
    ]


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.parent.parent.name}/{case.parent.name}"
)
def test_a_text_that_was_cut_tells_nothing_impossible(case: Path) -> None:
    texts = texts_of(case)
    for role, (text, source) in texts.items():
        for number in range(CUTS):
            got = read({**texts, role: (text[: len(text) * number // CUTS], source)})
            if got is not None:
                assert_possible(*got[1:])
