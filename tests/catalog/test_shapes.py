"""Every form of CivitAI's and others' descriptions gives the same facts, told by its keys."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.catalog.describe import Context
from service.catalog.sources import find_versions, read_models
from service.resources.known_models import KnownModel, Trust

SHA = "ab" * 32
OTHER = "cd" * 32
HASHES = {
    "AutoV1": "0A0B0C0D",
    "AutoV2": SHA[:10].upper(),
    "SHA256": SHA.upper(),
    "AutoV3": "1F2E3D4C5B6A",
}
TAKEN = {"autov1": "0a0b0c0d", "autov2": SHA[:10], "sha256": SHA, "autov3": "1f2e3d4c5b6a"}
AIR = "urn:air:sdxl:lora:civitai:70@7"


def known(**fields: Any) -> KnownModel:
    """Return an entry learnt from f.json."""
    return KnownModel(**{"source": "f.json", **fields})


FULL = {
    "id": 7,
    "modelId": 70,
    "name": "v1",
    "baseModel": "SDXL 1.0",
    "air": AIR,
    "model": {"name": "Brass Gears", "type": "LORA"},
    "files": [
        {"id": 1, "name": "brass.safetensors", "type": "Model", "primary": True, "hashes": HASHES}
    ],
    "images": [
        {
            "id": 9,
            "hashes": {"SHA256": OTHER},
            "meta": {"resources": [{"name": "x", "hash": "0123456789"}]},
        }
    ],
}
WHOLE = known(
    version_id=7,
    model_id=70,
    model_name="Brass Gears",
    version_name="v1",
    kind="lora",
    base_model="SDXL 1.0",
    air=AIR,
    file_name="brass.safetensors",
    hashes=TAKEN,
)
MODEL = {
    "id": 70,
    "name": "Brass Gears",
    "type": "LORA",
    "creator": {"username": "x", "id": 3},
    "modelVersions": [{key: FULL[key] for key in ("id", "name", "baseModel", "files", "images")}],
}

SITE: dict[str, tuple[object, list[KnownModel]]] = {
    "a version": (FULL, [WHOLE]),
    "a list of versions": (
        [FULL, {**FULL, "id": 8, "air": None, "files": []}],
        [
            WHOLE,
            known(
                version_id=8,
                model_id=70,
                model_name="Brass Gears",
                version_name="v1",
                kind="lora",
                base_model="SDXL 1.0",
                air="urn:air:sdxl:lora:civitai:70@8",
            ),
        ],
    ),
    "ids by hash": (
        [{"modelVersionId": 7, "hash": SHA.upper()}],
        [known(version_id=7, hashes={"sha256": SHA})],
    ),
    "ids by a short hash": (
        [{"modelVersionId": 7, "hash": "AABBCCDDEE"}],
        [known(version_id=7, hashes={"autov2": "aabbccddee"})],
    ),
    "the short form, its ids in the AIR": (
        {
            "air": AIR,
            "versionName": "v1",
            "modelName": "Brass Gears",
            "baseModel": "SDXL 1.0",
            "fileName": "brass.safetensors",
            "fileType": "Model",
            "hashes": HASHES,
            "format": "SafeTensor",
        },
        [WHOLE],
    ),
    "a model with its versions": (MODEL, [WHOLE]),
    "a list of models": ({"items": [MODEL], "metadata": {"nextCursor": "x"}}, [WHOLE]),
    "a wrapped list of models": ({"success": True, "data": {"items": [MODEL]}}, [WHOLE]),
    "a list without a wrapping": ([MODEL, MODEL], [WHOLE, WHOLE]),
    "Lora Manager": (
        {
            "file_name": "brass",
            "model_name": "Mine",
            "file_path": "D:/loras/brass.safetensors",
            "size": 1,
            "sha256": SHA,
            "base_model": "SDXL 1.0",
            "preview_url": "",
            "civitai": {**FULL, "files": []},
        },
        [
            known(
                version_id=7,
                model_id=70,
                model_name="Brass Gears",
                version_name="v1",
                kind="lora",
                base_model="SDXL 1.0",
                air=AIR,
                hashes={"sha256": SHA},
            )
        ],
    ),
    "Lora Manager, not of the site": (
        {
            "file_name": "brass",
            "model_name": "Mine",
            "sha256": SHA,
            "base_model": "Pony",
            "civitai": {},
        },
        [known(model_name="Mine", file_name="brass", base_model="Pony", hashes={"sha256": SHA})],
    ),
    "Stability Matrix": (
        {
            "ModelId": 70,
            "ModelName": "Brass Gears",
            "ModelDescription": "",
            "Nsfw": False,
            "ModelType": "LORA",
            "VersionId": 7,
            "VersionName": "v1",
            "BaseModel": "SDXL 1.0",
            "Hashes": HASHES,
            "TrainedWords": ["brass"],
        },
        [
            known(
                version_id=7,
                model_id=70,
                model_name="Brass Gears",
                version_name="v1",
                kind="lora",
                base_model="SDXL 1.0",
                air=AIR,
                hashes=TAKEN,
                extra={"nsfw": False, "trainedwords": ["brass"]},
            )
        ],
    ),
    "a dump with parallel lists": (
        [
            {
                "modelId": 70,
                "modelName": "Brass Gears",
                "versionId": 7,
                "versionName": "v1",
                "updatedAt": 1,
                "files": ["brass.safetensors", "b.ckpt"],
                "hashes": [SHA.upper(), OTHER.upper()],
                "metas": [{"id": 5, "size": "1x1", "files": []}],
            }
        ],
        [
            known(
                version_id=7,
                model_id=70,
                model_name="Brass Gears",
                version_name="v1",
                file_name="brass.safetensors",
                hashes={"sha256": SHA},
            ),
            known(
                version_id=7,
                model_id=70,
                model_name="Brass Gears",
                version_name="v1",
                file_name="b.ckpt",
                hashes={"sha256": OTHER},
            ),
        ],
    ),
    "a dump with more files than hashes": (
        {"versionId": 7, "modelName": "x", "files": ["a.pt", "b.pt"], "hashes": [SHA]},
        [
            known(version_id=7, model_name="x", file_name="a.pt", hashes={"sha256": SHA}),
            known(version_id=7, model_name="x", file_name="b.pt"),
        ],
    ),
    "an archived model without files": (
        {
            "id": 7,
            "modelId": 70,
            "name": "v1",
            "model": {"name": "M", "type": "Checkpoint", "mode": "Archived"},
        },
        [known(version_id=7, model_id=70, model_name="M", version_name="v1", kind="checkpoint")],
    ),
    "the main file first, parts as what they are, no training data": (
        {
            "id": 7,
            "modelId": 70,
            "name": "v1",
            "model": {"name": "M", "type": "Checkpoint"},
            "files": [
                {"name": "m.vae.pt", "type": "VAE", "hashes": {"SHA256": OTHER}},
                {"name": "data.zip", "type": "Training Data", "hashes": {"SHA256": OTHER}},
                {"name": "m.yaml", "type": "Config"},
                {
                    "name": "m.safetensors",
                    "type": "Pruned Model",
                    "primary": True,
                    "hashes": {"SHA256": SHA},
                },
            ],
        },
        [
            known(
                version_id=7,
                model_id=70,
                model_name="M",
                version_name="v1",
                kind="checkpoint",
                file_name="m.safetensors",
                hashes={"sha256": SHA},
            ),
            known(
                version_id=7,
                model_id=70,
                model_name="M",
                version_name="v1",
                kind="vae",
                file_name="m.vae.pt",
                hashes={"sha256": OTHER},
            ),
        ],
    ),
    "hash keys of any case, hashes of a wrong length left out": (
        {
            "modelVersionId": 7,
            "hashes": {"Blake3": "EF" * 32, "crc32": "0xDEADBEEF", "sha256": "abc", "AutoV2": None},
        },
        [known(version_id=7, hashes={"blake3": "ef" * 32, "crc32": "deadbeef"})],
    ),
    "sixteen digits of AutoV3": (
        {"modelVersionId": 7, "hashes": {"AutoV3": "0123456789ABCDEF"}},
        [known(version_id=7, hashes={"autov3": "0123456789abcdef"})],
    ),
    "an AIR of another site": (
        {"air": "urn:air:flux1:checkpoint:huggingface:owner/repo@main.tar", "modelName": "M"},
        [
            known(
                model_name="M",
                kind="checkpoint",
                air="urn:air:flux1:checkpoint:huggingface:owner/repo@main.tar",
            )
        ],
    ),
    "an unknown base model gives no AIR": (
        {
            "id": 7,
            "modelId": 70,
            "name": "v1",
            "baseModel": "Something New",
            "model": {"name": "M", "type": "LORA"},
        },
        [
            known(
                version_id=7,
                model_id=70,
                model_name="M",
                version_name="v1",
                kind="lora",
                base_model="Something New",
            )
        ],
    ),
    "types of the site": (
        [
            {"id": n, "modelId": 1, "model": {"type": type_}}
            for n, type_ in enumerate(
                (
                    "LoCon",
                    "DoRA",
                    "TextualInversion",
                    "Hypernetwork",
                    "MotionModule",
                    "Upscaler",
                    "Workflows",
                ),
                1,
            )
        ],
        [
            known(version_id=n, model_id=1, kind=kind)
            for n, kind in enumerate(
                ("lora", "lora", "embedding", "hypernetwork", "motion", "upscaler", "other"), 1
            )
        ],
    ),
    "a map from hashes to versions": ({SHA: FULL, OTHER: FULL}, [WHOLE, WHOLE]),
}

HAND: dict[str, tuple[object, list[KnownModel]]] = {
    "ids to objects": (
        {"7": {"kind": "LoRA", "name": "Mine"}, "modelVersionId:8": {"type": "checkpoint"}},
        [
            known(version_id=7, kind="lora", model_name="Mine"),
            known(version_id=8, kind="checkpoint"),
        ],
    ),
    "ids to AIRs and names": (
        {"7": AIR, "8": "Mine"},
        [
            known(version_id=7, model_id=70, kind="lora", air=AIR),
            known(version_id=8, model_name="Mine"),
        ],
    ),
    "objects with ref": (
        [{"ref": "modelVersionId:7", "name": "Mine", "kind": "textual inversion"}],
        [known(version_id=7, model_name="Mine", kind="embedding")],
    ),
    "objects with id": (
        [{"id": "7", "name": "Mine", "kind": "vae"}],
        [known(version_id=7, model_name="Mine", kind="vae")],
    ),
    "an AIR as the name": (
        [{"version_id": 7, "name": AIR}],
        [known(version_id=7, model_id=70, kind="lora", air=AIR)],
    ),
    "by hash alone": (
        [{"hash": "879DB523C3", "name": "Mine", "kind": "checkpoint"}],
        [known(model_name="Mine", kind="checkpoint", hashes={"autov2": "879db523c3"})],
    ),
    "by file alone": (
        [{"file": "sub\\mine.safetensors", "kind": "lora", "air": AIR}],
        [known(version_id=7, model_id=70, kind="lora", air=AIR, file_name="mine.safetensors")],
    ),
    "the site's own form": (FULL, [WHOLE]),
}


def found(value: Any, trust: Trust = Trust.CIVITAI) -> list[KnownModel]:
    return list(find_versions(value, Context("f.json", trust)))


@pytest.mark.parametrize("name", SITE)
def test_a_form_of_the_site_or_its_friends(name: str) -> None:
    value, expected = SITE[name]
    assert found(value) == expected


@pytest.mark.parametrize("name", HAND)
def test_a_map_written_by_hand(name: str) -> None:
    value, expected = HAND[name]
    assert [by_hand(one) for one in found(value, Trust.MANUAL)] == [
        by_hand(one) for one in expected
    ]


def by_hand(model: KnownModel) -> dict[str, object]:
    """Return an entry's facts, whoever is trusted."""
    return {name: getattr(model, name) for name in KnownModel.__slots__ if name != "trust"}


