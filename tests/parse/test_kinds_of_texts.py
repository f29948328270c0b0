"""Kinds of texts that were met later: each in words of our own, from tags to columns.

Every one was read wrongly or not at all before.
"""

import base64
import json
import math
from collections.abc import Mapping
from typing import Any

import pytest

from service.parse.shared.numbers import shortest_float
from service.pipeline import process
from service.records import ImageRows, RawRecord, WatchedFile
from service.records.json_values import JsonValue

JSON_PROMPT = '{\n  "scene": "a tin kettle",\n  "light": {"from": "the left"}\n}'


def read(stated: Mapping[str, JsonValue]) -> ImageRows:
    """Return the rows of a file with these tags; an object is written as JSON."""
    tags: dict[str, JsonValue] = {}
    for tag, value in stated.items():
        tags[tag] = json.dumps(value) if isinstance(value, dict) else value
    file = WatchedFile(root="r", path="a.png", size=1, mtime_ns=1)
    raw = RawRecord(file=file, mime_type=None, sha256=None, extractor="exiftool 12.57", tags=tags)
    return process(raw)


def columns(rows: ImageRows, *names: str) -> tuple[Any, ...]:
    """Return values of the generator, of the image or of its base pass, by name."""
    values: list[Any] = []
    for name in names:
        of_image = hasattr(rows.image, name)
        values.append(getattr(rows.image if of_image else rows.image.base, name))
    return tuple(values)


# ── prompts that are JSON


@pytest.mark.parametrize(
    "prompt", [JSON_PROMPT, '{"scene": "a tin kettle"}', '[{"scene": "a tin kettle"}]']
)
@pytest.mark.parametrize("tag", ["PNG:Parameters", "ExifIFD:UserComment"])
@pytest.mark.parametrize("template", ["", "Template: {prompt}\n"])
def test_a_prompt_may_be_json(prompt: str, tag: str, template: str) -> None:
    block = template.replace("{prompt}", prompt)
    text = f"{prompt}\nNegative prompt: rust\n{block}Steps: 9, Seed: 41, App: SD.Next"
    rows = read({tag: text})
    assert columns(rows, "generator", "positive_prompt", "negative_prompt", "steps", "seed") == (
        "sdnext",
        prompt,
        "rust",
        9,
        "41",
    )


def test_a_prompt_that_is_json_may_have_all_else_on_its_line() -> None:
    text = '{"scene": "a tin kettle"} Negative prompt: rust Steps: 9, Sampler: Euler, Seed: 41'
    rows = read({"PNG:Parameters": text})
    assert columns(rows, "positive_prompt", "negative_prompt", "steps") == (
        '{"scene": "a tin kettle"}',
        "rust",
        9,
    )


def test_json_that_was_cut_is_nobodys_prompt() -> None:
    rows = read({"PNG:Parameters": '{"prompt": "a cat\\nSteps: 20, Sampler: Euler a", "see'})
    assert columns(rows, "positive_prompt", "steps") == (None, None)


# ── the hires pass of an infotext


def test_the_one_strength_of_an_infotext_with_hires_fix_is_the_hires_passes() -> None:
    text = "a\nSteps: 8, Sampler: Euler, Seed: 5, Size: 504x760, Denoising strength: 0.45, "
    rows = read({"PNG:Parameters": f"{text}Hires upscale: 1.5, Hires steps: 4, Version: v1.9.0"})
    base, hires = rows.image.passes
    assert (base.denoise, base.width, base.height) == (None, 504, 760)
    assert (hires.denoise, hires.width, hires.height) == (0.45, 756, 1140)
    assert rows.image.shown.denoise == 0.45


def test_the_strength_of_an_infotext_without_hires_fix_is_the_base_passes() -> None:
    rows = read({"PNG:Parameters": "a\nSteps: 8, Sampler: Euler, Seed: 5, Denoising strength: 0.6"})
    assert [one.denoise for one in rows.image.passes] == [0.6]
    assert rows.image.shown == rows.image.base


