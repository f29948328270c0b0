"""The reader against ExifTools that misbehave: each file meets its own fate."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import psutil
import pytest

from service.errors import (
    BadFileError,
    ExtractorMissingError,
    FileGoneError,
    TooSlowError,
    TryAgainError,
)
from service.extract.exiftool_settings import ExifToolSettings
from service.extract.file_to_read import FileToRead, ReadOutcome
from service.extract.reader import TagReader
from service.process_tree import ProcessTree
from service.records import RawRecord


class MakeFile(Protocol):
    def __call__(self, name: str | bytes = ..., data: bytes = ...) -> FileToRead: ...


MakeReader = Callable[..., TagReader]


@pytest.fixture
def reader(fake: Callable[[str], Path]) -> Iterator[MakeReader]:
    """Return a maker of readers over an ExifTool that behaves as told."""
    made: list[TagReader] = []

    def make(behaviour: str = "", deadline_s: float = 10.0, recycle_after: int = 5000) -> TagReader:
        settings = ExifToolSettings(
            fake(behaviour), deadline_s=deadline_s, recycle_after=recycle_after
        )
        made.append(TagReader(settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


def fates(outcomes: list[ReadOutcome]) -> dict[str, object]:
    """Return what became of each file, by name: its prompt, or the error's class and words."""
    return {each.location.name: fate(outcome) for each, outcome in outcomes}


def fate(outcome: object) -> object:
    if isinstance(outcome, RawRecord):
        return outcome.tags.get("PNG:Parameters")
    return type(outcome), str(outcome)


def pids() -> set[int]:
    """Return the ExifTools of these tests: others may have a gallery running, too."""
    return {child.pid for child in psutil.Process().children() if "-stay_open" in command_of(child)}


