"""Templates and their groups as a folder of wildcard files that refer to each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

import apsw

from service.config.export import Export
from service.export.atomic import make_folder
from service.export.dialects import ReaderRules
from service.export.filters import Filters
from service.export.gathering import FoundText, Gathering
from service.export.lists import STOPPED, StoppedError, delete_old_files, until, write_file
from service.export.report import ExportReport, Written, files_before, remember_files, write_report
from service.export.templates import (
    MARK,
    FoundTemplates,
    PromptTags,
    find_templates,
    join_tags,
    order_fillers,
)

MOST_PROMPTS = 50_000
"""Prompts, the commonest.

Templates are made of what comes again, and their tags are sorted on disk.
"""
TEMPLATES = "templates"
"""Name of the file with the templates; the others have their groups' names."""


def write_templates(
    export: Export, rows: Iterable[FoundText], is_cancelled: Callable[[], bool] = lambda: False
) -> Written:
    """Write the templates of prompts.

    Raises StartError, whose message says what to do, and TryAgainError where it cannot be done now.
    """
    report = ExportReport()
    try:
        with Gathering("count_desc", is_cancelled) as gathering:
            gathering.add(until(is_cancelled, rows))
            gathering.merge(export.min_count, None)
            prompts = until(is_cancelled, _prompts_to_read(export, gathering))
            found = find_templates(prompts, export.min_fillers, is_cancelled)
    except apsw.InterruptError as error:
        raise StoppedError(STOPPED) from error
    changed = _write(export, found, report)
    write_report(export, report)
    return Written(report.items, report.unsafe, changed)


def _prompts_to_read(export: Export, gathering: Gathering) -> Iterator[tuple[str, int]]:
    filters = Filters(export.include, export.exclude)
    wanted = (item for item in gathering.all_items(None) if filters.wants(item.text))
    for item in islice(wanted, MOST_PROMPTS):
        yield item.text, item.times


def _write(export: Export, found: FoundTemplates, report: ExportReport) -> bool:
    # Where anything reads lines, __ is still to be a reference and nothing else.
    dialect = "a1111" if export.dialect == "plain" else export.dialect
    reading = ReaderRules(dialect, is_yaml=False, weighted=False)
    groups = _usable_groups(found, reading, export.min_fillers, report)
    usable = _usable_templates(found.templates, groups, reading, report)
    templates = list(islice(usable, export.limit))
    report.items = len(templates)
    lines = {TEMPLATES: [_line(tags, export) for tags in templates]}
    for name in sorted(_group_names(templates)):
        lines[name] = groups[name]
    return _write_folder(export, lines, report)


def _write_folder(export: Export, lines: Mapping[str, list[str]], report: ExportReport) -> bool:
    """Write a file a name; return whether anything has other bytes than before."""
    before = files_before(export)
    make_folder(export.out, export.out)
    changed = False
    with remember_files(export, before, report):
        for name, texts in lines.items():
            report.files.append(f"{name}.txt")
            changed |= write_file(export.out / f"{name}.txt", (f"{text}\n" for text in texts))
    return delete_old_files(export, before, report) or changed


def _usable_groups(
    found: FoundTemplates, reading: ReaderRules, least: int, report: ExportReport
) -> dict[str, list[str]]:
    """Return the groups in which enough tags are left that the program reads as they are."""
    groups = {}
    for name, fillers in found.groups.items():
        safe = _safe(order_fillers(fillers), reading, report)
        if len(safe) >= least:
            groups[name] = safe
    return groups


def _group_names(templates: Iterable[PromptTags]) -> set[str]:
    """Return the names of all groups that these templates refer to."""
    return {tag.removeprefix(MARK) for tags in templates for tag in tags if tag.startswith(MARK)}


def _safe(texts: Iterable[str], reading: ReaderRules, report: ExportReport) -> list[str]:
    safe = []
    for text in texts:
        reason = reading.flaw(text)
        if reason is None:
            safe.append(text)
        else:
            report.note(text, reason, None)
    return safe


def _usable_templates(
    templates: dict[PromptTags, int],
    groups: dict[str, list[str]],
    reading: ReaderRules,
    report: ExportReport,
) -> Iterator[PromptTags]:
    """Yield the templates that the program reads as they are meant, the commonest first."""
    for tags in sorted(templates, key=lambda tags: (-templates[tags], tags)):
        own = join_tags(tag for tag in tags if not tag.startswith(MARK))
        reason = reading.flaw(own)
        if reason is not None:
            report.note(own, reason, None)
        elif _group_names([tags]) <= groups.keys():
            yield tags


def _line(tags: PromptTags, export: Export) -> str:
    form = "<wildcard:{}/{}>" if export.dialect == "swarm" else "__{}/{}__"
    parts = []
    for tag in tags:
        is_group = tag.startswith(MARK)
        parts.append(form.format(export.out.name, tag.removeprefix(MARK)) if is_group else tag)
    return join_tags(parts)