# ── encodings of an EXIF comment

COMMENT = "zwölf Teekannen 茶\nNegative prompt: Rost\nSteps: 9, Seed: 41, Size: 64x96"


def utf8_as_utf16(text: str) -> str:
    """Return what ExifTool makes of UTF-8 behind the mark of UTF-16: a last byte is lost."""
    data = text.encode()
    return data[: len(data) // 2 * 2].decode("utf-16-be")


@pytest.mark.parametrize(
    "tag",
    [
        "base64:" + base64.b64encode(b"Unicode\0" + COMMENT.encode("utf-16-le")).decode(),
        "base64:" + base64.b64encode(b"UNICODE\0" + COMMENT.encode("utf-16-be")).decode(),
        "Unicode" + COMMENT,
        "Unicode\0" + COMMENT,
        COMMENT,
    ],
)
def test_a_comments_mark_is_read_in_any_case(tag: str) -> None:
    rows = read({"ExifIFD:UserComment": tag})
    assert columns(rows, "positive_prompt", "negative_prompt", "seed", "height") == (
        "zwölf Teekannen 茶",
        "Rost",
        "41",
        96,
    )


@pytest.mark.parametrize("prompt", ["Unicode, a kettle", "Unicode-like runes", "Unicode\ntin"])
def test_a_prompt_that_begins_with_the_word_of_the_mark_keeps_it(prompt: str) -> None:
    rows = read({"ExifIFD:UserComment": f"{prompt}\nSteps: 9, Sampler: Euler, Seed: 41"})
    assert columns(rows, "positive_prompt", "seed") == (prompt, "41")


@pytest.mark.parametrize(
    "comment",
    [
        "Around the lake. Steps: 11000, Model: Tracker 3",
        "Steps: 7400, Heart rate: 96, Distance: 6 km",
        "Pond plants\nSeed: two handfuls\nSteps: 5\nSize: 3",
    ],
)
def test_a_photographs_comment_about_a_walk_or_a_garden_is_no_infotext(comment: str) -> None:
    rows = read({"IFD0:Make": "Lumen", "ExifIFD:UserComment": comment})
    assert columns(rows, "status", "generator", "model") == ("no_metadata", None, None)


def test_a_bare_count_of_steps_in_a_comment_is_an_infotext() -> None:
    rows = read({"ExifIFD:UserComment": "a kettle\nSteps: 9"})
    assert columns(rows, "positive_prompt", "steps") == ("a kettle", 9)


@pytest.mark.parametrize("start", ["", "x"])
def test_of_utf8_behind_the_mark_of_utf16_a_number_at_the_end_may_lack_a_digit(start: str) -> None:
    rows = read({"ExifIFD:UserComment": utf8_as_utf16(start + COMMENT)})
    assert columns(rows, "positive_prompt", "negative_prompt", "steps", "seed") == (
        f"{start}zwölf Teekannen 茶",
        "Rost",
        9,
        "41",
    )
    assert rows.image.base.height in (None, 96)


@pytest.mark.parametrize("blank", ["", " "])
def test_json_in_utf8_behind_the_mark_of_utf16_is_read(blank: str) -> None:
    text = '{"prompt": "a jug", "num_inference_steps": 28, "seed": 77}'.replace(
        " 77", f"{blank} 77"
    )
    rows = read({"ExifIFD:UserComment": utf8_as_utf16(text)})
    assert columns(rows, "positive_prompt", "steps", "seed") == ("a jug", 28, "77")


def test_a_chinese_comment_stays_as_it_is() -> None:
    text = "一只猫坐在山上\nSteps: 9, Sampler: Euler a, Seed: 4"
    assert columns(read({"ExifIFD:UserComment": text}), "positive_prompt") == ("一只猫坐在山上",)


# ── what says nothing


@pytest.mark.parametrize("word", ["None", "none", "null"])
def test_a_text_that_says_none_is_no_metadata(word: str) -> None:
    rows = read({"PNG:Parameters": word})
    assert (rows.image.status, rows.image.generator) == ("no_metadata", None)


def test_a_picture_as_a_text_is_no_fact() -> None:
    picture = "data:image/png;base64," + "QUJD" * 20
    text = {"prompt": "a jug", "num_inference_steps": 28, "init": picture, "images": [picture]}
    rows = read({"PNG:Parameters": text})
    assert {fact.key for fact in rows.image.facts} == {
        "positive_prompt",
        "steps",
        "prompt",
        "num_inference_steps",
    }


def test_a_picture_among_the_settings_of_an_infotext_is_no_fact() -> None:
    text = "a\nSteps: 5, Sampler: Euler, Mask: data:image/webp;base64,QUJD, Seed: 3"
    rows = read({"PNG:Parameters": text})
    assert "Mask" not in {fact.key for fact in rows.image.facts}
    assert columns(rows, "steps", "seed") == (5, "3")


def test_an_unknown_hash_is_none() -> None:
    rows = read({"PNG:Parameters": "a\nSteps: 4, Sampler: Euler, Model hash: unknown, Model: jug"})
    assert columns(rows, "model", "model_hash") == ("jug", None)


# ── InvokeAI


def test_a_trigger_in_angle_brackets_is_a_textual_inversion() -> None:
    run = {"positive_prompt": "a cup in <clay-style>, <lora:no:1>", "steps": 9, "seed": 1}
    rows = read({"PNG:Invokeai_metadata": run})
    embeddings = [one.label for one in rows.resources if one.kind == "embedding"]
    assert embeddings == ["clay-style"]


def test_invokeais_prompt_may_be_in_the_graph_alone() -> None:
    graph = {
        "nodes": {
            "meta": {"type": "core_metadata", "seed": 8, "steps": 11},
            "pos": {"type": "sdxl_compel_prompt", "prompt": "a glass pear"},
            "draw": {"type": "denoise_latents", "steps": 11, "cfg_scale": 5},
        },
        "edges": [
            {
                "source": {"node_id": "pos", "field": "conditioning"},
                "destination": {"node_id": "draw", "field": "positive_conditioning"},
            }
        ],
    }
    run = {"seed": 8, "steps": 11, "scheduler": "euler"}
    rows = read({"PNG:Invokeai_metadata": run, "PNG:Invokeai_graph": graph})
    assert columns(rows, "positive_prompt", "cfg_scale", "sampler") == (
        "a glass pear",
        5.0,
        "euler",
    )


# ── numbers


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (3.5999999046325684, 3.6),
        (0.699999988079071, 0.7),
        (7.0, 7.0),
        (0.0, 0.0),
        (-1.5, -1.5),
        (3.6, 3.6),  # of 64 bits
        (3.14159265358979, 3.14159265358979),
        (1e300, 1e300),
        (math.inf, math.inf),
    ],
)
def test_a_float_of_32_bits_is_as_short_as_it_may_be(written: float, meant: float) -> None:
    assert shortest_float(written) == meant


