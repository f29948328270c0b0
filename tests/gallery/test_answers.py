"""What pages are answered: the same however it is found, kept while nobody writes."""

import asyncio
import random
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest

from service.errors import StartError
from service.gallery.answers import Answers, Asked
from service.gallery.facets import FACETS, count_values
from service.gallery.live_database import _guard, open_beside
from service.gallery.orders import ORDERS, put_in_order
from service.gallery.versions import Versions
from service.store.marks import make_marks, marks_beside
from service.store.search.query import Search
from service.store.writer import Store

Found = TypeVar("Found")

COUNT = 60
SEEDS = (None, "5", "12", "-3", "18446744073709551615")
IMAGE = """INSERT INTO images (id, stable_id, root, folder, file_name, size_bytes, mtime_ns, sha256,
    mime_type, status, recipe, first_seen_at, ingested_at, missing_since, model, model_norm, seed,
    loras, positive_prompt, generator)
    VALUES (:id, :id, 'Input', :folder, :name, :size, :time * 1000000000, :sha256, 'image/png',
    'ok', 'a1111@1', '', '', :missing, :model, :model, :seed, :loras, :prompt, 'forge')"""


def image(number: int, dice: random.Random) -> dict[str, object]:
    return {
        "id": number,
        "folder": dice.choice(["", "a/", "a/b/"]),
        "name": f"{dice.randrange(30):02}.png",
        "size": dice.randrange(5),
        "time": 1_700_000_000 + dice.randrange(20),
        "sha256": f"{number // 2:064x}",
        "missing": "2026-01-01T00:00:00Z" if number % 9 == 0 else None,
        "model": dice.choice([None, "x", "y", "model x"]),
        "seed": dice.choice(SEEDS),
        "loras": dice.choice([None, "ink:0.8", "ink:0.8, add_ink:1"]),
        "prompt": dice.choice(["castle", "castle, owl", "owl"]),
    }


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of some images, most of them marked, some of them gone."""
    path = tmp_path_factory.mktemp("answers") / "images.db"
    Store.open(path).close()
    make_marks(path)
    dice = random.Random(3)  # noqa: S311  # invented data
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(IMAGE, [image(number, dice) for number in range(1, COUNT + 1)])
        hashes = "SELECT DISTINCT sha256 FROM images ORDER BY 1"
        connection.execute(f"INSERT INTO repeated_contents {hashes}")
    with closing(sqlite3.connect(marks_beside(path))) as marks, marks:
        for number in range(20):
            row = (f"{number:064x}", dice.choice([None, 1, 5]), number % 2, "a, b" * (number % 3))
            marks.execute(
                "INSERT INTO marks (sha256, rating, favourite, tags) VALUES (?,?,?,?)", row
            )
    return path


@pytest.fixture
def connection(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_beside(database)) as opened:
        _guard(opened)
        yield opened


EXPECTED = {
    "newest": "modified_at DESC, id DESC",
    "oldest": "modified_at, id",
    "name": "images.file_name, id",
    "size": "size_bytes DESC, id DESC",
    "rating": "rating IS NULL, rating DESC, IIF(rating IS NULL, modified_at, 0) DESC, id DESC",
    "seed": "seed IS NULL, seed NOT LIKE '-%', "
    "IIF(seed LIKE '-%', seed, printf('%20s', seed)), IIF(seed IS NULL, modified_at, 0) DESC, "
    "IIF(seed IS NULL, -id, id)",
    "model": "model IS NULL, model, IIF(model IS NULL, modified_at, 0) DESC, id DESC",
}


def by_sorting(connection: sqlite3.Connection, order: str) -> list[int]:
    every = "SELECT id FROM images LEFT JOIN marks USING (sha256)"
    query = f"{every} ORDER BY {EXPECTED[order]}"
    return [id_ for (id_,) in connection.execute(query)]


@pytest.mark.parametrize("few", [0, 10, 1000])
@pytest.mark.parametrize("order", ORDERS)
def test_an_order_is_the_same_for_few_and_many(
    connection: sqlite3.Connection, order: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.gallery.orders.FEW", few)
    everything = by_sorting(connection, order)
    there = [id_ for id_ in everything if id_ % 9]
    some = list(range(4, 24))
    assert list(put_in_order(connection, order, None)) == there
    for known in ([], there, everything):
        found = put_in_order(connection, order, some, known)
        assert list(found) == [id_ for id_ in everything if id_ in some]


def test_chance_has_an_order_for_each_number_and_a_new_image_moves_no_other(
    connection: sqlite3.Connection,
) -> None:
    first = put_in_order(connection, "random-1", list(range(1, 51)))
    assert sorted(first) == list(range(1, 51))
    assert put_in_order(connection, "random-1", list(range(1, 51))) == first
    assert put_in_order(connection, "random-2", list(range(1, 51))) != first
    more = put_in_order(connection, "random-1", list(range(1, 61)))
    assert [id_ for id_ in more if id_ <= 50] == list(first)


def test_every_value_of_a_facet_finds_as_many_as_it_says(
    database: Path, connection: sqlite3.Connection
) -> None:
    search = Search(connection, database)
    for line in ("", "castle"):
        ids = search.ids(line) if line else None
        for name in FACETS:
            for one in count_values(connection, name, ids)["values"]:
                assert len(search.ids(f"{line} {one['term']}")) == one["images"], (line, one)


def run(question: Coroutine[Any, Any, object]) -> None:
    """Run it in a thread of its own: a browser's loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, question).result()


