"""Keep the versions beside every golden answer: one that changes needs a raised version.

    python tests/parse/golden_versions.py

The service makes rows again where a version in their recipe was raised. An answer that changes
without one leaves the rows of everybody's old images as they were. This command records new cases,
and those whose versions were raised; it refuses, and writes nothing, where an answer changed and
its versions did not.
"""

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever is installed

from golden_cases import FIXTURES, Case, find_cases

from service import parse
from service.pipeline import VERSIONS
from service.records.recipes import SHARED

FILE = FIXTURES / "versions.json"
COMMAND = "python tests/parse/golden_versions.py"

NOT_RAISED = (
    "{case}: the answer changed, but not the versions it is made by ({recipe}). Raise the parser's "
    "`version`, or the `VERSION` of the stage that changed, so that the rows of old images are "
    "made again; then run `{command}`"
)
NOT_RECORDED = "{case}: its versions or its answer are not recorded yet; run `{command}`"
GONE = "{case}: is recorded, but there is no such case any more; run `{command}`"


@dataclass(slots=True)
class Record:
    """What is known of the golden answers: by which versions they were made, and their digests."""

    shared: str = ""
    """The versions of the stages that every image passes: ``parsers@24 blobs@9 …``."""
    cases: dict[str, str] = field(default_factory=dict)
    """Case → the versions of the parsers that read it, and the digest of its expected.json."""


def read_record(file: Path = FILE) -> Record:
    """Return what was recorded last."""
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return Record(**kept)


def make_record(cases: Sequence[Case], versions: Mapping[str, int] = VERSIONS) -> Record:
    """Return what is to be recorded of the cases as they are now."""
    made = Record(write_recipe(SHARED, versions))
    for case in cases:
        digest = hashlib.sha256(case.expected.read_bytes()).hexdigest()[:16]
        made.cases[case.name] = f"{write_recipe(find_readers(case), versions)} {digest}"
    return made


def find_readers(case: Case) -> list[str]:
    """Return the parsers whose versions are in this image's recipe, as the pipeline names them."""
    reading = parse.read_blobs(case.read_blobs())
    if reading is None:
        return []
    rivals = [parser.name for parser, _ in reading.rivals]
    names = [reading.parser.name, *sorted(reading.parser.covers), *rivals]
    return list(dict.fromkeys(names))


def write_recipe(stages: Sequence[str], versions: Mapping[str, int]) -> str:
    """Return stages with their versions, as they are beside an image: ``a1111@5 sdnext@2``."""
    return " ".join(f"{stage}@{versions[stage]}" for stage in stages)


def find_unraised(old: Record, new: Record) -> list[str]:
    """Return a sentence for each answer that changed although none of its versions did."""
    problems = []
    for case in sorted(old.cases.keys() & new.cases.keys()):
        old_recipe, _, old_digest = old.cases[case].rpartition(" ")
        recipe, _, digest = new.cases[case].rpartition(" ")
        if digest != old_digest and (recipe, new.shared) == (old_recipe, old.shared):
            told = f"{recipe} {new.shared}"
            problems.append(NOT_RAISED.format(case=case, recipe=told, command=COMMAND))
    return problems


def find_problems(old: Record, new: Record) -> list[str]:
    """Return a sentence for all that keeps the record from being true."""
    problems = find_unraised(old, new)
    if problems:
        return problems
    if old.shared != new.shared:
        problems.append(NOT_RECORDED.format(case="all cases", command=COMMAND))
    for case in sorted(new.cases):
        if old.cases.get(case) != new.cases[case]:
            problems.append(NOT_RECORDED.format(case=case, command=COMMAND))
    for case in sorted(old.cases.keys() - new.cases.keys()):
        problems.append(GONE.format(case=case, command=COMMAND))
    return problems


def write_record(record: Record, file: Path = FILE) -> None:
    """Write a record, one line a case, so that branches which add cases rarely conflict."""
    kept = {"shared": record.shared, "cases": record.cases}
    text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8", newline="\n")


def renew(file: Path = FILE, fixtures: Path = FIXTURES) -> list[str]:
    """Record all cases as they are; where a version was not raised, write nothing and say so."""
    new = make_record(find_cases(fixtures))
    refused = find_unraised(read_record(file), new)
    if not refused:
        write_record(new, file)
    return refused


if __name__ == "__main__":
    REFUSED = renew()
    print(*(REFUSED or [f"{FILE}: {len(read_record().cases)} cases recorded"]), sep="\n")
    sys.exit(1 if REFUSED else 0)
