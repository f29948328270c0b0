"""Templates and their groups as a folder of wildcard files that refer to each other."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import apsw

from service.config.export import Export
from service.export.atomic import make_folder
from service.export.dialects import Reading
from service.export.filters import Filters
from service.export.gathering import Gathering, FoundText
from service.export.lists import STOPPED, StoppedError, delete_old_files, until, write_file
from service.export.report import Report, Written, files_before, remember_files, write_report
from service.export.templates import MARK, Found, Tags, find_templates, order_fillers

LOOKED_AT = 50_000
"""Prompts, the commonest.

Templates are made of what comes again, and their tags are sorted on disk.
"""
TEMPLATES = "templates"
"""Name of the file with the templates; the others bear their groups' names."""


def write_templates(
    export: Export, rows: Iterable[FoundText], is_cancelled: Callable[[], bool] = lambda: False
) -> Written:
    """Write the templates of prompts.

    Raises StartError with the mend, TryAgainError where it cannot be done now.
    """
    report = Report()
    try:
        with Gathering("count_desc", is_cancelled) as gathering:
            gathering.add(until(is_cancelled, rows))
            gathering.merge(export.min_count, None)
            found = find_templates(
                until(is_cancelled, _prompts_to_read(export, gathering)),
                export.min_fillers,
                is_cancelled,
            )
    except apsw.InterruptError as error:
        raise StoppedError(STOPPED) from error
    changed = _write(export, found, report)
    write_report(export, report)
    return Written(report.items, report.unsafe, changed)


def _prompts_to_read(export: Export, gathering: Gathering) -> Iterator[tuple[str, int]]:
    filters = Filters(export.include, export.exclude)
    return islice(
        ((item.text, item.times) for item in gathering.all_items(None) if filters.wants(item.text)),
        LOOKED_AT,
    )


def _write(export: Export, found: Found, report: Report) -> bool:
    # Where anything reads lines, __ is still to be a reference and nothing else.
    reading = Reading(
        "a1111" if export.dialect == "plain" else export.dialect, is_yaml=False, weighted=False
    )
    groups = {
        name: _safe(order_fillers(fillers), reading, report)
        for name, fillers in found.groups.items()
    }
    groups = {
        name: fillers for name, fillers in groups.items() if len(fillers) >= export.min_fillers
    }
    templates = list(islice(_usable(found.templates, groups, reading, report), export.limit))
    report.items = len(templates)
    before = files_before(export)
    make_folder(export.out, export.out)
    changed = False
    used = sorted({tag[1:] for tags in templates for tag in tags if tag.startswith(MARK)})
    lines = {TEMPLATES: [_line(tags, export) for tags in templates]} | {
        name: groups[name] for name in used
    }
    with remember_files(export, before, report):
        for name, texts in lines.items():
            report.files.append(f"{name}.txt")
            changed |= write_file(export.out / f"{name}.txt", (f"{text}\n" for text in texts))
    return delete_old_files(export, before, report) or changed


def _safe(texts: Iterable[str], reading: Reading, report: Report) -> list[str]:
    flaws = [(text, reading.flaw(text)) for text in texts]
    for text, reason in flaws:
        if reason is not None:
            report.note(text, reason, None)
    return [text for text, reason in flaws if reason is None]


def _usable(
    templates: dict[Tags, int], groups: dict[str, list[str]], reading: Reading, report: Report
) -> Iterator[Tags]:
    """Yield the templates that the program reads as they are meant, the commonest first."""
    for tags in sorted(templates, key=lambda tags: (-templates[tags], tags)):
        own = ", ".join(tag for tag in tags if not tag.startswith(MARK))
        if (reason := reading.flaw(own)) is not None:
            report.note(own, reason, None)
        elif all(tag[1:] in groups for tag in tags if tag.startswith(MARK)):
            yield tags


def _line(tags: Tags, export: Export) -> str:
    form = "<wildcard:{}/{}>" if export.dialect == "swarm" else "__{}/{}__"
    return ", ".join(
        form.format(export.out.name, tag[1:]) if tag.startswith(MARK) else tag for tag in tags
    )
