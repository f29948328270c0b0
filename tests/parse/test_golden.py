"""Every folder of tests/fixtures/GENERATOR/CASE holds texts and what becomes of them.

It never changes for a format.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pytest
from pydantic import JsonValue

from service import parse
from service.normalize import normalize
from service.parse.base import Parser
from service.parse.blobs import parse_json
from service.records import Blob, Blobs, NormalizedImage, Resource, Token
from service.resources import collect_resources
from service.tokens import split_prompt

CASES = sorted(Path(__file__).parent.parent.joinpath("fixtures").glob("*/*/blobs.json"))


@pytest.mark.parametrize(
    "case", [path.parent for path in CASES], ids=lambda case: f"{case.parent.name}/{case.name}"
)
def test_case(case: Path, *, update_golden: bool) -> None:
    blobs = blobs_of(json.loads((case / "blobs.json").read_text(encoding="utf-8")))
    reading = parse.read_blobs(blobs)
    assert reading is not None
    assert reading.parser.name == case.parent.name
    image = normalize(
        reading.generation, blobs, tuple(generation for _, generation in reading.rivals)
    )
    tokens = (
        *split_prompt(image.base.positive_prompt or "", "pos"),
        *split_prompt(image.base.negative_prompt or "", "neg"),
    )
    got = json.loads(json.dumps(told(image, tokens, collect_resources(image, tokens))))
    expected = case / "expected.json"
    if update_golden:
        expected.write_text(
            json.dumps(got, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n"
        )
    assert got == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("parser", parse.PARSERS, ids=lambda parser: parser.name)
def test_every_parser_has_a_case(parser: Parser) -> None:
    assert parser.name in {case.parent.parent.name for case in CASES}


def blobs_of(roles: Mapping[str, str | Mapping[str, str]]) -> Blobs:
    texts: dict[str, tuple[Blob, ...]] = {}
    for role, stated in roles.items():
        text, source = (
            (stated, f"PNG:{role.capitalize()}") if isinstance(stated, str) else stated.values()
        )
        texts[role] = (Blob(text, source, parse_json(text)),)
    return Blobs(texts)


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
