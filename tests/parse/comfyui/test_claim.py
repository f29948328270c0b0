"""Which files are ComfyUI's: their shape decides, never the place of a text alone."""

import json

import pytest

from service.parse.base import Claim
from service.parse.comfyui import PARSER
from service.parse.json_texts import parse_json
from service.records import Blob, Blobs
from service.records.json_values import JsonValue

API: JsonValue = {"1": {"class_type": "KSampler", "inputs": {}}}
UI: JsonValue = {"nodes": [{"id": 1, "type": "KSampler"}], "links": []}


def blobs(**texts: JsonValue) -> Blobs:
    return Blobs({role: (_blob(role, value),) for role, value in texts.items()})


def _blob(role: str, value: JsonValue) -> Blob:
    text = value if isinstance(value, str) else json.dumps(value)
    return Blob(text, f"PNG:{role}", parse_json(text))


@pytest.mark.parametrize(
    ("found", "claim"),
    [
        (blobs(prompt=API), Claim.MARKER),
        (blobs(workflow=UI), Claim.MARKER),
        (blobs(usercomment={"prompt": API, "workflow": UI}), Claim.MARKER),
        (blobs(comment={"prompt": json.dumps(API)}), Claim.MARKER),
        (blobs(prompt={**API, "extraMetadata": "{}"}), Claim.SHAPE),
        (blobs(prompt=API, smproj={}), Claim.SHAPE),
        (blobs(prompt=API, parameters={"sui_image_params": {}}), Claim.NO),
        (blobs(prompt="a photo of my cat"), Claim.NO),
        (blobs(prompt='{"1": {"class_type": "KSampler", "inp'), Claim.FALLBACK),
        (blobs(workflow={"nodes": [{"id": 1, "type": "invocation"}], "edges": []}), Claim.NO),
        (blobs(comment={"prompt": "a cat", "steps": 28}), Claim.NO),
        (Blobs({}), Claim.NO),
    ],
)
def test_a_graph_is_known_by_its_shape(found: Blobs, claim: Claim) -> None:
    assert PARSER.claim(found) == claim
