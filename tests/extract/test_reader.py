"""The reader against ExifTools that misbehave: each file meets its own fate."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import psutil
import pytest

from service.errors import BadFileError, ExtractorMissingError, FileGoneError, TryAgainError
from service.extract.candidates import Candidate, Outcome
from service.extract.reader import Reader
from service.extract.settings import ExifToolSettings
from service.records import RawRecord


class MakeCandidate(Protocol):
    def __call__(self, name: str | bytes = ..., data: bytes = ...) -> Candidate: ...


MakeReader = Callable[..., Reader]


@pytest.fixture
def reader(fake: Callable[[str], Path]) -> Iterator[MakeReader]:
    """Return a maker of readers over an ExifTool that behaves as told."""
    made: list[Reader] = []

    def make(
        behaviour: str = "", processes: int = 1, deadline_s: float = 10.0, recycle_after: int = 5000
    ) -> Reader:
        settings = ExifToolSettings(
            fake(behaviour), deadline_s=deadline_s, recycle_after=recycle_after
        )
        made.append(Reader(settings, processes))
        return made[-1]

    yield make
    for each in made:
        each.close()


def told(outcomes: list[Outcome]) -> dict[str, object]:
    """Return what became of each file, by name: its prompt, or the error's class and words."""
    return {each.location.name: fate(outcome) for each, outcome in outcomes}


def fate(outcome: object) -> object:
    if isinstance(outcome, RawRecord):
        return outcome.tags.get("PNG:Parameters")
    return type(outcome), str(outcome)


def pids() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_records_hold_all_that_is_known(reader: MakeReader, candidate: MakeCandidate) -> None:
    each = candidate()
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


def test_outcomes_come_in_the_order_of_asking(reader: MakeReader, candidate: MakeCandidate) -> None:
    backwards = "def read(paths, number): speak(entries(paths[::-1]), number)"
    files = [candidate(f"{number}.png") for number in range(9)]
    got = reader(backwards).begin(files).result()
    assert [(each, fate(outcome)) for each, outcome in got] == [
        (each, each.location.name) for each in files
    ]


def test_no_files_give_no_outcomes(reader: MakeReader) -> None:
    assert reader().begin([]).result() == []


DIES = "if any('poison' in path for path in paths): os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize(
    ("misdeed", "words"),
    [
        (DIES, "ExifTool died (exit code -9), on this file alone"),
        (
            "if any('poison' in path for path in paths): sys.exit(2)",
            "ExifTool died (exit code 2), on this file alone",
        ),
        (
            "if any('poison' in path for path in paths): return speak('junk', number)",
            "ExifTool's answer is not JSON: b'junk', on this file alone",
        ),
        (
            "if any('poison' in path for path in paths): return speak(entries(paths)[:-5], number)",
            "ExifTool's answer is not JSON: b'[{",
        ),
        (
            "if any('poison' in path for path in paths): return speak(entries(['/stranger']), number)",
            "ExifTool answered for a file it was not asked for: /stranger, on this file alone",
        ),
        (
            "if any('poison' in path for path in paths): return speak('', number, 'Error: Bad luck - x\\n')",
            "ExifTool: Error: Bad luck - x",
        ),
        (
            "paths = [path for path in paths if 'poison' not in path]",
            "ExifTool gave no answer for this file",
        ),
        (
            "if any('poison' in path for path in paths): sys.stdout.write('[{'); sys.stdout.flush(); os._exit(1)",
            "ExifTool died (exit code 1), on this file alone",
        ),
    ],
)
def test_a_file_that_upsets_exiftool_is_bad_and_its_neighbours_are_read(
    reader: MakeReader,
    candidate: MakeCandidate,
    misdeed: str,
    words: str,
) -> None:
    files = [candidate(name) for name in ("a.png", "poison.png", "b.png")]
    got = told(
        reader(f"def read(paths, number):\n    {misdeed}\n    speak(entries(paths), number)")
        .begin(files)
        .result()
    )
    kind, message = got.pop("poison.png")  # type: ignore[misc]
    assert got == {"a.png": "a.png", "b.png": "b.png"}
    assert (kind, message[: len(words)]) == (BadFileError, words)


