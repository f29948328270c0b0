"""From references in real images to real names in the rows, with each kind of source."""

import hashlib
import json
import struct
from pathlib import Path

import apsw
import pytest
from commands import Said, run
from drawn_images import png
from running_service import Place, running
from working_by_hand import ByHand

from service.cli.resolve_report import SHOWN
from service.resources.known_models import KnownModel
from service.store.model_writer import EntryCounts
from service.store.writer import Store

CIVITAI = """\
a red fox
Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: {seed}, Size: 512x512, \
Created Date: 2026-01-31T12:00:00.000Z, \
Civitai resources: [{{"type":"checkpoint","modelVersionId":25}},\
{{"type":"lora","weight":0.8,"modelVersionId":7}}]"""

A1111 = """\
a red fox <lora:brass:0.6>
Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: {seed}, Size: 512x512, Model hash: {model}, \
Model: renamed, Lora hashes: "brass: {lora}", Version: v1.9.4"""

CHECKPOINT_SHA = "a5f58eb1c3" + "0" * 54
CHECKPOINT = {
    "id": 25,
    "modelId": 82,
    "name": "v1",
    "baseModel": "Illustrious",
    "model": {"name": "Real", "type": "Checkpoint"},
    "files": [
        {
            "name": "real_v1.safetensors",
            "type": "Model",
            "primary": True,
            "hashes": {"SHA256": CHECKPOINT_SHA},
        }
    ],
}
FILE = "real_v1.safetensors"
CHECKPOINT_AIR = "urn:air:sdxl:checkpoint:civitai:82@25"
LORA_AIR = "urn:air:sdxl:lora:civitai:70@7"
ROWS = """SELECT s.file_name, r.kind, r.name, r.label, r.weight, r.hash, r.model_version_id
          FROM resources r JOIN v_images_search s USING (image_id) ORDER BY s.file_name, r.kind"""
WIDE = "SELECT file_name, model, checkpoints, loras FROM v_images_search ORDER BY file_name"


def model_bytes() -> bytes:
    header = json.dumps({"__metadata__": {"ss_network_module": "networks.lora"}}).encode()
    return struct.pack("<Q", len(header)) + header + b"\7" * 64


AUTOV3 = hashlib.sha256(b"\7" * 64).hexdigest()[:12]


