"""Sample images go the whole way, and their rows say what the images say."""

import pytest
from working_by_hand import ByHand

from service import demo

FILE = ("file_width", "file_height", "size_bytes", "sha256")
NOT_OURS = {"image_id", "modified_at", "ingested_at", *FILE}

LORA_PROMPT = (
    "portrait of a clockmaker, <lora:brass_gears:0.8>, <lora:soft_light:0.35>, "
    "easynegative_style, detailed hands"
)

SEARCH: dict[str, dict[str, object]] = {
    "a1111-lora-embedding.png": {
        "generator": "a1111",
        "status": "ok",
        "prompt_preview": LORA_PROMPT,
        "positive_prompt": LORA_PROMPT,
        "negative_prompt": "badhands_v4, blurry",
        "model": "revAnimated_v122",
        "model_norm": "revanimated_v122",
        "model_hash": "4199bcdd14",
        "checkpoints": "revAnimated_v122",
        "loras": "brass_gears:0.8, soft_light:0.35",
        "embeddings": "badhands_v4",
        "sampler": "DPM++ SDE Karras",
        "sampler_norm": "dpmpp_sde",
        "scheduler_norm": "karras",
        "steps": 30,
        "cfg_scale": 5.0,
        "seed": "77",
        "width": 640,
        "height": 640,
    },
    "ComfyUI_00001_.png": {
        "generator": "comfyui",
        "status": "ok",
        "prompt_preview": "a wooden bridge over a stream, autumn leaves, masterpiece",
        "positive_prompt": "a wooden bridge over a stream, autumn leaves, masterpiece",
        "negative_prompt": "blurry, lowres, watermark",
        "model": "sd_xl_base_1.0.safetensors",
        "model_norm": "sd_xl_base_1.0",
        "checkpoints": "sd_xl_base_1.0.safetensors",
        "sampler": "dpmpp_2m",
        "sampler_norm": "dpmpp_2m",
        "scheduler": "karras",
        "scheduler_norm": "karras",
        "steps": 25,
        "cfg_scale": 6.0,
        "seed": "18446744073709551615",
        "denoise": 1.0,
        "width": 1024,
        "height": 1024,
    },
    "photograph.jpg": {"status": "no_metadata"},
}
"""What ``v_images_search`` says of a sample, besides its names and times.

What is not listed is NULL.
"""

TOKENS = [
    ("neg", 0, "badhands_v4", 1.0, "embedding"),
    ("neg", 1, "blurry", 1.0, "tag"),
    ("pos", 0, "portrait of a clockmaker", 1.0, "tag"),
    ("pos", 1, "brass_gears", 0.8, "lora"),
    ("pos", 2, "soft_light", 0.35, "lora"),
    ("pos", 3, "easynegative_style", 1.0, "tag"),
    ("pos", 4, "detailed hands", 1.0, "tag"),
]

RESOURCES = [
    ("checkpoint", "revAnimated_v122", None, "4199bcdd14"),
    ("embedding", "badhands_v4", 1.0, "5e40d722fc3d"),
    ("lora", "brass_gears", 0.8, "1f2e3d4c5b6a"),
    ("lora", "soft_light", 0.35, "a1b2c3d4e5f6"),
]


@pytest.fixture
def samples(by_hand: ByHand) -> ByHand:
    """Return a house that has taken in the sample images."""
    assert len(list(demo.write_samples(by_hand.place.input))) == len(demo.SAMPLES)
    by_hand.work()
    return by_hand


def test_every_sample_has_its_row_and_only_the_photograph_says_nothing(samples: ByHand) -> None:
    expected = sorted(
        (sample.name, "no_metadata" if sample.name == "photograph.jpg" else "ok")
        for sample in demo.SAMPLES
    )
    assert sorted(samples.rows("SELECT path, status FROM v_images_search")) == expected
    assert samples.rows("SELECT * FROM failures") == []


@pytest.mark.parametrize("name", SEARCH)
def test_a_sample_s_row_says_what_the_image_says(samples: ByHand, name: str) -> None:
    rows = {str(row["path"]): row for row in samples.house.store.search_rows()}
    row = {column: value for column, value in rows[name].items() if column not in NOT_OURS}
    names = {"file_name": name, "path": name, "root": "Input", "folder": "", "state": "present"}
    whole = {"full_path": (samples.place.input / name).as_posix()}
    seed = SEARCH[name].get("seed")
    order = {"seed_order": seed and str(seed).zfill(20)}
    assert row == dict.fromkeys(row) | names | whole | order | SEARCH[name]


def test_its_tokens_and_resources_stand_in_rows_of_their_own(samples: ByHand) -> None:
    here = "WHERE image_id = (SELECT id FROM images WHERE path = 'a1111-lora-embedding.png')"
    tokens = f"SELECT side, position, token, weight, kind FROM tokens {here} ORDER BY 1, 2"  # noqa: S608
    resources = f"SELECT kind, name, weight, hash FROM resources {here} ORDER BY 1, 2"  # noqa: S608
    assert samples.rows(tokens) == TOKENS
    assert samples.rows(resources) == RESOURCES


def test_the_same_samples_again_change_nothing_and_ask_exiftool_nothing(samples: ByHand) -> None:
    before = samples.dump()
    samples.read_by_exiftool()
    samples.work()
    assert samples.dump() == before
    assert samples.read_by_exiftool() == []


def test_a_duplicate_of_a_sample_is_told(samples: ByHand) -> None:
    # The two castles say the same, and are different pictures.
    assert samples.rows("SELECT * FROM v_duplicates") == []
