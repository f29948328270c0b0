"""A list from the rows of the database to its file: gathered, filtered, made safe, written.

The file holds lines, one weighted choice, or YAML.
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

import apsw

from service.config.export import Export, ListKind, OnUnsafe, Sort
from service.errors import TryAgainError
from service.export.atomic import make_folder, update_file
from service.export.dialects import ReaderRules
from service.export.filters import Filters
from service.export.gathering import FoundText, Gathering, Item
from service.export.one_line import sameness
from service.export.report import ExportReport, Written, files_before, remember_files, write_report
from service.tokens.spelling import fold_token


def plain_lines(items: Iterable[Item], *, with_counts: bool) -> Iterator[str]:
    """Yield one item a line; with counts a tab and the count behind each."""
    for item in items:
        yield f"{item.text}\t{item.times}\n" if with_counts else f"{item.text}\n"


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

    What is split is in mappings below it, place by place.

    All of it is ASCII: Impact Pack reads YAML in the system's own code page.
    """
    above: list[str] = []
    for place, of_place in groupby(items, key=attrgetter("place")):
        keys = [name, *filter(None, place.split("/"))]
        for depth in range(_count_common(above, keys), len(keys)):
            yield f"{'  ' * depth}{quote_yaml(keys[depth])}:\n"
        indent = "  " * len(keys)
        for item in of_place:
            text = quote_yaml(item.text)
            if with_counts:
                text = f"{{text: {text}, weight: {item.times}}}"
            yield f"{indent}- {text}\n"
        above = keys
    if not above:
        yield f"{quote_yaml(name)}: []\n"


def _count_common(above: list[str], keys: list[str]) -> int:
    """Return how many keys are open already, from the first on."""
    count = 0
    for ours, theirs in zip(above, keys, strict=False):
        if ours != theirs:
            break
        count += 1
    return count


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
    if number < 1 << 8:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 1 << 16 else f"\\U{number:08x}"


Some = TypeVar("Some")

LOOK = 200
"""Rows between two questions whether to stop."""
STOPPED = "the export was stopped before its end"


class StoppedError(TryAgainError):
    """Whoever waits for the list has lost interest; the old file stays."""


def write_list(
    export: Export, rows: Iterable[FoundText], is_cancelled: Callable[[], bool] = lambda: False
) -> Written:
    """Write one list.

    Raises StartError, whose message says what to do, and TryAgainError where it cannot be done now.
    """
    report = ExportReport()
    with Gathering(_sort(export), is_cancelled, FOLDS.get(export.kind, sameness)) as gathering:
        try:
            gathering.add(until(is_cancelled, rows))
            gathering.merge(export.min_count, export.max_count)
            listed = until(is_cancelled, _list_items(export, gathering, report))
            changed = _write(export, _count_items(listed, report), report)
        except apsw.InterruptError as error:
            raise StoppedError(STOPPED) from error
    write_report(export, report)
    return Written(report.items, report.unsafe, changed)


def fold_prompt(prompt: str) -> str:
    """Return what is equal for two prompts of the same words and weights, with or without ``_``."""
    return sameness(prompt.replace("_", " ").rstrip(" ,"))


FOLDS: dict[ListKind, Callable[[str], str]] = {
    "tokens": lambda text: sameness(fold_token(text)),
    "prompts": fold_prompt,
}
"""By which two lines are one item; of others their case and composition alone."""


def _list_items(export: Export, gathering: Gathering, report: ExportReport) -> Iterator[Item]:
    filters = Filters(export.include, export.exclude, max_words=export.max_words)
    reading = ReaderRules.of(export)
    if filters.want_all and reading.takes_all:
        return gathering.all_items(export.limit)
    merged = gathering.merged_items()
    gathering.keep(_choose(merged, filters, reading, export.on_unsafe, report))
    is_changed = export.on_unsafe == "replace" and report.unsafe > 0
    return gathering.kept_items(export.limit, is_changed=is_changed)


def until(is_cancelled: Callable[[], bool], items: Iterable[Some]) -> Iterator[Some]:
    """Yield items. Raises StoppedError soon after nobody waits for them any more."""
    source = iter(items)
    while some := list(islice(source, LOOK)):
        if is_cancelled():
            raise StoppedError(STOPPED)
        yield from some


def _choose(
    items: Iterable[Item],
    filters: Filters,
    reading: ReaderRules,
    on_unsafe: OnUnsafe,
    report: ExportReport,
) -> Iterator[Item]:
    """Yield the wanted items as they are written; the report notes those that are unsafe."""
    for item in items:
        if not filters.wants(item.text):
            continue
        verdict = reading.judge(item.text, on_unsafe)
        if verdict.reason is None:
            yield item
            continue
        report.note(item.text, verdict.reason, verdict.line)
        if verdict.line is not None:
            yield item._replace(text=verdict.line)


def _sort(export: Export) -> Sort | None:
    """Return the order asked for; a query's own order is the user's."""
    if export.sort is None and export.kind != "sql":
        return "count_desc"
    return export.sort


def _count_items(items: Iterable[Item], report: ExportReport) -> Iterator[Item]:
    for item in items:
        report.items += 1
        yield item


def _write(export: Export, items: Iterator[Item], report: ExportReport) -> bool:
    if export.is_yaml:
        name = _yaml_name(export.out)
        return write_file(export.out, yaml_lines(items, name, with_counts=export.with_counts))
    if export.is_split:
        return _write_folder(export, items, report)
    return write_file(export.out, _text(export, items))


def _text(export: Export, items: Iterable[Item]) -> Iterator[str]:
    if export.with_counts and export.dialect != "plain":
        return choice_line(items)
    return plain_lines(items, with_counts=export.with_counts)


def _write_folder(export: Export, items: Iterator[Item], report: ExportReport) -> bool:
    """Write a file a place below the folder, and delete those of places that are no more."""
    before = files_before(export)
    # Also for no list at all: a folder that is not there would be made at every look.
    make_folder(export.out, export.out)
    changed = False
    with remember_files(export, before, report):
        for place, of_place in groupby(items, key=attrgetter("place")):
            report.files.append(f"{place}.txt")
            changed |= write_file(export.out / f"{place}.txt", _text(export, of_place))
    return delete_old_files(export, before, report) or changed


def delete_old_files(export: Export, before: Iterable[Path], report: ExportReport) -> bool:
    """Delete the files that an export wrote before and does not write any more.

    Return whether there were any.
    """
    changed = False
    written = {export.out / name for name in report.files}
    for left in set(before) - written:
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
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", out.stem)
    return re.sub(r"__+", "_", name).strip("_") or "list"
