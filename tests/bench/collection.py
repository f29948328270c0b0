"""The database: bytes an image, and what DB Browser's questions cost at 100,000 images."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
from figures import Figure, median
from programs import Project, environment
from store_samples import NOW, POSITIVE, image
from subjects import copies, kind

from service.store.writer import Store

IMAGES = 100_000
BATCH = 64
RUNS = 3

VIEWS = "SELECT name FROM sqlite_master WHERE type = 'view' AND substr(name, 1, 2) = 'v_'"
SPEC = """SELECT COUNT(DISTINCT p.image_id) FROM tokens p WHERE p.side='pos' AND p.t_norm='{}'
AND NOT EXISTS (SELECT 1 FROM tokens n
WHERE n.image_id=p.image_id AND n.side='neg' AND n.t_norm='blurry')"""
TOP_TOKENS = """SELECT t_norm, COUNT(*) FROM tokens WHERE side = 'pos'
GROUP BY t_norm ORDER BY 2 DESC LIMIT 500"""


def measure(folder: Path) -> Iterator[Figure]:
    """Yield sizes on real and invented images, the cost of writing, and that of every question."""
    yield from _real(folder)
    path = folder / "invented.db"
    with Store.open(path) as store:
        spent = list(_fill(store))
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    how = f"{IMAGES:,} invented images of 25 facts, 40 tokens, 4 resources"
    yield Figure(
        "writing, first tenth", spent[0], "ms/image", f"CPU of Store.save and checkpoint; {how}"
    )
    yield Figure(
        "writing, last tenth", spent[-1], "ms/image", f"CPU of Store.save and checkpoint; {how}"
    )
    yield from _sizes(connection, IMAGES, 0, f"invented, {how}")
    yield from _questions(connection, how)


def _real(folder: Path) -> Iterator[Figure]:
    project = Project(folder / "real", folder / "images")
    count = copies(project.input, 1)
    project.configure()
    subprocess.run(
        project.command("all"), env=environment(folder), check=False, capture_output=True
    )
    empty = folder / "empty.db"
    Store.open(empty).close()
    connection = apsw.Connection(str(project.database), flags=apsw.SQLITE_OPEN_READONLY)
    yield from _sizes(
        connection,
        count,
        empty.stat().st_size,
        f"{count} {kind()}, each once, an empty database taken off",
    )
    connection.close()


def _fill(store: Store) -> Iterator[float]:
    """Write the images; yield the milliseconds of CPU an image, a tenth at a time."""
    spent, tenth, written = 0.0, IMAGES // 10, 0
    for start in range(0, IMAGES, BATCH):
        batch = [image(number) for number in range(start, min(start + BATCH, IMAGES))]
        before = time.process_time()
        store.save(batch, now=NOW)
        store.checkpoint()
        spent += time.process_time() - before
        written += len(batch)
        if written >= tenth or start + BATCH >= IMAGES:
            yield spent / written * 1000
            spent, written = 0.0, 0


def _sizes(connection: apsw.Connection, count: int, empty: int, how: str) -> Iterator[Figure]:
    pages = "SELECT SUM(pgsize), SUM(pgsize) FILTER (WHERE name = 'raw_records') FROM dbstat"
    whole, kept = connection.execute(pages).fetchone()
    without = (whole - kept - empty) / count
    yield Figure("bytes an image without the kept record", without, "B", f"dbstat, {how}", 4096)
    yield Figure("bytes an image with it", (whole - empty) / count, "B", f"dbstat, {how}")


def _questions(connection: apsw.Connection, how: str) -> Iterator[Figure]:
    for (view,) in connection.execute(VIEWS).fetchall():
        yield _timed(connection, f"{view}: COUNT(*)", f"SELECT COUNT(*) FROM {view}", how, 50)  # noqa: S608  # ours
        yield _timed(connection, f"{view}: LIMIT 20", f"SELECT * FROM {view} LIMIT 20", how, 50)  # noqa: S608  # ours
    yield _timed(
        connection, "the specified token query, a token of most", SPEC.format("masterpiece"), how
    )
    yield _timed(
        connection,
        "the specified token query, a rare token",
        SPEC.format(POSITIVE.words[20_000]),
        how,
    )
    yield _timed(connection, "the 500 most frequent tokens", TOP_TOKENS, how)


def _timed(
    connection: apsw.Connection, name: str, query: str, how: str, limit: float | None = None
) -> Figure:
    runs = []
    for _ in range(RUNS):
        before = time.perf_counter()
        connection.execute(query).fetchall()
        runs.append((time.perf_counter() - before) * 1000)
    return median(name, runs, "ms", f"median of {RUNS}; {how}", limit)
