"""What an export came to, and what it left out or changed, as a file beside it."""

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from service.errors import PipeError, StartError
from service.export.atomic import update_file
from service.export.slugs import PLACE
from service.light_dataclasses import dataclass

if TYPE_CHECKING:
    from service.config.export import Export


@dataclass(frozen=True, slots=True)
class Written:
    """How much was written, and whether it is new."""

    items: int
    """Lines, or rows."""
    unsafe: int = 0
    """Texts that the dialect cannot carry; the report lists them."""
    changed: bool = False
    """Whether any file has other bytes than before."""


SUFFIX = ".report.json"
LISTED = 10_000
"""Texts that the report shows; all are counted."""


@dataclass(slots=True)
class ExportReport:
    """How a list was made."""

    items: int = 0
    unsafe: int = 0
    texts: list[dict[str, str | None]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """Of a split list, relative to its folder."""

    def note(self, text: str, reason: str, written: str | None) -> None:
        """Note that a text could not be written as it is."""
        self.unsafe += 1
        if len(self.texts) < LISTED:
            self.texts.append({"text": text, "reason": reason, "written": written})


def report_file(out: Path) -> Path:
    """Return where the report of an export is: ``tokens.txt.report.json``."""
    return out.with_name(f"{out.name}{SUFFIX}")


def write_report(export: "Export", report: ExportReport) -> None:
    """Write the report where there is something to say, else delete an earlier one."""
    target = report_file(export.out)
    if not (report.unsafe or report.files):
        _delete(target)
        return
    content = {
        "out": export.out.name,
        "dialect": export.dialect,
        "on_unsafe": export.on_unsafe,
        "items": report.items,
        "unsafe": report.unsafe,
        "files": report.files,
        "texts": sorted(report.texts, key=lambda noted: str(noted["text"])),
    }
    # A list and not an object: dynamicprompts takes every key of a .json object in its folder for a
    # wildcard.
    with update_file(target) as update:
        update.out.write(json.dumps([content], indent=1, ensure_ascii=True).encode() + b"\n")


def _delete(report: Path) -> None:
    try:
        report.unlink(missing_ok=True)
    except OSError as error:
        fix = "the list is written; move this away, or name another file"
        raise StartError(f"{report}: cannot be deleted ({error.strerror}); {fix}") from error


@contextlib.contextmanager
def remember_files(
    export: "Export", before: Iterable[Path], report: ExportReport
) -> Iterator[None]:
    """Let the report name the old and the new files where the block ends midway.

    The next run then deletes them.
    """
    try:
        yield
    except BaseException:
        old = {path.relative_to(export.out).as_posix() for path in before}
        report.files = sorted(old.union(report.files))
        with contextlib.suppress(PipeError):  # what ended the block is what is said
            write_report(export, report)
        raise


def files_before(export: "Export") -> list[Path]:
    """Return the files of a split list that the last report names and that may be deleted."""
    try:
        content = json.loads(report_file(export.out).read_bytes())
        names = [str(name) for name in content[0]["files"]]
    except (OSError, ValueError, KeyError, IndexError, TypeError):  # none, or not ours
        return []
    return [export.out / name for name in names if _is_list_of_ours(name)]


def _is_list_of_ours(name: str) -> bool:
    return name.endswith(".txt") and PLACE.fullmatch(name.removesuffix(".txt")) is not None
