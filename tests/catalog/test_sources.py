"""Files of models: maps as spreadsheets write them, exports of any size, and junk."""

import json
from pathlib import Path

import psutil
import pytest

from service.catalog.sources import read_models
from service.errors import BadFileError
from service.records import ResourceKind
from service.resources.known_models import KnownModel, Trust


def entry(
    version: int | None, kind: ResourceKind | None, name: str | None, **hashes: str
) -> KnownModel:
    return KnownModel(
        version_id=version,
        kind=kind,
        model_name=name,
        hashes=hashes,  # type: ignore[arg-type]
        source="map.csv",
        trust=Trust.MANUAL,
    )


NO_MODEL = (
    "describes no model, and is left out: it needs an id in ref, an AIR, a hash or a file's name, "
    "and what that is"
)

EXPECTED = [
    entry(128713, "checkpoint", "Model, with a comma", autov2="879db523c3"),
    entry(210873, "lora", 'Größe "L"'),
    entry(None, "embedding", "easynegative", autov3="c74b4e810b03"),
]

ROWS = (
    ("ref", "Kind", "Name", "HASH", "remark"),
    ("modelVersionId:128713", "checkpoint", "Model, with a comma", "879DB523C3", "x"),
    ("210873", "LORA", 'Größe "L"', "", ""),
    ("", "textual inversion", "easynegative", "c74b4e810b03", ""),
)


def table(delimiter: str, end: str = "\r\n") -> str:
    return "".join(
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) + end for row in ROWS
    )


