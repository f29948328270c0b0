"""The golden cases: tests/fixtures/GENERATOR/CASE holds ``blobs.json`` and ``expected.json``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.parse.json_texts import parse_json
from service.records import Blob, Blobs

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


@dataclass(frozen=True, slots=True)
class Case:
    """A folder with the texts of one image and what becomes of them."""

    folder: Path

    @property
    def generator(self) -> str:
        """The parser that reads it."""
        return self.folder.parent.name

    @property
    def name(self) -> str:
        """What it is called on the command line: ``a1111/plain``."""
        return f"{self.generator}/{self.folder.name}"

    @property
    def expected(self) -> Path:
        """The answer that is expected."""
        return self.folder / "expected.json"

    def read_blobs(self) -> Blobs:
        """Return its texts as the parsers see them."""
        return make_blobs(json.loads((self.folder / "blobs.json").read_text(encoding="utf-8")))


def find_cases(fixtures: Path = FIXTURES) -> list[Case]:
    """Return every case, by name."""
    return [Case(path.parent) for path in sorted(fixtures.glob("*/*/blobs.json"))]


def make_blobs(roles: Mapping[str, str | Mapping[str, str]]) -> Blobs:
    """Return blobs of texts by role; a text may state its source: ``{"text": …, "source": …}``."""
    texts: dict[str, tuple[Blob, ...]] = {}
    for role, stated in roles.items():
        if isinstance(stated, str):
            text, source = stated, f"PNG:{role.capitalize()}"
        else:
            text, source = stated.values()
        texts[role] = (Blob(text, source, parse_json(text)),)
    return Blobs(texts)
