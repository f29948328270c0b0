import json
from dataclasses import replace

import apsw
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_dump import dump
from store_samples import LATER, NOW, image, odd_image

from service.records import (
    Fact,
    ImageRows,
    NormalizedImage,
    RawRecord,
    Resource,
    SamplingPass,
    Token,
    WatchedFile,
)
from service.store.one_image import ImageRecord
from service.store.writer import Store


def written(rows: ImageRows) -> ImageRecord:
    """Return what the database should show of an image, its wide row aside."""
    prompts = {
        "positive_prompt": ("prompt_tokens", "pos"),
        "negative_prompt": ("neg_tokens", "neg"),
    }
    facts: list[Fact] = []
    for fact in rows.image.facts:
        facts.append(fact)
        if fact.key in prompts:
            key, side = prompts[fact.key]
            words = [token.token for token in rows.tokens if token.side == side]
            facts.append(
                Fact(key, json.dumps(words, ensure_ascii=False, separators=(",", ":")), fact.source)
            )
    tokens = sorted(rows.tokens, key=lambda token: (token.side != "pos", token.position))
    return ImageRecord(
        image={},
        facts=tuple(facts),
        tokens=tuple(tokens),
        resources=rows.resources,
        passes=rows.image.passes,
        conflicts=rows.image.conflicts,
    )


def test_every_row_of_an_image_comes_back_as_it_was_written(store: Store) -> None:
    rows = odd_image()
    (image_id,) = store.save([rows], now=NOW)
    shown = store.image(image_id)
    assert shown is not None
    assert replace(shown, image={}) == written(rows)


def test_rows_come_back_whole_however_many_statements_they_take(store: Store) -> None:
    tokens = tuple(
        Token("pos", place, f"word {place}", f"Word {place}", 1.5) for place in range(145)
    )
    rows = replace(odd_image(), tokens=tokens)
    for now in (NOW, LATER):
        (image_id,) = store.save([rows], now=now)
        shown = store.image(image_id)
        assert shown is not None
        assert shown.tokens == tokens


def test_the_wide_row_holds_core_parameters_and_joined_lists(store: Store) -> None:
    (image_id,) = store.save([odd_image()], now=NOW)
    shown = store.image(image_id)
    assert shown is not None
    assert shown.image == {
        "id": image_id,
        "stable_id": "55aa676b70a7fcd4a373b12f26cba4ef",
        "root": "Input",
        "folder": "odd/",
        "file_name": "ünï çødé 漢字 🖼.png",
        "path": "odd/ünï çødé 漢字 🖼.png",
        "size_bytes": 5,
        "mtime_ns": 1_700_000_000_123_456_789,
        "modified_at": "2023-11-14T22:13:20Z",
        "state": "present",
        "missing_since": None,
        "sha256": "0" * 64,
        "mime_type": "image/png",
        "file_width": 1024,
        "file_height": 1536,
        "status": "partial",
        "recipe": "comfyui@1 parsers@1",
        "first_seen_at": NOW,
        "ingested_at": NOW,
        "generator": "comfyui",
        "model": "model.safetensors",
        "model_hash": "deadbeef01",
        "sampler": "Euler a",
        "sampler_norm": "euler_ancestral",
        "scheduler": "Automatic",
        "scheduler_norm": "automatic",
        "steps": 20,
        "cfg_scale": 6.5,
        "guidance": 3.5,
        "seed": "18446744073709551615",
        "width": 512,
        "height": 768,
        "clip_skip": 1,
        "denoise": 1.0,
        "vae": "vae.pt",
        "upscaler": "4x",
        "loras": "Ünï:0.75",
        "embeddings": "easy",
        "checkpoints": "model.safetensors",
        "vaes": "vae.pt",
        "upscalers": "4x",
        "other_resources": "controlnet:canny",
        "warnings": "two samplers; the first was taken\nno VAE",
        "positive_prompt": "a cat\n(very:1.3) <lora:Ünï:0.75>",
        "negative_prompt": "",
        "sidecars": ".txt 812 1690000000000000000\n.png.json 3 4",
        "model_norm": "model",
        "created_at": None,
    }


def test_the_kept_record_comes_back_whole(store: Store) -> None:
    rows = odd_image()
    (image_id,) = store.save([rows], now=NOW)
    assert store.raw_record(image_id) == rows.raw


