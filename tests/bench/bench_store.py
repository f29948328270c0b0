"""What the store costs: CPU and bytes an image, and what DB Browser's questions cost at 100,000 images.

python tests/bench/bench_store.py [images]
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "store"))

import apsw
from store_samples import NOW, POSITIVE, image

from service.store.writer import Store

BATCH = 64
SPEC = """SELECT COUNT(DISTINCT p.image_id) FROM tokens p WHERE p.side='pos' AND p.t_norm='{}'
AND NOT EXISTS (SELECT 1 FROM tokens n WHERE n.image_id=p.image_id AND n.side='neg' AND n.t_norm='blurry')"""


def fill(store: Store, count: int) -> None:
    """Write images in batches; print the CPU of each tenth."""
    spent, tenth = 0.0, max(count // 10, BATCH)
    for start in range(0, count, BATCH):
        batch = [image(number) for number in range(start, min(start + BATCH, count))]
        before = time.process_time()
        store.save(batch, now=NOW)
        store.checkpoint()
        spent += time.process_time() - before
        if (start + BATCH) % tenth < BATCH:
            print(f"{start + BATCH:>8}: {spent / tenth * 1000:.3f} ms CPU an image", flush=True)
            spent = 0.0


def sizes(connection: apsw.Connection, count: int) -> None:
    """Print the bytes an image of every table and index."""
    rows = connection.execute("SELECT name, SUM(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC").fetchall()
    for name, size in rows:
        print(f"  {name:<28}{size / count:>9.0f}")
    kept = next(size for name, size in rows if name == "raw_records")
    whole = sum(size for _, size in rows)
    print(f"bytes an image: {(whole - kept) / count:.0f}, with the kept record {whole / count:.0f}")


def ask(connection: apsw.Connection) -> None:
    """Print what each view and the specified query cost, warm."""
    views = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='view'")]
    for view in views:
        print(f"  {view:<28}", end="")
        for query in (f"SELECT COUNT(*) FROM {view}", f"SELECT * FROM {view} LIMIT 20"):  # noqa: S608  # our names
            print(f"{timed(connection, query):>9.1f} ms", end="")
        print()
    for token in ("masterpiece", POSITIVE.words[20_000]):
        print(f"  spec query, {token}: {timed(connection, SPEC.format(token)):.1f} ms")
        for row in connection.execute("EXPLAIN QUERY PLAN " + SPEC.format(token)):
            print("      ", row[3])


def timed(connection: apsw.Connection, query: str) -> float:
    """Return the milliseconds of the quicker of two runs."""
    runs = []
    for _ in range(2):
        before = time.perf_counter()
        connection.execute(query).fetchall()
        runs.append(time.perf_counter() - before)
    return min(runs) * 1000


def main() -> None:
    """Fill a new database and question it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.db"
        with Store.open(path) as store:
            fill(store, count)
        connection = apsw.Connection(str(path))
        sizes(connection, count)
        ask(connection)
        connection.execute("ANALYZE").fetchall()
        print("after ANALYZE:")
        ask(connection)


if __name__ == "__main__":
    main()
