"""The share of nodes whose widgets all get their names may rise and never fall."""

import named_widgets
import pytest
import reached_scores
from corpus_sets import CORPUS


@pytest.mark.corpus
@pytest.mark.exiftool
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the project")
def test_no_widget_that_had_its_name_has_lost_it() -> None:
    now = named_widgets.measure().figures()
    assert list(reached_scores.fallen(named_widgets.reached(), now)) == []
