"""The store's own fixtures; its samples and its dump are plain modules beside this file."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from service.store.writer import Store


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return where a database may lie."""
    return tmp_path / "out" / "images.db"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    """Return an open, empty store."""
    with Store.open(database) as opened:
        yield opened
