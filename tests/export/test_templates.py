"""Templates are made of prompts that differ in one tag or a few, and make these prompts again."""

import random
from pathlib import Path

import pytest
from dynamicprompts.generators import CombinatorialPromptGenerator
from dynamicprompts.wildcards import WildcardManager
from hypothesis import given, settings
from hypothesis import strategies as st

from service.config.export import Export
from service.export.report import Written, report_file
from service.export.template_files import write_templates
from service.export.template_names import name_group
from service.export.templates import MARK, find_templates

read_by_dynamicprompts = pytest.mark.filterwarnings("ignore:.*deprecated - use:DeprecationWarning")

LIT = [
    f"red fox, {light}, masterpiece" for light in ("soft lighting", "rim lighting", "neon lighting")
]


def found(*prompts: str, least: int = 3) -> tuple[list[str], dict[str, list[str]]]:
    made = find_templates([(prompt, 1) for prompt in prompts], least)
    templates = [
        ", ".join(tag.replace(MARK, "@") for tag in tags) for tags in sorted(made.templates)
    ]
    return templates, {name: sorted(fillers) for name, fillers in made.groups.items()}


def test_prompts_that_differ_in_one_tag_are_a_template_with_a_group() -> None:
    assert found(*LIT, "a castle, night") == (
        ["red fox, @lighting, masterpiece"],
        {"lighting": ["neon lighting", "rim lighting", "soft lighting"]},
    )


def test_fewer_than_asked_for_are_none() -> None:
    assert found(*LIT[:2]) == ([], {})
    assert found(*LIT[:2], least=2)[0] == ["red fox, @lighting, masterpiece"]


def test_prompts_that_vary_in_two_tags_are_one_template() -> None:
    grid = [
        f"{who}, forest, {hair} hair"
        for who in ("an elf", "a knight", "a witch")
        for hair in ("red", "blue", "grey")
    ]
    assert found(*grid) == (
        ["@like-a-knight, forest, @hair"],
        {
            "hair": ["blue hair", "grey hair", "red hair"],
            "like-a-knight": ["a knight", "a witch", "an elf"],
        },
    )


def test_what_wildcards_drew_by_chance_gives_back_their_template() -> None:
    dice = random.Random(1)  # noqa: S311  # a test
    parts = [
        [f"{word} {number}" for number in "one two three four five six".split()]
        for word in ("sitting", "wearing")
    ]
    parts.append([f"{light} light" for light in "dim soft hard warm cold neon".split()])
    drawn = {", ".join(("1girl", *map(dice.choice, parts), "night")) for _ in range(150)}
    assert found(*sorted(drawn)) == (
        ["1girl, @sitting, @wearing, @light, night"],
        {"sitting": sorted(parts[0]), "wearing": sorted(parts[1]), "light": sorted(parts[2])},
    )


def test_another_case_or_weight_is_no_other_tag() -> None:
    weights = [f"fox, (glow:{weight}), night" for weight in (1.1, 1.2, 1.3)]
    assert found(*weights, "fox, Glow, night", "FOX, glow, Night") == ([], {})


def test_a_bracket_that_a_comma_cut_in_two_fills_nothing() -> None:
    assert found(*(f"fox, ({word}, snow:1.2)" for word in ("night", "dawn", "dusk"))) == ([], {})


def test_templates_that_vary_alike_share_their_group() -> None:
    other = [f"an owl, {light}" for light in ("rim lighting", "dim lighting", "soft lighting")]
    assert found(*LIT, *other) == (
        ["an owl, @lighting", "red fox, @lighting, masterpiece"],
        {"lighting": ["dim lighting", "neon lighting", "rim lighting", "soft lighting"]},
    )


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        (("blue eyes", "red eyes", "(green eyes:1.2)"), "eyes"),
        (("red", "green", "blue"), "color"),
        (("wide shot", "from above", "close-up portrait"), "composition"),
        (("sunset", "dawn", "at noon"), "time"),
        (("sitting down", "sitting up"), "sitting"),
        (("<lora:a:1>", "<lora:b:0.5>"), "lora"),
        (("red fox", "castle/tower"), "like-red-fox"),
        (("a con", "b con"), "model-con"),
        (("old templates", "new templates"), "like-old-templates"),
        (("狐", "猫"), "like-26d100"),
    ],
)
def test_a_group_is_called_by_what_its_tags_share(tags: tuple[str, ...], name: str) -> None:
    assert name_group(tags) == name


def test_the_page_about_wildcards_shows_what_is_made(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "wildcards.md").read_text(
        encoding="utf-8"
    )
    prompts, shown = (
        page.partition(f"```{language}\n")[2].partition("```")[0]
        for language in ("prompts", "folder")
    )
    write_templates(export(tmp_path), [("", prompt, 1) for prompt in prompts.splitlines()])
    made = {name: text.splitlines() for name, text in texts(tmp_path / "looks").items()}
    assert shown == "".join(f"{name}: {' | '.join(lines)}\n" for name, lines in made.items())