def test_a_file_over_which_exiftool_hangs_is_bad(
    reader: MakeReader, candidate: MakeCandidate
) -> None:
    hangs = "if any('poison' in path for path in paths): time.sleep(60)"
    behaviour = f"def read(paths, number):\n    {hangs}\n    speak(entries(paths), number)"
    files = [candidate(name) for name in ("a.png", "poison.png", "b.png")]
    begun = time.perf_counter()
    assert told(reader(behaviour, deadline_s=0.5).begin(files).result()) == {
        "a.png": "a.png",
        "poison.png": (BadFileError, "ExifTool hung for 0.5 s, on this file alone"),
        "b.png": "b.png",
    }
    assert time.perf_counter() - begun < 3


def test_a_deadline_given_with_the_question_wins(
    reader: MakeReader, candidate: MakeCandidate
) -> None:
    hangs = "def read(paths, number): time.sleep(60)"
    got = told(reader(hangs, deadline_s=60).begin([candidate()]).result(deadline_s=0.2))
    assert got == {"a.png": (BadFileError, "ExifTool hung for 0.2 s, on this file alone")}


def test_junk_before_a_good_answer_costs_nothing_but_a_second_read(
    reader: MakeReader, candidate: MakeCandidate
) -> None:
    junk = "def read(paths, number): speak(('junk ' if len(paths) > 1 else '') + entries(paths), number)"
    files = [candidate("a.png"), candidate("b.png")]
    assert told(reader(junk).begin(files).result()) == {"a.png": "a.png", "b.png": "b.png"}


def test_bytes_that_are_no_utf8_cost_their_own_characters(
    reader: MakeReader, candidate: MakeCandidate
) -> None:
    latin = "def read(paths, number): speak(entries(paths).encode().replace(b'\"a.png', b'\"caf\\xe9'), number)"
    assert told(reader(latin).begin([candidate()]).result()) == {"a.png": "caf\ufffd"}


def test_a_program_that_says_nothing_on_stderr_is_waited_for_but_a_moment(
    reader: MakeReader,
    candidate: MakeCandidate,
) -> None:
    mute = "def read(paths, number): print(entries(paths) + '{ready' + number + '}', flush=True)"
    assert told(reader(mute).begin([candidate()]).result()) == {"a.png": "a.png"}


def test_later_batches_survive_the_death_of_an_earlier_one(
    reader: MakeReader, candidate: MakeCandidate
) -> None:
    running = reader(f"def read(paths, number):\n    {DIES}\n    speak(entries(paths), number)")
    pending = [running.begin([candidate(name)]) for name in ("poison.png", "b.png", "c.png")]
    assert [told(each.result()) for each in pending] == [
        {"poison.png": (BadFileError, "ExifTool died (exit code -9), on this file alone")},
        {"b.png": "b.png"},
        {"c.png": "c.png"},
    ]


def test_a_result_may_be_asked_for_twice(reader: MakeReader, candidate: MakeCandidate) -> None:
    pending = reader().begin([candidate()])
    assert pending.result() == pending.result()


def test_a_process_killed_from_outside_costs_no_file(
    reader: MakeReader, candidate: MakeCandidate
) -> None:
    running = reader("def read(paths, number): time.sleep(0.3); speak(entries(paths), number)")
    pending = running.begin([candidate("a.png"), candidate("b.png")])
    for pid in pids():
        os.kill(pid, signal.SIGKILL)
    assert told(pending.result()) == {"a.png": "a.png", "b.png": "b.png"}


