"""A longer text costs every pure stage no more a letter than a short one, whatever the text is."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from growth import find_steep

from service import parse, pipeline
from service.export import dialects, one_line, slugs, templates
from service.normalize import normalize
from service.parse.infotext.layout import read_layout
from service.parse.json_texts import parse_json
from service.records import Blob, Blobs, RawRecord, WatchedFile
from service.records.json_values import JsonValue
from service.resources import collect_resources
from service.tokens import cut
from service.tokens.cut import split_again

sys.path.append(str(Path(__file__).parent / "hostile"))

import hostile_graphs as graphs
import hostile_texts as texts

LONGEST = 40_000
"""Characters. A quadratic pattern takes many seconds for so many."""
MANY = 3_200
"""Parts of a record: tags, settings, nodes."""

FIXTURES = Path(__file__).parent / "fixtures"

ROLES = (
    "PNG:Comment",
    "PNG:Prompt",
    "PNG:Workflow",
    "PNG:Sd-metadata",
    "ExifIFD:UserComment",
    "IFD0:Make",
    "XMP-dc:Description",
    "Sidecar:.txt",
)
"""Besides ``PNG:Parameters``, which is tried with more shapes."""

Shape = Callable[[str], str]

SHAPES: dict[str, Shape] = {
    "alone": lambda run: run,
    "before": lambda run: f"{run}\n{texts.INFOTEXT}",
    "in JSON": lambda run: json.dumps({"prompt": run, "parameters": run}),
}
PLACES_IN_AN_INFOTEXT: dict[str, Shape] = {
    "within": lambda run: f"a {run} b\nNegative prompt: {run}\n{texts.SETTINGS}",
    "as a value": lambda run: f"{texts.INFOTEXT}, Note: {run}",
    "as a quoted value": lambda run: f'{texts.INFOTEXT}, Note: "{run}',
    "on the next line": lambda run: f"{texts.INFOTEXT}\n{run}",
    "as cut JSON": lambda run: f'{{"prompt": "{run}',
}


def process(tags: dict[str, JsonValue]) -> None:
    """Do all the work on a record with these tags."""
    read_layout.cache_clear()
    split_again.cache_clear()
    file = WatchedFile(root="Input", path="a.png", size=1, mtime_ns=1)
    pipeline.process(
        RawRecord(
            file=file, mime_type="image/png", sha256="0" * 64, extractor="exiftool", tags=tags
        )
    )


def shaped_runs(shapes: dict[str, Shape]) -> Iterator[tuple[str, Callable[[int], str]]]:
    """Yield the maker of every run in each of these shapes."""
    for name in texts.RUNS:
        for shape, write in shapes.items():
            yield (
                f"{name} {shape}",
                lambda size, name=name, write=write: write(texts.run_of(name, size)),
            )


@pytest.mark.parametrize("role", ROLES)
def test_a_record_takes_work_in_proportion_to_its_text(role: str) -> None:
    assert find_steep(shaped_runs(SHAPES), lambda text: process({role: text}), LONGEST) == {}


def test_an_infotext_takes_work_in_proportion_to_its_length_wherever_it_is_long() -> None:
    cases = shaped_runs(SHAPES | PLACES_IN_AN_INFOTEXT)
    assert find_steep(cases, lambda text: process({"PNG:Parameters": text}), LONGEST) == {}


def many_of_one_name(count: int) -> Callable[[], str]:
    """Return the maker of a list of LoRAs of one name and different hashes."""
    listed = ", ".join(f"a: {number:012x}" for number in range(count))
    return lambda: f'{texts.INFOTEXT}, Lora hashes: "{listed}"'


GROWING: dict[str, tuple[str, Callable[[int], Callable[[], str]]]] = {
    "tags": ("PNG:Parameters", texts.many_tags),
    "loras": ("PNG:Parameters", texts.many_loras),
    "one lora": ("PNG:Parameters", texts.same_loras),
    "settings": ("PNG:Parameters", texts.many_settings),
    "hashes": ("PNG:Parameters", texts.many_hashes),
    "hashes of one name": ("PNG:Parameters", many_of_one_name),
    "detailers": ("PNG:Parameters", texts.many_units),
    "keys": ("PNG:Prompt", texts.wide_object),
    "objects": ("PNG:Workflow", texts.wide_array),
    "nodes": ("PNG:Prompt", graphs.many_nodes),
    "samplers": ("PNG:Prompt", graphs.many_samplers),
    "lora loaders": ("PNG:Prompt", graphs.lora_chain),
    "circle": ("PNG:Prompt", graphs.circle),
    "doubled texts": ("PNG:Prompt", graphs.doubling_texts),
    "doubled conditionings": ("PNG:Prompt", graphs.doubling_conditionings),
    "doubled numbers": ("PNG:Prompt", graphs.doubling_numbers),
    "reroutes": ("PNG:Workflow", graphs.workflow),
}


@pytest.mark.parametrize("what", GROWING)
def test_a_record_takes_work_in_proportion_to_its_parts(what: str) -> None:
    role, make = GROWING[what]
    case = (what, lambda count: make(count)())
    assert find_steep([case], lambda text: process({role: text}), MANY) == {}


CHARACTERS = (
    "blanks",
    "newlines",
    "round-brackets",
    "brackets-of-all-kinds",
    "commas",
    "quotes",
    "escaped-quotes",
    "apostrophes",
    "colons",
    "backslashes",
    "less-than-signs",
    "digits",
    "letters",
)

KEPT = frozenset({"class_type", "type", "id", "app", "version", "generationApp", "app_version"})
"""Keys whose values show whose text it is."""


def grow_values(text: str, run: str) -> str:
    """Return JSON with a run behind its first eight texts; any other text as it is."""
    data = parse_json(text)
    if data is None:
        return text
    left = 8

    def grow(value: JsonValue, key: str = "") -> JsonValue:
        nonlocal left
        if isinstance(value, dict):
            return {name: grow(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [grow(inner, key) for inner in value]
        if not isinstance(value, str) or key in KEPT or not left:
            return value
        left -= 1
        return value + run

    return json.dumps(grow(data))


CHANGES: dict[str, Callable[[str, str], str]] = {
    "before it": lambda text, run: run + text,
    "behind it": lambda text, run: text + run,
    "in its values": grow_values,
}


def changed(blobs: Blobs, change: Callable[[str, str], str], run: str) -> Blobs:
    """Return texts with a run put into each of them."""
    made: dict[str, tuple[Blob, ...]] = {}
    for role, each in blobs.texts.items():
        longer = [change(blob.text, run) for blob in each]
        made[role] = tuple(Blob(text, f"PNG:{role}", parse_json(text)) for text in longer)
    return Blobs(made)


def smallest_fixture(parser: str) -> Blobs:
    """Return the smallest texts that a parser is tested with."""
    cases = sorted((FIXTURES / parser).glob("*/blobs.json"), key=lambda path: path.stat().st_size)
    made: dict[str, tuple[Blob, ...]] = {}
    for role, value in json.loads(cases[0].read_text(encoding="utf-8")).items():
        listed = value if isinstance(value, list) else [value]
        said = [one["text"] if isinstance(one, dict) else one for one in listed]
        made[role] = tuple(Blob(text, f"PNG:{role}") for text in said)
    return Blobs(made)


def read_with_every_claimant(blobs: Blobs) -> None:
    """Do the work on texts: every parser's claim, and what each that claims makes of them."""
    read_layout.cache_clear()
    for parser in parse.claims_of(blobs):
        image = normalize(parser.parse(blobs), blobs, ())
        collect_resources(image, cut.split_prompt(image.base.positive_prompt or "", "pos"))


