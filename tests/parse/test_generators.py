"""What holds of the generators with texts of their own, besides their golden cases."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from growth import LINEAR, growth
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from service import parse
from service.normalize import normalize
from service.parse.base import Claim
from service.parse.blobs import collect_blobs
from service.parse.gate import is_prompt
from service.parse.generators.easydiffusion import split_list
from service.parse.infotext.layout import read_layout
from service.parse.json_texts import parse_json
from service.parse.shared.hashes import read_hash
from service.parse.shared.model_files import model_file, model_name
from service.pipeline import VERSIONS, process
from service.records import Blob, Blobs, RawRecord, Stated, WatchedFile
from service.records.json_values import JsonValue


def blobs(**texts: str | dict[str, JsonValue]) -> Blobs:
    """Return texts by role; a dict is written as JSON."""
    made: dict[str, tuple[Blob, ...]] = {}
    for role, stated in texts.items():
        text = stated if isinstance(stated, str) else json.dumps(stated)
        made[role.replace("_", "-") if role.startswith("sd_") else role] = (
            Blob(text, f"PNG:{role}", parse_json(text)),
        )
    return Blobs(made)


def record(tags: Mapping[str, JsonValue]) -> RawRecord:
    file = WatchedFile(root="r", path="a.png", size=1, mtime_ns=1)
    return RawRecord(
        file=file, mime_type="image/png", sha256=None, extractor="exiftool 12.57", tags=dict(tags)
    )


def chosen(found: Blobs) -> str | None:
    parser = parse.choose_parser(found)
    return parser.name if parser else None


def values(found: Blobs) -> dict[str, object]:
    reading = parse.read_blobs(found)
    assert reading is not None
    return {name: stated.value for name, stated in reading.generation.fields.items()}


# ── blobs: what ExifTool's JSON makes of a PNG text


def test_a_png_text_that_is_a_number_or_a_boolean_is_a_text_again() -> None:
    tags: dict[str, JsonValue] = {
        "PNG:Seed": 12345,
        "PNG:Guidance_scale": 7.5,
        "PNG:Clip_skip": True,
    }
    found = {role: texts[0].text for role, texts in collect_blobs(record(tags)).texts.items()}
    assert found == {"seed": "12345", "guidance_scale": "7.5", "clip_skip": "true"}


def test_an_empty_prompt_of_a_png_is_stated_and_other_empty_texts_are_not() -> None:
    found = collect_blobs(
        record({"PNG:Prompt": "", "PNG:Negative_prompt": "", "PNG:Comment": "", "IFD0:Model": ""})
    )
    assert set(found.texts) == {"prompt", "negative_prompt"}


def test_a_number_elsewhere_than_in_a_png_text_says_nothing() -> None:
    assert dict(collect_blobs(record({"IFD0:Orientation": 1, "ExifIFD:ISO": 200})).texts) == {}


# ── who is chosen


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (blobs(usercomment={"prompt": "a", "base_model": "m"}), "fooocus"),
        (
            blobs(
                parameters={
                    "prompt": "a",
                    "guidance_scale": 7,
                    "num_inference_steps": 3,
                    "Model": "m",
                }
            ),
            "hf-space",
        ),
        (blobs(comment={"prompt": "a", "real_prompt": ["b"], "base_model": "m"}), "fooocus-mre"),
        (blobs(parameters={"software": "RuinedFooocus", "Prompt": "a"}), "ruinedfooocus"),
        (blobs(comment={"prompt": "a recipe", "uc": ""}), "novelai"),
        (blobs(comment={"prompt": "of a video"}), "unread"),
        (blobs(prompt="a", negative_prompt="b"), "unread"),
        (blobs(software="NovelAI"), "novelai"),
        (blobs(software="NovelAI reader 1.0"), None),
        (blobs(source="Naifu bay, photographed"), None),
        (blobs(dream="I had a dream -- last night"), "unread"),
        (blobs(software="DreamStudio"), None),
        (blobs(parameters="by DreamStudio and Stability AI\nSteps: 2, Sampler: Euler"), "a1111"),
    ],
)
def test_a_text_is_read_by_whom_it_fits(found: Blobs, name: str | None) -> None:
    assert chosen(found) == name


def test_a_parser_that_reads_anothers_form_has_no_rival_in_it_but_is_made_again_with_it() -> None:
    tags = {
        "PNG:Fooocus_scheme": "a1111",
        "PNG:Parameters": "made\nSteps: 3, Raw prompt: typed, Version: Fooocus v2.5.5",
    }
    rows = process(record(tags))
    assert rows.image.conflicts == ()
    assert rows.image.base.positive_prompt == "typed"
    assert rows.recipe.split()[:2] == [
        f"fooocus@{VERSIONS['fooocus']}",
        f"a1111@{VERSIONS['a1111']}",
    ]


def test_every_covered_parser_exists() -> None:
    names = {parser.name for parser in parse.PARSERS}
    assert {covered for parser in parse.PARSERS for covered in parser.covers} <= names


# ── values


@pytest.mark.parametrize("seed", [0, 2**53 + 1, 2**63, 2**64 - 1])
def test_seeds_keep_every_digit(seed: int) -> None:
    texts = (
        blobs(parameters={"sui_image_params": {"prompt": "a", "seed": seed}}),
        blobs(invokeai_metadata={"seed": seed}),
        blobs(comment={"prompt": "a", "uc": "", "seed": seed}),
        blobs(parameters={"software": "RuinedFooocus", "seed": seed}),
        blobs(usercomment={"use_stable_diffusion_model": "m", "seed": seed}),
        blobs(fooocus_scheme="fooocus", parameters={"prompt": "a", "seed": str(seed)}),
    )
    assert [int(str(values(found)["seed"])) for found in texts] == [seed] * len(texts)


@pytest.mark.parametrize(
    ("request_type", "denoise"),
    [
        ("Img2ImgRequest", 0.7),
        ("NativeInfillingRequest", 0.7),
        ("PromptGenerateRequest", None),
        (None, None),
    ],
)
def test_novelais_strength_is_a_denoise_only_with_an_image(
    request_type: str | None, denoise: float | None
) -> None:
    found = blobs(
        software="NovelAI",
        comment={"prompt": "a", "uc": "", "strength": 0.7, "request_type": request_type},
    )
    assert values(found).get("denoise") == denoise


@pytest.mark.parametrize(
    ("written", "layer"), [(True, 2), (False, 1), ("True", 2), (1, 1), (2, 2), (None, None)]
)
def test_easy_diffusions_clip_skip_is_a_switch_or_a_layer(
    written: JsonValue, layer: int | None
) -> None:
    found = blobs(usercomment={"use_stable_diffusion_model": "m", "clip_skip": written})
    assert values(found).get("clip_skip") == layer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("blake3:" + "ab" * 32, ("ab" * 32, "blake3")),
        ("0x" + "AB" * 32, ("ab" * 32, "sha256")),
        ("aeb7e9e689", ("aeb7e9e689", "autov2")),
        ("24330562", ("24330562", "autov1")),
        ("json-hash-123", (None, None)),
        ("", (None, None)),
        (7, (None, None)),
    ],
)
def test_a_hash_is_told_by_its_prefix_or_its_length(
    text: JsonValue, expected: tuple[str | None, str | None]
) -> None:
    assert read_hash(text) == expected


def test_a_model_file_of_weight_zero_was_not_used() -> None:
    assert [
        model_file("lora", "a", "s", weight=weight).used for weight in (0, "0.0", 0.1, None)
    ] == [
        False,
        False,
        True,
        True,
    ]


def test_words_for_no_model_name_none() -> None:
    assert [model_name(word) for word in ("None", "none", "", "Automatic", 3, "real.ckpt")] == [
        None
    ] * 5 + ["real.ckpt"]


@given(
    st.lists(
        st.text(st.characters(codec="ascii", exclude_characters="\\'\"\n\r\t\0"), min_size=1),
        max_size=5,
    )
)
def test_a_python_list_written_as_text_is_a_list_again(names: list[str]) -> None:
    printable = [name for name in names if name.isprintable()]
    assert split_list(str(printable)) == printable


# ── InvokeAI's command line

words = (
    st.text(st.sampled_from("abc dé,()-'\""), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool)
    .filter(is_prompt)
)
lines = st.fixed_dictionaries(
    {
        "positive_prompt": words,
        "steps": st.integers(1, 999),
        "seed": st.integers(0, 2**32 - 1),
        "width": st.integers(64, 4096),
        "height": st.integers(64, 4096),
        "cfg_scale": st.floats(0, 30).map(lambda value: round(value, 2)),
        "sampler": st.sampled_from(["ddim", "plms", "k_lms", "k_euler_a", "k_dpmpp_2"]),
    },
)


@given(lines, st.booleans())
def test_a_command_line_is_read_as_it_was_written(stated: dict[str, object], tight: bool) -> None:  # noqa: FBT001
    blank = "" if tight else " "
    options = zip(
        "sSWHCA", ("steps", "seed", "width", "height", "cfg_scale", "sampler"), strict=True
    )
    line = f'"{stated["positive_prompt"]}" ' + " ".join(
        f"-{option}{blank}{stated[key]}" for option, key in options
    )
    assert values(blobs(dream=line)) == {
        key: value if key == "positive_prompt" else str(value) for key, value in stated.items()
    }


def test_what_sd_metadata_does_not_say_the_command_line_does() -> None:
    found = parse.read_blobs(
        blobs(
            dream='"a mill" -s 20 -S 7 -A ddim',
            sd_metadata={"model_weights": "m", "image": {"prompt": "a mill", "steps": 20}},
        ),
    )
    assert found is not None
    assert found.generation.fields["seed"] == Stated("7", "PNG:dream#-S")
    assert found.generation.fields["steps"] == Stated(20, "PNG:sd_metadata#image.steps")


def test_a_graph_that_leads_in_a_circle_is_answered() -> None:
    edge = {
        "source": {"node_id": "d", "field": "value"},
        "destination": {"node_id": "d", "field": "seed"},
    }
    noise = {
        "source": {"node_id": "c", "field": "noise"},
        "destination": {"node_id": "d", "field": "noise"},
    }
    loop = {
        "source": {"node_id": "c", "field": "item"},
        "destination": {"node_id": "c", "field": "item"},
    }
    nodes: JsonValue = {
        "d": {"type": "denoise_latents", "value": 3, "steps": 2},
        "c": {"type": "collect"},
    }
    edges = parse_json(json.dumps([edge, noise, loop]))
    assert values(blobs(invokeai_graph={"nodes": nodes, "edges": edges})) == {"seed": 3, "steps": 2}


# ── cost


WEIGHTS = 'a\nSteps: 2, Version: Fooocus v2, Lora weights: "'
LONG: dict[str, tuple[Callable[[int], Blobs], int]] = {
    "brackets": (lambda size: blobs(dream='"' + "[" * size + '" -s 5'), 200_000),
    "quotes": (lambda size: blobs(dream='" -' * size), 200_000),
    "list": (
        lambda size: blobs(
            use_stable_diffusion_model="m", use_lora_model="['" + "\\'" * size + "]"
        ),
        200_000,
    ),
    "lines": (lambda size: blobs(text="Seed: 1\nStable Diffusion model: a\n" * size), 20_000),
    "sizes": (
        lambda size: blobs(software="imaginairy", imagedescription='"' + '" 5x5px ' * size),
        100_000,
    ),
    "negatives": (
        lambda size: blobs(
            software="imaginairy", imagedescription='" 5x5px ' + ' negative-prompt:"' * size
        ),
        100_000,
    ),
    "blanks": (lambda size: blobs(software="NovelAI", source="a" + " " * size), 400_000),
    "weights": (
        lambda size: blobs(fooocus_scheme="a1111", parameters=WEIGHTS + "a, " * size + '"'),
        100_000,
    ),
    "bars": (
        lambda size: blobs(
            parameters="Prompt: a"
            + " | NegativePrompt: b | Steps: 1 | CFGScale: 1" * size
            + " | Version: KoboldCpp"
        ),
        20_000,
    ),
    "captions": (
        lambda size: blobs(**{"caption-abstract": "Include in Image: a" + "; Model: b" * size}),
        100_000,
    ),
    "a line a setting": (
        lambda size: blobs(parameters="a\nNegative prompt: b\n" + "Seed: 1\n" * size + "Steps: 5"),
        40_000,
    ),
    "networks": (
        lambda size: blobs(
            parameters="a\nAdditional networks: urn:"
            + ", urn:air:a:lora:b:1@2*1" * size
            + "\nSteps: 5, Seed: 1"
        ),
        20_000,
    ),
    "labels": (
        lambda size: blobs(aigc="Label " * size + "Label: 1", comment='AIGC "Label": "a", ' * size),
        40_000,
    ),
    "digits": (
        lambda size: blobs(parameters={"software": "RuinedFooocus", "loras": [["", "1" * size]]}),
        300_000,
    ),
}
"""Texts of any length that could cost more than their length, and the length to try."""


@pytest.mark.parametrize(("make", "size"), LONG.values(), ids=LONG)
def test_long_texts_cost_no_more_than_their_length(make: Callable[[int], Blobs], size: int) -> None:
    def read(found: Blobs) -> None:
        read_layout.cache_clear()
        assert parse.read_blobs(found) is not None
        assert max(parser.claim(found) for parser in parse.PARSERS) > Claim.NO

    assert growth(make, read, size) < LINEAR


# ── from a real file


@pytest.mark.exiftool
def test_texts_of_real_files_are_read_as_exiftool_names_them(tmp_path: Path) -> None:
    keys = {
        "SD:prompt": "1984, a novel",
        "SD:seed": str(2**64 - 1),
        "SD:ddim_steps": "50",
        "SD:cfg_scale": "7.50",
        "SD:width": "512",
    }
    assert read_file(png(tmp_path, keys)) == {
        "positive_prompt": "1984, a novel",
        "steps": "50",
        "cfg_scale": "7.5",
        "seed": str(2**64 - 1),
        "width": "512",
    }
    keys = {
        "Prompt": "a",
        "Negative Prompt": "",
        "Stable Diffusion model": "m",
        "Steps": "5",
        "Clip Skip": "True",
    }
    assert read_file(png(tmp_path, keys)) == {
        "positive_prompt": "a",
        "negative_prompt": "",
        "steps": "5",
        "model": "m",
        "clip_skip": 2,
    }
    assert read_file(
        jpeg(tmp_path, {0x0110: '{"sui_image_params": {"prompt": "a", "seed": 3}}'})
    ) == {
        "positive_prompt": "a",
        "seed": 3,
    }
    assert read_file(
        jpeg(
            tmp_path,
            {0x0131: "Fooocus v2.5.5", 0x9286: '{"prompt": "a", "resolution": "(64, 32)"}'},
        )
    ) == {
        "positive_prompt": "a",
        "width": "64",
        "height": "32",
    }


def png(folder: Path, texts: Mapping[str, str]) -> Path:
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    Image.new("RGB", (8, 8)).save(folder / "a.png", pnginfo=info)
    return folder / "a.png"


def jpeg(folder: Path, tags: Mapping[int, str]) -> Path:
    image = Image.new("RGB", (8, 8))
    exif = image.getexif()
    for tag, text in tags.items():
        exif[tag] = text
    image.save(folder / "a.jpg", exif=exif)
    return folder / "a.jpg"


def read_file(path: Path) -> dict[str, object]:
    """Return the fields of an image, by way of the real ExifTool."""
    made = subprocess.run(
        ["exiftool", "-config", "", "-j", "-G1:4", str(path)], capture_output=True, check=True
    )
    return values(collect_blobs(record(json.loads(made.stdout)[0])))


# ── whatever the keys hold

ROLES = (
    "parameters usercomment comment imagedescription invokeai invokeai_graph "
    "invokeai_metadata sd-metadata dream smproj"
)
ROLES += (
    " parameters-json prompt negative_prompt use_stable_diffusion_model lora_alpha "
    "use_lora_model software source"
)
ROLES += " sdprompt sdseed fooocus_scheme alpha model text description"
WORDS = (
    "None",
    "Fooocus v2.5.5",
    "NovelAI",
    "Imaginairy / x",
    "(1, 2)",
    "1.0 - a",
    "a : 1",
    '"a" -s 5',
    "['a', 1]",
    "\ud800\0",
    "",
)


def keys_of(data: JsonValue) -> set[str]:
    if isinstance(data, dict):
        return set(data) | {key for value in data.values() for key in keys_of(value)}
    return {key for value in data for key in keys_of(value)} if isinstance(data, list) else set()


FIXTURES = Path(__file__).parent.parent / "fixtures"
OWN: tuple[str, ...] = (
    "swarmui",
    "invokeai",
    "novelai",
    "fooocus",
    "fooocus-mre",
    "ruinedfooocus",
    "easydiffusion",
    "imaginairy",
)
OWN += ("sygil", "diffusionbee", "stability_matrix")
TEXTS = [
    text if isinstance(text, str) else text["text"]
    for name in OWN
    for case in sorted(FIXTURES.glob(f"{name}/*/blobs.json"))
    for text in json.loads(case.read_text(encoding="utf-8")).values()
]
KEYS = sorted({key for text in TEXTS for key in keys_of(parse_json(text))})
"""Every key of a golden case of these generators."""

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=9)
)
anything: st.SearchStrategy[JsonValue] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=9)
    ),
    max_leaves=25,
)
objects = st.dictionaries(st.sampled_from(KEYS), anything, max_size=12)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(ROLES.split()), objects | anything, min_size=1, max_size=5))
def test_every_parser_answers_any_json_whether_it_claims_it_or_not(
    texts: dict[str, JsonValue],
) -> None:
    made = {
        role: text if isinstance(text, str) else json.dumps(text) for role, text in texts.items()
    }
    found = Blobs(
        {role: (Blob(text, f"PNG:{role}", parse_json(text)),) for role, text in made.items()}
    )
    for parser in parse.PARSERS:
        parser.claim(found)
        normalize(parser.parse(found), found)
