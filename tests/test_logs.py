"""What is told, where, and that telling it harms nobody."""

import io
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import config, logs
from service.event_log import get_logger
from service.logs.fields import LONGEST, Shown, harmless
from service.logs.flood import LIMIT, FloodGate
from service.logs.writers import JsonLines

log = get_logger(__name__)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    level, handlers = logging.getLogger().level, logging.getLogger().handlers[:]
    yield tmp_path / "logs"
    logs.close()
    logging.getLogger().setLevel(level)
    assert logging.getLogger().handlers == handlers


def start(folder: Path, stream: io.StringIO | None = None, **settings: object) -> None:
    made = config.Log.model_validate({"directory": folder, **settings})
    logs.setup(made, console=stream is not None, stream=stream)


def lines(folder: Path) -> list[dict[str, object]]:
    """Return what the file holds, without times."""
    texts = (folder / "service.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        {key: value for key, value in json.loads(text).items() if key != "time"} for text in texts
    ]


def line(event: str, level: str = "warning", **values: object) -> dict[str, object]:
    return {"level": level, "logger": __name__, "event": event, **values}


def fail(message: str) -> None:
    raise ValueError(message)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_events_of_both_kinds_of_logger_land_in_the_file(folder: Path) -> None:
    start(folder)
    log.info("file_done", path=Path("猫/a.png"), size=3, tags=["x", None])
    log.warning("%s: %s", "a.png", "busy")
    logging.getLogger(__name__).error("lost %d events", 7)
    assert lines(folder) == [
        line("file_done", "info", path=str(Path("猫/a.png")), size=3, tags=["x", None]),
        line("a.png: busy"),
        line("lost 7 events", "error"),
    ]


def test_a_line_begins_with_the_time_in_utc_and_is_utf_8(folder: Path) -> None:
    start(folder)
    log.warning("猫")
    raw = (folder / "service.jsonl").read_bytes()
    assert raw.startswith(b'{"time":"20')
    assert raw.endswith(f'Z","level":"warning","logger":"{__name__}","event":"猫"}}\n'.encode())


def test_what_is_below_the_level_is_not_told(folder: Path) -> None:
    start(folder, level="warning")
    log.info("unimportant")
    logging.getLogger(__name__).info("unimportant")
    log.warning("important")
    assert lines(folder) == [line("important")]


def test_a_traceback_stands_whole_in_one_line(folder: Path) -> None:
    start(folder)
    try:
        fail("bad\x1b[2Jvalue")
    except ValueError:
        log.exception("a_bug", path="x")
        logging.getLogger(__name__).exception("a bug")
    first, second = lines(folder)
    trace = str(first.pop("exception"))
    assert first == line("a_bug", "error", path="x")
    assert trace.startswith("Traceback (most recent call last):\n  File ")
    assert trace.endswith("\nValueError: bad\\x1b[2Jvalue")
    assert second.pop("exception") == trace
    assert second == line("a bug", "error")


def test_the_console_is_for_people(folder: Path) -> None:
    stream = io.StringIO()
    start(folder, stream)
    log.warning("folder_not_listed", path="my pics", reason="gone", count=2)
    assert (
        stream.getvalue()[8:]
        == ' warning  folder not listed  path="my pics"  reason=gone  count=2\n'
    )