# ── dates and cameras


@pytest.mark.parametrize(
    ("tags", "date", "source"),
    [
        (
            {"PNG:Parameters": "a\nSteps: 4, Seed: 1, Created Date: 2025-03-04T05:06:07.8Z"},
            "2025-03-04T05:06:07Z",
            "PNG:Parameters",
        ),
        (
            {"PNG:Parameters": "a\nSteps: 4, Seed: 1", "XMP-xmp:CreateDate": "2025:03:04 05:06:07"},
            "2025-03-04T05:06:07",
            "XMP-xmp:CreateDate",
        ),
        (
            {
                "ExifIFD:DateTimeOriginal": "2020:01:02 03:04:05",
                "ExifIFD:OffsetTimeOriginal": "+02:00",
            },
            "2020-01-02T03:04:05+02:00",
            "ExifIFD:DateTimeOriginal",
        ),
        (
            {"IPTC:DateCreated": "2020:01:02", "IPTC:TimeCreated": "03:04:05+00:00"},
            "2020-01-02T03:04:05Z",
            "IPTC:DateCreated",
        ),
        (
            {
                "IFD0:Software": "Imaginairy / Stable Diffusion v1",
                "IFD0:ModifyDate": "2023:05:06 07:08:09",
                "IFD0:ImageDescription": '"a cup" 512x512px seed:1 prompt-strength:7 steps:4 ',
            },
            "2023-05-06T07:08:09",
            "IFD0:ModifyDate",
        ),
    ],
)
def test_the_date_of_making_is_kept_with_its_place(
    tags: dict[str, JsonValue], date: str, source: str
) -> None:
    rows = read(tags)
    dated = [fact for fact in rows.image.facts if fact.key == "created_at"]
    assert rows.image.created_at == date
    assert [(fact.value, fact.source) for fact in dated] == [(date, source)]