def test_reading_a_file_again_replaces_its_rows_and_keeps_id_and_first_sight(store: Store) -> None:
    first = odd_image()
    second = replace(image(1, path=first.raw.file.path), tokens=())
    ids = store.save([first], now=NOW)
    assert store.save([second], now=LATER) == ids
    shown = store.image(ids[0])
    assert shown is not None
    assert (shown.image["first_seen_at"], shown.image["ingested_at"]) == (NOW, LATER)
    expected = replace(written(second), facts=second.image.facts)
    assert replace(shown, image={}) == expected


def test_a_path_twice_in_a_batch_is_saved_once_with_its_last_rows(store: Store) -> None:
    first, second = image(1, path="a.png"), image(2, path="a.png")
    ids = store.save([first, second], now=NOW)
    assert ids == [ids[0], ids[0]]
    assert store.raw_record(ids[0]) == second.raw


def test_rows_made_from_the_kept_record_leave_record_and_state_alone(store: Store) -> None:
    rows = odd_image()
    (image_id,) = store.save([rows], now=NOW)
    store.mark_missing("Input", [rows.raw.file.path], LATER)
    again = replace(rows, raw=replace(rows.raw, tags={}), recipe="comfyui@2")
    assert store.save([again], now=LATER, from_disk=False) == [image_id]
    place = store.find("Input", rows.raw.file.path)
    assert place is not None
    assert (place.present, store.recipes(), store.raw_record(image_id)) == (
        False,
        {"comfyui@2"},
        rows.raw,
    )


def test_the_same_images_in_another_order_give_the_same_dump(store: Store) -> None:
    rows = [image(number) for number in range(30)] + [odd_image()]
    store.save(rows, now=NOW)
    with Store.open(store.path.with_name("other.db")) as other:
        for one in reversed(rows):
            other.save([one], now=LATER)
        assert dump(other._connection) == dump(store._connection)


anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
numbers = st.none() | st.integers() | st.integers(-(10**400), 10**400)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(anything, anything, numbers, st.floats())
def test_whatever_strangers_write_can_be_saved(
    store: Store, key: str, value: str, number: int | None, real: float
) -> None:
    base = SamplingPass(positive_prompt=value, seed=value, steps=number, cfg_scale=real, model=key)
    rows = ImageRows(
        raw=RawRecord(
            file=WatchedFile(root="Input", path="a.png", size=1, mtime_ns=1),
            mime_type=None,
            sha256=None,
            extractor="exiftool 12.57",
            tags={"PNG:Big": 2**70},
        ),
        image=NormalizedImage(
            "ok", passes=(base,), facts=(Fact(key, value, value),), warnings=(key,)
        ),
        tokens=(Token("pos", 0, value, key, real),),
        resources=(),
        recipe="r",
    )
    (image_id,) = store.save([rows], now=NOW)
    assert store.image(image_id) is not None
    assert store.raw_record(image_id) == rows.raw


def test_nul_and_lone_surrogates_are_stored_so_that_they_can_be_seen(store: Store) -> None:
    rows = replace(odd_image(), tokens=())
    rows = replace(rows, image=replace(rows.image, facts=(Fact("a\0b", "c\udce9d", "s"),)))
    (image_id,) = store.save([rows], now=NOW)
    shown = store.image(image_id)
    assert shown is not None
    assert shown.facts == (Fact("a␀b", "c\\udce9d", "s"),)


def test_texts_whose_hashes_collide_are_kept_apart(store: Store) -> None:
    from service.store.intern import text_ids  # noqa: PLC0415  # only here

    edge = (1 << 63) - 1
    texts = text_ids(store._connection, hashed=lambda _: edge)
    ids = [texts[text] for text in ("a", "b", "c")]
    fresh = text_ids(store._connection, hashed=lambda _: edge)
    assert [fresh[text] for text in ("c", "a", "b")] == [ids[2], ids[0], ids[1]]
    rows: list[tuple[apsw.SQLiteValue, ...]] = store._connection.execute(
        "SELECT text FROM texts"
    ).fetchall()
    assert rows == [("a",), ("b",), ("c",)]


def test_a_record_and_a_resource_keep_numbers_and_texts_that_sqlite_does_not_know(
    store: Store,
) -> None:
    rows = odd_image()
    raw = replace(rows.raw, tags={"PNG:Seed": 2**80, "PNG:Text": "a\ud800\0b"})
    resources = (Resource("other", "x", "s", extra={"big": 2**80, "text": "\ud800\0"}),)
    (image_id,) = store.save([replace(rows, raw=raw, resources=resources)], now=NOW)
    shown = store.image(image_id)
    assert shown is not None
    assert (store.raw_record(image_id), shown.resources) == (raw, resources)
