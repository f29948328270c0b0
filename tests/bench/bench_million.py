"""What questions cost at 1,000,000 images of 40 tokens each, with the plan of each.

python tests/bench/bench_million.py [images] [database]

The rows are written straight into the compact tables (some minutes, 4 GB a million). A named
database is kept, and asked again the next time without being filled.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "store"))

import apsw
from store_samples import FIRST, Words, invented

from service.store import statistics
from service.store.search.lexing import read_query
from service.store.search.plan import plan_search
from service.store.search.query import Search, Window
from service.store.writer import Store

DICE = random.Random(1)  # noqa: S311  # invented data
MONTHS = 36
START_NS = 1_672_531_200_000_000_000
BATCH = 5_000

POSITIVE = Words((*FIRST, *invented(200_000, 16, 7)), 1)
NEGATIVE = Words(
    (
        "worst quality",
        "lowres",
        "bad hands",
        "text",
        "watermark",
        "blurry",
        *invented(2_000, 14, 8),
    ),
    2,
)
MODELS = Words(tuple(f"someModel_v{i}" for i in range(300)), 3)
LORAS = Words(tuple(f"someLora_{i}" for i in range(3_000)), 4)
SAMPLERS = ("euler_ancestral", "dpmpp_2m", "euler", "dpmpp_2m_sde", "lcm")
KEYS = ("positive_prompt", "negative_prompt", "sampler_norm", "steps")

Row = tuple[str | int | float | None, ...]

IMAGES = """INSERT INTO images (id, stable_id, root, folder, file_name, size_bytes, mtime_ns,
    sha256, mime_type, file_width, file_height, status, recipe, first_seen_at, ingested_at,
    generator, model, sampler, sampler_norm, scheduler_norm, steps, cfg_scale, seed, width, height,
    loras, checkpoints, positive_prompt, negative_prompt)
    VALUES (?, ?, 'Input', ?, ?, 1300000, ?, ?, 'image/png', 832, 1216, 'ok',
    'a1111@1 parsers@1 blobs@1 normalize@1', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z',
    ?, ?, ?, ?, 'karras', ?, 5.0, ?, 832, 1216, ?, ?, ?, ?)"""
TOKENS = "INSERT INTO token_rows (image_id, side, position, term_id) VALUES (?, ?, ?, ?)"
RESOURCES = (
    "INSERT INTO resource_rows (image_id, ordinal, kind, name_id, weight) VALUES (?, ?, ?, ?, ?)"
)
FACTS = "INSERT INTO kv_rows (image_id, ordinal, key_id, value_id) VALUES (?, ?, ?, ?)"


class Numbers:
    """Ids of the strings that the rows name."""

    def __init__(self, connection: apsw.Connection) -> None:
        terms = [*POSITIVE.words, *NEGATIVE.words, *MODELS.words, *LORAS.words, *KEYS]
        connection.executemany(
            "INSERT OR IGNORE INTO terms (term) VALUES (?)", ((term,) for term in terms)
        )
        self.terms: dict[str, int] = dict(
            connection.execute("SELECT term, id FROM terms").fetchall()
        )
        texts = [*SAMPLERS, *map(str, range(15, 45))]
        connection.executemany("INSERT INTO texts (hash, text) VALUES (?, ?)", enumerate(texts))
        self.texts: dict[str, int] = dict(
            connection.execute("SELECT text, id FROM texts").fetchall()
        )


class Batch:
    """The rows of some images, table by table."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self.rows: dict[str, list[Row]] = {IMAGES: [], TOKENS: [], RESOURCES: [], FACTS: []}

    def add(self, number: int) -> None:
        """Add an image."""
        positive, negative = _drawn(POSITIVE, 28), _drawn(NEGATIVE, 12)
        model, loras, sampler = MODELS.draw(), (LORAS.draw(), LORAS.draw()), SAMPLERS[number % 5]
        terms, texts, steps = self._numbers.terms, self._numbers.texts, 15 + number % 30
        self.rows[TOKENS] += [(number, "neg", at, terms[word]) for at, word in enumerate(negative)]
        self.rows[TOKENS] += [(number, "pos", at, terms[word]) for at, word in enumerate(positive)]
        self.rows[RESOURCES].append((number, 0, "checkpoint", terms[model], None))
        self.rows[RESOURCES] += [
            (number, 1 + at, "lora", terms[lora], 0.8) for at, lora in enumerate(loras)
        ]
        values = (None, None, texts[sampler], texts[str(steps)])
        self.rows[FACTS] += [(number, at, terms[key], values[at]) for at, key in enumerate(KEYS)]
        self.rows[IMAGES].append(
            (
                number,
                f"{number:032x}",
                f"{number // 1000:04d}/",
                f"{number:07d}.png",
                START_NS + number * 94_608_000,
                f"{DICE.getrandbits(256):064x}",
                ("a1111", "forge", "comfyui")[number % 3],
                model,
                sampler,
                sampler,
                steps,
                str(DICE.getrandbits(32)),
                ", ".join(f"{lora}:0.8" for lora in loras),
                model,
                ", ".join(positive),
                ", ".join(negative),
            )
        )


