"""``dump`` and ``ingest``: the pipeline in two halves gives what it gives as a whole."""

import csv
import json
import os
import shutil
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path

import apsw
import pytest
import store_dump
from asked import rows
from commands import Said, run
from drawn_images import draw, infotext
from PIL import Image
from PIL.ExifTags import IFD
from running_service import Place

from service import demo


def dump(database: Path) -> list[str]:
    """Return all that a database says."""
    with closing(apsw.Connection(str(database))) as connection:
        return store_dump.dump(connection)


@pytest.fixture
def samples(place: Place) -> Place:
    """Return a place with the sample images, one of a bad name and one in a folder."""
    count = len(list(demo.write_samples(place.input)))
    (place.input / "deep").mkdir()
    draw(place.input / "deep" / "-n\new.png", 5)
    said = run(place, "dump")
    assert said == Said(0, f"{count + 1} records → {place.top / 'out' / 'exif_raw.jsonl'}\n", "")
    return place


def test_a_dump_taken_in_on_another_machine_gives_the_database_of_a_single_pass(
    samples: Place, tmp_path: Path
) -> None:
    assert run(samples, "all").code == 0
    other = Place(tmp_path / "another machine")
    other.top.mkdir()
    other.configure(exiftool="")
    shutil.copy(samples.top / "out" / "exif_raw.jsonl", other.top / "dump.jsonl")
    said = run(other, "ingest", "--in", "dump.jsonl")
    assert said == Said(0, f"{len(demo.SAMPLES) + 1} images → {other.database}\n", "")
    assert dump(other.database) == dump(samples.database)


def test_after_an_ingest_the_images_themselves_are_known_and_not_read_again(samples: Place) -> None:
    assert run(samples, "ingest", "--in", "out/exif_raw.jsonl").code == 0
    said = run(samples, "all", "--json").json()
    assert isinstance(said, dict)
    assert {name: said[name] for name in ("done", "failed", "moved", "gone")} == dict.fromkeys(
        ("done", "failed", "moved", "gone"), 0
    )


def test_ingest_twice_changes_nothing(samples: Place) -> None:
    first = run(samples, "ingest", "--in", "out/exif_raw.jsonl"), dump(samples.database)
    again = run(samples, "ingest", "--in", "out/exif_raw.jsonl"), dump(samples.database)
    assert again == first


LONG_AGO = "2024-02-29T12:34:56Z"
LONG_AGO_S = datetime.fromisoformat(LONG_AGO).timestamp()


@pytest.mark.parametrize("words", [["-j", "-G1"], ["-j"], ["-j", "-G1", "-a", "-u"]], ids=" ".join)
def test_lines_that_exiftool_wrote_by_itself_are_taken(place: Place, words: list[str]) -> None:
    if shutil.which("exiftool") is None:
        pytest.skip("no ExifTool on PATH")
    draw(place.input / "fox.png", 7)
    (place.input / "deep").mkdir()
    draw(place.input / "deep" / "owl.png", 8)
    for name in ("fox.png", "deep/owl.png"):
        os.utime(place.input / name, (LONG_AGO_S, LONG_AGO_S))
    command = ["exiftool", *words, "-r", "Input"]
    found = json.loads(
        subprocess.run(command, cwd=place.top, capture_output=True, check=True).stdout
    )
    (place.top / "foreign.jsonl").write_text(
        "".join(json.dumps(one) + "\n" for one in found), encoding="utf-8"
    )
    shutil.move(place.input, place.top / "away")
    assert run(place, "ingest", "--in", "foreign.jsonl").code == 0
    query = (
        "SELECT root, path, status, generator, seed, steps, file_width, mime_type, modified_at "
        "FROM images ORDER BY path"
    )
    assert rows(place.database, query) == [
        ("Input", "deep/owl.png", "ok", "a1111", "8", 20, 1, "image/png", LONG_AGO),
        ("Input", "fox.png", "ok", "a1111", "7", 20, 1, "image/png", LONG_AGO),
    ]
    place.input.rmdir()  # made anew meanwhile
    shutil.move(place.top / "away", place.input)
    assert run(place, "all").code == 0  # what the dump did not state is read from the images
    assert [seed for (seed,) in rows(place.database, "SELECT seed FROM images ORDER BY path")] == [
        "8",
        "7",
    ]
    assert rows(place.database, "SELECT COUNT(*) FROM images WHERE sha256 IS NULL") == [(0,)]


@pytest.mark.parametrize(
    ("stated", "modified"),
    [
        ("2024:02:29 14:34:56+02:00", LONG_AGO),
        ("2300:01:01 00:00:00Z", "2262-04-11T23:47:16Z"),
        ("2024:02:29 12:34:56", "1970-01-01T00:00:00Z"),  # in which zone?
        (7, "1970-01-01T00:00:00Z"),
    ],
)
def test_a_file_s_time_is_taken_where_exiftool_states_it_with_its_zone(
    place: Place, stated: object, modified: str
) -> None:
    one = {"SourceFile": "Input/a.png", "System:FileModifyDate": stated}
    (place.top / "all.json").write_text(json.dumps([one]), encoding="utf-8")
    assert run(place, "ingest", "--in", "all.json").code == 0
    assert rows(place.database, "SELECT modified_at, size_bytes FROM images") == [(modified, -1)]