class Asking:
    """Asks in this thread, and counts."""

    def __init__(self, database: Path) -> None:
        self.connection = open_beside(database)
        _guard(self.connection)
        self.questions = 0

    async def __call__(self, question: Callable[[sqlite3.Connection], Found]) -> Found:
        self.questions += 1
        await asyncio.sleep(0)
        return question(self.connection)


def test_an_answer_is_kept_until_somebody_writes(database: Path) -> None:
    asking = Asking(database)
    answers = Answers(asking, database, Versions(database, lambda: open_beside(database)))

    async def ask() -> None:
        castle = Asked("castle")
        first, same = await asyncio.gather(answers.find(castle), answers.find(castle))
        assert (await answers.find(castle), first is same) == (first, True)
        assert asking.questions == 1
        with closing(sqlite3.connect(database)) as writer, writer:
            writer.execute("UPDATE images SET positive_prompt = 'castle' WHERE id = 1")
        second = await answers.find(castle)
        assert (second.version, asking.questions) == (first.version + 1, 2)
        with closing(sqlite3.connect(marks_beside(database))) as writer, writer:
            writer.execute("UPDATE marks SET rating = 5")
        third = await answers.find(castle)
        assert (third.version, asking.questions) == (second.version + 1, 3)
        assert answers.kept(castle, first.version) is first

    run(ask())
    asking.connection.close()


def test_the_first_images_are_those_that_all_begin_with(database: Path) -> None:
    asking = Asking(database)
    answers = Answers(asking, database, Versions(database, lambda: open_beside(database)))

    async def ask() -> None:
        for line in ("", "castle", "rating:5", "owl -castle", "model:=x"):
            first = await answers.find_first(Asked(line), 5)
            every = await answers.find(Asked(line))
            assert first is not None
            assert list(first.ids) == list(every.ids[:5])
            assert first.is_whole == (len(first.ids) < 5)

    run(ask())
    asking.connection.close()


def test_no_more_answers_are_kept_than_there_is_room_for(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.gallery.answers.KEPT", 100)
    asking = Asking(database)
    answers = Answers(asking, database, Versions(database, lambda: open_beside(database)))

    async def ask() -> None:
        first = await answers.find(Asked("", "name"))
        second = await answers.find(Asked("", "oldest"))
        assert answers.kept(Asked("", "name"), first.version) is None
        assert answers.kept(Asked("", "oldest"), second.version) is second

    run(ask())
    asking.connection.close()


def test_what_cannot_be_asked_is_said(database: Path) -> None:
    asking = Asking(database)
    answers = Answers(asking, database, Versions(database, lambda: open_beside(database)))
    wrong = {
        Asked("", "colour"): "sort: 'colour' is none of newest, oldest, name, size, rating, seed, "
        "model, random-1",
        Asked(
            "steps:many"
        ): "search: steps:many: a number or a range is expected: 20, 20..40, 20.. or ..40",
    }
    for asked, message in wrong.items():
        with pytest.raises(StartError) as raised:
            run(answers.find(asked))
        assert str(raised.value) == message
    asking.connection.close()
