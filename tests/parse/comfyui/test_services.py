"""A node that asks a service for an image states a prompt, perhaps a seed and a model."""

import pytest
from plain_graph import Nodes, prompt_of, read, read_nodes, values

from service.records import Field, Scalar
from service.records.json_values import JsonValue

SAVED: Nodes = {"9": ("SaveImage", {"filename_prefix": "x", "images": ["1", 0]})}

ASKED: dict[str, tuple[Nodes, dict[Field, Scalar]]] = {
    "inputs that come with the choice of a model": (
        {
            "1": (
                "CloudPaintNodeV2",
                {
                    "model": "cloudpaint 3.5 pro",
                    "model.prompt": "a heron",
                    "model.size": "(2K) 2048x1152 (16:9)",
                    "seed": 17,
                },
            )
        },
        {
            "positive_prompt": "a heron",
            "seed": 17,
            "model": "cloudpaint 3.5 pro",
            "width": 2048,
            "height": 1152,
        },
    ),
    "no seed": (
        {"1": ("CloudPaint", {"prompt": "a heron", "aspect_ratio": "16:9", "quality": "high"})},
        {"positive_prompt": "a heron"},
    ),
    "a prompt by link": (
        {
            "1": ("CloudPaint", {"model": "cloud-1", "model.prompt": ["2", 0], "seed": 3}),
            "2": ("PrimitiveStringMultiline", {"value": "a bittern"}),
        },
        {"positive_prompt": "a bittern", "model": "cloud-1", "seed": 3},
    ),
}


@pytest.mark.parametrize(("nodes", "expected"), ASKED.values(), ids=ASKED)
def test_what_a_service_was_asked_is_read(nodes: Nodes, expected: dict[Field, Scalar]) -> None:
    found = read(prompt_of({**nodes, **SAVED}))
    assert (values(found), found.unsettled) == (expected, ())


def test_a_saver_that_holds_texts_asks_no_service() -> None:
    nodes: Nodes = {
        "1": ("SaveImageWithWords", {"prompt": "a heron", "seed": 3, "images": ["2", 0]}),
        "2": ("LoadImage", {"image": "x.png"}),
    }
    assert read_nodes(nodes) == {}


def in_editor(type_: str, given: list[JsonValue], output: str = "IMAGE", *takes: str) -> JsonValue:
    """Return the editor's form of a node of no declared class whose output is saved."""
    inputs: list[JsonValue] = [
        {"name": f"model.in_{at}", "type": kind, "link": None} for at, kind in enumerate(takes)
    ]
    node: JsonValue = {
        "id": 1,
        "type": type_,
        "inputs": inputs,
        "outputs": [{"name": output, "type": output, "links": [1]}],
        "widgets_values": given,
    }
    saver: JsonValue = {
        "id": 2,
        "type": "SaveImage",
        "inputs": [{"name": "images", "type": output, "link": 1}],
        "outputs": [],
        "widgets_values": ["x"],
    }
    return {"nodes": [node, saver], "links": [[1, 1, 0, 2, 0, output]], "last_node_id": 2}


WORDS = "a heron that stands in the reeds, at dawn"

UNNAMED: dict[str, tuple[JsonValue, dict[Field, Scalar]]] = {
    "the prompt first": (
        in_editor(
            "CloudPaintX",
            [
                WORDS,
                "cloudpaint-2.5",
                "1:1",
                "1K",
                77,
                "randomize",
                "Be brief and draw what is asked",
            ],
            "IMAGE",
            "IMAGE",
        ),
        {"positive_prompt": WORDS, "model": "cloudpaint-2.5", "seed": 77},
    ),
    "the model first": (
        in_editor("CloudClipX", ["Cloud Clip 4 Pro", WORDS, "720p", 5, "mp4", True], "VIDEO"),
        {"positive_prompt": WORDS, "model": "Cloud Clip 4 Pro"},
    ),
    "a size as a text": (
        in_editor("CloudClipX", ["5", "1920x1080", WORDS, 42, "fixed"], "VIDEO"),
        {"positive_prompt": WORDS, "seed": 42, "width": 1920, "height": 1080},
    ),
    "nothing of a text that is written upon an image": (
        in_editor("WriteUponImage", [WORDS, "Arial", 24, "#ffffff"], "IMAGE", "IMAGE"),
        {},
    ),
    "nothing where two texts look like a model": (
        in_editor("CloudClipX", [WORDS, "cloud-1", "voice-2"], "VIDEO"),
        {},
    ),
    "nothing of a node that takes a model": (
        in_editor("PaintAgain", [WORDS, "cloud-1", 4, "fixed"], "IMAGE", "MODEL"),
        {},
    ),
}


@pytest.mark.parametrize(("workflow", "expected"), UNNAMED.values(), ids=UNNAMED)
def test_values_without_names_are_known_by_their_looks(
    workflow: JsonValue, expected: dict[Field, Scalar]
) -> None:
    assert values(read(None, workflow)) == expected