@pytest.mark.parametrize("parser", [parser.name for parser in parse.PARSERS])
def test_a_parser_takes_work_in_proportion_to_its_texts(parser: str) -> None:
    fixture = smallest_fixture(parser)

    def cases() -> Iterator[tuple[str, Callable[[int], Blobs]]]:
        for name in CHARACTERS:
            for place, change in CHANGES.items():
                yield (
                    f"{name} {place}",
                    lambda size, name=name, change=change: changed(
                        fixture, change, texts.run_of(name, size)
                    ),
                )

    assert find_steep(cases(), read_with_every_claimant, LONGEST // 4) == {}


def split_anew(prompt: str) -> None:
    """Cut a prompt that was not seen before: short ones are kept, which costs nothing."""
    split_again.cache_clear()
    cut.split_prompt(prompt, "pos")


@pytest.mark.parametrize("name", texts.RUNS)
def test_a_prompt_takes_work_in_proportion_to_its_length(name: str) -> None:
    def cases() -> Iterator[tuple[str, Callable[[int], str]]]:
        for before in ("", "(", "embedding:a, ", "<lora:a:1> ", "a AND b "):
            for behind in ("", ", b:1.2)"):
                yield (
                    f"{before!r} {behind!r}",
                    lambda size, before=before, behind=behind: (
                        before + texts.run_of(name, size) + behind
                    ),
                )

    assert find_steep(cases(), split_anew, LONGEST // 2) == {}


LINES: dict[str, Callable[[str], object]] = {
    "one line": one_line.one_line,
    "sameness": one_line.sameness,
    "slug": slugs.slug.__wrapped__,
    "tags of a template": templates.cut_tags,
    "bare tag": templates.strip_weight,
    "name of a group": lambda line: templates.name_group([line, f"{line} b"]),
    "whole tag": templates.is_whole,
    "repair": lambda line: dialects.ReaderRules(
        "dynamicprompts", is_yaml=False, weighted=True
    ).judge(line, "replace"),
}
for dialect in dialects.RULES:
    for is_yaml in (False, True):
        rules = dialects.ReaderRules(dialect, is_yaml=is_yaml, weighted=True, of_tags=True)
        LINES[f"{dialect} {'yaml' if is_yaml else 'text'}"] = rules.flaw


@pytest.mark.parametrize("name", LINES)
def test_a_line_of_an_export_takes_work_in_proportion_to_its_length(name: str) -> None:
    def cases() -> Iterator[tuple[str, Callable[[int], str]]]:
        for run in texts.RUNS:
            for before in ("", "(", ":1", ":1."):
                yield (
                    f"{before}{run}",
                    lambda size, run=run, before=before: f"{before}{texts.run_of(run, size)}a)",
                )

    assert find_steep(cases(), LINES[name], LONGEST) == {}