@pytest.mark.parametrize("name", SITE)
def test_the_same_read_from_a_file_as_it_streams(name: str, tmp_path: Path) -> None:
    value, expected = SITE[name]
    file = tmp_path / "f.json"
    file.write_text(json.dumps(value, indent=1), encoding="utf-8")
    assert list(read_models(file, Trust.CIVITAI)) == expected


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        "text",
        7,
        None,
        [[[]]],
        {"id": 7, "name": "an image", "url": "x"},
        {"description": "notes", "sd version": "SDXL", "activation text": "x"},
        {"modelVersionId": True},
        {"modelVersionId": -7, "hash": "zz"},
        {"modelVersionId": 10**30},
        {"air": "oci:image:repo@sha256", "modelName": "M"},
        {"7": "a name that only a map of one's own may give"},
        {"3": {"class_type": "KSampler", "inputs": {"seed": 7}}},
    ],
)
def test_other_json_tells_of_no_model(value: object) -> None:
    assert found(value) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                "id modelVersionId versionId air files hashes SHA256 name type model "
                "modelVersions 7 ref".split()
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(JSON, st.sampled_from(Trust))
def test_whatever_stands_under_those_keys_is_answered(value: object, trust: Trust) -> None:
    assert all(isinstance(one, KnownModel) for one in found(value, trust))