def test_files_wait_while_exiftool_is_away_and_are_read_when_it_is_back(
    reader: MakeReader,
    candidate: MakeCandidate,
    fake: Callable[[str], Path],
) -> None:
    running = reader()
    place = fake("")
    away = place.rename(place.with_name("away"))
    for pid in pids():
        os.kill(pid, signal.SIGKILL)
    files = [candidate("a.png"), candidate("b.png"), candidate(b"lat\xe9.png")]
    got = running.begin(files).result()
    assert [type(outcome) for _, outcome in got] == [ExtractorMissingError] * 3
    assert str(got[0][1]).startswith(
        f"extract.exiftool: {place} is not a program that can be run: install ExifTool"
    )
    away.rename(place)
    assert told(running.begin(files[:2]).result()) == {"a.png": "a.png", "b.png": "b.png"}


def test_a_file_that_went_meanwhile_is_gone(reader: MakeReader, candidate: MakeCandidate) -> None:
    running = reader(
        "def read(paths, number): speak(entries([p for p in paths if os.path.exists(p)]), number)"
    )
    files = [candidate("a.png"), candidate("b.png"), candidate("c\nd.png")]
    files[0].location.unlink()
    files[2].location.unlink()
    assert told(running.begin(files).result()) == {
        "a.png": (FileGoneError, "gone before ExifTool read it"),
        "b.png": "b.png",
        "c\nd.png": (FileGoneError, "gone before ExifTool read it"),
    }


def test_a_file_that_was_locked_meanwhile_is_tried_again(
    reader: MakeReader, candidate: MakeCandidate
) -> None:
    locked = "{'SourceFile': paths[0], 'ExifTool:Error': 'Error opening file'}"
    running = reader(f"def read(paths, number): speak(json.dumps([{locked}]), number)")
    words = "ExifTool could not open it, though we could: another program holds it"
    assert told(running.begin([candidate()]).result()) == {"a.png": (TryAgainError, words)}


def test_an_empty_file_is_never_shown_to_exiftool(
    reader: MakeReader, candidate: MakeCandidate
) -> None:
    [(_, record)] = (
        reader("def read(paths, number): os._exit(1)").begin([candidate(data=b"")]).result()
    )
    assert isinstance(record, RawRecord)
    assert (record.tags, record.mime_type) == ({"ExifTool:Error": "File is empty"}, None)


def test_a_relative_location_is_a_mistake_of_the_caller(candidate: MakeCandidate) -> None:
    each = candidate()
    with pytest.raises(ValueError, match="not an absolute path"):
        Candidate(Path("-dash.png"), each.file, each.signature)


def test_processes_come_with_a_backlog_and_go_with_it(
    reader: MakeReader, candidate: MakeCandidate
) -> None:
    running = reader(
        "def read(paths, number): time.sleep(0.05); speak(entries(paths), number)", processes=3
    )
    before = len(pids())
    running.scale(100)
    files = [candidate(f"{number}.png") for number in range(12)]
    pending = [running.begin([each]) for each in files]
    many = len(pids())
    assert [told(each.result()) for each in pending] == [
        {each.location.name: each.location.name} for each in files
    ]
    running.scale(0)
    deadline = time.monotonic() + 5
    while len(pids()) > 1 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (before, many, len(pids())) == (1, 3, 1)
    assert told(running.begin(files[:1]).result()) == {"0.png": "0.png"}


def test_a_process_that_has_read_its_share_is_replaced_without_losing_an_answer(
    reader: MakeReader,
    candidate: MakeCandidate,
) -> None:
    running = reader(
        "def read(paths, number): speak(entries(paths).replace('.png\"}', str(os.getpid()) + '\"}'), number)",
        recycle_after=2,
    )
    files = [candidate(f"{number}.png") for number in range(6)]
    pending = [running.begin([each]) for each in files]
    answers = [str(fate(outcome))[1:] for each in pending for _, outcome in each.result()]
    assert (len(answers), len(set(answers))) == (6, 3)


def test_a_closed_reader_reads_nothing(reader: MakeReader, candidate: MakeCandidate) -> None:
    running = reader()
    running.close()
    [(_, outcome)] = running.begin([candidate()]).result()
    assert fate(outcome) == (ExtractorMissingError, "ExifTool was closed")
    assert pids() == set()