@pytest.mark.parametrize(
    "tags",
    [
        {"IFD0:ModifyDate": "2020:01:02 03:04:05"},
        {"System:FileModifyDate": "2020:01:02 03:04:05"},
        {"QuickTime:CreateDate": "0000:00:00 00:00:00"},
        {"ExifIFD:CreateDate": "2020:19:02 03:04:05"},
        {"ExifIFD:CreateDate": 5},
    ],
)
def test_a_date_of_writing_and_one_that_is_none_are_not_taken(tags: dict[str, JsonValue]) -> None:
    assert read(tags).image.created_at is None


def test_a_photograph_has_its_cameras_facts_and_no_generator() -> None:
    rows = read(
        {
            "IFD0:Make": "Meadow",
            "IFD0:Model": "M 4",
            "ExifIFD:LensModel": "35mm f/2",
            "ExifIFD:ISO": 200,
            "ExifIFD:FNumber": 5.6,
            "ExifIFD:ExposureTime": "1/125",
            "ExifIFD:FocalLength": "35.0 mm",
        }
    )
    assert (rows.image.status, rows.image.generator) == ("no_metadata", None)
    assert [(fact.key, fact.value, fact.source) for fact in rows.image.facts] == [
        ("camera_make", "Meadow", "IFD0:Make"),
        ("camera_model", "M 4", "IFD0:Model"),
        ("lens", "35mm f/2", "ExifIFD:LensModel"),
        ("iso", "200", "ExifIFD:ISO"),
        ("aperture", "5.6", "ExifIFD:FNumber"),
        ("exposure", "1/125", "ExifIFD:ExposureTime"),
        ("focal_length", "35.0 mm", "ExifIFD:FocalLength"),
    ]


# ── files that were cut off


@pytest.mark.parametrize(
    "complaint",
    ["Truncated PNG image", "JPEG format error", "Error reading RIFF file (corrupted?)"],
)
def test_of_a_file_that_is_cut_off_what_is_there_is_read(complaint: str) -> None:
    text = "a jug\nSteps: 4, Sampler: Euler, Seed: 12"
    rows = read({"ExifTool:Warning": complaint, "PNG:Parameters": text})
    assert columns(rows, "status", "warnings", "positive_prompt", "seed") == (
        "partial",
        (f"ExifTool: {complaint}",),
        "a jug",
        "12",
    )
    assert columns(read({"ExifTool:Warning": complaint}), "status", "generator") == (
        "partial",
        None,
    )


def test_another_complaint_of_exiftool_says_nothing_of_the_image() -> None:
    tags: dict[str, JsonValue] = {"ExifTool:Warning": "Invalid EXIF text encoding for UserComment"}
    text = "a jug\nSteps: 4, Sampler: Euler, Seed: 12"
    assert columns(read({**tags, "PNG:Parameters": text}), "status", "warnings") == ("ok", ())


