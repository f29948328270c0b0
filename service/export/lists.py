"""The bytes of a list: lines, one weighted choice, or YAML.

A list from the rows that the database gave to the file that is read: gathering, filtered, made safe,
written.
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

import apsw

from service.config.export import Export, OnUnsafe, Sort
from service.errors import TryAgainError
from service.export.atomic import make_folder, update_file
from service.export.dialects import Reading
from service.export.filters import Filters
from service.export.gathering import Gathering, FoundText, Item
from service.export.report import Report, Written, files_before, remember_files, write_report


def plain_lines(items: Iterable[Item], *, with_counts: bool) -> Iterator[str]:
    """Yield one item a line; with counts a tab and the count behind each."""
    return (f"{item.text}\t{item.times}\n" if with_counts else f"{item.text}\n" for item in items)


def choice_line(items: Iterable[Item]) -> Iterator[str]:
    """Yield a single line that chooses among all items by their counts: ``{10::fox|3::owl}``.

    A weight before a line of its own does nothing: the readers take it for text.
    """
    opening = "{"
    for item in items:
        yield f"{opening}{item.times}::{item.text}"
        opening = "|"
    if opening == "|":
        yield "}\n"


def yaml_lines(items: Iterable[Item], name: str, *, with_counts: bool) -> Iterator[str]:
    """Yield a YAML mapping of ``name`` to the items.

    What is split stands in mappings below it, place by place.

    All of it is ASCII: Impact Pack reads YAML in the system's own code page.
    """
    above: list[str] = []
    is_empty = True
    for place, listed in groupby(items, key=attrgetter("place")):
        keys = [name, *filter(None, place.split("/"))]
        common = next(
            (at for at, pair in enumerate(zip(above, keys, strict=False)) if pair[0] != pair[1]),
            len(above),
        )
        for depth in range(common, len(keys)):
            yield f"{'  ' * depth}{quote_yaml(keys[depth])}:\n"
        above, is_empty, indent = keys, False, "  " * len(keys)
        for item in listed:
            text = quote_yaml(item.text)
            yield (
                f"{indent}- {{text: {text}, weight: {item.times}}}\n"
                if with_counts
                else f"{indent}- {text}\n"
            )
    if is_empty:
        yield f"{quote_yaml(name)}: []\n"


def quote_yaml(text: str) -> str:
    r"""Return a text as a double-quoted YAML scalar in ASCII: ``"caf\xe9 \U0001f98a"``."""
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    number = ord(char)
    if 0x20 <= number < 0x7F:  # noqa: PLR2004  # what ASCII prints
        return char
    # JSON's pairs of surrogates are no YAML, so a character past 16 bits has an escape of its own.
    width, letter = (2, "x") if number < 1 << 8 else (4, "u") if number < 1 << 16 else (8, "U")
    return f"\\{letter}{number:0{width}x}"


Row = TypeVar("Row")

LOOK = 200
"""Rows between two questions whether to stop."""
STOPPED = "the export was stopped before its end"


class StoppedError(TryAgainError):
    """Whoever waits for the list has lost interest; the old file stays."""


def write_list(
    export: Export, rows: Iterable[FoundText], is_cancelled: Callable[[], bool] = lambda: False
) -> Written:
    """Write one list.

    Raises StartError with the mend, TryAgainError where it cannot be done now.
    """
    report = Report()
    with Gathering(_sort(export), is_cancelled) as gathering:
        try:
            gathering.add(until(is_cancelled, rows))
            gathering.merge(export.min_count, export.max_count)
            listed = until(is_cancelled, _list_items(export, gathering, report))
            changed = _write(export, _count_items(listed, report), report)
        except apsw.InterruptError as error:
            raise StoppedError(STOPPED) from error
    write_report(export, report)
    return Written(report.items, report.unsafe, changed)


def _list_items(export: Export, gathering: Gathering, report: Report) -> Iterator[Item]:
    filters = Filters(export.include, export.exclude)
    reading = Reading.of(export)
    if filters.want_all and reading.takes_all:
        return gathering.all_items(export.limit)
    gathering.keep(_choose(gathering.merged_items(), filters, reading, export.on_unsafe, report))
    return gathering.kept_items(
        export.limit, is_changed=export.on_unsafe == "replace" and report.unsafe > 0
    )


def until(is_cancelled: Callable[[], bool], items: Iterable[Row]) -> Iterator[Row]:
    """Yield items. Raises StoppedError soon after nobody waits for them any more."""
    source = iter(items)
    while some := list(islice(source, LOOK)):
        if is_cancelled():
            raise StoppedError(STOPPED)
        yield from some


def _choose(
    items: Iterable[Item], filters: Filters, reading: Reading, on_unsafe: OnUnsafe, report: Report
) -> Iterator[Item]:
    for item in items:
        if not filters.wants(item.text):
            continue
        verdict = reading.judge(item.text, on_unsafe)
        if verdict.reason is not None:
            report.note(item.text, verdict.reason, verdict.line)
        if verdict.line is not None:
            yield item._replace(text=verdict.line) if verdict.reason else item


def _sort(export: Export) -> Sort | None:
    """Return the order asked for; a query's own order is the user's."""
    return export.sort or (None if export.kind == "sql" else "count_desc")


def _count_items(items: Iterable[Item], report: Report) -> Iterator[Item]:
    for item in items:
        report.items += 1
        yield item


def _write(export: Export, items: Iterator[Item], report: Report) -> bool:
    if export.is_yaml:
        return write_file(
            export.out, yaml_lines(items, _yaml_name(export.out), with_counts=export.with_counts)
        )
    if not export.is_split:
        return write_file(export.out, _text(export, items))
    return _write_folder(export, items, report)


def _text(export: Export, items: Iterable[Item]) -> Iterator[str]:
    if export.with_counts and export.dialect != "plain":
        return choice_line(items)
    return plain_lines(items, with_counts=export.with_counts)


def _write_folder(export: Export, items: Iterator[Item], report: Report) -> bool:
    """Write a file a place below the folder, and take away those of places that are no more."""
    before = files_before(export)
    make_folder(
        export.out, export.out
    )  # also for no list at all: a folder that is not there is made again and again
    changed = False
    with remember_files(export, before, report):
        for place, listed in groupby(items, key=attrgetter("place")):
            report.files.append(f"{place}.txt")
            changed |= write_file(export.out / f"{place}.txt", _text(export, listed))
    return delete_old_files(export, before, report) or changed


def delete_old_files(export: Export, before: Iterable[Path], report: Report) -> bool:
    """Take away the files that an export wrote before and does not write any more.

    Return whether there were any.
    """
    changed = False
    for left in set(before) - {export.out / name for name in report.files}:
        with contextlib.suppress(OSError):
            left.unlink()
            changed = True
    return changed


def write_file(target: Path, texts: Iterable[str]) -> bool:
    """Write one file; return whether its bytes are other ones than before."""
    with update_file(target) as update:
        for text in texts:
            update.out.write(text.encode())
    return update.changed


def _yaml_name(out: Path) -> str:
    """Return the name under which a YAML file's list is known.

    Its own, without what would end a reference to it.
    """
    return re.sub(r"__+", "_", re.sub(r"[^A-Za-z0-9_-]+", "_", out.stem)).strip("_") or "list"
