"""The second half: a dump's lines into a database, on any machine."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from service.clock import Clock
from service.errors import StartError
from service.model_lookup.resolve_rows import Resolver
from service.paths import Root
from service.records import ImageRows, RawRecord
from service.store.failures import Failure
from service.store.writer import Store
from service.transfer.lines import Done, record_of
from service.worker.batch import process_record

BATCH = 64


def ingest(source: Path, store: Store, roots: Sequence[Root], clock: Clock) -> Done:
    """Fill the database from a dump.

    A line that cannot be read is listed and its neighbours go on.
    """
    done = Done()
    resolving = Resolver(store)
    with _open(source) as lines:
        records = _records(lines, roots, done)
        while batch := list(islice(records, BATCH)):
            made = [process_record(raw) for raw in batch]
            rows = [one for one in made if isinstance(one, ImageRows)]
            store.save(resolving.apply(rows), now=clock.stamp())
            failures = (one for one in made if isinstance(one, Failure))
            done.failed.extend((f"{one.root}/{one.path}", one.message) for one in failures)
            done.count += len(rows)
    return done


def _open(source: Path) -> BinaryIO:
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