def command_of(process: psutil.Process) -> list[str]:
    """Return the words of its command; none where it has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_records_hold_all_that_is_known(reader: MakeReader, make_file: MakeFile) -> None:
    each = make_file()
    assert reader().begin([each]).result() == [
        (
            each,
            RawRecord(
                file=each.file,
                mime_type="image/png",
                sha256=each.signature.sha256,
                extractor="exiftool 12.99",
                tags={"PNG:Parameters": "a.png"},
            ),
        ),
    ]


def test_outcomes_come_in_the_order_of_asking(reader: MakeReader, make_file: MakeFile) -> None:
    backwards = "def read(paths, number): speak(entries(paths[::-1]), number)"
    files = [make_file(f"{number}.png") for number in range(9)]
    got = reader(backwards).begin(files).result()
    assert [(each, fate(outcome)) for each, outcome in got] == [
        (each, each.location.name) for each in files
    ]


def test_no_files_give_no_outcomes(reader: MakeReader) -> None:
    assert reader().begin([]).result() == []


DIES = "if is_poison(paths): os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize(
    ("misdeed", "words"),
    [
        (DIES, "ExifTool died (exit code -9), on this file alone"),
        (
            "if is_poison(paths): sys.exit(2)",
            "ExifTool died (exit code 2), on this file alone",
        ),
        (
            "if is_poison(paths): return speak('junk', number)",
            "ExifTool's answer is not JSON: b'junk', on this file alone",
        ),
        (
            "if is_poison(paths): return speak(entries(paths)[:-5], number)",
            "ExifTool's answer is not JSON: b'[{",
        ),
        (
            "if is_poison(paths): return speak(entries(['/stranger']), number)",
            "ExifTool answered for a file it was not asked for: /stranger, on this file alone",
        ),
        (
            "if is_poison(paths): return speak('', number, 'Error: Bad luck - x\\n')",
            "ExifTool: Error: Bad luck - x",
        ),
        (
            "paths = [path for path in paths if 'poison' not in path]",
            "ExifTool gave no answer for this file",
        ),
        (
            "if is_poison(paths): sys.stdout.write('[{'); sys.stdout.flush(); os._exit(1)",
            "ExifTool died (exit code 1), on this file alone",
        ),
    ],
)
def test_a_file_that_upsets_exiftool_is_bad_and_its_neighbours_are_read(
    reader: MakeReader,
    make_file: MakeFile,
    misdeed: str,
    words: str,
) -> None:
    files = [make_file(name) for name in ("a.png", "poison.png", "b.png")]
    got = fates(
        reader(f"def read(paths, number):\n    {misdeed}\n    speak(entries(paths), number)")
        .begin(files)
        .result()
    )
    kind, message = got.pop("poison.png")  # type: ignore[misc]
    assert got == {"a.png": "a.png", "b.png": "b.png"}
    assert (kind, message[: len(words)]) == (BadFileError, words)


def test_a_file_over_which_exiftool_hangs_is_bad(reader: MakeReader, make_file: MakeFile) -> None:
    hangs = "if is_poison(paths): time.sleep(60)"
    behaviour = f"def read(paths, number):\n    {hangs}\n    speak(entries(paths), number)"
    files = [make_file(name) for name in ("a.png", "poison.png", "b.png")]
    assert fates(reader(behaviour, deadline_s=0.5).begin(files).result()) == {
        "a.png": "a.png",
        "poison.png": (TooSlowError, "ExifTool hung for 0.5 s, on this file alone"),
        "b.png": "b.png",
    }


def test_a_deadline_given_with_the_question_wins(reader: MakeReader, make_file: MakeFile) -> None:
    hangs = "def read(paths, number): time.sleep(60)"
    got = fates(reader(hangs, deadline_s=60).begin([make_file()]).result(deadline_s=0.2))
    assert got == {"a.png": (TooSlowError, "ExifTool hung for 0.2 s, on this file alone")}


def test_junk_before_a_good_answer_costs_nothing_but_a_second_read(
    reader: MakeReader, make_file: MakeFile
) -> None:
    junk = "'junk ' if len(paths) > 1 else ''"
    behaviour = f"def read(paths, number): speak(({junk}) + entries(paths), number)"
    files = [make_file("a.png"), make_file("b.png")]
    assert fates(reader(behaviour).begin(files).result()) == {"a.png": "a.png", "b.png": "b.png"}


def test_bytes_that_are_no_utf8_cost_their_own_characters(
    reader: MakeReader, make_file: MakeFile
) -> None:
    latin = "entries(paths).encode().replace(b'\"a.png', b'\"caf\\xe9')"
    behaviour = f"def read(paths, number): speak({latin}, number)"
    assert fates(reader(behaviour).begin([make_file()]).result()) == {"a.png": "caf\ufffd"}


def test_a_program_that_says_nothing_on_stderr_is_waited_for_but_a_moment(
    reader: MakeReader,
    make_file: MakeFile,
) -> None:
    mute = "def read(paths, number): print(entries(paths) + '{ready' + number + '}', flush=True)"
    assert fates(reader(mute).begin([make_file()]).result()) == {"a.png": "a.png"}


def test_later_batches_survive_the_death_of_an_earlier_one(
    reader: MakeReader, make_file: MakeFile
) -> None:
    running = reader(f"def read(paths, number):\n    {DIES}\n    speak(entries(paths), number)")
    pending = [running.begin([make_file(name)]) for name in ("poison.png", "b.png", "c.png")]
    assert [fates(each.result()) for each in pending] == [
        {"poison.png": (BadFileError, "ExifTool died (exit code -9), on this file alone")},
        {"b.png": "b.png"},
        {"c.png": "c.png"},
    ]


def test_a_result_may_be_asked_for_twice(reader: MakeReader, make_file: MakeFile) -> None:
    pending = reader().begin([make_file()])
    assert pending.result() == pending.result()


def test_a_process_killed_from_outside_costs_no_file(
    reader: MakeReader, make_file: MakeFile
) -> None:
    running = reader("def read(paths, number): time.sleep(0.3); speak(entries(paths), number)")
    pending = running.begin([make_file("a.png"), make_file("b.png")])
    for pid in pids():
        os.kill(pid, signal.SIGKILL)
    assert fates(pending.result()) == {"a.png": "a.png", "b.png": "b.png"}


def test_files_wait_while_exiftool_is_away_and_are_read_when_it_is_back(
    reader: MakeReader,
    make_file: MakeFile,
    fake: Callable[[str], Path],
) -> None:
    running = reader()
    place = fake("")
    away = place.rename(place.with_name("away"))
    for pid in pids():
        os.kill(pid, signal.SIGKILL)
    files = [make_file("a.png"), make_file("b.png"), make_file(b"lat\xe9.png")]
    got = running.begin(files).result()
    assert [type(outcome) for _, outcome in got] == [ExtractorMissingError] * 3
    assert str(got[0][1]).startswith(
        f"extract.exiftool: {place} is not a program that can be run: install ExifTool"
    )
    away.rename(place)
    assert fates(running.begin(files[:2]).result()) == {"a.png": "a.png", "b.png": "b.png"}


def test_a_file_that_went_meanwhile_is_gone(reader: MakeReader, make_file: MakeFile) -> None:
    running = reader(
        "def read(paths, number): speak(entries([p for p in paths if os.path.exists(p)]), number)"
    )
    files = [make_file("a.png"), make_file("b.png"), make_file("c\nd.png")]
    files[0].location.unlink()
    files[2].location.unlink()
    assert fates(running.begin(files).result()) == {
        "a.png": (FileGoneError, "gone before ExifTool read it"),
        "b.png": "b.png",
        "c\nd.png": (FileGoneError, "gone before ExifTool read it"),
    }


def test_a_file_that_was_locked_meanwhile_is_tried_again(
    reader: MakeReader, make_file: MakeFile
) -> None:
    locked = "{'SourceFile': paths[0], 'ExifTool:Error': 'Error opening file'}"
    running = reader(f"def read(paths, number): speak(json.dumps([{locked}]), number)")
    words = "ExifTool could not open it, though we could: another program holds it"
    assert fates(running.begin([make_file()]).result()) == {"a.png": (TryAgainError, words)}


def test_an_empty_file_is_never_shown_to_exiftool(reader: MakeReader, make_file: MakeFile) -> None:
    [(_, record)] = (
        reader("def read(paths, number): os._exit(1)").begin([make_file(data=b"")]).result()
    )
    assert isinstance(record, RawRecord)
    assert (record.tags, record.mime_type) == ({"ExifTool:Error": "File is empty"}, None)


def test_a_relative_location_is_a_mistake_of_the_caller(make_file: MakeFile) -> None:
    each = make_file()
    with pytest.raises(ValueError, match="not an absolute path"):
        FileToRead(Path("-dash.png"), each.file, each.signature)


def test_an_exiftool_that_no_longer_starts_is_tried_once_a_batch(
    reader: MakeReader, make_file: MakeFile, tmp_path: Path
) -> None:
    running = reader(f"def read(paths, number):\n    {DIES}\n    speak(entries(paths), number)")
    broken = tmp_path / "broken"
    broken.write_text(f"#!/bin/sh\necho start >>'{tmp_path}/starts'\nexit 3\n")
    broken.chmod(0o755)
    broken.replace(tmp_path / "bin" / "exiftool")
    files = [make_file(name) for name in ("poison.png", "b.png", "c.png")]
    got = [type(outcome) for _, outcome in running.begin(files).result()]
    assert got == [ExtractorMissingError] * 3
    assert (tmp_path / "starts").read_text() == "start\n"


ALONE = """
if "-stay_open" not in sys.argv:
    {behaviour}
    print(entries(sys.argv[-1:]))
    sys.exit()