def _drawn(words: Words, count: int) -> list[str]:
    return DICE.choices(words.words, cum_weights=words._sums, k=count)


def fill(path: Path, count: int) -> None:
    """Write a database.

    Indexes are made at the end, sorted: entry by entry they took ten times as long.
    """
    with Store.open(path) as store:
        connection = store._connection
        connection.execute(
            "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = FILE"
        ).fetchall()
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}").fetchall()
        _fill_tables(connection, count)
        for name, statement in indexes:
            with clocked(name):
                connection.execute(statement).fetchall()


def _fill_tables(connection: apsw.Connection, count: int) -> None:
    numbers = Numbers(connection)
    for start in range(1, count + 1, BATCH):
        batch = Batch(numbers)
        for number in range(start, min(start + BATCH, count + 1)):
            batch.add(number)
        with connection:
            for statement, rows in batch.rows.items():
                connection.executemany(statement, rows)
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        if (start + BATCH - 1) % 100_000 == 0:
            print(f"  {start + BATCH - 1:,} images", flush=True)


class clocked:  # noqa: N801  # used like a function
    """Prints how long a block took."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        print(f"  {self._what}: {time.perf_counter() - self._began:.1f} s", flush=True)


# ── Questions ──

SPEC = """SELECT COUNT(DISTINCT p.image_id) FROM tokens p WHERE p.side='pos' AND p.t_norm='{}'
AND NOT EXISTS (SELECT 1 FROM tokens n
WHERE n.image_id=p.image_id AND n.side='neg' AND n.t_norm='blurry')"""
COUNTED = "SELECT t_norm, uses FROM token_counts WHERE side='pos' ORDER BY uses DESC LIMIT 500"
GROUPED = (
    "SELECT t_norm FROM tokens WHERE side='pos' GROUP BY t_norm ORDER BY COUNT(*) DESC LIMIT 500"
)
RARE = POSITIVE.words[150_000]

QUERIES = (
    ("token query, rare token", 1_000, SPEC.format(RARE)),
    ("token query, commonest token", 4_000, SPEC.format(FIRST[0])),
    ("top 500 tokens, by token_counts", 10_000, COUNTED),
    ("top 500 tokens, by GROUP BY over the view", None, GROUPED),
    ("the view, 20 rows", 100, "SELECT * FROM v_images_search LIMIT 20"),
    (
        "the view, newest 20 rows",
        100,
        "SELECT * FROM v_images_search ORDER BY image_id DESC LIMIT 20",
    ),
    ("the view, counted", 100, "SELECT COUNT(*) FROM v_images_search"),
)
"""What is asked, the milliseconds it may take (None: not promised), and the query."""

SEARCHES = (
    "masterpiece solo smile",
    "masterpiece solo -neg:blurry",
    'masterpiece "long hair" -smile',
    f"{RARE.split()[0]} masterpiece smile",
    "masterpiece lora:somelora_12 model:somemodel_v2*",
    (
        "masterpiece -neg:blurry lora:somelora_1 sampler:euler_ancestral model:somemodel_v* "
        "steps:20..40 before:2025-01-01"
    ),
    "sampler:lcm steps:19 cfg:5",
    "model:somemodel_v299 steps:20..30 after:2024",
    "seed:123 masterpiece smile",
    f'token:"{RARE}" masterpiece -neg:blurry',
    "date:2023-03 masterpiece -smile",
    "-masterpiece -neg:blurry lora:somelora_7",
)
SEARCH_MS = 100

EXPORTS = (
    ("tokens", "--side", "pos", "--min-count", "10"),
    ("tokens", "--side", "neg", "--min-count", "10"),
    ("resources", "--kind", "lora"),
    ("kv", "--key", "sampler_norm"),
    ("prompts", "--which", "pos", "--min-count", "2"),
)
EXPORT_MS = 10_000


def measure(path: Path) -> None:
    """Print every question's time and plan."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    for what, limit, query in QUERIES:
        _tell(what, limit, _timed(lambda query=query: connection.execute(query).fetchall()))
        _print_plan(connection, query, ())
    search = Search.on(connection, path)
    for line in SEARCHES:
        _tell(
            f"search {line}",
            SEARCH_MS,
            _timed(lambda line=line: list(search.lines(search.ids(line, 50)))),
        )
        query = search.query(plan_search(read_query(line)))
        _print_plan(connection, query.text, query.bound(Window(1, 20_000), limit=50))
    connection.close()
    _tell("stats", None, _timed(lambda: [statistics.read_statistics(path, 15)], runs=1))