def test_what_exiftool_printed_takes_no_place_of_a_row_made_from_the_image(place: Place) -> None:
    draw(place.input / "fox.png", 7, "fox")
    assert run(place, "all").code == 0
    known = rows(place.database, "SELECT sha256, size_bytes, seed FROM images")
    found = [{"SourceFile": f"Input/{name}.png"} for name in ("fox", "owl")]
    (place.top / "all.json").write_text(json.dumps(found), encoding="utf-8")
    said = run(place, "ingest", "--in", "all.json")
    assert said == Said(
        0,
        f"1 image → {place.database}\n1 image left as the file itself says\n",
        "",
    )
    assert rows(place.database, "SELECT sha256, size_bytes, seed FROM images ORDER BY id") == [
        *known,
        (None, -1, None),
    ]


USER_COMMENT = 0x9286
FORMS = [["-G1"], [], ["-G"], ["-G0:1"], ["-g1"], ["-g"], ["-G1:4", "-a"], ["-struct", "-b", "-G1"]]


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="no ExifTool on PATH")
@pytest.mark.parametrize(
    ("words", "encoding"),
    [*((words, "utf-8") for words in FORMS), (["-G1"], "utf-8-sig"), (["-G1"], "utf-16")],
    ids=str,
)
def test_the_array_that_exiftool_printed_is_taken_in_every_form_of_names(
    place: Place, words: list[str], encoding: str
) -> None:
    draw(place.input / "fox.png", 7, "狐, fox")
    with Image.open(place.input / "fox.png") as picture:
        exif = Image.Exif()
        exif.get_ifd(IFD.Exif)[USER_COMMENT] = b"UNICODE\0" + infotext(8, "owl").encode("utf-16-be")
        picture.convert("RGB").save(place.input / "owl.jpg", exif=exif)
    command = ["exiftool", "-j", *words, "-r", "Input"]
    array = subprocess.run(command, cwd=place.top, capture_output=True, check=True).stdout
    (place.top / "all.json").write_text(array.decode(), encoding=encoding)
    said = run(place, "ingest", "--in", "all.json")
    assert said == Said(0, f"2 images → {place.database}\n", "")
    query = "SELECT path, generator, seed, mime_type, positive_prompt FROM images ORDER BY path"
    assert rows(place.database, query) == [
        ("fox.png", "a1111", "7", "image/png", "狐, fox"),
        ("owl.jpg", "a1111", "8", "image/jpeg", "owl"),
    ]


def test_texts_beside_images_that_exiftool_lists_too_are_no_images(place: Place) -> None:
    kinds = {"fox.png": "image/png", "fox.txt": "text/plain", "fox.json": "application/json"}
    found = [{"SourceFile": f"Input/{name}", "MIMEType": kind} for name, kind in kinds.items()]
    (place.top / "all.json").write_text(json.dumps(found), encoding="utf-8")
    said = run(place, "ingest", "--in", "all.json")
    assert said == Said(0, f"1 image → {place.database}\n", "")
    assert rows(place.database, "SELECT path FROM images") == [("fox.png",)]


def test_an_array_that_breaks_off_gives_what_came_before(place: Place) -> None:
    one = {"SourceFile": "Input/a.png", "PNG:Parameters": "fox\nSteps: 20, Seed: 7"}
    text = json.dumps([one, 7, one | {"SourceFile": "Input/b.png"}, one])
    (place.top / "all.json").write_text(text[:-20], encoding="utf-8")
    said = run(place, "ingest", "--in", "all.json")
    assert (said.code, said.out) == (1, f"2 images → {place.database}\n")
    assert [line.partition(": ")[2].partition(": ")[0] for line in said.err.splitlines()] == [
        "object 2",
        "behind object 3",
    ]
    assert [path for (path,) in rows(place.database, "SELECT path FROM images ORDER BY path")] == [
        "a.png",
        "b.png",
    ]


