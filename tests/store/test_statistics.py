"""What is counted is what there is."""

from dataclasses import replace
from pathlib import Path

from store_samples import NOW, image, odd_image

from service.records import Resource
from service.store import statistics
from service.store.sql import sql
from service.store.statistics import Month
from service.store.status import Counts
from service.store.writer import Store


def test_a_collection_is_counted_by_everything_it_was_made_with(
    store: Store, database: Path
) -> None:
    first = image(1)
    base = replace(first.image.passes[0], model="m", sampler_norm="euler", scheduler_norm="karras")
    images = [
        replace(image(n), image=replace(first.image, passes=(base,)), tokens=odd_image().tokens)
        for n in (1, 2)
    ]
    images = [replace(one, resources=odd_image().resources) for one in images]
    store.save([*images, odd_image()], now=NOW)
    store.mark_missing("Input", [images[0].raw.file.path], NOW)
    found = statistics.read_statistics(database, 3)
    assert found.counts == Counts(2, 1, {"ok": 1, "partial": 1}, {"a1111": 1, "comfyui": 1}, 0)
    assert found.months == (Month("2023-11", {"comfyui": 1}), Month("2025-10", {"a1111": 2}))
    assert (found.models, found.generators) == (
        (("m", 2), ("model.safetensors", 1)),
        (("a1111", 2), ("comfyui", 1)),
    )
    assert (found.loras, found.embeddings) == ((("Ünï", 3),), (("easy", 3),))
    assert (found.samplers, found.schedulers) == (
        (("euler", 2), ("euler_ancestral", 1)),
        (("karras", 2), ("automatic", 1)),
    )
    assert (found.positive_tokens, found.negative_tokens) == ((("a cat", 3), ("very", 3)), ())


def test_one_model_is_one_line_however_files_spell_it(store: Store, database: Path) -> None:
    spelt = ("jug_v2.safetensors", "sub/Jug_v2.ckpt", "jug_v2.safetensors", "jug_v3.safetensors")
    images = []
    for number, model in enumerate(spelt):
        one = image(number)
        passes = (replace(one.image.passes[0], model=model),)
        lora = Resource("lora", f"glaze{number % 2 * '.safetensors'}", "PNG:Parameters")
        changed = replace(one.image, passes=passes)
        images.append(replace(one, image=changed, resources=(lora,)))
    store.save(images, now=NOW)
    found = statistics.read_statistics(database, 5)
    assert found.models == (("jug_v2.safetensors", 3), ("jug_v3.safetensors", 1))
    assert found.loras == (("glaze", 4),)
    norms = store._connection.execute(
        "SELECT DISTINCT model_norm FROM images ORDER BY 1"
    ).fetchall()
    assert norms == [("jug_v2",), ("jug_v3",)]
    asked = {"by_model": True, "by_month": False}
    listed = store._connection.execute(sql("list_places"), asked).fetchall()
    assert [model for model, _, _ in listed] == ["jug_v2.safetensors"] * 3 + ["jug_v3.safetensors"]
    names = store._connection.execute("SELECT DISTINCT name_norm FROM resources").fetchall()
    assert names == [("glaze",)]


def test_a_list_has_no_more_names_than_were_asked_for(store: Store, database: Path) -> None:
    store.save([image(number) for number in range(30)], now=NOW)
    found = statistics.read_statistics(database, 4)
    lists = (found.models, found.loras, found.positive_tokens, found.negative_tokens)
    assert [len(ranking) for ranking in lists] == [4, 4, 4, 4]
    assert [list(ranking) for ranking in lists] == [
        sorted(ranking, key=lambda one: -one[1]) for ranking in lists
    ]