MEASURED = """
import atexit, sys
from service.cli import main
peak = lambda: next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
atexit.register(lambda: print(peak(), file=sys.stderr))
main()
"""
"""A command that tells its own peak memory at its end.

What the system tells of a child counts its parent's, too.
"""


def export(path: Path) -> None:
    """Print the time of each export as the user starts it, and the most memory that it took."""
    for words in EXPORTS:
        out = path.with_suffix(".txt")
        command = [
            sys.executable,
            "-c",
            MEASURED,
            "export",
            *words,
            "--db",
            str(path),
            "--out",
            str(out),
        ]
        said: list[str] = []
        done = _timed(lambda command=command, said=said: said.append(_stderr(command)), runs=1)
        peak = int(said[0].split()[-2]) / 1024
        with out.open("rb") as lines:
            count = sum(1 for _ in lines)
        _tell(
            f"export {' '.join(words)} (peak {peak:,.0f} MiB)", EXPORT_MS, done._replace(rows=count)
        )
        out.unlink()


def _stderr(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


def _print_plan(connection: apsw.Connection, query: str, arguments: Sequence[object]) -> None:
    for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", arguments):
        print("      ", row[3])


class Timed(NamedTuple):
    """What a question took.

    The first time, the quickest time, and the CPU of that, in milliseconds.
    """

    first: float
    best: float
    cpu: float
    rows: int


def _timed(ask: Callable[[], object], runs: int = 3) -> Timed:
    times, rows = [], 0
    for _ in range(runs):
        cpu, before = _cpu(), time.perf_counter()
        answer = ask()
        times.append(((time.perf_counter() - before) * 1000, (_cpu() - cpu) * 1000))
        rows = len(answer) if isinstance(answer, list) else 0
    return Timed(times[0][0], *min(times), rows)


def _cpu() -> float:
    """Return the CPU seconds of this process and of those it has started."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _tell(what: str, limit: float | None, timed: Timed) -> None:
    verdict = "" if limit is None or timed.best <= limit else f"   OVER {limit:,.0f} ms"
    took = f"{timed.best:,.1f} ms (CPU {timed.cpu:,.0f}, first {timed.first:,.1f} ms)"
    print(f"{what}: {took}, {timed.rows:,} rows{verdict}", flush=True)


def main() -> None:
    """Fill a database where there is none, and question it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(folder) / "images.db"
        if not path.exists():
            with clocked("all of it"):
                fill(path, count)
        with Store.open(path):  # brings the views of an older file up to date
            pass
        print(f"{path.stat().st_size / count:,.0f} bytes an image")
        measure(path)
        export(path)


if __name__ == "__main__":
    main()
