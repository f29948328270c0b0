"""Every folder of tests/fixtures/GENERATOR/CASE holds texts and what becomes of them.

It never changes for a format.
"""

import json
from dataclasses import asdict

import pytest
from golden_cases import Case, find_cases

from service import parse
from service.normalize import normalize
from service.parse.base import Parser
from service.records import NormalizedImage, Resource, Token
from service.records.json_values import JsonValue
from service.resources import collect_resources
from service.tokens.cut import split_prompt

CASES = find_cases()

READ_IT = "{file} was written anew. Read it, as nothing else judges it; the next run compares"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, updated_golden: frozenset[str]) -> None:
    blobs = case.read_blobs()
    reading = parse.read_blobs(blobs)
    assert reading is not None
    assert reading.parser.name == case.generator
    image = normalize(
        reading.generation, blobs, tuple(generation for _, generation in reading.rivals)
    )
    tokens = (
        *split_prompt(image.base.positive_prompt or "", "pos"),
        *split_prompt(image.base.negative_prompt or "", "neg"),
    )
    got = json.loads(json.dumps(told(image, tokens, collect_resources(image, tokens))))
    if updated_golden & {case.generator, case.name}:
        write_anew(case, got)
    assert got == json.loads(case.expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("parser", parse.PARSERS, ids=lambda parser: parser.name)
def test_every_parser_has_a_case(parser: Parser) -> None:
    assert parser.name in {case.generator for case in CASES}


def write_anew(case: Case, got: JsonValue) -> None:
    """Write the answer of a case, and fail once where it is another one, so that it is read."""
    text = json.dumps(got, ensure_ascii=False, indent=1) + "\n"
    before = case.expected.read_text(encoding="utf-8") if case.expected.exists() else None
    if text != before:
        case.expected.write_text(text, encoding="utf-8", newline="\n")
        pytest.fail(READ_IT.format(file=case.expected), pytrace=False)


def told(
    image: NormalizedImage, tokens: tuple[Token, ...], resources: tuple[Resource, ...]
) -> dict[str, JsonValue]:
    """Return all that is known of the image, without what is empty."""
    known: dict[str, JsonValue] = {
        "generator": image.generator,
        "status": image.status,
        "passes": [_without_empty(asdict(sampled)) for sampled in image.passes],
        "vae": image.vae,
        "clip_skip": image.clip_skip,
        "upscaler": image.upscaler,
        "tokens": [[t.side, t.token, t.t_norm, t.weight, t.kind] for t in tokens],
        "resources": [_resource(resource) for resource in resources],
        "facts": [[fact.key, fact.value, fact.source] for fact in image.facts],
        "conflicts": [[c.field, c.a.value, c.b.value] for c in image.conflicts],
        "warnings": list(image.warnings),
    }
    return _without_empty(known)


def _resource(resource: Resource) -> dict[str, JsonValue]:
    known = {name: getattr(resource, name) for name in resource.__slots__ if name != "extra"}
    return _without_empty({**known, "extra": dict(resource.extra)})


def _without_empty(known: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {key: value for key, value in known.items() if value not in (None, [], {})}