def draw(place: Place, name: str, text: str, seed: int = 1) -> None:
    place.input.mkdir(parents=True, exist_ok=True)
    (place.input / name).write_bytes(
        png(text.format(seed=seed, model=CHECKPOINT_SHA[:10], lora=AUTOV3))
    )


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Write a CivitAI export, a map, and a folder of models with a sidecar."""
    folder = tmp_path / "sources"
    lora = folder / "models" / "Lora" / "brass_gears.safetensors"
    lora.parent.mkdir(parents=True)
    lora.write_bytes(model_bytes())
    sidecar = {
        "id": 7,
        "modelId": 70,
        "name": "v1",
        "baseModel": "Pony",
        "model": {"name": "Brass", "type": "LORA"},
    }
    lora.with_suffix(".civitai.info").write_text(json.dumps(sidecar), encoding="utf-8")
    (folder / "export.json").write_text(json.dumps({"items": [CHECKPOINT]}), encoding="utf-8")
    (folder / "map.csv").write_text(
        "ref,kind,name\n25,checkpoint,Mine\n7,lora,My LoRA\n", encoding="utf-8"
    )
    return folder


def rows(place: Place, query: str = ROWS) -> list[tuple[object, ...]]:

    connection = apsw.Connection(str(place.database))
    found = list(connection.execute(query))
    connection.close()
    return found


UNRESOLVED = [
    ("a.png", "checkpoint", "modelVersionId:25", "modelVersionId:25", None, None, 25),
    ("a.png", "lora", "modelVersionId:7", "modelVersionId:7", 0.8, None, 7),
    ("b.png", "checkpoint", "renamed", "renamed", None, CHECKPOINT_SHA[:10], None),
    ("b.png", "lora", "brass", "brass", 0.6, AUTOV3, None),
]
LORA_SHA = hashlib.sha256(model_bytes()).hexdigest()
RESOLVED = [
    ("a.png", "checkpoint", CHECKPOINT_AIR, "real_v1", None, CHECKPOINT_SHA, 25),
    ("a.png", "lora", LORA_AIR, "brass_gears", 0.8, LORA_SHA, 7),
    ("b.png", "checkpoint", CHECKPOINT_AIR, "renamed", None, CHECKPOINT_SHA[:10], 25),
    ("b.png", "lora", LORA_AIR, "brass", 0.6, AUTOV3, 7),
]


@pytest.fixture
def filled(place: Place) -> Place:
    """Return a place whose database holds two images with references."""
    draw(place, "a.png", CIVITAI)
    draw(place, "b.png", A1111)
    assert run(place, "all").code == 0
    assert rows(place) == UNRESOLVED
    return place


def resolve(place: Place, sources: Path, *words: str) -> Said:
    return run(
        place,
        "resolve",
        "--civitai",
        str(sources / "export.json"),
        "--models",
        str(sources / "models"),
        *words,
    )


def test_without_rewrite_nothing_changes_but_what_is_known(filled: Place, sources: Path) -> None:
    said = resolve(filled, sources, "--json")
    assert said.code == 0
    report = said.json()
    assert isinstance(report, dict)
    assert {
        name: report[name]
        for name in ("references", "named", "learnt", "images_rewritten", "not_read")
    } == {
        "references": {"resolved": 2, "ambiguous": 0, "unknown": 0},
        "named": {"resolved": 2, "ambiguous": 0, "unknown": 0},
        "learnt": {"new": 2, "changed": 1, "unchanged": 0},
        "images_rewritten": None,
        "not_read": [],
    }
    assert rows(filled) == UNRESOLVED
    draw(filled, "c.png", CIVITAI, 3)
    run(filled, "all")
    assert [row[2] for row in rows(filled) if row[0] == "c.png"] == [
        "modelVersionId:25",
        "modelVersionId:7",
    ]


def test_rewrite_gives_real_names_once_and_new_images_follow(filled: Place, sources: Path) -> None:
    kv = rows(filled, "SELECT image_id, key, value, source FROM kv ORDER BY 1, 2, 3")
    said = resolve(filled, sources, "--rewrite")
    assert (said.code, said.out.splitlines()[-1]) == (
        0,
        "2 images rewritten; new images are resolved from now on",
    )
    assert rows(filled) == RESOLVED
    assert rows(filled, WIDE) == [
        ("a.png", "real_v1", "real_v1", "brass_gears:0.8"),
        ("b.png", "renamed", "renamed", "brass:0.6"),
    ]
    assert rows(filled, "SELECT image_id, key, value, source FROM kv ORDER BY 1, 2, 3") == kv
    assert resolve(filled, sources, "--rewrite", "--json").json()["images_rewritten"] == 0  # type: ignore[index]
    draw(filled, "c.png", CIVITAI, 3)
    run(filled, "all")
    third = [("c.png", *row[1:]) for row in RESOLVED[:2]]
    assert rows(filled) == [*RESOLVED, *third]
    for command in (("reprocess", "--all"), ("resources",)):
        assert run(filled, *command).code == 0
        assert rows(filled) == [*RESOLVED, *third]


def test_the_original_reference_is_kept(filled: Place, sources: Path) -> None:
    resolve(filled, sources, "--rewrite")
    ((extra,),) = rows(filled, "SELECT extra_json FROM resources WHERE label = 'brass_gears'")
    assert json.loads(str(extra)) == {
        "original": {"label": "modelVersionId:7", "hash": None, "hash_kind": None, "air": None},
        "resolved_by": "version id",
    }


def test_partial_knowledge_grows(filled: Place, sources: Path) -> None:
    run(filled, "resolve", "--map", str(sources / "map.csv"), "--rewrite")
    expected = [
        ("a.png", "checkpoint", "Mine", "Mine", None, None, 25),
        ("a.png", "lora", "My LoRA", "My LoRA", 0.8, None, 7),
        *UNRESOLVED[2:],
    ]
    assert rows(filled) == expected
    assert resolve(filled, sources, "--rewrite", "--json").json()["images_rewritten"] == 2  # type: ignore[index]
    assert rows(filled) == RESOLVED
    assert rows(filled, "SELECT model_name FROM model_versions ORDER BY 1") == [
        ("Mine",),
        ("My LoRA",),
    ]


def test_a_source_that_cannot_be_read_is_listed_and_the_others_go_on(
    filled: Place, sources: Path
) -> None:
    junk = sources / "junk.json"
    junk.write_text('{"items": [', encoding="utf-8")
    said = resolve(filled, sources, "--civitai", str(junk), "--models", str(junk), "--rewrite")
    assert (said.code, said.err.splitlines()) == (
        1,
        [
            f"not read: {junk}: is no folder",
            f"not read: {junk}: no JSON at character 12: the file ends within a value",
        ],
    )
    assert rows(filled) == RESOLVED


def test_a_folder_of_exports_is_read(filled: Place, sources: Path) -> None:
    exports = sources / "exports" / "deep"
    exports.mkdir(parents=True)
    (sources / "export.json").rename(exports / "x.json")
    said = run(filled, "resolve", "--civitai", str(sources / "exports"), "--json")
    assert said.json()["learnt"] == {"new": 1, "changed": 0, "unchanged": 0}  # type: ignore[index]


def test_an_ambiguous_hash_is_reported_and_not_chosen(filled: Place, sources: Path) -> None:
    twin = {**CHECKPOINT, "id": 26, "name": "reupload"}
    (sources / "export.json").write_text(json.dumps([CHECKPOINT, twin]), encoding="utf-8")
    said = resolve(filled, sources, "--rewrite", "--json").json()
    assert said["ambiguous"] == [  # type: ignore[index]
        {
            "stated": "renamed",
            "kind": "checkpoint",
            "hash": CHECKPOINT_SHA[:10],
            "images": 1,
            "by": "hash",
            "candidates": [
                {
                    "version_id": 25,
                    "model": "Real",
                    "version": "v1",
                    "file": FILE,
                    "source": "export.json",
                },
                {
                    "version_id": 26,
                    "model": "Real",
                    "version": "reupload",
                    "file": FILE,
                    "source": "export.json",
                },
            ],
        }
    ]  # fmt: skip
    assert rows(filled) == [*RESOLVED[:2], UNRESOLVED[2], RESOLVED[3]]


def test_what_is_forgotten_is_undone(filled: Place, sources: Path) -> None:
    resolve(filled, sources, "--rewrite")
    rows(filled, "DELETE FROM model_versions")
    assert run(filled, "resolve", "--rewrite", "--json").json()["images_rewritten"] == 2  # type: ignore[index]
    assert rows(filled) == UNRESOLVED


def test_a_reference_that_gains_no_name_is_unknown_and_keeps_the_hash_it_gained(
    filled: Place, sources: Path
) -> None:
    (sources / "map.csv").write_text(f"ref,sha256\n25,{CHECKPOINT_SHA}\n7,\n", encoding="utf-8")
    said = run(filled, "resolve", "--map", str(sources / "map.csv"), "--rewrite", "--json").json()
    assert said["references"] == {"resolved": 0, "ambiguous": 0, "unknown": 2}  # type: ignore[index]
    nameless = (
        "a.png",
        "checkpoint",
        "modelVersionId:25",
        "modelVersionId:25",
        None,
        CHECKPOINT_SHA,
        25,
    )
    assert rows(filled)[:2] == [nameless, UNRESOLVED[1]]


def test_an_export_does_not_make_a_local_file_forget_its_name(place: Place, sources: Path) -> None:
    draw(
        place,
        "a.png",
        "a fox <lora:soft_light:0.5>\nSteps: 20, Sampler: Euler, Seed: {seed}, Version: v1.9.4",
    )
    run(place, "all")
    folder = sources / "models" / "Lora"
    for file in folder.glob("*.civitai.info"):
        file.unlink()
    (folder / "brass_gears.safetensors").rename(folder / "soft_light.safetensors")
    version = {
        "id": 555,
        "modelId": 50,
        "name": "v1",
        "model": {"name": "Soft light", "type": "LORA"},
        "files": [
            {
                "name": "softlight_v1.safetensors",
                "type": "Model",
                "hashes": {"SHA256": LORA_SHA},
            }
        ],
    }
    (sources / "export.json").write_text(json.dumps(version), encoding="utf-8")
    for words in (
        ("--models", str(folder)),
        ("--civitai", str(sources / "export.json")),
        ("--models", str(folder)),
    ):
        said = run(place, "resolve", *words, "--rewrite", "--json").json()
        assert said["named"] == {"resolved": 1, "ambiguous": 0, "unknown": 0}  # type: ignore[index]
    assert rows(place, "SELECT label, weight, model_version_id FROM resources") == [
        ("soft_light", 0.5, 555)
    ]


@pytest.mark.parametrize("option", ["--map", "--civitai", "--models"])
def test_a_source_that_is_not_there_is_refused_before_anything_is_learnt(
    filled: Place, sources: Path, option: str
) -> None:
    missing = sources / "missing"
    said = run(filled, "resolve", "--map", str(sources / "map.csv"), option, str(missing))
    assert said == Said(2, "", f"aiimagepipe: {option}: there is nothing at {missing}\n")
    assert rows(filled, "SELECT COUNT(*) FROM model_versions") == [(0,)]


def test_a_path_that_climbs_is_refused(filled: Place) -> None:
    assert run(filled, "resolve", "--map", "../map.csv").code == 2


def test_a_long_report_shows_the_commonest_on_a_terminal(filled: Place) -> None:
    for seed in range(SHOWN + 1):
        draw(
            filled,
            f"x{seed}.png",
            CIVITAI.replace('"modelVersionId":25', f'"modelVersionId":{1000 + seed}'),
            seed,
        )
    run(filled, "all")
    out = run(filled, "resolve").out
    assert (
        out.splitlines()[0].strip()
        == f"unknown (the {SHOWN} commonest of {SHOWN + 3}; --json lists all)"
    )
    assert out.count("modelVersionId:") == SHOWN


def test_the_running_service_sees_what_was_learnt_meanwhile(by_hand: ByHand) -> None:
    place = by_hand.place
    draw(place, "a.png", CIVITAI)
    by_hand.work()
    assert rows(place) == UNRESOLVED[:2]
    with Store.open(place.database) as other:
        models = other.models_to_write()
        entry = KnownModel(
            version_id=7, kind="lora", air=LORA_AIR, file_name="brass_gears.safetensors"
        )
        models.learn([entry], now="2026-01-31T12:00:00Z", counts=EntryCounts())
        models.apply_to_new_images()
    draw(place, "b.png", CIVITAI, 2)
    by_hand.work()
    resolved = ("b.png", "lora", LORA_AIR, "brass_gears", 0.8, None, 7)
    assert rows(place) == [*UNRESOLVED[:2], ("b.png", *UNRESOLVED[0][1:]), resolved]


def test_while_the_service_runs_it_writes_what_the_command_has_learnt(
    filled: Place, sources: Path
) -> None:
    with running(filled) as service:
        said = resolve(filled, sources, "--rewrite", "--json")
        again = resolve(filled, sources, "--rewrite", "--json")
        assert service.process.poll() is None
    assert (said.code, again.code) == (0, 0)
    first, second = said.json(), again.json()
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    counts = [(one["learnt"], one["images_rewritten"]) for one in (first, second)]
    assert counts == [
        ({"new": 2, "changed": 1, "unchanged": 0}, 2),
        ({"new": 0, "changed": 0, "unchanged": 3}, 0),
    ]
    assert rows(filled) == RESOLVED
    draw(filled, "c.png", CIVITAI, 5)
    assert run(filled, "all").code == 0
    assert rows(filled)[-2][2] == CHECKPOINT_AIR
    assert list(filled.database.parent.glob("images.db.*-*")) == []
    assert rows(filled, "SELECT 1 FROM request_rows") == []
