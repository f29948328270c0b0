"""Writes what the fuzzer begins with.

The texts of every fixture, each behind the byte that chooses its place.

python tests/fuzz/seeds.py CORPUS_FOLDER
"""

import json
import sys
from pathlib import Path

from places import PLACES

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
ROLES = {place.rpartition(":")[2].lower(): number for number, place in enumerate(PLACES)}


def main(folder: Path) -> int:
    """Write the seeds and return how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for case in sorted(FIXTURES.glob("*/*/blobs.json")):
        parts = [
            _part(role, told) for role, told in json.loads(case.read_text(encoding="utf-8")).items()
        ]
        (folder / f"{case.parent.parent.name}-{case.parent.name}").write_bytes(
            b"\xff".join(parts[:3])
        )
        count += 1
    return count


def _part(role: str, told: str | dict[str, str]) -> bytes:
    text, source = (told, "") if isinstance(told, str) else (told["text"], told["source"])
    number = ROLES.get(source.rpartition(":")[2].lower(), ROLES.get(role, 0))
    return bytes([number]) + text.encode("utf-8", "replace").replace(b"\xff", b"")


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))
