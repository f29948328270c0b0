"""Small pictures drawn on demand: the newest first, once, for those who still wait, by readers."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from patience import wait_for
from PIL import Image

from service.errors import TryAgainError
from service.extract.thumbnails import Thumbnail
from service.gallery.drawing import AHEAD, Drawing, ToDraw
from service.readers.messages import Answer
from service.readers.reader_settings import ReaderSettings
from service.readers.readers import Readers
from service.records import WatchedFile

ONE_READER = ReaderSettings(reads_files=False)


def pictures(folder: Path, count: int) -> list[ToDraw]:
    """Return so many images to be drawn, each with a content of its own."""
    made = []
    for number in range(count):
        path = folder / f"{number}.png"
        Image.new("RGB", (300, 300), (number, 0, 0)).save(path)
        status = path.stat()
        file = WatchedFile("Input", path.name, status.st_size, status.st_mtime_ns)
        made.append(ToDraw(f"{number:064x}", path, file, 256))
    return made


class Drawn:
    """Draws, and notes in which order."""

    def __init__(self, settings: ReaderSettings = ONE_READER, idle_s: float = 600.0) -> None:
        self.order: list[int] = []
        self.readers: list[Readers] = []
        self._settings = settings
        self.drawing = Drawing(self._start, self._note, idle_s)

    def _start(self, on_news: Callable[[], None]) -> Readers:
        self.readers.append(Readers(self._settings, 1, on_news))
        return self.readers[-1]

    def _note(self, what: ToDraw, _: Answer) -> None:
        self.order.append(int(what.location.stem))


@pytest.fixture
def drawn() -> Iterator[Drawn]:
    made = Drawn()
    yield made
    for readers in made.readers:
        readers.close()


def running_readers() -> list[psutil.Process]:
    """Return the reader processes of these tests: others may have a gallery running, too."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):  # it has just ended
            if any("service.readers" in word for word in child.cmdline()):
                found.append(child)
    return found


async def ask_for(drawn: Drawn, files: list[ToDraw]) -> list[asyncio.Task[Answer]]:
    """Ask for pictures, one after the other."""
    tasks = []
    for what in files:
        tasks.append(asyncio.ensure_future(drawn.drawing.draw(what)))
        await asyncio.sleep(0)
    return tasks


def test_the_newest_is_drawn_first(tmp_path: Path, drawn: Drawn) -> None:
    async def run() -> list[Answer]:
        return await asyncio.gather(*await ask_for(drawn, pictures(tmp_path, 8)))

    answers = asyncio.run(run())
    assert all(isinstance(one, Thumbnail) for one in answers)
    assert drawn.order == [*range(AHEAD), *reversed(range(AHEAD, 8))]


def test_who_asks_again_is_the_newest(tmp_path: Path, drawn: Drawn) -> None:
    files = pictures(tmp_path, 6)

    async def run() -> None:
        await asyncio.gather(*await ask_for(drawn, [*files, files[2]]))

    asyncio.run(run())
    assert drawn.order == [0, 1, 2, 5, 4, 3]


def test_equal_requests_are_drawn_once(tmp_path: Path, drawn: Drawn) -> None:
    (first,) = pictures(tmp_path, 1)
    copy = ToDraw(first.sha256, first.location.with_name("copy.png"), first.file, first.edge)

    async def run() -> list[Answer]:
        return await asyncio.gather(*await ask_for(drawn, [first, first, copy, first]))

    answers = asyncio.run(run())
    assert (drawn.order, len(set(answers))) == ([0], 1)


def test_what_nobody_waits_for_any_more_is_not_drawn(tmp_path: Path, drawn: Drawn) -> None:
    files = pictures(tmp_path, 60)

    async def run() -> Answer:
        tasks = await ask_for(drawn, [*files, files[30]])
        for task in tasks[:59]:
            task.cancel()
        await asyncio.gather(*tasks[:59], return_exceptions=True)
        await tasks[60]
        return await tasks[59]

    assert isinstance(asyncio.run(run()), Thumbnail)
    # The reader had the first ones already; the 31st was asked for twice, and one still waits.
    assert drawn.order == [*range(AHEAD), 30, 59]


def test_a_reader_that_is_killed_over_it_costs_nobody_a_picture(
    tmp_path: Path, drawn: Drawn
) -> None:
    files = pictures(tmp_path, 4)

    async def run() -> list[Answer]:
        await drawn.drawing.draw(files[0])
        (reader,) = running_readers()
        reader.suspend()
        tasks = await ask_for(drawn, files[1:])
        reader.kill()
        return await asyncio.gather(*tasks)

    assert all(isinstance(one, Thumbnail) for one in asyncio.run(run()))
    assert sorted(drawn.order) == [0, 1, 2, 3]


def test_the_readers_end_when_nothing_was_asked_for_a_while_and_start_again(
    tmp_path: Path,
) -> None:
    drawn = Drawn(idle_s=0.0)
    files = pictures(tmp_path, 2)

    def children() -> int:
        return len(running_readers())

    async def run() -> list[Answer]:
        first = await drawn.drawing.draw(files[0])
        await asyncio.to_thread(wait_for, children, 0)
        return [first, await drawn.drawing.draw(files[1])]

    answers = asyncio.run(run())
    assert [isinstance(one, Thumbnail) for one in answers] == [True, True]
    assert len(drawn.readers) == 2
    drawn.readers[-1].close()


def test_where_no_reader_starts_everybody_is_told(tmp_path: Path) -> None:
    drawn = Drawn(ReaderSettings(reads_files=False, memory_limit=1024 * 1024))
    files = pictures(tmp_path, 5)

    async def run() -> list[Answer]:
        return await asyncio.gather(*await ask_for(drawn, files))

    answers = asyncio.run(run())
    assert [type(one) for one in answers] == [TryAgainError] * 5
    assert "no reader starts" in str(answers[0])
