"""A real reader process says of files what the steps say that it runs."""

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import zstandard
from ended import wait_until_ended
from patience import PATIENCE_S
from slates import slate_and_writer

sys.path.append(str(Path(__file__).parent.parent / "service"))

from drawn_images import draw_many, infotext, png

from service import demo, pipeline
from service.dump_lines import make_line
from service.errors import BadFileError, FileGoneError, StartError, TryAgainError
from service.extract.exiftool_settings import ExifToolSettings, find_exiftool
from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.extract.signatures import STEP, Signature, inspect
from service.extract.version_memory import find_perl
from service.readers.frames import MessageWriter, read_messages
from service.readers.messages import (
    READ,
    TAKE,
    Answer,
    Failed,
    Taken,
    pack_known,
    pack_seen,
    pack_signature,
    pack_to_read,
)
from service.readers.process import ReaderProcess
from service.readers.reader_settings import ReaderSettings
from service.readers.readers import Question, Readers
from service.readers.slate import Note, SlateWriter
from service.readers.work import ExifToolDeadlines, ReaderWork
from service.records import RawRecord, WatchedFile
from service.store import raw_records
from service.store.packed_image import PackedImage, pack_image
from service.store.raw_records import StoredRecord

START = "import sys\nfrom service.readers.__main__ import main\nmain(*sys.argv[1:])"
NOWHERE = Path("/nowhere/exiftool").absolute()


@pytest.fixture(scope="module", autouse=True)
def _service_is_found() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
        yield


@pytest.fixture(scope="module")
def readers(_service_is_found: None) -> Iterator[Readers]:
    with Readers() as started:
        started.require(PATIENCE_S)
        yield started


def answers(question: Question) -> list[Answer]:
    """Return the answers to a question, those of the slow lane too."""
    assert question.wait(PATIENCE_S)
    return question.wait_for_all()


def look(readers: Readers, *places: Path) -> list[Answer]:
    return answers(readers.look([(place, watched(place, place.parent)) for place in places]))


def watched(place: Path, top: Path) -> WatchedFile:
    found = place.stat()
    return WatchedFile(
        root="Input",
        path=place.relative_to(top).as_posix(),
        size=found.st_size,
        mtime_ns=found.st_mtime_ns,
    )


def to_read(top: Path) -> list[FileToRead]:
    """Return every image below a folder as it is read."""
    files: list[FileToRead] = []
    for place in sorted(path for path in top.rglob("*") if path.is_file()):
        file = watched(place, top)
        files.append(FileToRead(place, file, inspect(place, file.size)))
    return files


def read_here(files: Sequence[FileToRead]) -> list[RawRecord]:
    """Return the records of files, read in this process."""
    records: list[RawRecord] = []
    with TagReader() as reader:
        for _, outcome in reader.begin(files).result(PATIENCE_S):
            assert isinstance(outcome, RawRecord)
            records.append(outcome)
    return records


def said_by(rows: PackedImage) -> bytes:
    """Return what the record of an image says, packed no more."""
    return zstandard.ZstdDecompressor().decompress(rows.record)


