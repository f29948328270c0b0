"""``show``, ``status``, ``failures`` and ``doctor`` say what is so and change nothing."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from asked import rows
from commands import Said, run
from drawn_images import draw
from running_service import Place

import service
from service.store.marks import marks_beside

NOISE = {
    "id",
    "stable_id",
    "mtime_ns",
    "modified_at",
    "first_seen_at",
    "ingested_at",
    "sha256",
    "recipe",
    "size_bytes",
}


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a place that has taken in one image and one file that is none."""
    place = Place(tmp_path_factory.mktemp("looking"))
    place.input.mkdir()
    place.configure()
    draw(place.input / "fox.png", 7, "a fox, (red:1.2), <lora:snow:0.5>")
    (place.input / "broken.png").write_text("no image at all", encoding="utf-8")
    assert run(place, "all").code == 1
    return place


def test_show_prints_each_fact_with_its_source(taken: Place) -> None:
    said = run(taken, "show", "fox.png")
    lines = [re.split(r"\s{2,}", line.strip()) for line in said.out.splitlines() if line.strip()]
    assert (said.code, said.err) == (0, "")
    wanted = {"status", "generator", "positive_prompt", "seed", "checkpoint", "lora"}
    assert [line for line in lines if line[0] in wanted] == [
        ["status", "ok"],
        ["generator", "a1111"],
        ["positive_prompt", "a fox, (red:1.2), <lora:snow:0.5>", "PNG:Parameters"],
        ["seed", "7", "PNG:Parameters"],
        ["checkpoint", "dreamshaper_8", "PNG:Parameters"],
        ["lora", "snow", "0.5", "PNG:Parameters"],
    ]


def test_show_of_a_file_that_cannot_be_read_says_why_and_when_it_is_tried_again(
    taken: Place,
) -> None:
    (listed,) = run(taken, "failures", "--json").json()
    assert run(taken, "show", "broken.png", "--json").json()["failed"] == listed
    shown = run(taken, "show", "broken.png").out
    assert listed["failure"]["message"] in shown
    assert listed["next_try_at"] in shown
    assert run(taken, "show", "fox.png", "--json").json()["failed"] is None


@pytest.mark.parametrize("how", ["fox.png", "Input/fox.png", "the whole path", "id:1", "1"])
def test_show_finds_an_image_by_any_of_its_names(taken: Place, how: str) -> None:
    name = str(taken.input / "fox.png") if how == "the whole path" else how
    said = run(taken, "show", name, "--json").json()
    assert isinstance(said, dict)
    assert said["image"]["path"] == "fox.png"


def test_show_says_where_the_file_is_on_this_machine(taken: Place) -> None:
    place = str(taken.input / "fox.png")
    said = run(taken, "show", "fox.png", "--json").json()
    assert isinstance(said, dict)
    assert said["place"] == place
    assert re.search(rf"^ place +{re.escape(place)} *$", run(taken, "show", "1").out, re.MULTILINE)


def test_show_finds_an_image_by_its_file_s_name_where_no_other_has_it(place: Place) -> None:
    for folder in ("a", "b", "c"):
        (place.input / folder).mkdir()
        draw(place.input / folder / "fox.png", ord(folder))
    draw(place.input / "c" / "owl.png", 8)
    assert run(place, "all").code == 0
    said = run(place, "show", "owl.png", "--json").json()
    assert isinstance(said, dict)
    assert said["image"]["path"] == "c/owl.png"
    several = run(place, "show", "fox.png")
    assert (several.code, several.out) == (2, "")
    assert re.fullmatch(
        r"aiimagepipe: fox\.png: 3 images have this name; give one's number or path: "
        r"\d \(Input/a/fox\.png\), \d \(Input/b/fox\.png\), \d \(Input/c/fox\.png\)\n",
        several.err,
    )
    (place.input / "a" / "fox.png").unlink()
    (place.input / "b" / "fox.png").unlink()
    assert run(place, "all").code == 0
    said = run(place, "show", "fox.png", "--json").json()
    assert isinstance(said, dict)
    assert said["image"]["path"] == "c/fox.png"


def test_show_cuts_what_is_longer_than_a_screen_and_says_how_much_is_left(place: Place) -> None:
    prompt = ", ".join(f"tag {number}" for number in range(300))
    draw(place.input / "fox.png", 7, prompt)
    assert run(place, "all").code == 0
    said, full = run(place, "show", "1").out, run(place, "show", "1", "--full").out
    left = len(prompt) - 800
    assert f"({left:,} more characters;" in re.sub(r"\s+", " ", said)
    assert " … and 262 more; --full shows all" in said.splitlines()  # of 302 tokens
    assert ("tag 299" in said, "tag 299" in full, "--full" in full) == (False, True, False)


