"""Rows as CSV, as a spreadsheet will read them."""

import csv
from pathlib import Path

import pytest

from service.export.records import write_csv

FORMULAS = ("=1+1", "+1", "-1+2", "@SUM(1)", "\t=1", "\r=1", "\uff1d1", " =1", "\u00a0=1")
UNSHOWN = ("\u200b", "\ufeff", "\u2060", "\u200d", "\ufe0f", "\u00ad", "\u202e", "\u200b\ufeff ")
HARMLESS = ("a=1", "1girl, solo", " masterpiece", "(castle:1.2)", "漢字", "é-1", "\u200ba")


def written(tmp_path: Path, text: str) -> str:
    """Return the cell that a text becomes."""
    write_csv([{"text": text}], tmp_path / "rows.csv", ["text"])
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        _, (cell,) = csv.reader(file)
    return cell


@pytest.mark.parametrize("formula", [*FORMULAS, *(f"{sign}=1+1" for sign in UNSHOWN)])
def test_what_a_spreadsheet_would_compute_gets_a_sign_before_it(
    tmp_path: Path, formula: str
) -> None:
    assert written(tmp_path, formula) == f"'{formula}"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_stay_as_they_are(tmp_path: Path, text: str) -> None:
    assert written(tmp_path, text) == text
