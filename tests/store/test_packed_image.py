"""Rows that a reader process packed are the rows that it made."""

import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from store_dump import dump
from store_samples import LATER, NOW, image, odd_image

sys.path.append(str(Path(__file__).parent.parent / "parse"))

from golden_cases import Case, find_cases

from service import parse
from service.normalize import normalize
from service.readers.frames import pack_message, read_messages
from service.readers.messages import unpack_answer
from service.records import ImageRows, RawRecord, Resource, WatchedFile
from service.resources import collect_resources
from service.store import raw_records
from service.store.packed_image import (
    PackedImage,
    pack_image,
    replace_resources,
    unpack_resources,
)
from service.store.writer import Store
from service.tokens.cut import split_prompt

CASES = find_cases()


def send(packed: PackedImage) -> PackedImage:
    """Return packed rows as they arrive from a reader."""
    with tempfile.TemporaryFile() as pipe:
        pipe.write(pack_message(("rows", *packed)))
        pipe.seek(0)
        (message,) = read_messages(pipe)
    answer = unpack_answer(message)
    assert isinstance(answer, PackedImage)
    return answer


def make_rows(case: Case) -> ImageRows:
    """Return the rows of a golden case."""
    blobs = case.read_blobs()
    reading = parse.read_blobs(blobs)
    assert reading is not None
    rivals = tuple(generation for _, generation in reading.rivals)
    normalized = normalize(reading.generation, blobs, rivals)
    tokens = (
        *split_prompt(normalized.base.positive_prompt or "", "pos"),
        *split_prompt(normalized.base.negative_prompt or "", "neg"),
    )
    raw = RawRecord(
        file=WatchedFile(root="Golden", path=f"{case.name}.png", size=9, mtime_ns=7),
        mime_type="image/png",
        sha256=None,
        extractor="exiftool 12.57",
        tags={},
    )
    resources = collect_resources(normalized, tokens)
    return ImageRows(raw, normalized, tokens, resources, f"{case.generator}@1")


GOLDEN = {case.name: make_rows(case) for case in CASES}


def hard_rows() -> list[ImageRows]:
    """Return rows with what is hard to send or to bind."""
    odd = odd_image()
    return [
        odd,
        replace(
            odd,
            raw=replace(
                odd.raw,
                file=WatchedFile(
                    root="Input",
                    path="\udcff odd.png",
                    size=2**40,
                    mtime_ns=99_999_999_999_000_000_000,
                ),
                sha256=None,
                mime_type=None,
                tags={"PNG:Seed": 2**200, "PNG:Text": "lone \ud83d"},
            ),
            resources=(
                Resource("lora", "lone \udc00", "s", 1e308, model_version_id=10**30),
                Resource("vae", "deep", "s", extra={"n": 10**30, "list": [None, {"a": "\udc00"}]}),
            ),
        ),
        *(image(number) for number in range(20)),
    ]


def save_and_dump(path: Path, batches: list[list[ImageRows | PackedImage]]) -> list[str]:
    """Return what a new database says that these were saved in."""
    with Store.open(path) as store:
        for now, batch in zip((NOW, LATER), batches, strict=False):
            store.save(batch, now=now)
    with closing(apsw.Connection(str(path))) as connection:
        records = connection.execute("SELECT image_id, record FROM raw_records ORDER BY 1").get
        return [*dump(connection), repr(records)]


def test_rows_that_came_through_a_pipe_make_the_database_of_rows_saved_directly(
    tmp_path: Path,
) -> None:
    rows = [*hard_rows(), *GOLDEN.values()]
    again = rows[:10]  # saved a second time over themselves
    direct = save_and_dump(tmp_path / "direct.db", [list(rows), list(again)])
    packed = save_and_dump(
        tmp_path / "packed.db",
        [[send(pack_image(one)) for one in rows], [send(pack_image(one)) for one in again]],
    )
    assert packed == direct
    assert len(direct) > len(rows)


@pytest.mark.parametrize("rows", hard_rows()[:2], ids=("odd", "hard"))
def test_every_part_of_packed_rows_arrives_as_it_was_packed(rows: ImageRows) -> None:
    packed = pack_image(rows)
    assert send(packed) == packed
    assert send(packed).watched_file == rows.raw.file


@pytest.mark.parametrize("name", GOLDEN)
def test_the_resources_of_packed_rows_are_those_of_the_rows(name: str) -> None:
    rows = GOLDEN[name]
    assert unpack_resources(send(pack_image(rows))) == rows.resources


def test_the_record_of_packed_rows_is_the_record_of_the_file() -> None:
    for rows in hard_rows():
        packed = send(pack_image(rows))
        record = raw_records.unpack(
            packed.record, packed.watched_file, rows.raw.mime_type, rows.raw.sha256
        )
        assert record == rows.raw


def test_a_record_that_is_at_hand_is_not_packed_again() -> None:
    assert pack_image(odd_image(), b"as it is kept").record == b"as it is kept"


def test_replaced_resources_make_the_database_of_rows_that_had_them_from_the_first(
    tmp_path: Path,
) -> None:
    rows = odd_image()
    checkpoint, *others = rows.resources
    air = "urn:air:sdxl:checkpoint:civitai:5@6"
    named = (replace(checkpoint, label="harbour", air=air), *others)
    names = {"model.safetensors": "harbour", "vae.pt": "sea", "4x": "4x-UltraSharp"}
    base, *later = rows.image.passes
    passes = (replace(base, model="harbour"), *later)
    expected = replace(
        rows,
        resources=named,
        image=replace(rows.image, passes=passes, vae="sea", upscaler="4x-UltraSharp"),
    )
    replaced = replace_resources(send(pack_image(rows)), named, names)
    assert unpack_resources(replaced) == named
    assert replaced == pack_image(expected, replaced.record)
    assert save_and_dump(tmp_path / "replaced.db", [[replaced]]) == save_and_dump(
        tmp_path / "expected.db", [[expected]]
    )


def test_a_name_that_nobody_knows_stays_when_resources_are_replaced() -> None:
    packed = pack_image(odd_image())
    assert replace_resources(packed, unpack_resources(packed), {"another": "name"}) == packed
