"""Far more than any real image has is left out, the rest is kept, and a warning says so."""

import json

import pytest

from service import pipeline
from service.parse.blobs import collect_blobs
from service.parse.json_texts import parse_json
from service.records import ImageRows, RawRecord, WatchedFile
from service.records.json_depth import is_too_deep
from service.records.json_values import JsonValue
from service.records.limits import (
    MAX_DEPTH,
    MAX_FACT_CHARACTERS,
    MAX_FACTS,
    MAX_JSON,
    MAX_PASSES,
    MAX_PROMPT,
    MAX_RECORD,
    MAX_RESOURCES,
    MAX_SENTENCES,
    MAX_TAGS,
    MAX_TEXT,
    MAX_TOKENS,
)
from service.store.raw_records import pack, unpack

SETTINGS = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, Version: v1.9.4"


INFOTEXT = f"a red fox\n{SETTINGS}"


def record(tags: dict[str, JsonValue]) -> RawRecord:
    """Return the record of a PNG with these tags."""
    file = WatchedFile(root="Input", path="a.png", size=1, mtime_ns=1)
    return RawRecord(
        file=file, mime_type="image/png", sha256="0" * 64, extractor="exiftool", tags=tags
    )


def rows(**tags: str) -> ImageRows:
    """Return the rows of a PNG with these texts."""
    return pipeline.process(record({f"PNG:{name}": text for name, text in tags.items()}))


def test_a_prompt_of_megabytes_keeps_its_beginning_and_the_settings_behind_it() -> None:
    made = rows(Parameters="a red fox, " * 1_000_000 + "\n" + SETTINGS)
    assert (made.image.status, made.image.base.steps, made.image.base.seed) == ("partial", 20, "1")
    assert made.image.warnings == (
        "PNG:Parameters: 10,000,083 characters in the middle were left out.",
        f"Tokens were cut from the first {MAX_PROMPT:,} characters.",
    )
    assert len(made.image.base.positive_prompt or "") < MAX_TEXT
    assert {token.token for token in made.tokens[:-1]} == {"a red fox"}


def test_blanks_around_a_text_do_not_count() -> None:
    made = rows(Parameters=" " * (2 * MAX_TEXT) + "a red fox\n" + SETTINGS + "\n" * MAX_TEXT)
    assert (made.image.status, made.image.base.positive_prompt) == ("ok", "a red fox")
    assert made.image.warnings == ()


def test_tokens_are_kept_up_to_a_limit() -> None:
    made = rows(Parameters="a," * (MAX_TOKENS + 1) + "\n" + SETTINGS)
    assert len(made.tokens) == MAX_TOKENS
    assert made.image.warnings == (
        f"Of {MAX_TOKENS + 1:,} tokens only the first {MAX_TOKENS:,} are kept.",
    )


def test_facts_are_kept_up_to_a_limit() -> None:
    listed = ", ".join(f"Key {number}: {number}" for number in range(MAX_FACTS))
    made = rows(Parameters=f"a red fox\n{SETTINGS}, {listed}")
    assert len(made.image.facts) == MAX_FACTS
    assert made.image.status == "partial"
    assert [fact.value for fact in made.image.facts[:1]] == ["a red fox"]


def test_the_characters_of_all_facts_are_kept_up_to_a_limit() -> None:
    keys = MAX_FACT_CHARACTERS // 90_000 + 1
    said = {f"key {number}": "a" * 90_000 for number in range(keys)}
    made = rows(Parameters=json.dumps({"sui_image_params": {"prompt": "a fox", "seed": 1, **said}}))
    assert made.image.generator == "swarmui"
    assert sum(len(fact.value) for fact in made.image.facts) <= MAX_FACT_CHARACTERS
    assert made.image.status == "partial"


def test_resources_are_kept_up_to_a_limit() -> None:
    listed = ", ".join(f"n{number}: {number:012x}" for number in range(MAX_RESOURCES + 1))
    made = rows(Parameters=f'a red fox\n{SETTINGS}, Lora hashes: "{listed}"')
    assert len(made.resources) == MAX_RESOURCES
    assert made.image.warnings == (
        f"Of {MAX_RESOURCES + 1:,} stated resources only the first {MAX_RESOURCES:,} are kept.",
    )


def test_passes_are_kept_up_to_a_limit() -> None:
    units = ", ".join(
        f"ADetailer model {number}th: face.pt, ADetailer steps {number}th: 9"
        for number in range(MAX_PASSES)
    )
    made = rows(Parameters=f"a red fox\n{SETTINGS}, {units}")
    assert len(made.image.passes) == MAX_PASSES
    assert made.image.warnings == (
        f"Of {MAX_PASSES + 1:,} passes only the first {MAX_PASSES:,} are kept.",
    )


def test_json_is_read_up_to_a_limit_far_longer_than_that_of_other_texts() -> None:
    said = {"prompt": "a fox", "seed": 1, "steps": 20, "model": "a", "width": 8, "height": 8}
    made = rows(Parameters=json.dumps({"sui_image_params": {**said, "note": "a" * MAX_TEXT * 3}}))
    assert (made.image.status, made.image.warnings, made.image.base.seed) == ("ok", (), "1")
    text = json.dumps({"sui_image_params": {**said, "note": "a" * MAX_JSON}})
    made = rows(Parameters=text)
    assert (made.image.status, made.image.warnings[-1]) == (
        "partial",
        f"PNG:Parameters: {len(text) - MAX_TEXT:,} characters in the middle were left out.",
    )


