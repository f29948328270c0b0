"""Of broken graphs less is read, and nothing wrong."""

import json

import mutated_graphs
import pytest
from corpus_sets import CORPUS, TOP

from service.parse.json_texts import parse_json
from service.records import Blob, Blobs

FIXTURES = TOP / "tests" / "fixtures" / "comfyui"
MOST_WRONG = 5
"""Wrong values in 10,000 broken graphs; docs/generators.md has the figure."""
MOST_WRONG_OF_CASES = 100
"""The golden cases are full of odd nodes, and of texts that are built of others."""


def fixture_graphs() -> list[mutated_graphs.WholeGraph]:
    """Return the graphs of the golden cases, which are always there."""
    found: list[mutated_graphs.WholeGraph] = []
    for file in sorted(FIXTURES.glob("*/blobs.json")):
        for role, stated in json.loads(file.read_text(encoding="utf-8")).items():
            text = stated["text"] if isinstance(stated, dict) else stated
            data = parse_json(text)
            found += mutated_graphs.graphs_of(Blobs({role: (Blob(text, role, data),)}))
    return found


def test_hardly_anything_wrong_is_read_of_the_golden_cases_when_they_are_broken() -> None:
    found = mutated_graphs.measure(fixture_graphs(), graphs=1500)
    assert found.rate <= MOST_WRONG_OF_CASES, found.wrong
    assert found.values > found.graphs


@pytest.mark.corpus
@pytest.mark.exiftool
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the project")
def test_hardly_anything_wrong_is_read_of_real_graphs_when_they_are_broken() -> None:
    found = mutated_graphs.measure(list(mutated_graphs.whole_graphs()), graphs=3000)
    assert found.rate <= MOST_WRONG, found.wrong


@pytest.mark.parametrize(
    ("value", "right"),
    [("a mill", True), ("a mill, a pond", True), ("a mill euler", False), ("euler", False)],
)
def test_a_prompt_is_right_where_its_parts_are_texts_of_the_graph(value: str, right: bool) -> None:  # noqa: FBT001
    texts = frozenset({"a mill", "a pond"})
    assert mutated_graphs.is_right(value, "positive_prompt", texts) is right
