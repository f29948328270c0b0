"""What ``resolve`` says at its end: as JSON whole, on a terminal the commonest of each."""

from rich.table import Table
from rich.text import Text

from service.cli.printed import harmless, say
from service.cli.tables import tables
from service.resources.known import KnownModel
from service.worker.learning import Lesson
from service.worker.rewriting import Finding, Findings

SHOWN = 20
"""Lines of a table on a terminal."""

Report = dict[str, object]


def report_of(findings: Findings, lesson: Lesson, known: int, rewritten: int | None) -> Report:
    """Return all there is to say, as JSON values."""
    learnt = lesson.learnt
    references = findings.references
    return {
        "model_files_known": known,
        "learnt": {"new": learnt.new, "changed": learnt.changed, "unchanged": learnt.same},
        "not_read": lesson.failed,
        "references": {fate: findings.count(fate) for fate in ("resolved", "ambiguous", "unknown")},
        "named": dict(findings.named),
        "resolved": [_entry(one) for one in references if one.fate == "resolved"],
        "ambiguous": [_entry(one) for one in (*references, *findings.ambiguous) if one.fate == "ambiguous"],
        "unknown": [_entry(one) for one in references if one.fate == "unknown"],
        "images_rewritten": rewritten,
        "statements_to_rewrite": len(findings.changing) if rewritten is None else 0,
    }


def _entry(finding: Finding) -> Report:
    entry: Report = {
        "stated": finding.stated.label,
        "kind": finding.stated.kind,
        "hash": finding.stated.hash,
        "images": finding.images,
    }
    if finding.fate == "resolved":
        entry |= {"by": finding.by, "name": finding.becomes.name, "label": finding.becomes.label}
        entry["real_kind"] = finding.becomes.kind
    if finding.candidates:
        entry |= {"by": finding.by, "candidates": [_candidate(model) for model in finding.candidates]}
    return entry


def _candidate(model: KnownModel) -> Report:
    return {
        "version_id": model.version_id,
        "model": model.model_name,
        "version": model.version_name,
        "file": model.file_name,
        "source": model.source,
    }


def print_report(report: Report) -> None:
    """Print a report for people."""
    _print_table("resolved", report, ("stated", "real_kind", "label", "name", "by", "images"))
    _print_table("ambiguous", report, ("stated", "hash", "by", "candidates", "images"))
    _print_table("unknown", report, ("stated", "hash", "images"))
    learnt, references, named = (_counts(report[key]) for key in ("learnt", "references", "named"))
    say(f"models: {report['model_files_known']} files known; {learnt}")
    say(f"references (ids and hashes): {references}")
    say(f"named resources: {named}")
    if report["images_rewritten"] is not None:
        say(f"{report['images_rewritten']} images rewritten; new images are resolved from now on")
    elif report["statements_to_rewrite"]:
        say("Nothing was rewritten. --rewrite gives the images' resources these names.")


def _counts(value: object) -> str:
    return ", ".join(f"{count} {name}" for name, count in value.items()) if isinstance(value, dict) else ""


def _print_table(title: str, report: Report, columns: tuple[str, ...]) -> None:
    rows = report[title]
    if not isinstance(rows, list) or not rows:
        return
    more = f" (the {SHOWN} commonest of {len(rows)}; --json lists all)" if len(rows) > SHOWN else ""
    console = tables()
    console.print(Text(title + more, style="bold"))  # a table's own title is cut to the table's width
    table = Table(*columns, box=None)
    for row in rows[:SHOWN]:
        table.add_row(*(Text(harmless(_cell(row.get(name))), overflow="fold") for name in columns))
    console.print(table)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(" ".join(str(part) for part in one.values() if part) for one in value)
    return "" if value is None else str(value)