def export(folder: Path, **more: object) -> Export:
    return Export.model_validate({"kind": "templates", "out": folder / "looks", **more})


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def test_a_folder_holds_the_templates_and_a_file_a_group(tmp_path: Path) -> None:
    settings_ = export(tmp_path)
    rows = [("", prompt, times) for times, prompt in enumerate(LIT, 1)]
    assert write_templates(settings_, rows) == Written(1, changed=True)
    assert texts(settings_.out) == {
        "lighting.txt": "neon lighting\nrim lighting\nsoft lighting\n",
        "templates.txt": "red fox, __looks/lighting__, masterpiece\n",
    }
    assert write_templates(settings_, rows) == Written(1, changed=False)
    (settings_.out / "mine.txt").touch()
    assert write_templates(settings_, []) == Written(0, changed=True)
    assert texts(settings_.out) == {"mine.txt": "", "templates.txt": ""}


def test_swarm_is_told_in_its_own_words(tmp_path: Path) -> None:
    write_templates(export(tmp_path, dialect="swarm"), [("", prompt, 1) for prompt in LIT])
    assert (
        texts(tmp_path / "looks")["templates.txt"]
        == "red fox, <wildcard:looks/lighting>, masterpiece\n"
    )


def test_what_the_program_would_misread_is_left_out_and_reported(tmp_path: Path) -> None:
    settings_ = export(tmp_path, dialect="dynamicprompts")
    unsafe = [f"{{a|b}}, {light}" for light in ("rim lighting", "dim lighting", "50% lighting")]
    assert write_templates(settings_, [("", prompt, 1) for prompt in (*LIT, *unsafe)]) == Written(
        1, 2, changed=True
    )
    assert (
        texts(settings_.out)["lighting.txt"]
        == "rim lighting\ndim lighting\nneon lighting\nsoft lighting\n"
    )
    assert report_file(settings_.out).exists()


@read_by_dynamicprompts
@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_dynamicprompts_makes_every_prompt_of_a_template_again(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  # a test
    folder = tmp_path_factory.mktemp("wildcards")
    words = dice.sample(
        "fox owl elf castle (night:1.2) [dawn] <lora:ink:0.8> snow 狐 :d hair lights".split(), 8
    )
    grid = {
        f"a {first}, {words[0]}, {second} {words[1]}"
        for first in words[2:5]
        for second in words[5:8]
    }
    write_templates(
        export(folder, dialect="dynamicprompts"), [("", prompt, 1) for prompt in sorted(grid)]
    )
    generator = CombinatorialPromptGenerator(WildcardManager(folder), ignore_whitespace=False)
    made = {str(prompt) for prompt in generator.generate("__looks/templates__", max_prompts=None)}
    assert made == grid


def test_the_same_prompts_in_any_order_give_the_same_files(tmp_path: Path) -> None:
    prompts = [
        f"{who}, {where}, {light} light"
        for who in "abc"
        for where in "xyz"
        for light in ("dim", "soft", "hard")
    ]
    seen = set()
    for seed in range(3):
        random.Random(seed).shuffle(prompts)  # noqa: S311  # a test
        write_templates(export(tmp_path), [("", prompt, 1) for prompt in prompts])
        seen.add(tuple(texts(tmp_path / "looks").items()))
    ((groups),) = seen
    assert dict(groups)["templates.txt"] == "__looks/like-a__, __looks/like-x__, __looks/light__\n"


def test_a_prompt_in_sentences_has_its_groups_among_the_words() -> None:
    prompts = [
        f"A woman in a {color} dress walks home, smiling." for color in ("red", "blue", "grey")
    ]
    assert found(*prompts) == (
        [", A, woman, in, a, @color, dress, walks, home, ,, smiling, ."],
        {"color": ["blue", "grey", "red"]},
    )


def test_templates_of_sentences_are_written_as_sentences(tmp_path: Path) -> None:
    prompts = [
        f"A {who} sits by the {where}, reading a book."
        for who in ("girl", "sailor", "monk")
        for where in ("lake", "window", "fire")
    ]
    write_templates(export(tmp_path), [("", prompt, 1) for prompt in prompts])
    made = texts(tmp_path / "looks")
    assert made == {
        "like-fire.txt": "fire\nlake\nwindow\n",
        "like-girl.txt": "girl\nmonk\nsailor\n",
        "templates.txt": (
            "A __looks/like-girl__ sits by the __looks/like-fire__, reading a book.\n"
        ),
    }


@pytest.mark.parametrize(
    "spellings", [("blue_eyes", "blue eyes", "Blue Eyes"), ("(glow:1.1)", "glow", "(glow:1.3)")]
)
def test_what_is_one_token_is_one_tag_of_a_template(spellings: tuple[str, ...]) -> None:
    assert found(*(f"fox, {spelling}, night" for spelling in spellings)) == ([], {})
    templates, groups = found(
        *(
            f"fox, {spelling}, {light} light"
            for spelling, light in zip(spellings, ("dim", "soft", "hard"), strict=True)
        )
    )
    assert (len(templates), groups) == (1, {"light": ["dim light", "hard light", "soft light"]})
