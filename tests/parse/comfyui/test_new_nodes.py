"""Adding a node is one record: three invented ones, whose inputs have names that no rule knows.

Each is read in the API form, which names its values, and in the editor's, which does not.
"""

from collections.abc import Mapping
from typing import Literal

import pytest

from service.parse.comfyui.nodes.known import KNOWN
from service.parse.comfyui.nodes.record import NodeRecord
from service.parse.comfyui.nodes.table import TABLE, Table
from service.parse.comfyui.scan import parse
from service.records import Blob, Blobs, Field, Generation, Scalar
from service.records.json_values import JsonValue

SAMPLER = NodeRecord(
    "Weave Picture",
    "rng:int* rounds:int pull:float method:combo curve:combo",
    roles=("sampler",),
    aliases={"rounds": "steps", "pull": "cfg", "method": "sampler_name", "curve": "scheduler"},
)
ENCODER = NodeRecord(
    "Say It",
    "mood:combo words:string",
    roles=("encoder",),
    aliases={"words": "text"},
)
LOADER = NodeRecord(
    "Fetch Brain",
    "brain:combo precision:combo",
    roles=("loader",),
    aliases={"brain": "ckpt_name"},
)
NEW = Table((*KNOWN, SAMPLER, ENCODER, LOADER))

Form = Literal["prompt", "workflow"]

API: dict[str, JsonValue] = {
    "1": {"class_type": "Fetch Brain", "inputs": {"brain": "reed.ckpt", "precision": "half"}},
    "2": {
        "class_type": "Say It",
        "inputs": {"mood": "calm", "words": "a heron in the reeds", "clip": ["1", 1]},
    },
    "3": {"class_type": "Say It", "inputs": {"mood": "calm", "words": "fog", "clip": ["1", 1]}},
    "4": {
        "class_type": "EmptyLatentImage",
        "inputs": {"width": 832, "height": 1216, "batch_size": 1},
    },
    "5": {
        "class_type": "Weave Picture",
        "inputs": {
            "rng": 77,
            "rounds": 24,
            "pull": 6.5,
            "method": "euler",
            "curve": "karras",
            "model": ["1", 0],
            "positive": ["2", 0],
            "negative": ["3", 0],
            "latent_image": ["4", 0],
        },
    },
    "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
    "7": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x", "images": ["6", 0]}},
}

WIDGETS: Mapping[str, list[JsonValue]] = {
    "1": ["reed.ckpt", "half"],
    "2": ["calm", "a heron in the reeds"],
    "3": ["calm", "fog"],
    "4": [832, 1216, 1],
    "5": [77, "fixed", 24, 6.5, "euler", "karras"],
    "7": ["x"],
}

EXPECTED: Mapping[Field, Scalar] = {
    "seed": 77,
    "steps": 24,
    "cfg_scale": 6.5,
    "sampler": "euler",
    "scheduler": "karras",
    "width": 832,
    "height": 1216,
    "model": "reed.ckpt",
    "positive_prompt": "a heron in the reeds",
    "negative_prompt": "fog",
}

OWN_NAMES: Mapping[Field, tuple[str, str]] = {
    "seed": ("5", "rng"),
    "steps": ("5", "rounds"),
    "cfg_scale": ("5", "pull"),
    "sampler": ("5", "method"),
    "scheduler": ("5", "curve"),
    "width": ("4", "width"),
    "height": ("4", "height"),
    "model": ("1", "brain"),
    "positive_prompt": ("2", "words"),
    "negative_prompt": ("3", "words"),
}
"""Node and input of each value, by the name that the file itself gives it."""

TYPES = {"model": "MODEL", "clip": "CLIP", "vae": "VAE", "samples": "LATENT", "images": "IMAGE"}
TYPES |= {"latent_image": "LATENT", "positive": "CONDITIONING", "negative": "CONDITIONING"}


def editors_form(api: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return a graph as editors before 2025 save it: links by number, values without names."""
    links: list[JsonValue] = []
    nodes: list[JsonValue] = []
    for id_, raw in api.items():
        assert isinstance(raw, dict)
        stated = raw["inputs"]
        assert isinstance(stated, dict)
        inputs: list[JsonValue] = []
        for name, value in stated.items():
            if isinstance(value, list):
                number = len(links) + 1
                links.append([number, value[0], value[1], id_, len(inputs), TYPES[name]])
                inputs.append({"name": name, "type": TYPES[name], "link": number})
        nodes.append(
            {
                "id": id_,
                "type": raw["class_type"],
                "mode": 0,
                "inputs": inputs,
                "widgets_values": WIDGETS.get(id_, []),
            },
        )
    return {"last_node_id": 7, "nodes": nodes, "links": links}


DATA: Mapping[Form, dict[str, JsonValue]] = {"prompt": API, "workflow": editors_form(API)}
FORMS: tuple[Form, ...] = ("prompt", "workflow")


def read(form: Form, table: Table) -> Generation:
    return parse(Blobs({form: (Blob("", form, DATA[form]),)}), table)


@pytest.mark.parametrize("form", FORMS)
def test_nodes_with_a_record_each_are_read_whole(form: Form) -> None:
    found = read(form, NEW)
    assert {name: stated.value for name, stated in found.fields.items()} == EXPECTED
    assert found.unsettled == ()


@pytest.mark.parametrize("form", FORMS)
def test_a_value_is_stated_under_the_name_that_the_file_gives_it(form: Form) -> None:
    found = read(form, NEW)
    places = {name: stated.source for name, stated in found.fields.items()}
    part = "inputs" if form == "prompt" else "widgets_values"
    assert places == {name: f"{form}#{id_}.{part}.{own}" for name, (id_, own) in OWN_NAMES.items()}


@pytest.mark.parametrize("form", FORMS)
def test_without_their_records_nothing_wrong_is_said_of_them(form: Form) -> None:
    found = read(form, TABLE)
    said = {name: stated.value for name, stated in found.fields.items()}
    assert said == {name: EXPECTED[name] for name in said}
    assert found.unsettled != ()


@pytest.mark.parametrize(
    "widgets",
    [
        "rng:int* steps:int cfg:float sampler_name:combo scheduler:combo",
        "rng:int steps:int cfg:float sampler_name:combo scheduler:combo",
    ],
    ids=["marked as a seed", "not marked"],
)
def test_a_number_with_a_control_behind_it_is_the_seed_whatever_its_name(widgets: str) -> None:
    table = Table(
        (*KNOWN, NodeRecord("Weave Picture", widgets, roles=("sampler",)), ENCODER, LOADER)
    )
    found = read("workflow", table).fields
    settings: tuple[Field, ...] = ("seed", "steps", "cfg_scale", "sampler", "scheduler")
    read_settings = {name: found[name].value for name in settings}
    assert read_settings == {name: EXPECTED[name] for name in settings}


def test_a_record_that_does_not_fit_the_values_of_a_file_is_not_used() -> None:
    record = NodeRecord("Weave Picture", "rng:int* method:combo rounds:int", roles=("sampler",))
    found = read("workflow", Table((*KNOWN, record, ENCODER, LOADER))).fields
    settings = ("steps", "cfg_scale", "sampler", "scheduler")
    assert {name: stated.value for name, stated in found.items()} == {
        name: value for name, value in EXPECTED.items() if name not in settings
    }


def test_a_class_with_two_records_is_refused() -> None:
    with pytest.raises(ValueError, match="Say It has two records"):
        Table((ENCODER, ENCODER))
