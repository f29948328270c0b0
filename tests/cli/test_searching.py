"""``search`` prints what was found for people and for programs."""

import re
from pathlib import Path

import pytest
from commands import Said, run, run_plainly
from drawn_images import draw, infotext, png
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
    assert head == ["id", "file", "prompt", "model", "sampler", "steps", "seed"]  # no LoRA anywhere
    assert line[1:3] == [r"-n\x1bew.png", "an owl, long_hair, snow"]
    assert said.err == ""


def test_who_sees_only_some_is_told_so(taken: Place) -> None:
    said = run(taken, "search", "snow", "--limit", "1")
    assert said.err == "The newest 1; --limit 0 gives all.\n"
    assert run(taken, "search", "snow", "--limit", "0").err == ""


def test_nothing_found_is_an_answer(taken: Place) -> None:
    hint = "dragon: no image has this\n"
    assert run(taken, "search", "dragon") == Said(0, "No image has all of this.\n", hint)
    assert run(taken, "search", "dragon", "--json") == Said(0, "[]\n", hint)
    assert run(taken, "search", "dragon", "--paths") == Said(0, "", hint)


SMALL_OR = "or: is looked for as a word; OR, in capitals, finds one of the things on both sides"


@pytest.mark.parametrize(
    ("line", "hints"),
    [
        ("fox owl", ["there are images for each of these, but none for all; leave one out"]),
        ("snwo", ["snwo: no image has this; try snow"]),
        ("bird ow", ["bird: no image has this", "ow: no image has this; try ow*"]),
        (
            "blurry steps:1",
            ["blurry: no image has this; try neg:blurry", "steps:1: no image has this"],
        ),
        ("neg:snow", ["neg:snow: no image has this; try snow"]),
        ("bird OR steps:1", ["bird OR steps:1: no image has this"]),
        (
            "fox or owl",
            ["or: no image has this", SMALL_OR],
        ),
        ("lohair", ["lohair: no image has this"]),
        ("generator:a1112", ["generator:a1112: no image has this; try generator:a1111"]),
        ("model:dremshaper", ["model:dremshaper: no image has this; try model:dreamshaper_8"]),
        (
            "sampler:euler_ancestal",
            ["sampler:euler_ancestal: no image has this; try sampler:euler_ancestral"],
        ),
        ("sampler:eular,lms", ["sampler:eular,lms: no image has this"]),
        ("generator:zzzz", ["generator:zzzz: no image has this"]),
    ],
)
def test_nothing_found_comes_with_what_would_be(taken: Place, line: str, hints: list[str]) -> None:
    assert run(taken, "search", line).err.splitlines() == hints


def test_nothing_found_comes_with_a_hint_at_images_whose_file_is_gone(place: Place) -> None:
    draw(place.input / "fox.png", 7, "a fox")
    assert run(place, "all").code == 0
    (place.input / "fox.png").unlink()
    assert run(place, "all").code == 0
    assert run(place, "search", "fox").err.splitlines() == [
        "1 image whose file is gone would meet it: add state:any",
        "fox: no image has this",
    ]


def test_columns_are_those_asked_for_by_name_or_heading(taken: Place) -> None:
    said = run(taken, "search", "fox", "--columns", "id,place, cfg,negative_prompt")
    table = [re.split(r"\s{2,}", line.strip()) for line in said.out.splitlines()]
    place = str(taken.input / "fox.png")
    assert table[0] == ["id", "place", "cfg", "negative_prompt"]
    assert table[1][1:] == [place, "7.0", "blurry, lowres"]
    found = run(taken, "search", "fox", "--columns", "place,steps", "--json").json()
    assert found == [{"place": place, "steps": 20}]
    wrong = run(taken, "search", "fox", "--columns", "id,colour")
    assert wrong.code == 2
    assert wrong.err.startswith("aiimagepipe: --columns: there is no column 'colour'; there are ")


def test_a_wide_table_cuts_nothing(place: Place) -> None:
    name = "n" * 220
    draw(place.input / f"{name}.png", 7)
    assert run(place, "all").code == 0
    narrow, wide = run(place, "search", "fox"), run(place, "search", "fox", "--wide")
    assert [f"{name}.png" in said.out for said in (narrow, wide)] == [False, True]


def test_help_names_every_field() -> None:
    from service.store.search.conditions import FIELDS  # noqa: PLC0415  # as above

    said = run_plainly("search", "--help").out
    assert {name for name in FIELDS if not re.search(rf"\b{name}\b", said)} == set()


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
    assert lines[0] == ["2 images: 2 present (2 ok), 0 missing"]
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


def test_the_numbers_of_a_list_add_up_to_all_images(place: Place) -> None:
    for number, model in enumerate(("a", "a", "b", "c", "c", "c")):
        text = infotext(number).replace("dreamshaper_8", model)
        (place.input / f"{number}.png").write_bytes(png(text))
    (place.input / "plain.png").write_bytes(png(None))
    assert run(place, "all").code == 0
    (place.input / "5.png").unlink()
    assert run(place, "all").code == 0
    said = run(place, "stats", "--limit", "1")
    lines = [re.split(r"\s{2,}", line.strip()) for line in said.out.splitlines() if line.strip()]
    assert lines[0] == ["7 images: 6 present (1 no_metadata, 5 ok), 1 missing"]
    at = lines.index(["models"])
    assert lines[at + 1 : at + 4] == [["3", "c"], ["3", "in 2 others"], ["1", "not said"]]
    found = run(place, "stats", "--json", "--limit", "1").json()
    assert isinstance(found, dict)
    assert found["rest"]["models"] == {"names": 2, "images": 3, "not_said": 1}
