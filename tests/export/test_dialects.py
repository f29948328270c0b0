"""What is written for a program is what that program reads: every item, and nothing else."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from dynamicprompts.commands import LiteralCommand, VariantCommand
from dynamicprompts.generators import CombinatorialPromptGenerator
from dynamicprompts.parser.parse import parse
from dynamicprompts.wildcards import WildcardManager
from hypothesis import assume, given, settings
from nasty import NASTY, texts
from readers import READERS

from service.config.export import Dialect, Export, OnUnsafe
from service.export.dialects import RULES, ReaderRules
from service.export.lists import write_list
from service.export.one_line import one_line
from service.export.report import Written

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*deprecated - use:DeprecationWarning"
)  # pyparsing's, of dynamicprompts

DIALECTS: tuple[Dialect, ...] = tuple(RULES)


def written(
    out: Path, found: Iterable[str], dialect: Dialect, on_unsafe: OnUnsafe = "skip", **more: object
) -> Written:
    settings_ = {
        "kind": "sql",
        "sql": "SELECT 1",
        "out": out,
        "dialect": dialect,
        "on_unsafe": on_unsafe,
        **more,
    }
    return write_list(Export.model_validate(settings_), (("", text, 1) for text in found))


def intended(
    found: Iterable[str], dialect: Dialect, on_unsafe: OnUnsafe, *, is_yaml: bool
) -> list[str]:
    """Return the items that the rules let through, in their order, each once."""
    reading = ReaderRules(dialect, is_yaml=is_yaml, weighted=False)
    lines = [reading.judge(line, on_unsafe).line for line in map(one_line, found) if line]
    return list(dict.fromkeys(line for line in lines if line is not None))


@pytest.mark.parametrize("suffix", [".txt", ".yaml"])
@pytest.mark.parametrize("on_unsafe", ["skip", "replace"])
@pytest.mark.parametrize("dialect", ["dynamicprompts", "impact"])
def test_comfyui_and_dynamicprompts_read_every_item_of_a_nasty_list(
    tmp_path: Path, dialect: Dialect, on_unsafe: OnUnsafe, suffix: str
) -> None:
    written(tmp_path / f"list{suffix}", NASTY, dialect, on_unsafe)
    got = READERS[dialect](tmp_path / f"list{suffix}")
    assert sorted(got) == sorted(intended(NASTY, dialect, on_unsafe, is_yaml=suffix == ".yaml"))


@pytest.mark.parametrize("on_unsafe", ["skip", "replace"])
@pytest.mark.parametrize("dialect", ["plain", "swarm", "a1111"])
def test_the_others_read_every_item_in_its_place(
    tmp_path: Path, dialect: Dialect, on_unsafe: OnUnsafe
) -> None:
    written(tmp_path / "list.txt", NASTY, dialect, on_unsafe)
    assert READERS[dialect](tmp_path / "list.txt") == intended(
        NASTY, dialect, on_unsafe, is_yaml=False
    )


def test_a_nasty_list_for_dynamicprompts_word_by_word(tmp_path: Path) -> None:
    got = written(tmp_path / "list.txt", NASTY, "dynamicprompts")
    assert (tmp_path / "list.txt").read_text(encoding="utf-8").splitlines() == [
        "masterpiece",
        "(masterpiece:1.2)",
        "<lora:add_detail:0.8>",
        "2::cat",
        r"hatsune miku \(vocaloid\)",
        "[cat:dog:0.5]",
        "a | b",
        "two lines",
        "three lines BREAK end",
        "page break and file",
        "next line",
        "line separator",
        "byte order mark",
        "nul and bell",
        r"one\nline",
        "🦊 fox 👩‍🚀",
        "café",
        "日本語",
        "blanks everywhere",
        "--steps 5",
        "@_@",
        ":d",
        "'quoted' \"twice\"",
        "key: value",
        "- item",
        "\\",
    ]
    assert got == Written(26, unsafe=13, changed=True)


def test_unsafe_texts_can_be_mended_instead(tmp_path: Path) -> None:
    unsafe = ["{a|b}", "c# major", "50% off", "a__b", "${x}", "{}", "http://a"]
    assert written(tmp_path / "list.txt", unsafe, "dynamicprompts", "replace") == Written(
        6, unsafe=7, changed=True
    )
    lines = (tmp_path / "list.txt").read_text(encoding="utf-8").splitlines()
    assert lines == ["a|b", "c major", "50 off", "a_b", "x", "http:/a"]


@pytest.mark.parametrize(
    ("dialect", "text", "line"),
    [
        ("dynamicprompts", "a /*/ b", "a / b"),  # '/*' becomes '/', which makes '//' of it
        ("dynamicprompts", "a/***b", "a/b"),  # three rounds: each takes one star
        ("dynamicprompts", "a/****b", None),
        ("impact", "{#a}", "a"),  # without its brace the line begins with '#'
        ("a1111", "a-----b", "a-b"),  # three rounds: five dashes, three, two, one
        ("a1111", "a---------b", None),  # nine, five, three, two
    ],
)
def test_what_a_replacement_brings_together_is_replaced_again_three_times_at_most(
    tmp_path: Path, dialect: Dialect, text: str, line: str | None
) -> None:
    lines = [] if line is None else [line]
    got = written(tmp_path / "list.txt", [text], dialect, "replace")
    assert got == Written(len(lines), unsafe=1, changed=True)
    assert (tmp_path / "list.txt").read_text(encoding="utf-8").splitlines() == lines


def test_raw_writes_them_as_they_are_and_lists_them(tmp_path: Path) -> None:
    assert written(tmp_path / "list.txt", ["{a|b}", "fox"], "impact", "raw") == Written(
        2, unsafe=1, changed=True
    )
    assert (tmp_path / "list.txt").read_bytes() == b"{a|b}\nfox\n"
    assert (tmp_path / "list.txt.report.json").exists()


@settings(max_examples=150)
@given(texts.map(one_line))
def test_dynamicprompts_takes_any_line_that_we_let_through_for_plain_text(line: str) -> None:
    reading = ReaderRules("dynamicprompts", is_yaml=False, weighted=False)
    lines = {reading.judge(line, on_unsafe).line for on_unsafe in ("skip", "replace")} - {None, ""}  # type: ignore[arg-type]
    for kept in lines:
        assert parse(str(kept)) == LiteralCommand(str(kept))


@settings(max_examples=50)
@given(texts.map(one_line), texts.map(one_line))
def test_dynamicprompts_reads_a_weighted_choice_item_by_item(first: str, second: str) -> None:
    reading = ReaderRules("dynamicprompts", is_yaml=False, weighted=True)
    items = [
        line for text in (first, second) if text and (line := reading.judge(text, "replace").line)
    ]
    assume(len(items) == 2)
    choice = parse(f"{{30::{items[0]}|7::{items[1]}}}")
    assert isinstance(choice, VariantCommand)
    got = [(option.weight, option.value) for option in choice.variants]
    assert got == [(30.0, LiteralCommand(items[0])), (7.0, LiteralCommand(items[1]))]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_list_written_with_counts_has_its_form(tmp_path: Path, dialect: Dialect) -> None:
    if dialect not in {"plain", "dynamicprompts", "impact"}:
        with pytest.raises(ValueError, match=f"{dialect} has no place for counts"):
            written(tmp_path / "list.txt", ["fox"], dialect, with_counts=True)
        return
    written(tmp_path / "list.txt", ["fox", "owl", "fox", "a|b"], dialect, with_counts=True)
    expected = "fox\t2\nowl\t1\na|b\t1\n" if dialect == "plain" else "{2::fox|1::owl}\n"
    assert (tmp_path / "list.txt").read_text(encoding="utf-8") == expected


def test_weights_in_yaml_reach_dynamicprompts(tmp_path: Path) -> None:
    written(tmp_path / "list.yaml", ["fox", "owl", "fox"], "dynamicprompts", with_counts=True)
    values = WildcardManager(tmp_path).get_values("list")
    assert list(values.iterate_string_values_weighted()) == ["fox", "fox", "owl"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_same_text_in_another_case_or_composition_is_one_item_in_its_commonest_spelling(
    tmp_path: Path, dialect: Dialect
) -> None:
    found: Sequence[str] = ["straße", "Cat", "cat", "cat", "STRASSE", "straße", "CAT"]
    written(tmp_path / "list.yaml", found, dialect, sort="count_desc")
    text = '"list":\n  - "cat"\n  - "stra\\xdfe"\n'
    assert (tmp_path / "list.yaml").read_bytes() == text.encode()


def test_the_report_is_no_wildcard_to_dynamicprompts(tmp_path: Path) -> None:
    written(tmp_path / "list.txt", ["fox", "{a}"], "dynamicprompts")
    assert (tmp_path / "list.txt.report.json").exists()
    assert WildcardManager(tmp_path).get_collection_names() == {"list"}


def test_a_list_in_a_folder_of_a_model_is_found_by_its_path(tmp_path: Path) -> None:
    export = Export(kind="tokens", out=tmp_path / "tokens", by_model=True, dialect="dynamicprompts")
    write_list(export, [("dreamshaper-8/2026/01", "fox", 1)])
    assert list(
        WildcardManager(tmp_path).get_values("tokens/dreamshaper-8/2026/01").string_values
    ) == ["fox"]
    prompts = CombinatorialPromptGenerator(WildcardManager(tmp_path)).generate(
        "a __tokens/dreamshaper-8/2026/01__"
    )
    assert [str(prompt) for prompt in prompts] == ["a fox"]