@pytest.mark.posix("older Windows consoles print colour codes as they are, so none gets any")
def test_only_a_terminal_gets_colour(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    start(folder, stream)
    log.warning("hot")
    assert stream.getvalue()[8:] == " \x1b[33mwarning \x1b[0m hot\n"
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Terminal()
    start(folder, plain)
    log.warning("hot")
    assert plain.getvalue()[8:] == " warning  hot\n"


def test_an_exceptions_message_cannot_forge_a_line_on_the_console(folder: Path) -> None:
    stream = io.StringIO()
    start(folder, stream)
    try:
        fail("x\n12:00:00 info     all is well")
    except ValueError:
        log.exception("bad")
    first, *others = stream.getvalue().splitlines()
    assert first[8:] == " error    bad"
    assert [other for other in others if not other.startswith("    ")] == []


def test_control_characters_are_shown_and_not_obeyed(folder: Path) -> None:
    stream = io.StringIO()
    start(folder, stream)
    log.warning(
        "odd\x1b]0;x\x07",
        prompt="a\nb\r\x9b31m",
        bidi="\u202egnp.exe",
        name="lat\udce9.png",
        nul=["\0"],
    )
    expected = {
        "prompt": "a\\nb\\r\\x9b31m",
        "bidi": "\\u202egnp.exe",
        "name": "lat\\udce9.png",
        "nul": ["\\x00"],
    }
    assert lines(folder) == [line("odd\\x1b]0;x\\x07", **expected)]
    assert stream.getvalue().rstrip("\n").isprintable()


Anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.builds(object),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner)
    ),
)


def texts(shown: Shown) -> Iterator[str]:
    if isinstance(shown, str):
        yield shown
    elif isinstance(shown, list | dict):
        for inner in shown if isinstance(shown, list) else [*shown, *shown.values()]:
            yield from texts(inner)


@given(Anything)
def test_any_value_can_be_told_and_none_is_obeyed(value: object) -> None:
    shown = harmless(value)
    json.dumps(shown).encode("utf-8")
    everything = "".join(texts(shown))
    everything.encode("utf-8")
    assert not {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))} & set(everything)


def test_a_value_that_cannot_be_shown_is_told_as_such() -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError

    assert harmless({"a": Odd()}) == {"a": "<Odd that cannot be shown: RuntimeError>"}


def test_a_long_value_is_cut() -> None:
    assert harmless("x" * (LONGEST + 5)) == "x" * LONGEST + "… and 5 characters more"


def test_a_list_that_holds_itself_is_told() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert harmless(endless) == [[[["[[...]]"]]]]


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[object] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.got.append(record.msg)


def test_a_flood_is_held_back_and_counted_and_other_kinds_pass() -> None:
    now, kept = [0.0], Kept()
    gate = FloodGate([kept], limit=2, clock=lambda: now[0])
    logger = logging.Logger("x")  # noqa: LOG001  known to nobody else
    logger.addHandler(gate)
    for number in range(5):
        logger.warning("bad file %d", number)
    logger.warning("other")
    logger.error("bad file %d", 6)
    text = "bad file %d: more like this are only counted for a minute"
    announced = {"event": text, "of": "bad file %d"}
    assert kept.got == ["bad file %d", "bad file %d", announced, "other", "bad file %d"]
    now[0] = 61.0
    kept.got.clear()
    logger.warning("bad file %d", 7)
    summary = {"event": "bad file %d: 3 more like this", "of": "bad file %d", "more": 3}
    assert kept.got == [summary, "bad file %d"]


def test_what_is_held_back_at_the_end_is_told_at_the_end(folder: Path) -> None:
    start(folder)
    for number in range(LIMIT + 5):
        log.warning("bad file %s", number)
    logs.close()
    assert lines(folder)[LIMIT:] == [
        line("bad file %s: more like this are only counted for a minute", of="bad file %s"),
        line("bad file %s: 5 more like this", of="bad file %s", more=5),
    ]


