"""The two sets of files with known truth, beside the project.

Where they lie, and how they are scored.

Nothing of them is part of the project. They are ingested as a user would, by ``dump`` and
``ingest``, and scored by their own program; its rules (which values are equal, which are accepted)
are used here, too, for the finer table.
"""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

TOP = Path(__file__).resolve().parent.parent.parent
VARIABLE = "AIIMAGEPIPE_CORPUS"
CORPUS = Path(os.environ.get(VARIABLE, TOP.parent / "shared" / "corpus"))


@dataclass(frozen=True, slots=True)
class TruthSet:
    """Files, and what each of them states."""

    name: str
    images: Path
    truth: Path

    def rows(self) -> list[dict[str, Any]]:
        """Return what is true of each file."""
        return [json.loads(line) for line in self.truth.read_text(encoding="utf-8").splitlines()]


SETS = (
    TruthSet("corpus", CORPUS / "images", CORPUS / "truth.jsonl"),
    TruthSet("cases", CORPUS / "cases" / "images", CORPUS / "cases" / "truth.jsonl"),
)


def ingest(images: Path, folder: Path) -> Path:
    """Return the database that the real pipeline makes of a folder.

    Nothing is written beside the images.
    """
    database = folder / "images.db"
    _aiimagepipe("ingest", "--in", str(dump(images, folder)), "--db", str(database))
    return database


def dump(images: Path, folder: Path) -> Path:
    """Return the file of records, one a line, that ExifTool's answers about a folder become."""
    records = folder / "records.jsonl"
    _aiimagepipe("dump", "--input", str(images), "--out", str(records))
    return records


def _aiimagepipe(*arguments: str) -> None:
    command = [sys.executable, "-m", "service", *arguments]
    env = {name: value for name, value in os.environ.items() if name != VARIABLE}  # no setting
    done = subprocess.run(command, cwd=TOP, env=env, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):  # 1: some files failed, which hostile ones may
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr}")


def totals(database: Path, truth: Path) -> Mapping[str, Any]:
    """Return what the corpus's own program counts."""
    command = [
        sys.executable,
        str(CORPUS / "score.py"),
        str(database),
        "--truth",
        str(truth),
        "--json",
    ]
    told: Mapping[str, Any] = json.loads(
        subprocess.run(command, capture_output=True, text=True, check=True).stdout
    )
    return told


def rules() -> ModuleType:
    """Return the corpus's own program as a module: which values are equal, which are accepted."""
    spec = importlib.util.spec_from_file_location("corpus_score", CORPUS / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(CORPUS / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
