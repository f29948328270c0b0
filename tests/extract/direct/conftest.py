"""The modules beside these tests, and both readers over the real ExifTool."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
sys.path.extend(
    str(TESTS / name) for name in ("extract/direct", "hostile", "service", "worker", "accuracy")
)

from comparing import BothReaders, open_readers  # noqa: E402  # behind the path above


@pytest.fixture(scope="module")
def both(real_exiftool: Path) -> Iterator[BothReaders]:
    with open_readers(real_exiftool) as opened:
        yield opened
