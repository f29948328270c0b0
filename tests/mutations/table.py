"""The mutations as they are written down."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("mutations.toml")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One wrong: a text of a file replaced by another, and the test that must notice."""

    what: str
    file: str
    old: str
    new: str
    test: str

    def apply(self, top: Path) -> None:
        """Do it in the project that is there."""
        path = top / self.file
        path.write_text(self.spoil(path.read_text(encoding="utf-8")), encoding="utf-8")

    def spoil(self, text: str) -> str:
        """Return the file's text with the wrong in it. Raises ValueError where it does not fit."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file}: {self.old!r} occurs {text.count(self.old)} times")
        return text.replace(self.old, self.new)


def read_table(table: Path = TABLE) -> list[Mutation]:
    """Return all mutations, in order."""
    return [
        Mutation(**entry) for entry in tomllib.loads(table.read_text(encoding="utf-8"))["mutation"]
    ]


def find_problems(mutation: Mutation, top: Path = TOP) -> list[str]:
    """Return what keeps a mutation from being tried: its file, text or test is not there."""
    file, test, *names = (mutation.file, *mutation.test.split("::"))
    missing = [path for path in (file, test) if not (top / path).is_file()]
    if missing:
        return [f"{mutation.what}: there is no file {path}" for path in missing]
    try:
        mutation.spoil((top / file).read_text(encoding="utf-8"))
    except ValueError as error:
        return [f"{mutation.what}: {error}"]
    text = (top / test).read_text(encoding="utf-8")
    functions = [name.partition("[")[0] for name in names]
    return [
        f"{mutation.what}: {test} has no {name}"
        for name in functions
        if not re.search(rf"^ *def {re.escape(name)}\(", text, re.MULTILINE)
    ]