def test_warnings_of_python_are_told(folder: Path) -> None:
    start(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)  # pytest catches warnings as well; the last one wins
        warnings.warn("old ways", RuntimeWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    (got,) = lines(folder)
    assert (got["logger"], got["level"]) == ("py.warnings", "warning")
    assert "RuntimeWarning: old ways\\n" in str(got["event"])


def test_the_file_is_put_aside_when_full_and_the_oldest_deleted(tmp_path: Path) -> None:
    handler = JsonLines(tmp_path / "x.jsonl", max_bytes=100, keep=2)
    for number in range(5):
        handler.handle(
            logging.makeLogRecord(
                {"name": "x", "levelname": "INFO", "msg": f"{number} " + "-" * 40}
            )
        )
    handler.close()
    held = {
        path.name: json.loads(path.read_text(encoding="utf-8"))["event"][0]
        for path in tmp_path.iterdir()
    }
    assert held == {"x.jsonl": "4", "x.jsonl.1": "3", "x.jsonl.2": "2"}


def test_a_file_that_another_program_holds_is_written_on_and_no_older_one_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("x.jsonl.1", "x.jsonl.2"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    replace = Path.replace

    def as_on_windows(path: Path, target: Path) -> Path:
        if path.name == "x.jsonl":
            raise PermissionError(13, "used by another process")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", as_on_windows)
    handler = JsonLines(tmp_path / "x.jsonl", max_bytes=10, keep=2)
    for _ in range(3):
        handler.handle(logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": "held"}))
    handler.close()
    assert len((tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()) == 3
    assert [
        (tmp_path / name).read_text(encoding="utf-8") for name in ("x.jsonl.1", "x.jsonl.2")
    ] == [
        "x.jsonl.1",
        "x.jsonl.2",
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the disk that is always full")
def test_a_full_disk_costs_lines_that_are_counted_and_told_when_there_is_room(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    (folder / "service.jsonl").symlink_to("/dev/full")
    start(folder)
    for number in range(3):
        log.warning("unheard", number=number)
    (folder / "service.jsonl").unlink()
    log.warning("heard")
    assert lines(folder) == [
        {
            "level": "warning",
            "logger": "service.logs.writers",
            "event": "log_lines_lost",
            "lines": 3,
        },
        line("heard"),
    ]
    assert (
        capsys.readouterr().err.count("cannot be written: [Errno 28] No space left on device") == 1
    )


def test_a_folder_that_cannot_be_made_stops_nobody(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write_text("a file in its place", encoding="utf-8")
    start(folder)
    log.warning("unheard")
    assert "cannot be written" in capsys.readouterr().err


def test_a_closed_console_stops_nobody(folder: Path) -> None:
    stream = io.StringIO()
    start(folder, stream)
    stream.close()
    log.warning("heard")
    assert lines(folder) == [line("heard")]


def test_setting_up_again_takes_the_place_of_the_first(folder: Path) -> None:
    start(folder)
    start(folder, level="error")
    log.warning("too small")
    log.error("once")
    assert lines(folder) == [line("once", "error")]


def test_many_threads_write_whole_lines(folder: Path) -> None:
    start(folder)

    def tell(event: str) -> None:
        for _ in range(LIMIT):
            log.warning(event, text="y" * 500)

    events = [f"of {at}" for at in range(8)]
    threads = [threading.Thread(target=tell, args=(event,)) for event in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(got["event"]) for got in lines(folder)) == sorted(
        f"of {at}" for at in range(8) for _ in range(LIMIT)
    )


def test_a_program_that_ends_tells_what_it_held_back(tmp_path: Path) -> None:
    program = (
        "import pathlib; from service import config, event_log, logs\n"
        "logs.setup(config.Log(directory=pathlib.Path('logs').absolute()), console=False)\n"
        f"for _ in range({LIMIT} + 1): event_log.get_logger('x').warning('again')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True)
    assert lines(tmp_path / "logs")[-1]["event"] == "again: 1 more like this"


@pytest.mark.posix("Windows deletes no file that is open")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_log_that_was_deleted_is_made_again_with_the_next_line(folder: Path, what: str) -> None:
    start(folder)
    log.warning("before")
    if what == "file":
        (folder / "service.jsonl").unlink()
    else:
        shutil.rmtree(folder)
    log.warning("after")
    assert lines(folder) == [line("after")]


def test_a_log_that_cannot_be_written_says_so_until_it_can(folder: Path) -> None:
    folder.write_text("a file is in the folder's place", encoding="utf-8")
    start(folder)
    assert logs.find_trouble() is None
    log.warning("lost")
    said = str(logs.find_trouble())
    folder.unlink()
    log.warning("written")
    assert said.startswith(f"the log {folder / 'service.jsonl'} cannot be written: ")
    assert logs.find_trouble() is None
    assert [one["event"] for one in lines(folder)] == ["log_lines_lost", "written"]
