"""What the database says, beside what must be true: rows, indexes, the log, an undisturbed run."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import store_dump
from asked import rows
from drawn_contents import Facts
from running_service import Place
from soak_model import Model, Row

ROWS = """
SELECT root || '/' || path, id, state, status, sha256, seed, positive_prompt FROM images
"""
HALF_IMAGES = """
SELECT root || '/' || path FROM images WHERE status = 'ok' AND (
    id NOT IN (SELECT image_id FROM raw_records) OR id NOT IN (SELECT image_id FROM kv_rows)
    OR id NOT IN (SELECT image_id FROM token_rows)
)
"""
STRAY_ROWS = """
SELECT image_id FROM {table} WHERE image_id NOT IN (SELECT id FROM images)
"""
LONG_TABLES = ("kv_rows", "token_rows", "resource_rows", "pass_rows", "raw_records")


def read_rows(database: Path) -> dict[str, Row]:
    """Return the row of every place."""
    found: dict[str, Row] = {}
    for place, id_, state, status, sha256, seed, prompt in rows(database, ROWS):
        facts = Facts(str(status), _text(sha256), _text(seed), _text(prompt))
        found[str(place)] = Row(int(str(id_)), str(state), facts)
    return found


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def find_false_failures(database: Path, model: Model) -> list[str]:
    """Return the files that count as failed and are not broken, and the other way round."""
    failed = {str(place) for (place,) in rows(database, "SELECT root || '/' || path FROM failures")}
    broken = {place for place, content in model.present.items() if content.kind == "broken"}
    found = [model.tell(place, "no failure", "a failure") for place in failed - broken]
    return found + [model.tell(place, "a failure", "none") for place in broken - failed]


def read_prompts(database: Path) -> set[str]:
    """Return every prompt there is, also of files that are missing."""
    query = "SELECT DISTINCT positive_prompt FROM images WHERE positive_prompt IS NOT NULL"
    return {str(prompt) for (prompt,) in rows(database, query)}


def find_half_images(database: Path) -> list[str]:
    """Return images whose rows are not all there."""
    found = [f"half an image: {place}" for (place,) in rows(database, HALF_IMAGES)]
    for table in LONG_TABLES:
        strays = rows(database, STRAY_ROWS.format(table=table))
        found += [f"{table} has rows of image {id_}, which is not there" for (id_,) in strays]
    return found


def find_damage(database: Path) -> list[str]:
    """Return what SQLite's own checks find in a copy of this moment's state."""
    with (
        closing(apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)) as live,
        closing(apsw.Connection(":memory:")) as copy,
    ):
        with copy.backup("main", live, "main") as copying:
            while not copying.done:
                copying.step(-1)
        found = [str(row) for row in copy.execute("PRAGMA integrity_check") if row != ("ok",)]
        found += [f"foreign key: {row}" for row in copy.execute("PRAGMA foreign_key_check")]
        for index in ("positive_words", "negative_words"):
            try:
                check = f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"  # noqa: S608  # our own names
                copy.execute(check).fetchall()
            except apsw.Error as error:
                found.append(f"{index} is not what the prompts are: {error}")
        return found


def find_tracebacks(place: Place) -> list[str]:
    """Return what was logged, or told on the console, that nobody foresaw."""
    found = [f"logged: {line}" for line in _log_lines(place) if "Traceback" in line]
    console = (place.top / "console.txt").read_text(encoding="utf-8", errors="replace")
    if "Traceback" in console:
        found.append(f"on the console: {console[console.index('Traceback') :][:3000]}")
    return found


def count_log_levels(place: Place) -> dict[str, int]:
    """Return how many lines of each level were logged."""
    levels: Counter[str] = Counter()
    for line in _log_lines(place):
        try:
            levels[str(json.loads(line)["level"])] += 1
        except ValueError:  # written by a service that was killed, or on a full disk
            levels["torn"] += 1
    return dict(levels)


def _log_lines(place: Place) -> Iterator[str]:
    for log in (place.top / "out" / "logs").glob("service.jsonl*"):
        yield from log.read_text(encoding="utf-8", errors="replace").splitlines()


def find_other_facts(place: Place, model: Model, roots: tuple[str, ...]) -> list[str]:
    """Return where an undisturbed run over the same files says otherwise.

    Without images whose text may be gone: what it said cannot be read again.
    """
    other = Place(place.top / "undisturbed")
    other.top.mkdir()
    for root in roots:
        shutil.copytree(place.top / root, other.top / root)
    shutil.copy(place.config, other.config)
    said = other.run("all")
    if said.returncode not in (0, 1):
        return [f"the undisturbed run failed: {said.stderr}"]
    places = {where for where, content in model.present.items() if content.kind != "pair"}
    ours, theirs = _lines_of(place.database, places), _lines_of(other.database, places)
    return [f"only after all that: {line}" for line in sorted(ours - theirs)] + [
        f"only undisturbed: {line}" for line in sorted(theirs - ours)
    ]


def _lines_of(database: Path, places: set[str]) -> set[str]:
    with closing(apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        lines = store_dump.dump(connection)
    return {line for line in lines if line.split("\t")[1] in places}