# ── hashes


@pytest.mark.parametrize("written", ["AB12CD34EF", "0xab12cd34ef", "0XAB12CD34EF"])
def test_a_hash_has_one_form_and_kv_the_files_own(written: str) -> None:
    rows = read({"PNG:Parameters": f"a\nSteps: 4, Seed: 1, Model hash: {written}, Model: jug"})
    facts = {fact.key: fact.value for fact in rows.image.facts}
    assert rows.image.base.model_hash == facts["model_hash"] == "ab12cd34ef"
    assert facts["Model hash"] == written


# ── networks that CivitAI names by AIR

NETWORKS = (
    "Additional networks: urn:air:sd1:embed:civitai:77*1!muddy, urn:air:sdxl:lora:civitai:8@9*0.4, "
    "urn:air:sdxl:lora:civitai:10@11"
)


@pytest.mark.parametrize("place", [0, 1])
def test_networks_by_air_are_resources_and_no_words_of_the_negative(
    place: int,
) -> None:
    lines = ["Steps: 5, Sampler: Euler, Seed: 3, Model: urn:air:sdxl:checkpoint:civitai:1@2"]
    lines.insert(place, NETWORKS)
    rows = read({"PNG:Parameters": "\n".join(["a jug", "Negative prompt: mud", *lines])})
    assert columns(rows, "positive_prompt", "negative_prompt", "seed") == ("a jug", "mud", "3")
    assert [(one.kind, one.name, one.weight) for one in rows.resources] == [
        ("checkpoint", "urn:air:sdxl:checkpoint:civitai:1@2", None),
        ("embedding", "urn:air:sd1:embed:civitai:77", 1.0),
        ("lora", "urn:air:sdxl:lora:civitai:8@9", 0.4),
        ("lora", "urn:air:sdxl:lora:civitai:10@11", None),
    ]


# ── embeddings


@pytest.mark.parametrize(
    "listed", ['TI hashes: "muddy_hands: 0123456789ab"', "Used embeddings: Muddy_Hands [0123]"]
)
def test_a_word_that_calls_an_embedding_is_marked_among_the_tokens(listed: str) -> None:
    text = f"a jug\nNegative prompt: fog, (muddy_hands:1.2)\nSteps: 5, Sampler: Euler, {listed}"
    rows = read({"PNG:Parameters": text})
    assert [(one.token, one.kind) for one in rows.tokens] == [
        ("a jug", "tag"),
        ("fog", "tag"),
        ("muddy_hands", "embedding"),
    ]
    assert [one.weight for one in rows.resources if one.kind == "embedding"] == [1.2]


def test_a_jobs_additional_networks_are_resources() -> None:
    networks = {
        "urn:air:sdxl:lora:civitai:8@9": {"type": "Lora", "strength": 0.4},
        "urn:air:sd1:embedding:civitai:77@78": {"type": "TextualInversion", "strength": 1},
    }
    meta = {"prompt": "a jug", "steps": 5, "additionalNetworks": networks}
    rows = read({"PNG:Parameters": meta})
    assert [(one.kind, one.name, one.weight) for one in rows.resources] == [
        ("lora", "urn:air:sdxl:lora:civitai:8@9", 0.4),
        ("embedding", "urn:air:sd1:embedding:civitai:77@78", 1.0),
    ]


@pytest.mark.parametrize(("weight", "used"), [("0.7", True), ("0", False)])
def test_a_network_of_the_first_extension_has_one_weight(weight: str, used: bool) -> None:  # noqa: FBT001
    text = "a\nSteps: 5, Sampler: Euler, AddNet Enabled: True, AddNet Module 1: LoRA, "
    text += f"AddNet Model 1: moss(0123456789ab), AddNet Weight 1: {weight}"
    loras = [one for one in read({"PNG:Parameters": text}).resources if one.kind == "lora"]
    assert [(one.label, one.weight, one.hash, one.used) for one in loras] == [
        ("moss", float(weight), "0123456789ab", used)
    ]


