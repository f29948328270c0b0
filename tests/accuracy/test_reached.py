"""The score on files of known truth may rise and never fall."""

from pathlib import Path

import corpus_sets
import pytest
import reached_scores
from corpus_sets import CORPUS, SETS, TruthSet


@pytest.mark.corpus
@pytest.mark.exiftool
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the project")
@pytest.mark.parametrize("files", SETS, ids=lambda files: files.name)
def test_nothing_that_had_been_read_right_is_read_wrong(files: TruthSet, tmp_path: Path) -> None:
    database = corpus_sets.ingest(files.images, tmp_path)
    now = reached_scores.figures(corpus_sets.totals(database, files.truth))
    assert list(reached_scores.fallen(reached_scores.read()[files.name], now)) == []


@pytest.mark.parametrize(
    ("now", "fell"),
    [
        ({"norms": "9/10"}, []),
        ({"norms": "19/20"}, []),
        ({"norms": "8/10"}, ["norms: 9/10 had been reached, now 8/10"]),
        ({}, ["norms: 9/10 had been reached, now 0/1"]),
    ],
)
def test_a_figure_falls_by_its_share(now: dict[str, str], fell: list[str]) -> None:
    assert list(reached_scores.fallen({"norms": "9/10"}, now)) == fell