"""
"""An ExifTool that is given its file on the command line."""


def test_an_odd_name_over_which_exiftool_hangs_is_bad(
    reader: MakeReader, make_file: MakeFile
) -> None:
    running = reader(ALONE.format(behaviour="time.sleep(600)"))
    assert fates(running.begin([make_file("a\nb.png")]).result(deadline_s=0.3)) == {
        "a\nb.png": (TooSlowError, "ExifTool hung for 0.3 s, on this file alone"),
    }


def test_an_odd_name_has_the_time_of_a_start_and_of_its_bytes(
    reader: MakeReader, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed: list[float] = []
    communicate = ProcessTree.communicate

    def listen(tree: ProcessTree, timeout: float) -> tuple[bytes, bytes] | None:
        allowed.append(timeout)
        return communicate(tree, timeout)

    monkeypatch.setattr(ProcessTree, "communicate", listen)
    running = reader(ALONE.format(behaviour="pass"), deadline_s=10)
    data = b"GIF89a" + bytes(4_999_994)
    assert fates(running.begin([make_file("a\nb.png", data)]).result()) == {"a\nb.png": "a\nb.png"}
    assert allowed == [30 + 10 + 0.5]


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_the_memory_of_an_exiftool_for_one_odd_name_is_bounded(
    reader: MakeReader, make_file: MakeFile
) -> None:
    limit = ExifToolSettings().memory_limit
    wait = f"import resource\n    while resource.getrlimit(resource.RLIMIT_AS)[0] != {limit}: pass"
    running = reader(ALONE.format(behaviour=wait))
    got = fates(running.begin([make_file("a\nb.png")]).result(deadline_s=20))
    assert got == {"a\nb.png": "a\nb.png"}


def test_a_process_that_has_read_its_share_is_replaced_without_losing_an_answer(
    reader: MakeReader,
    make_file: MakeFile,
) -> None:
    signed = "entries(paths).replace('.png\"}', str(os.getpid()) + '\"}')"
    running = reader(f"def read(paths, number): speak({signed}, number)", recycle_after=2)
    files = [make_file(f"{number}.png") for number in range(6)]
    pending = [running.begin([each]) for each in files]
    answers = [str(fate(outcome))[1:] for each in pending for _, outcome in each.result()]
    assert (len(answers), len(set(answers))) == (6, 3)


def test_a_closed_reader_reads_nothing(reader: MakeReader, make_file: MakeFile) -> None:
    running = reader()
    running.close()
    [(_, outcome)] = running.begin([make_file()]).result()
    assert fate(outcome) == (ExtractorMissingError, "ExifTool was closed")
    assert pids() == set()
