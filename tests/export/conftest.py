"""What the tests of exports share.

The plain modules beside this file are used by other folders, too.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parent.parent / "service"))

import demo_collection
import pytest


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of fifteen images; see ``demo_collection``."""
    path = tmp_path_factory.mktemp("demo") / "images.db"
    demo_collection.fill(path)
    return path


@pytest.fixture(autouse=True)
def _in_the_project_s_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be where the settings file of a test is: elsewhere a command says where its result goes."""
    monkeypatch.chdir(tmp_path)
