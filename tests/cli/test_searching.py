"""``search`` prints what was found for people and for programs."""

import re
from pathlib import Path

import pytest
from commands import Said, run
from drawn_images import draw
from running_service import Place


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a place that has taken in two images, one of an odd name."""
    place = Place(tmp_path_factory.mktemp("searching"))
    place.input.mkdir()
    place.configure()
    draw(place.input / "fox.png", 7, "a fox, snow")
    draw(place.input / "-n\x1bew.png", 8, "an owl, long_hair, snow")
    assert run(place, "all").code == 0
    return place


@pytest.mark.parametrize(
    "words", [["snow", "-owl"], ["snow -owl"], ["-owl"], ["seed:7"], ["-hair", "--limit", "1"]]
)
def test_words_may_be_one_argument_or_several_and_begin_with_a_dash(
    taken: Place, words: list[str]
) -> None:
    said = run(taken, "search", *words, "--paths")
    assert (said.code, said.out) == (0, f"{taken.input / 'fox.png'}\n")


def test_for_programs_there_are_whole_lines_of_the_view_newest_first(taken: Place) -> None:
    said = run(taken, "search", "snow", "--json").json()
    assert isinstance(said, list)
    assert sorted((line["file_name"], line["positive_prompt"], line["seed"]) for line in said) == [
        ("-n\x1bew.png", "an owl, long_hair, snow", "8"),
        ("fox.png", "a fox, snow", "7"),
    ]
    assert [line["image_id"] for line in said] == [2, 1]


def test_for_people_there_is_a_table_in_which_nothing_is_obeyed_by_a_terminal(taken: Place) -> None:
    said = run(taken, "search", '"long hair"')
    head, line = (re.split(r"\s{2,}", one.strip()) for one in said.out.splitlines())
    assert head == ["id", "file", "prompt", "model", "loras", "sampler", "steps", "seed"]
    assert line[1:3] == [r"-n\x1bew.png", "an owl, long_hair, snow"]
    assert said.err == ""


def test_who_sees_only_some_is_told_so(taken: Place) -> None:
    said = run(taken, "search", "snow", "--limit", "1")
    assert said.err == "The newest 1; --limit 0 gives all.\n"
    assert run(taken, "search", "snow", "--limit", "0").err == ""


def test_nothing_found_is_an_answer(taken: Place) -> None:
    assert run(taken, "search", "dragon") == Said(0, "No image has all of this.\n", "")
    assert run(taken, "search", "dragon", "--json") == Said(0, "[]\n", "")
    assert run(taken, "search", "dragon", "--paths") == Said(0, "", "")


def test_a_wrong_word_is_named(taken: Place) -> None:
    said = run(taken, "search", "snow", "steps:many")
    reason = "a number or a range is expected: 20, 20..40, 20.. or ..40"
    expected = f"aiimagepipe: search: steps:many: {reason}\n"
    assert said == Said(2, "", expected)
    assert run(taken, "search", "snow", "--lmit").code == 2
    assert run(taken, "search", "snow", "--json", "--paths").code == 2


def test_the_page_of_queries_names_every_field() -> None:
    from service.store.search.conditions import FIELDS  # noqa: PLC0415  # only this test looks inside

    page = (Path(__file__).resolve().parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")
    assert [
        name
        for name in FIELDS
        if name != "pos" and f"`{name}:" not in page and f"-{name}:" not in page
    ] == []


def test_stats_count_what_was_taken_and_draw_it(taken: Place) -> None:
    said = run(taken, "stats")
    lines = [re.split(r"\s{2,}", line.strip()) for line in said.out.splitlines() if line.strip()]
    assert lines[0] == ["2 images (2 ok), 0 missing"]
    at = lines.index(["positive tokens"])
    assert lines[at + 1 : at + 5] == [
        ["2", "snow"],
        ["1", "a fox"],
        ["1", "an owl"],
        ["1", "long hair"],
    ]
    found = run(taken, "stats", "--json", "--limit", "1").json()
    assert isinstance(found, dict)
    assert found["positive_tokens"] == [["snow", 2]]
    pytest.importorskip("matplotlib", reason="needs the extra [plot]")
    said = run(taken, "stats", "--plot", "out/charts.svg")
    assert said == Said(0, f"charts → {taken.top / 'out' / 'charts.svg'}\n", "")
    assert "<svg" in (taken.top / "out" / "charts.svg").read_text(encoding="utf-8")
