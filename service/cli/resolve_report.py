"""What ``resolve`` has found: as JSON everything, on a terminal the commonest of each."""

from rich.table import Table
from rich.text import Text

from service.cli.output import count_of, say
from service.cli.tables import make_cell, make_console
from service.model_lookup.findings import Findings, ReferenceFinding, Resolvedness
from service.model_lookup.learn import SourceReport
from service.resources.known_models import KnownModel

SHOWN = 20
"""Lines of a table on a terminal."""

OUTCOMES: tuple[Resolvedness, ...] = ("resolved", "ambiguous", "unknown")

Report = dict[str, object]


def make_report(
    findings: Findings, learned: SourceReport, known: int, rewritten: int | None
) -> Report:
    """Return all there is to say, as JSON values."""
    counts = learned.counts
    by_outcome: dict[str, list[Report]] = {"resolved": [], "ambiguous": [], "unknown": []}
    for reference in findings.references:
        by_outcome[reference.outcome].append(_entry(reference))
    for finding in findings.ambiguous:
        by_outcome["ambiguous"].append(_entry(finding))
    return {
        "model_files_known": known,
        "learnt": {"new": counts.new, "changed": counts.changed, "unchanged": counts.same},
        "not_read": [*learned.failed, *learned.in_part],
        "notes": learned.notes,
        "references": {outcome: findings.count(outcome) for outcome in OUTCOMES},
        "named": dict(findings.named),
        **by_outcome,
        "images_rewritten": rewritten,
        "statements_to_rewrite": len(findings.changing) if rewritten is None else 0,
    }


def _entry(finding: ReferenceFinding) -> Report:
    entry: Report = {
        "stated": finding.stated.label,
        "kind": finding.stated.kind,
        "hash": finding.stated.hash,
        "images": finding.images,
    }
    if finding.outcome == "resolved":
        entry["by"] = finding.by
        entry["name"] = finding.becomes.name
        entry["label"] = finding.becomes.label
        entry["real_kind"] = finding.becomes.kind
    if finding.candidates:
        entry["by"] = finding.by
        entry["candidates"] = [_candidate(model) for model in finding.candidates]
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
    known = report["model_files_known"]
    if isinstance(known, int):
        say(f"models: {count_of(known, 'file')} known; {_counts(report['learnt'])}")
    say(f"references (ids and hashes): {_counts(report['references'])}")
    say(f"named resources: {_counts(report['named'])}")
    rewritten = report["images_rewritten"]
    if isinstance(rewritten, int):
        say(f"{count_of(rewritten, 'image')} rewritten; new images are resolved from now on")
    elif report["statements_to_rewrite"]:
        say("Nothing was rewritten. --rewrite gives the images' resources these names.")


def _counts(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    return ", ".join(f"{count} {name}" for name, count in value.items())


def _print_table(title: str, report: Report, columns: tuple[str, ...]) -> None:
    rows = report[title]
    if not isinstance(rows, list) or not rows:
        return
    if len(rows) > SHOWN:
        title += f" (the {SHOWN} commonest of {len(rows)}; --json lists all)"
    console = make_console()
    # A table's own title is cut to the table's width.
    console.print(Text(title, style="bold"))
    table = Table(*columns, box=None)
    for row in rows[:SHOWN]:
        table.add_row(*[_cell(row.get(name)) for name in columns])
    console.print(table)


def _cell(value: object) -> Text:
    if isinstance(value, list):
        value = "; ".join(map(_candidate_words, value))
    return make_cell(value)


def _candidate_words(candidate: Report) -> str:
    return " ".join(str(part) for part in candidate.values() if part)