def stored(rows: PackedImage) -> StoredRecord:
    mime_type, sha256 = rows.image["mime_type"], rows.image["sha256"]
    assert isinstance(mime_type, str)
    assert isinstance(sha256, str)
    return StoredRecord(rows.watched_file, mime_type, sha256, rows.record)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Return a folder of drawn images and of one sample of each kind."""
    draw_many(tmp_path / "images", 40)
    list(demo.write_samples(tmp_path / "images" / "samples"))
    (tmp_path / "images" / "says nothing.png").write_bytes(png(None))
    return tmp_path / "images"


@pytest.mark.exiftool
def test_a_look_is_what_the_bytes_say(readers: Readers, images: Path) -> None:
    files = to_read(images)
    found = look(readers, *(each.location for each in files))
    assert found == [each.signature for each in files]
    assert len({one.sha256 for one in found if isinstance(one, Signature)}) == len(files)


@pytest.mark.exiftool
@pytest.mark.parametrize("is_direct", [True, False])
def test_what_is_looked_at_comes_with_its_rows_where_no_exiftool_is_needed(
    images: Path,
    is_direct: bool,  # noqa: FBT001
) -> None:
    files = to_read(images)
    asked = [(each.location, each.file) for each in files]
    with Readers(replace(ReaderSettings(), direct=is_direct)) as readers:
        taken = answers(readers.take(asked))
        read = answers(readers.read(files))
    plain = [one for one in read if isinstance(one, PackedImage) and b"direct" in said_by(one)]
    assert bool(plain) == is_direct
    assert taken == [
        Taken(each.signature, rows if rows in plain else None)
        for each, rows in zip(files, read, strict=True)
    ]


@pytest.mark.exiftool
def test_a_reader_that_hashes_a_large_file_shows_that_it_goes_on(tmp_path: Path) -> None:
    place = tmp_path / "a.png"
    place.write_bytes(png(infotext(1)))
    os.truncate(place, 3 * STEP + 1)
    requests: queue.SimpleQueue[object] = queue.SimpleQueue()
    requests.put((7, "look", False, [pack_seen(place, watched(place, tmp_path))]))
    requests.put(None)
    notes: list[Note | None] = []
    with slate_and_writer() as (slate, writer), (tmp_path / "answers").open("wb", 0) as pipe:

        class Noticed(SlateWriter):
            """Goes on, and takes down what the main process sees of it."""

            def __init__(self) -> None:
                """Take the place of ``writer``."""

            def note(self, number: int, place: int, stage: str, size: int) -> None:
                writer.note(number, place, stage, size)
                notes.append(slate.read())

            def go_on(self) -> None:
                writer.go_on()
                notes.append(slate.read())

        work = ReaderWork(None, ExifToolDeadlines(1.0, 1.0, 1.0), Noticed(), MessageWriter(pipe))
        work.serve(requests)
    seen = [note for note in notes if note is not None]
    assert [note[:4] for note in seen] == [(7, 0, "look", STEP)] * 4
    assert len({note.begun for note in seen}) == 1
    assert sorted(note.time for note in seen) == [note.time for note in seen]
    with (tmp_path / "answers").open("rb") as pipe:
        assert [message[:3] for message in read_messages(pipe)] == [("is", 7, 0)]


@pytest.mark.exiftool
def test_a_bug_in_a_stage_is_logged_once_from_the_look_to_the_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def slip(_raw: RawRecord) -> None:
        raise IndexError("a slip")

    monkeypatch.setattr("service.pipeline.process", slip)
    place = tmp_path / "a.png"
    place.write_bytes(png(infotext(1)))
    [file] = to_read(tmp_path)
    requests: queue.SimpleQueue[object] = queue.SimpleQueue()
    requests.put((1, TAKE, False, [pack_known(place, file.file)]))
    requests.put((2, READ, False, [pack_to_read(file)]))
    requests.put(None)
    told = tmp_path / "answers"
    with slate_and_writer() as (_, writer), told.open("wb", 0) as pipe:
        settings = ExifToolSettings(direct=True, memory=tmp_path / "memory.json")
        with TagReader(settings) as tags:
            work = ReaderWork(tags, ExifToolDeadlines(9.0, 9.0, 1.0), writer, MessageWriter(pipe))
            work.serve(requests)
    with told.open("rb") as pipe:
        answers = [message[3] for message in read_messages(pipe)]
    assert answers == [
        ("taken", pack_signature(file.signature), None),
        ("failed", "parse", "IndexError", "a slip"),
    ]
    assert [each.message for each in caplog.records] == ["bug_in_a_stage"]


@pytest.mark.exiftool
def test_what_is_read_is_what_the_steps_make_of_it(readers: Readers, images: Path) -> None:
    files = to_read(images)
    expected = [pack_image(pipeline.process(raw)) for raw in read_here(files)]
    assert answers(readers.read(files)) == expected
    assert readers.version == read_here(files[:1])[0].extractor


@pytest.mark.exiftool
def test_what_is_read_for_a_dump_is_the_line_of_its_record(readers: Readers, images: Path) -> None:
    files = to_read(images)
    expected = [
        make_line(raw, each.location) for raw, each in zip(read_here(files), files, strict=True)
    ]
    assert answers(readers.read_lines(files)) == expected


@pytest.mark.exiftool
def test_rows_made_again_from_a_record_are_the_rows_that_were_read(
    readers: Readers, images: Path
) -> None:
    rows: list[PackedImage] = []
    for answer in answers(readers.read(to_read(images))):
        assert isinstance(answer, PackedImage)
        rows.append(answer)
    assert answers(readers.remake([stored(one) for one in rows])) == rows


@pytest.mark.exiftool
def test_questions_under_way_together_have_each_their_answers(
    readers: Readers, images: Path
) -> None:
    files = to_read(images)
    questions = [readers.read([each]) for each in files]
    looks = [readers.look([(each.location, each.file)]) for each in files]
    assert [answers(one) for one in looks] == [[each.signature] for each in files]
    for each, question in zip(files, questions, strict=True):
        (answer,) = answers(question)
        assert isinstance(answer, PackedImage)
        assert answer.watched_file == each.file


def described(answer: Answer) -> tuple[type[Answer], str]:
    assert isinstance(answer, BadFileError | TryAgainError)
    return type(answer), str(answer)


@pytest.mark.exiftool
def test_a_file_that_is_gone_grown_shorter_or_no_image_is_an_error_of_its_own(
    readers: Readers, tmp_path: Path
) -> None:
    good = tmp_path / "good.png"
    good.write_bytes(png(infotext(1)))
    seen = watched(good, tmp_path)
    size = seen.size
    no_images = (tmp_path / "no image.png", tmp_path / "folder.png")
    no_images[0].write_text("no image", encoding="utf-8")
    no_images[1].mkdir()
    asked = [
        (tmp_path / "gone.png", seen),
        (good, replace(seen, size=size + 1)),
        (good, replace(seen, size=size - 1)),
        (good, replace(seen, mtime_ns=seen.mtime_ns - 1)),
        *[(place, watched(place, tmp_path)) for place in no_images],
        (good, seen),
    ]
    *wrong, right = answers(readers.look(asked))
    *also_wrong, taken = answers(readers.take(asked))
    assert taken == Taken(right, None)  # these readers read by ExifTool alone
    assert [described(one) for one in also_wrong] == [described(one) for one in wrong]
    assert [described(one) for one in wrong] == [
        (FileGoneError, "gone before it was read: No such file or directory"),
        (TryAgainError, f"still being written: {size} bytes read, {size + 1} expected"),
        (TryAgainError, f"still being written: {size} bytes read, {size - 1} expected"),
        (TryAgainError, "written since it was seen"),
        (BadFileError, "not an image: starts with 6e 6f 20 69 6d 61 67 65 (no image)"),
        (BadFileError, "not a regular file"),
    ]
    assert right == inspect(good, size)


@pytest.mark.exiftool
def test_a_file_that_goes_between_look_and_reading_costs_its_neighbours_nothing(
    readers: Readers, images: Path
) -> None:
    files = to_read(images)
    gone = files[3]
    gone.location.unlink()
    found = answers(readers.read(files))
    assert described(found.pop(3)) == (FileGoneError, "gone before ExifTool read it")
    del files[3]
    assert found == [pack_image(pipeline.process(raw)) for raw in read_here(files)]


@pytest.mark.exiftool
def test_a_file_whose_name_cannot_go_through_a_pipe_of_lines_is_read(
    readers: Readers, tmp_path: Path
) -> None:
    place = tmp_path / "two\nlines.png"
    try:
        place.write_bytes(png(infotext(7)))
    except OSError:
        pytest.skip("this system takes no such name")
    (answer,) = answers(readers.read(to_read(tmp_path)))
    assert isinstance(answer, PackedImage)
    assert (answer.image["seed"], answer.watched_file.path) == ("7", "two\nlines.png")


@pytest.mark.exiftool
def test_a_damaged_record_is_a_failure_of_the_store_and_the_next_is_made(
    readers: Readers, images: Path
) -> None:
    (rows,) = answers(readers.read(to_read(images)[:1]))
    assert isinstance(rows, PackedImage)
    good = stored(rows)
    damaged = StoredRecord(good.file, good.mime_type, good.sha256, b"no record")
    failed, made = answers(readers.remake([damaged, good]))
    assert isinstance(failed, Failed)
    assert (failed.stage, failed.error_class) == ("store", "ZstdError")
    assert made == rows


def test_rows_are_made_from_records_without_exiftool() -> None:
    file = WatchedFile(root="Input", path="a.png", size=9, mtime_ns=7)
    raw = RawRecord(
        file=file,
        mime_type="image/png",
        sha256="0" * 64,
        extractor="exiftool 12.57",
        tags={"PNG:Parameters": infotext(5)},
    )
    record = StoredRecord(file, raw.mime_type, raw.sha256, raw_records.pack(raw))
    settings = ReaderSettings(exiftool=NOWHERE, reads_files=False)
    with Readers(settings) as readers:
        readers.require(PATIENCE_S)
        assert readers.version == "no ExifTool"
        assert answers(readers.remake([record])) == [pack_image(pipeline.process(raw))]


def test_a_program_in_the_working_folder_is_not_run_by_a_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orjson.py").write_text("raise SystemExit(9)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with Readers(ReaderSettings(reads_files=False)) as started:
        started.require(PATIENCE_S)


def test_who_reads_files_without_exiftool_is_told_at_the_start() -> None:
    with (
        Readers(ReaderSettings(exiftool=NOWHERE)) as readers,
        pytest.raises(StartError, match="exiftool"),
    ):
        readers.require(PATIENCE_S)


@pytest.mark.skipif(sys.platform == "win32", reason="there a job holds them together")
def test_exiftool_is_in_its_reader_s_group_and_ends_with_it_where_it_is_tied_to_nothing() -> None:
    program = f"import service.process_tree\nservice.process_tree._leash = lambda: ()\n{START}"
    argv = [sys.executable, "-c", program, ReaderSettings().to_json()]
    is_ready, ends = threading.Event(), list[str]()
    reader = ReaderProcess(argv, None, lambda *_: is_ready.set(), lambda _, why: ends.append(why))
    assert is_ready.wait(PATIENCE_S)
    assert reader.pid is not None
    exiftools = psutil.Process(reader.pid).children(recursive=True)
    os.kill(reader.pid, signal.SIGKILL)  # itself alone, as a system without memory does
    assert reader.join(PATIENCE_S)
    wait_until_ended(exiftools)
    assert (len(exiftools), ends) == (1, ["it died (exit code -9)"])


def test_exiftool_has_in_the_slow_lane_the_time_that_is_configured() -> None:
    with Readers(ReaderSettings(reads_files=False, slow_s=600.0)) as readers:
        assert readers._fleet._deadlines.allowed(0, is_slow=True) > 600.0


@pytest.mark.exiftool
@pytest.mark.parametrize("starts_exiftool", [True, False])
def test_a_service_starts_its_exiftool_at_once_and_a_pass_only_when_it_needs_one(
    tmp_path: Path, *, starts_exiftool: bool
) -> None:
    settings = ReaderSettings(direct=True, memory=tmp_path / "images.db.exiftool.json")
    exiftool = find_exiftool(None)
    if find_perl(exiftool) is None:
        pytest.skip("the ExifTool at hand is no Perl script, and is asked each time")
    with TagReader(ExifToolSettings(direct=True, memory=settings.memory)) as reader:
        version = reader.version
    others = psutil.Process().children(recursive=True)
    with Readers(settings, starts_exiftool=starts_exiftool) as readers:
        readers.require(PATIENCE_S)
        children = set(psutil.Process().children(recursive=True)) - set(others)
        started = [one for one in children if str(exiftool) in one.cmdline()]
        assert (readers.version, len(started)) == (version, int(starts_exiftool))


def test_the_settings_of_a_reader_come_through_its_command_line() -> None:
    settings = ReaderSettings(
        exiftool=NOWHERE, memory=NOWHERE, stealth=False, slow_s=7.5, memory_limit=None
    )
    assert ReaderSettings.from_json(json.loads(settings.to_json())) == settings
    assert ReaderSettings.from_json(json.loads(ReaderSettings().to_json())) == ReaderSettings()