def test_the_model_of_civitais_page_for_flux_is_its_mode() -> None:
    air = "urn:air:flux1:checkpoint:civitai:618692@691639"
    rows = read(
        {"PNG:Parameters": f"a jug\nSteps: 5, Sampler: Undefined, Seed: 3, fluxMode: {air}"}
    )
    assert columns(rows, "model", "seed") == (air, "3")
    assert [(one.kind, one.name) for one in rows.resources] == [("checkpoint", air)]


# ── values that a form writes where there is nothing to say


@pytest.mark.parametrize(
    ("mode", "denoise"), [("sdxl_txt2img", None), ("txt2img", None), ("flux_img2img", 0.35)]
)
def test_the_strength_of_an_invokeai_run_without_an_image_is_no_denoise(
    mode: str, denoise: float | None
) -> None:
    run: dict[str, JsonValue] = {
        "generation_mode": mode,
        "positive_prompt": "a kettle",
        "seed": 8,
        "strength": 0.35,
    }
    rows = read({"PNG:Invokeai_metadata": run})
    base = rows.image.base
    assert (base.positive_prompt, base.seed, base.denoise) == ("a kettle", "8", denoise)


@pytest.mark.parametrize(("stated", "guidance"), [("-1", None), ("-1.0", None), ("2.5", 2.5)])
def test_a_guidance_that_koboldcpp_was_not_given_is_none(
    stated: str, guidance: float | None
) -> None:
    text = "Prompt: a kettle | NegativePrompt: rust | Steps: 9 | CFGScale: 4 | "
    text += f"Guidance: {stated} | Seed: 8 | Sampler: euler_a | Clip skip: -1 | Version: KoboldCpp"
    rows = read({"PNG:Parameters": text})
    assert columns(rows, "seed", "guidance", "clip_skip") == ("8", guidance, None)


def test_a_prompt_of_mochi_diffusion_may_hold_its_labels() -> None:
    text = "Include in Image: a kettle; Seed: poppy; Steps: 3; Exclude from Image: rust; "
    text += "Model: tin; Steps: 18; Seed: 8; Generator: Mochi Diffusion 4.0"
    rows = read({"IPTC:Caption-Abstract": text})
    assert columns(rows, "positive_prompt", "negative_prompt", "steps", "seed", "model") == (
        "a kettle; Seed: poppy; Steps: 3",
        "rust",
        18,
        "8",
        "tin",
    )


@pytest.mark.parametrize("text", ["a talk on AIGC", "no", "{}", '{"Label": "0"}', '{"Topic": "1"}'])
def test_a_text_called_aigc_that_states_no_label_is_none(text: str) -> None:
    rows = read({"PNG:AIGC": text})
    assert columns(rows, "status", "generator") == ("no_metadata", None)


@pytest.mark.parametrize(
    "text", ['{"Label": "1", "ProduceID": "p"}', '{"Label":2', "{'Label': '3'}"]
)
@pytest.mark.parametrize("tag", ["PNG:AIGC", "XMP-TC260:AIGC"])
def test_a_label_of_china_is_one_in_any_spelling(tag: str, text: str) -> None:
    rows = read({tag: text})
    assert columns(rows, "status", "generator") == ("partial", "aigc-label")


@pytest.mark.parametrize("prompt", ["Prompt: [tin:iron:0.5] kettle", "prompt: {{kettle}}, steam"])
def test_a_prompt_that_begins_with_its_label_and_a_bracket_is_no_json(prompt: str) -> None:
    rows = read({"PNG:Parameters": f"{prompt}\nSteps: 9, Sampler: Euler, Seed: 41"})
    assert columns(rows, "generator", "positive_prompt", "seed") == ("a1111", prompt, "41")
