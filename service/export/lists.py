"""A list from the rows that the database gave to the file that is read: gathered, filtered, made safe, written."""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from service.config.export import Export, Sort
from service.errors import TryAgainError
from service.export import forms
from service.export.atomic import updating
from service.export.dialects import Reading
from service.export.filters import Filters
from service.export.gathering import Gathered, Item
from service.export.report import Report, files_before, write_report
from service.export.written import Written

Row = TypeVar("Row")


class StoppedError(TryAgainError):
    """Whoever waits for the list has lost interest; the old file stays."""


def write_list(export: Export, rows: Iterable[Item], is_cancelled: Callable[[], bool] = lambda: False) -> Written:
    """Write one list. Raises StartError with the mend, TryAgainError where it cannot be done now."""
    report = Report()
    with Gathered() as gathered:
        gathered.hear(until(is_cancelled, rows))
        gathered.keep(_chosen(export, until(is_cancelled, gathered.merge()), report))
        listed = until(is_cancelled, gathered.listed(_sort(export), export.limit))
        changed = _write(export, _counted(listed, report), report)
    write_report(export, report)
    return Written(report.items, report.unsafe, changed)


def until(is_cancelled: Callable[[], bool], items: Iterable[Row]) -> Iterator[Row]:
    """Yield items. Raises StoppedError as soon as nobody waits for them any more."""
    for item in items:
        if is_cancelled():
            raise StoppedError("the export was stopped before its end")
        yield item


def _chosen(export: Export, items: Iterable[Item], report: Report) -> Iterator[Item]:
    filters = Filters(export.include, export.exclude)
    reading = Reading(export.dialect, is_yaml=export.is_yaml, weighted=export.with_counts)
    most = export.max_count
    for item in items:
        if item.times < export.min_count or (most is not None and item.times > most) or not filters.wants(item.text):
            continue
        verdict = reading.judge(item.text, export.on_unsafe)
        if verdict.reason is not None:
            report.note(item.text, verdict.reason, verdict.line)
        if verdict.line is not None:
            yield item._replace(text=verdict.line) if verdict.reason else item


def _sort(export: Export) -> Sort | None:
    """Return the order asked for; a query's own order is the user's."""
    return export.sort or (None if export.kind == "sql" else "count_desc")


def _counted(items: Iterable[Item], report: Report) -> Iterator[Item]:
    for item in items:
        report.items += 1
        yield item


def _write(export: Export, items: Iterator[Item], report: Report) -> bool:
    if export.is_yaml:
        return _write_file(export.out, forms.yaml(items, _yaml_name(export.out), with_counts=export.with_counts))
    if not export.is_split:
        return _write_file(export.out, _text(export, items))
    return _write_folder(export, items, report)


def _text(export: Export, items: Iterable[Item]) -> Iterator[str]:
    if export.with_counts and export.dialect != "plain":
        return forms.choice(items)
    return forms.lines(items, with_counts=export.with_counts)


def _write_folder(export: Export, items: Iterator[Item], report: Report) -> bool:
    """Write a file a place below the folder, and take away those of places that are no more."""
    before = files_before(export)
    changed = False
    for place, listed in groupby(items, key=attrgetter("place")):
        report.files.append(f"{place}.txt")
        changed |= _write_file(export.out / f"{place}.txt", _text(export, listed))
    for left in set(before) - {export.out / name for name in report.files}:
        with contextlib.suppress(OSError):
            left.unlink()
            changed = True
    return changed


def _write_file(target: Path, texts: Iterable[str]) -> bool:
    with updating(target) as update:
        for text in texts:
            update.out.write(text.encode())
    return update.changed


def _yaml_name(out: Path) -> str:
    """Return the name under which a YAML file's list is known: its own, without what would end a reference to it."""
    return re.sub(r"__+", "_", re.sub(r"[^A-Za-z0-9_-]+", "_", out.stem)).strip("_") or "list"
