"""The second half: a dump's lines into a database, on any machine."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from service.errors import StartError
from service.paths import Root
from service.records import ImageRows, RawRecord
from service.store.failures import Failure
from service.store.writer import Store
from service.transfer.done import Done
from service.transfer.lines import record_of
from service.worker.clock import Clock
from service.worker.resolving import Resolving
from service.worker.steps import processed

BATCH = 64


def ingest(source: Path, store: Store, roots: Sequence[Root], clock: Clock) -> Done:
    """Fill the database from a dump; a line that cannot be read is listed and its neighbours go on."""
    done = Done()
    resolving = Resolving(store)
    with _opened(source) as lines:
        records = _records(lines, roots, done)
        while batch := list(islice(records, BATCH)):
            made = [processed(raw) for raw in batch]
            rows = [one for one in made if isinstance(one, ImageRows)]
            store.save(resolving.apply(rows), now=clock.stamp())
            failures = (one for one in made if isinstance(one, Failure))
            done.failed.extend((f"{one.root}/{one.path}", one.message) for one in failures)
            done.count += len(rows)
    return done


def _opened(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        mend = "give --in the file that `aiimagepipe dump` wrote"
        raise StartError(f"{source}: cannot be read ({error.strerror}); {mend}") from error


def _records(lines: Iterable[bytes], roots: Sequence[Root], done: Done) -> Iterator[RawRecord]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield record_of(line, roots)
        except (ValueError, ValidationError) as error:
            done.failed.append((f"line {number}", str(error)))