@pytest.fixture
def viewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the system's viewer, which is ours, writes what it is given."""
    told = tmp_path / "told"
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("xdg-open", "open"):
        program = folder / name
        program.write_text(
            f'#!/bin/sh\necho "$#" "$@" > "{told}.part"; mv "{told}.part" "{told}"\n'
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return told


ODD = "a $(touch owned) `id`; & | \"x\" 'y'.png"


@pytest.mark.skipif(os.name == "nt", reason="a viewer is an executable script here")
def test_open_hands_the_file_to_the_system_s_viewer_as_one_word(place: Place, viewer: Path) -> None:
    draw(place.input / ODD, 7)
    assert run(place, "all").code == 0
    said = run(place, "open", "1")
    assert said == Said(0, f"opened {place.input / ODD}\n", "")
    assert viewer.read_text(encoding="utf-8") == f"1 {place.input / ODD}\n"
    assert not list(place.top.rglob("owned"))


@pytest.mark.skipif(os.name == "nt", reason="a viewer is an executable script here")
def test_open_refuses_a_file_that_is_gone_and_one_that_is_no_picture_by_its_name(
    place: Place, viewer: Path
) -> None:
    draw(place.input / "fox.png", 7)
    assert run(place, "all").code == 0
    config = place.config.read_text(encoding="utf-8")
    place.config.write_text(config.replace("[watch]", '[watch]\nextensions = [".webp"]'))
    refused = run(place, "open", "1")
    place.config.write_text(config, encoding="utf-8")
    (place.input / "fox.png").unlink()
    gone = run(place, "open", "fox.png")
    path = place.input / "fox.png"
    assert refused == Said(
        2, "", f"aiimagepipe: {path}: is not opened, since .png is none of watch.extensions\n"
    )
    assert (gone.code, gone.out) == (2, "")
    assert gone.err.startswith(f"aiimagepipe: {path}: is not there; ")
    assert run(place, "open", "77").code == 2
    assert not viewer.exists()


def test_show_as_json_has_every_row_of_the_image(taken: Place) -> None:
    said = run(taken, "show", "fox.png", "--json").json()
    assert isinstance(said, dict)
    image = {
        name: value
        for name, value in said["image"].items()
        if value is not None and name not in NOISE
    }
    assert image == {
        "root": "Input",
        "folder": "",
        "file_name": "fox.png",
        "path": "fox.png",
        "state": "present",
        "mime_type": "image/png",
        "file_width": 1,
        "file_height": 1,
        "status": "ok",
        "generator": "a1111",
        "model": "dreamshaper_8",
        "model_norm": "dreamshaper_8",
        "sampler": "Euler a",
        "sampler_norm": "euler_ancestral",
        "steps": 20,
        "cfg_scale": 7.0,
        "seed": "7",
        "width": 512,
        "height": 512,
        "loras": "snow:0.5",
        "checkpoints": "dreamshaper_8",
        "positive_prompt": "a fox, (red:1.2), <lora:snow:0.5>",
        "negative_prompt": "blurry, lowres",
    }
    assert [(token["side"], token["token"], token["weight"]) for token in said["tokens"]] == [
        ("pos", "a fox", 1.0),
        ("pos", "red", 1.2),
        ("pos", "snow", 0.5),
        ("neg", "blurry", 1.0),
        ("neg", "lowres", 1.0),
    ]


def test_show_tells_the_users_own_mark_and_what_is_wrong_with_the_file_of_marks(
    taken: Place,
) -> None:
    marks = marks_beside(taken.database)
    sha256 = rows(taken.database, "SELECT sha256 FROM images WHERE path = 'fox.png'")[0][0]
    with closing(apsw.Connection(str(marks))) as connection:
        connection.execute("INSERT INTO marks (sha256, rating) VALUES (?, 5)", (sha256,))
    mark = {"rating": 5, "favourite": None, "tags": None, "note": None}
    assert run(taken, "show", "fox.png", "--json").json()["mark"] == mark
    assert re.search(r"^ rating +5 *$", run(taken, "show", "fox.png").out, re.MULTILINE)
    kept = marks.read_bytes()
    marks.write_bytes(b"no database at all" * 50)
    said = run(taken, "show", "fox.png", "--json")
    marks.write_bytes(kept)
    assert said.json()["mark"] == {}
    assert said.err.startswith(f"{marks}: your marks cannot be read")


def test_show_raw_gives_the_kept_record(taken: Place) -> None:
    said = run(taken, "show", "fox.png", "--raw").json()
    assert isinstance(said, dict)
    assert (said["file"]["path"], said["mime_type"], said["extractor"]) == (
        "fox.png",
        "image/png",
        "direct 2",
    )
    assert said["tags"]["PNG:Parameters"].startswith(
        "a fox, (red:1.2), <lora:snow:0.5>\nNegative prompt: "
    )


def test_show_finds_an_image_of_a_folder_that_no_setting_names(
    taken: Place, tmp_path: Path
) -> None:
    other = tmp_path / "archive.db"
    assert run(taken, "all", "--input", str(taken.input), "--db", str(other)).code == 1
    name = rows(other, "SELECT root FROM images")[0][0]
    taken.config.write_text(
        taken.config.read_text(encoding="utf-8").replace('"Input"', '"Elsewhere"', 1),
        encoding="utf-8",
    )
    found = [
        run(taken, "show", place, "--db", str(other)).code
        for place in ("fox.png", f"{name}/fox.png")
    ]
    taken.config.write_text(
        taken.config.read_text(encoding="utf-8").replace('"Elsewhere"', '"Input"', 1),
        encoding="utf-8",
    )
    assert found == [0, 0]


def test_show_says_why_an_image_was_read_as_it_was(taken: Place) -> None:
    said = run(taken, "show", "fox.png", "--json").json()
    assert isinstance(said, dict)
    assert said["why"] == [
        {
            "parser": "a1111",
            "claim": "names itself",
            "part": "taken",
            "generator": "a1111",
            "because": "version: v1.9.4",
            "read_from": ["PNG:Parameters"],
        }
    ]


def test_show_says_why_of_a_file_and_of_the_text_beside_it(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.input.mkdir()
    place.configure()
    draw(place.input / "fox.png", 7)
    graph = '{"1": {"class_type": "KSampler", "inputs": {"seed": 7, "steps": 20}}}'
    (place.input / "fox.json").write_text(graph, encoding="utf-8")
    assert run(place, "all").code == 0
    said = run(place, "show", "fox.png", "--json").json()
    assert isinstance(said, dict)
    assert [(one["parser"], one["part"]) for one in said["why"]] == [
        ("a1111", "taken"),
        ("comfyui", "fills gaps, shows conflicts"),
    ]


def test_failures_lists_what_could_not_be_read(taken: Place) -> None:
    text, said = run(taken, "failures"), run(taken, "failures", "--json").json()
    assert isinstance(said, list)
    [one] = said
    assert one["failure"] == {
        "root": "Input",
        "path": "broken.png",
        "stage": "extract",
        "error_class": "BadFileError",
        "message": "not an image: starts with 6e 6f 20 69 6d 61 67 65 20 61 74 20 (no image at )",
        "size": None,
        "mtime_ns": None,
        "sidecars": [],
    }
    assert text.code == 0
    assert (
        "│ Input/broken.png │ extract │ not an image: starts with 6e 6f 20 69 6d 61 67 65 20 "
        "61 74 20 "
    ) in text.out


def test_status_of_a_service_that_does_not_run_has_code_1_and_the_counts(taken: Place) -> None:
    text, json_ = run(taken, "status"), run(taken, "status", "--json")
    said = json_.json()
    assert isinstance(said, dict)
    assert (text.code, json_.code) == (1, 1)
    assert (said["running"], said["database"], said["service"]["message"]) == (
        False,
        str(taken.database),
        "stopped",
    )
    assert said["counts"] == {
        "present": 2,
        "missing": 0,
        "by_status": {"ok": 1, "unreadable": 1},
        "by_generator": {"a1111": 1, "": 1},
        "failures": 1,
    }
    assert [root["name"] for root in said["roots"]] == ["Input"]
    lines = [re.split(r"\s{2,}", line.strip()) for line in text.out.splitlines()]
    assert lines[:4] == [
        ["service", "not running"],
        ["database", str(taken.database)],
        ["images", "2 present (1 ok, 1 unreadable), 0 missing"],
        ["failures", "1"],
    ]
    log = str(taken.top / "out" / "logs" / "service.jsonl")
    assert lines[-2:] == [["root Input", f"{taken.input}: online"], ["log", log]]
    assert said["log"] == log


def test_status_before_the_first_run_says_that_nothing_runs(place: Place) -> None:
    said = run(place, "status", "--json")
    found = said.json()
    assert isinstance(found, dict)
    assert said.code == 1
    assert [found[name] for name in ("running", "database", "service", "counts", "roots")] == [
        False,
        str(place.database),
        None,
        None,
        [],
    ]


def test_doctor_finds_all_well(taken: Place) -> None:
    said = run(taken, "doctor", "--json")
    found = said.json()
    assert isinstance(found, list)
    assert said.code == 0
    assert [one["what"] for one in found if one["level"] == "error"] == []
    assert {
        one["what"]: one["found"] for one in found if one["what"] in ("database", "root Input")
    } == {
        "database": f"{taken.database}: sound, 2 images",
        "root Input": str(taken.input),
    }
    assert f"ok      root Input: {taken.input}\n" in run(taken, "doctor").out


def test_doctor_says_what_to_do_about_what_is_missing(place: Place) -> None:
    place.configure(exiftool="/nothing/exiftool")
    place.input.rmdir()
    said = run(place, "doctor", "--json")
    found = said.json()
    assert isinstance(found, list)
    wrong = {
        one["what"]: (one["level"], one["found"], one["fix"][:40]) for one in found if one["fix"]
    }
    assert all(one["mend"] == one["fix"] for one in found)  # its name in older versions
    assert said.code == 1
    assert wrong["ExifTool"] == (
        "error",
        "cannot be started",
        "extract.exiftool: /nothing/exiftool is n",
    )
    assert wrong["root Input"] == (
        "warning",
        f"{place.input} is not there",
        "create it, or correct [[root]] path; its",
    )


def test_doctor_names_each_folder_that_is_written_to_and_the_mend_where_that_cannot_be(
    taken: Place, tmp_path: Path
) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    exports = [
        ("tokens", plain / "a.txt"),
        ("prompts", tmp_path / "lists" / "b.txt"),
        ("templates", tmp_path / "looks"),
    ]
    with taken.config.open("a", encoding="utf-8") as file:
        file.writelines(f"\n[[export]]\nkind = '{kind}'\nout = '{out}'\n" for kind, out in exports)
    said = run(taken, "doctor", "--json")
    found = said.json()
    assert isinstance(found, list)
    folders = [one for one in found if " folder" in one["what"]]
    keys = ("level", "what", "found", "fix")
    assert (said.code, [[one[key] for key in keys] for one in folders]) == (
        1,
        [
            ["ok", "database folder", str(taken.top / "out"), ""],
            ["ok", "log folder", str(taken.top / "out" / "logs"), ""],
            ["ok", "backup folder", str(taken.top / "out" / "backups"), ""],
            ["error", "export folder", f"{plain}: nothing can be written", f"{plain} is no folder"],
            ["ok", "export folder", str(tmp_path / "lists"), ""],
            ["ok", "export folder", str(tmp_path / "looks"), ""],
        ],
    )


def test_a_path_that_climbs_is_refused_by_show_as_everywhere(taken: Place) -> None:
    path = f"{taken.input}/../Input/fox.png"
    mend = f"aiimagepipe: {path!r} climbs with '..'; give the absolute path instead\n"
    assert run(taken, "show", path) == Said(2, "", mend)


def test_looking_changes_nothing(taken: Place) -> None:
    files = [taken.database, taken.database.with_name("images.sqbpro")]
    before = [path.read_bytes() for path in files]
    for words in (
        ("show", "fox.png"),
        ("status",),
        ("failures",),
        ("doctor",),
        ("config", "check"),
    ):
        run(taken, *words)
    assert [path.read_bytes() for path in files] == before


def test_a_database_in_a_folder_that_cannot_be_written_can_still_be_looked_at(
    taken: Place, tmp_path: Path
) -> None:
    with (
        closing(sqlite3.connect(taken.database)) as source,
        closing(sqlite3.connect(tmp_path / "archive.db")) as copy,
    ):
        source.backup(copy)
    assert run(taken, "show", "fox.png", "--db", str(tmp_path / "archive.db")).code == 0


def test_the_program_s_name_and_version_need_no_sound_settings() -> None:
    command = [sys.executable, "-X", "utf8", "-m", "service", "--version"]
    environment = {**os.environ, "AIIMAGEPIPE_WATCH__SETTLE_SECONDS": "no number"}
    got = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert re.fullmatch(r"\d+\.\d+\.\d+", service.__version__)
    assert Said(got.returncode, got.stdout, got.stderr) == Said(
        0, f"aiimagepipe {service.__version__}\n", ""
    )


def test_settings_that_are_sound_are_said_to_be_so(taken: Place) -> None:
    assert run(taken, "config", "check") == Said(0, "The settings are sound.\n", "")
    assert json.loads(run(taken, "config", "check", "--json").out) == []