@pytest.mark.parametrize(
    "data",
    [
        table(",").encode(),
        table(";").encode("utf-8-sig"),
        table("\t", "\n").encode("utf-16"),
        b"\xfe\xff" + table(",").encode("utf-16-be"),
        b"sep=|\r\n" + table("|").encode(),
        table(";").encode("cp1252"),
    ],
)
def test_a_map_as_spreadsheets_and_powershell_write_it(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "map.csv"
    file.write_bytes(data)
    assert list(read_models(file, Trust.MANUAL)) == EXPECTED


@pytest.mark.parametrize(
    ("data", "trust", "why"),
    [
        (
            b"",
            Trust.CIVITAI,
            "describes no model; docs/resolve.md lists the shapes that are understood",
        ),
        (
            b"[]",
            Trust.CIVITAI,
            "describes no model; docs/resolve.md lists the shapes that are understood",
        ),
        (b"<html>404</html>", Trust.CIVITAI, "no JSON at character 1: Expecting value"),
        (b"\x80\x04\x95pickle", Trust.CIVITAI, "no JSON at character 1: Expecting value"),
        (b"", Trust.MANUAL, "the first line must name the columns, such as ref,kind,name,hash"),
        (
            b"123,lora,x\n",
            Trust.MANUAL,
            "the first line must name the columns, such as ref,kind,name,hash",
        ),
        (
            b"\x00\xff" * 999,
            Trust.MANUAL,
            "the first line must name the columns, such as ref,kind,name,hash",
        ),
        (
            b"ref,kind\n,\n,,,,\nx,y\n",
            Trust.MANUAL,
            f"line 4 {NO_MODEL}",
        ),
        (
            b"ref,kind\n",
            Trust.MANUAL,
            "describes no model; docs/resolve.md lists the shapes that are understood",
        ),
        (b"ref,name\n1," + b"x" * 200_000, Trust.MANUAL, "field larger than field limit (131072)"),
    ],
)
def test_what_tells_of_no_model_is_a_bad_file(
    tmp_path: Path, data: bytes, trust: Trust, why: str
) -> None:
    file = tmp_path / "f"
    file.write_bytes(data)
    with pytest.raises(BadFileError) as raised:
        list(read_models(file, trust))
    assert str(raised.value) == f"{file}: {why}"


def test_a_line_that_is_not_understood_is_named_and_its_neighbours_are_taken(
    tmp_path: Path,
) -> None:
    file = tmp_path / "map.csv"
    file.write_text(
        "sep=;\nref;kind;name\n210873;loraa;X\nabc;lora;\n;;\n7;lora;Y\n", encoding="utf-8"
    )
    models = read_models(file, Trust.MANUAL)
    assert [next(models), next(models)] == [entry(210873, None, "X"), entry(7, "lora", "Y")]
    with pytest.raises(BadFileError) as raised:
        next(models)
    assert str(raised.value) == (
        f"{file}: line 3 has a kind that is not known, and is taken without it: 'loraa'; "
        f"line 4 {NO_MODEL}"
    )


def test_a_line_with_more_cells_than_the_heading_is_not_cut_but_named(tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_text("ref,kind,name\n1,lora,Soft, light\n2,lora,Y,,\n", encoding="utf-8")
    models = read_models(file, Trust.MANUAL)
    assert next(models) == entry(2, "lora", "Y")
    with pytest.raises(BadFileError) as raised:
        next(models)
    assert str(raised.value) == (
        f"{file}: line 2 has more cells than the first line, and is left out "
        "(put quotes around a text with a comma in it)"
    )


def test_a_line_that_is_cut_off_or_goes_on_behind_an_open_quote_is_named(tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_text(
        'ref,kind,name,hash\n1,lora,X\n2,lora,"Y,\n3,lora,Z,\n4,lora,W,\n', encoding="utf-8"
    )
    models = read_models(file, Trust.MANUAL)
    assert [next(models).version_id, next(models).version_id] == [1, 2]
    with pytest.raises(BadFileError) as raised:
        next(models)
    few = "has fewer cells than the first line, and is taken as far as it goes"
    assert str(raised.value) == (
        f"{file}: line 2 {few}; line 5 {few}, and has a text of several lines: "
        "is a quote not closed?"
    )


def test_a_line_that_is_left_out_is_not_said_to_be_taken_as_far_as_it_goes(tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_text("ref,kind,name\n1,lora,X\n,lora\n", encoding="utf-8")
    models = read_models(file, Trust.MANUAL)
    assert next(models).version_id == 1
    with pytest.raises(BadFileError) as raised:
        next(models)
    assert str(raised.value) == f"{file}: line 3 {NO_MODEL}"


@pytest.mark.parametrize(
    "text",
    [
        '[{"ref": 1, "kind": "loraa", "name": "X"}, {"ref": 2, "kind": "lora", "name": "Y"}]',
        '{"1": {"kind": "loraa", "name": "X"}, "2": {"kind": "lora", "name": "Y"}}',
    ],
)
def test_a_kind_that_is_not_known_in_a_json_map_is_named_and_its_entry_taken(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "map.json"
    file.write_text(text, encoding="utf-8")
    models = read_models(file, Trust.MANUAL)
    found = [next(models), next(models)]
    assert [(one.version_id, one.kind) for one in found] == [(1, None), (2, "lora")]
    with pytest.raises(BadFileError) as raised:
        next(models)
    why = "kinds that are not known, whose entries are taken without them: 'loraa'"
    assert str(raised.value) == f"{file}: {why}"


def test_of_very_many_lines_that_are_not_understood_twenty_are_named(tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    lines = "\n".join(f"{number},odd,X" for number in range(1, 31))
    file.write_text(f"ref,kind,name\n{lines}\n", encoding="utf-8")
    with pytest.raises(BadFileError) as raised:
        list(read_models(file, Trust.MANUAL))
    assert str(raised.value).count("'odd'") == 20
    assert str(raised.value).endswith("; and 10 more lines")


def test_a_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_text(
        '[{"modelVersionId": 1, "kind": "lora"}, {"modelVersionId": 2, "ki', encoding="utf-8"
    )
    models = read_models(file, Trust.MANUAL)
    assert next(models) == entry(1, "lora", None)
    with pytest.raises(BadFileError):
        next(models)


def test_a_file_that_is_not_there_is_a_bad_file(tmp_path: Path) -> None:
    with pytest.raises(BadFileError):
        list(read_models(tmp_path / "none.json", Trust.CIVITAI))


def test_json_lines_are_read(tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_text(
        "".join(json.dumps({"modelVersionId": n, "kind": "lora"}) + "\n" for n in (1, 2, 3)),
        encoding="utf-8",
    )
    assert list(read_models(file, Trust.MANUAL)) == [entry(n, "lora", None) for n in (1, 2, 3)]


@pytest.mark.slow
def test_forty_thousand_versions_take_the_memory_of_a_few(tmp_path: Path) -> None:
    file = tmp_path / "dump.json"
    with file.open("w", encoding="utf-8") as out:
        out.write('{"items": [')
        for number in range(1, 8_001):
            versions = [
                {
                    "id": number * 5 + n,
                    "name": f"v{n}",
                    "baseModel": "Pony",
                    "description": "x" * 1500,
                    "files": [
                        {
                            "name": f"{number}-{n}.safetensors",
                            "hashes": {"SHA256": f"{number * 5 + n:064x}"},
                        }
                    ],
                }
                for n in range(5)
            ]
            model = {
                "id": number,
                "name": f"model {number}",
                "type": "LORA",
                "modelVersions": versions,
            }
            out.write(("," if number > 1 else "") + json.dumps(model))
        out.write("]}")
    assert file.stat().st_size > 50_000_000
    process = psutil.Process()
    start, peak, count = process.memory_info().rss, 0, 0
    for count, _ in enumerate(read_models(file, Trust.CIVITAI), 1):  # counted to its end
        if count % 2_000 == 0:
            peak = max(peak, process.memory_info().rss)
    # Kept in a list, they take 38 MB; the whole file as a text takes 60.
    assert (count, peak - start < 20_000_000) == (40_000, True), peak - start