def test_a_record_is_kept_up_to_a_limit() -> None:
    graph = {"1": {"class_type": "Note", "inputs": {"text": "a" * (MAX_RECORD * 2 // 3)}}}
    made = rows(Prompt=json.dumps(graph), Workflow=json.dumps(graph), Parameters=INFOTEXT)
    assert made.image.base.positive_prompt == "a red fox"
    assert (made.image.status, made.image.warnings[-1]) == (
        "partial",
        f"PNG:Workflow was left out: the tags have more than {MAX_RECORD:,} characters.",
    )
    assert list(made.raw.tags) == ["PNG:Prompt", "PNG:Parameters", "Limits:LeftOut"]


def test_tags_are_kept_up_to_a_limit_and_texts_beside_the_image_always() -> None:
    many: dict[str, JsonValue] = {f"PNG:Text{number}": "a fox" for number in range(MAX_TAGS)}
    made = pipeline.process(
        record({"PNG:Parameters": INFOTEXT, **many, "Sidecar:.txt": "a tag, another tag"})
    )
    assert made.image.base.positive_prompt == "a red fox"
    assert made.image.status == "partial"
    assert made.image.warnings == (f"Only the first {MAX_TAGS:,} tags were kept.",)
    assert len(made.raw.tags) == MAX_TAGS + 2
    assert made.raw.tags["Sidecar:.txt"] == "a tag, another tag"


@pytest.mark.parametrize(
    "tags",
    [
        {"PNG:Parameters": "a red fox, " * 200_000 + "\n" + SETTINGS},
        {"PNG:Parameters": INFOTEXT, "XMP-dc:Subject": ["a" * 1000] * 2000},
        {"PNG:Parameters": INFOTEXT, "CBOR:Actions": json.loads("[" * 150 + "]" * 150)},
        {"PNG:Parameters": INFOTEXT, "IFD1:ThumbnailImage": "base64:" + "A" * 2_000_000},
        {f"PNG:Text{number}": "a" * 1_000_001 for number in range(30)},
        {f"PNG:Key{number}": INFOTEXT for number in range(MAX_TAGS + 5)},
        {"PNG:Parameters": '{"base_model": ' + "[" * 101 + "]" * 101 + "}"},
    ],
    ids=["text", "list", "deep", "binary", "texts", "tags", "deep JSON"],
)
def test_the_kept_record_gives_the_same_rows_when_it_is_read_again(
    tags: dict[str, JsonValue],
) -> None:
    made = pipeline.process(record(tags))
    kept = pack(made.raw)
    assert len(json.dumps(made.raw.tags)) < MAX_RECORD + 100_000
    again = pipeline.process(unpack(kept, made.raw.file, made.raw.mime_type, made.raw.sha256))
    assert again == made


def test_a_tag_nested_too_deep_is_left_out_and_says_so() -> None:
    deep = json.loads("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
    made = pipeline.process(record({"PNG:Parameters": INFOTEXT, "CBOR:Actions": deep}))
    assert made.image.warnings == (
        f"CBOR:Actions: a value nested deeper than {MAX_DEPTH} was left out.",
    )
    assert made.raw.tags == {
        "PNG:Parameters": INFOTEXT,
        "Limits:LeftOut": list(made.image.warnings),
    }


def test_what_is_binary_is_left_out_without_a_warning() -> None:
    tags = {"PNG:Parameters": INFOTEXT, "IFD1:ThumbnailImage": "base64:" + "A" * MAX_TEXT}
    made = pipeline.process(record(tags))
    assert (made.image.status, made.image.warnings) == ("ok", ())
    assert made.raw.tags["IFD1:ThumbnailImage"] == (
        f"(Binary data of {MAX_TEXT + 7:,} characters in base64, left out)"
    )


def test_of_very_many_long_tags_the_first_are_named_and_the_others_counted() -> None:
    made = pipeline.process(record({f"PNG:Text{n}": "a" * (MAX_TEXT + 1) for n in range(9)}))
    assert len(made.image.warnings) == 9
    listed = {f"PNG:Text{n}": ["a" * (MAX_TEXT + 1)] for n in range(MAX_SENTENCES + 5)}
    made = pipeline.process(record(listed))
    assert len(made.image.warnings) == MAX_SENTENCES + 1
    assert made.image.warnings[-1] == "5 further tags were cut or left out."


@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_json_is_read_to_a_depth_that_is_the_same_on_every_python(brackets: str) -> None:
    opening, closing = brackets[0].replace("{", '{"a":'), brackets[1]
    for depth, is_read in ((MAX_DEPTH, True), (MAX_DEPTH + 1, False), (100_000, False)):
        text = opening * (depth - 1) + brackets + closing * (depth - 1)
        assert (parse_json(text) is not None) is is_read
        assert is_too_deep(text) is not is_read


def test_brackets_in_texts_do_not_count_as_depth() -> None:
    inner = "[" * 1000 + '"' + "{" * 1000 + "\\"
    assert parse_json(json.dumps([inner])) == [inner]


def test_a_manifest_with_an_integer_past_64_bits_is_a_text_all_the_same() -> None:
    tags: dict[str, JsonValue] = {"CBOR:Actions": {"a": 1 << 70, "b": "\ud800"}}
    blobs = collect_blobs(record(tags))
    assert [blob.text for blob in blobs.all("cbor:actions")] == [
        '{"a":1180591620717411303424,"b":"\ud800"}'
    ]


def test_a_file_of_no_generator_says_what_was_left_out_of_it() -> None:
    made = rows(Software="a" * (MAX_TEXT + 1))
    assert (made.image.status, made.image.warnings) == (
        "partial",
        ("PNG:Software: 1 characters in the middle were left out.",),
    )