def test_an_array_larger_than_what_is_read_at_once_is_taken_whole(place: Place) -> None:
    text = "fox " * 30_000 + "\nSteps: 20, Seed: 7"
    found = [{"SourceFile": f"Input/{number}.png", "PNG:Parameters": text} for number in range(20)]
    (place.top / "all.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    assert run(place, "ingest", "--in", "all.json").code == 0
    assert rows(place.database, "SELECT COUNT(*) FROM images WHERE steps = 20") == [(20,)]


def test_a_garbage_line_is_listed_and_its_neighbours_go_on(samples: Place) -> None:
    lines = (samples.top / "out" / "exif_raw.jsonl").read_bytes().splitlines()[:2]
    garbage = [
        b"no json",
        b"[1, 2]",
        b'{"SourceFile": 7}',
        b"",
        b"\xff\xfe",
        b'{"a": "\x1b[2J"}',
        b"[" * 100_000,
    ]
    wrong = b'{"SourceFile": "a.png", "AIImageMetaPipe": {"root": "Input"}}'
    (samples.top / "mixed.jsonl").write_bytes(b"\n".join([lines[0], *garbage, wrong, lines[1]]))
    said = run(samples, "ingest", "--in", "mixed.jsonl")
    complaint = "not an ExifTool object: a line must be a JSON object with SourceFile"
    assert (said.code, said.out) == (1, f"2 images → {samples.database}\n")
    assert said.err.splitlines()[:6] == [
        f"failed: line {number}: {complaint}" for number in (2, 3, 4, 6, 7, 8)
    ]
    assert [line[:16] for line in said.err.splitlines()[6:]] == ["failed: line 9: "]
    assert len(rows(samples.database, "SELECT 1 FROM images")) == 2


def test_a_dump_lists_the_file_that_cannot_be_read_and_goes_on(place: Place) -> None:
    draw(place.input / "fox.png", 7)
    (place.input / "broken.png").write_text("no image", encoding="utf-8")
    said = run(place, "dump", "--out", "dump.jsonl")
    reason = "not an image: starts with 6e 6f 20 69 6d 61 67 65 (no image)"
    assert said == Said(
        1, f"1 record → {place.top / 'dump.jsonl'}\n", f"failed: Input/broken.png: {reason}\n"
    )


def test_a_dump_of_a_configured_folder_that_is_not_there_says_so_and_of_a_typed_one_is_refused(
    place: Place,
) -> None:
    place.config.write_text('[[root]]\nname = "away"\npath = "away"\n', encoding="utf-8")
    away = place.top / "away"
    said, typed = run(place, "dump"), run(place, "dump", "--input", "away")
    assert said.code == 0
    assert (
        said.err
        == f"root 'away': {away} is not there; it is taken as offline and looked for again\n"
    )
    assert typed == Said(2, "", f"aiimagepipe: --input: {away}: is no folder that is there\n")


PROMPT = '=HYPERLINK("http://example.invalid"), 猫, "quoted"; one, two'


def test_records_are_written_as_json_lines_exactly_and_as_csv_that_no_spreadsheet_computes(
    place: Place,
) -> None:
    draw(place.input / "fox.png", 7, PROMPT)
    draw(place.input / "-2+3.png", 8, "two\nlines")
    assert run(place, "dump").code == 0
    words = (
        "--in",
        "out/exif_raw.jsonl",
        "--jsonl",
        "out/records.jsonl",
        "--csv",
        "out/records.csv",
    )
    assert run(place, "ingest", *words).code == 0
    lines = (place.top / "out" / "records.jsonl").read_text(encoding="utf-8").splitlines()
    objects = [json.loads(line) for line in lines]
    with (place.top / "out" / "records.csv").open(encoding="utf-8", newline="") as file:
        assert file.read(1) == "\ufeff"
        table = list(csv.DictReader(file))
    assert sorted((one["path"], one["positive_prompt"], one["seed"]) for one in objects) == [
        ("-2+3.png", "two\nlines", "8"),
        ("fox.png", PROMPT, "7"),
    ]
    assert table == [{name: as_text(value) for name, value in one.items()} for one in objects]


def as_text(value: object) -> str:
    """Return a value as it stands in the CSV file."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "-")) else text


def test_the_old_flag_for_the_schema_is_taken_for_our_own_and_answered_for_another(
    samples: Place,
) -> None:
    own = Path(__file__).resolve().parents[2] / "schema.sql"
    words = ("ingest", "--in", "out/exif_raw.jsonl", "--schema")
    assert run(samples, *words, str(own)).code == 0
    mine = samples.top / "mine.sql"
    mine.write_text("CREATE TABLE images (a);", encoding="utf-8")
    said = run(samples, *words, "mine.sql")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"aiimagepipe: --schema: {mine} is not this program's schema.sql")


@pytest.mark.parametrize("command", ["all", "dump"])
def test_another_exiftool_may_be_named_by_its_path_or_its_name(place: Place, command: str) -> None:
    draw(place.input / "fox.png", 7)
    place.configure(exiftool=str(place.top / "nothing"))
    found = shutil.which("exiftool")
    if found is None:
        pytest.skip("no ExifTool on PATH")
    assert run(place, command).code == 2
    assert run(place, command, "--exiftool", found).code == 0
    assert run(place, command, "--exiftool", "exiftool").code == 0


@pytest.mark.posix("Windows has no named pipes in folders")
def test_a_pipe_is_refused_instead_of_waited_for(place: Place) -> None:
    os.mkfifo(place.top / "pipe")
    said = run(place, "ingest", "--in", "pipe")
    assert (said.code, said.out) == (2, "")
    assert f"{place.top / 'pipe'}: is no file" in said.err
