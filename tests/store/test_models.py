"""What is known of models is written once, merged by what it is, and found again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.catalog.fields import hashes
from service.parse.shared.hashes import hash_of
from service.records import Resource
from service.resources.known_models import KnownModel, Trust
from service.resources.resolve import resolve_resource
from service.store.model_writer import EntryCounts, ModelWriter
from service.store.writer import Store

SHA, OTHER = "ab" * 32, "cd" * 32
NOW, LATER = "2026-01-31T12:00:00Z", "2026-02-01T12:00:00Z"
AIR = "urn:air:sdxl:lora:civitai:70@7"


def known(version: int | None = 7, **fields: Any) -> KnownModel:
    return KnownModel(version_id=version, **{"source": "f.json", **fields})


def learn(store: Store, *models: KnownModel, now: str = NOW) -> tuple[int, int, int]:
    counts = EntryCounts()
    store.models_to_write().learn(models, now=now, counts=counts)
    return counts.new, counts.changed, counts.same


def shelf(store: Store) -> ModelWriter:
    return store.models_to_write()


WHOLE = known(
    model_id=70,
    model_name="Brass",
    version_name="v1",
    kind="lora",
    base_model="Pony",
    air=AIR,
    file_name="brass.safetensors",
    hashes={
        "sha256": SHA,
        "autov1": "0a0b0c0d",
        "autov2": SHA[:10],
        "autov3": "1f2e3d4c5b6a",
        "blake3": OTHER,
        "crc32": "deadbeef",
    },
    extra={"trainedwords": ["brass", "ünï"], "nsfw": False},
)


def test_a_model_reads_back_whole_by_every_key(store: Store) -> None:
    assert learn(store, WHOLE) == (1, 0, 0)
    found = shelf(store)
    asked = [
        found.by_version(7),
        found.by_air("civitai:70@7"),
        found.by_stem("brass"),
        *(
            found.by_hash(digits)
            for digits in (
                SHA,
                SHA[:8],
                "1f2e3d4c5b6a",
                "1f2e3d4c5b6a" + "0" * 52,
                "deadbeef",
                OTHER[:9],
            )
        ),
    ]
    assert asked == [[WHOLE]] * 9
    assert [
        found.by_version(8),
        found.by_stem("b"),
        found.by_hash(OTHER[:8] + "0"),
        found.by_air(""),
    ] == [[]] * 4


def test_learning_the_same_again_writes_nothing(store: Store) -> None:
    learn(store, WHOLE)
    before = store._connection.execute("SELECT * FROM model_versions").fetchall()
    assert learn(store, WHOLE, now=LATER) == (0, 0, 1)
    assert store._connection.execute("SELECT * FROM model_versions").fetchall() == before


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # Gaps are filled, whoever comes later.
        (
            known(kind="lora"),
            known(model_name="B", hashes={"sha256": SHA}),
            [known(kind="lora", model_name="B", hashes={"sha256": SHA, "autov2": SHA[:10]})],
        ),
        # The more trusted word counts, then the later one.
        (
            known(model_name="mine", trust=Trust.MANUAL),
            known(model_name="site", base_model="Pony"),
            [known(model_name="mine", base_model="Pony", trust=Trust.MANUAL)],
        ),
        (known(model_name="old"), known(model_name="new"), [known(model_name="new")]),
        # A local file is the published one of its hash, and keeps its own name.
        (
            known(None, file_name="real.safetensors", hashes={"sha256": SHA}, trust=Trust.HEADER),
            known(file_name="real.safetensors", hashes={"sha256": SHA}),
            [known(file_name="real.safetensors", hashes={"sha256": SHA, "autov2": SHA[:10]})],
        ),
        (
            known(None, file_name="mine.safetensors", hashes={"sha256": SHA}, trust=Trust.HEADER),
            known(file_name="real.safetensors", hashes={"sha256": SHA}),
            [
                known(
                    None,
                    file_name="mine.safetensors",
                    hashes={"sha256": SHA, "autov2": SHA[:10]},
                    trust=Trust.HEADER,
                ),
                known(file_name="real.safetensors", hashes={"sha256": SHA, "autov2": SHA[:10]}),
            ],
        ),
        # AutoV2 shows it as well; AutoV1 does not, since many files share it.
        (
            known(None, model_name="x", hashes={"autov2": SHA[:10]}),
            known(hashes={"sha256": SHA}),
            [known(model_name="x", hashes={"sha256": SHA, "autov2": SHA[:10]})],
        ),
        (
            known(None, model_name="x", hashes={"autov1": "0a0b0c0d"}),
            known(hashes={"autov1": "0a0b0c0d"}),
            [
                known(None, model_name="x", hashes={"autov1": "0a0b0c0d"}),
                known(hashes={"autov1": "0a0b0c0d"}),
            ],
        ),
        # Two files of one version, and one file under two versions.
        (
            known(file_name="a.safetensors", hashes={"sha256": SHA}),
            known(file_name="b.safetensors", hashes={"sha256": OTHER}),
            [
                known(file_name="a.safetensors", hashes={"sha256": SHA, "autov2": SHA[:10]}),
                known(file_name="b.safetensors", hashes={"sha256": OTHER, "autov2": OTHER[:10]}),
            ],
        ),
        (
            known(hashes={"sha256": SHA}),
            known(8, hashes={"sha256": SHA}),
            [
                known(hashes={"sha256": SHA, "autov2": SHA[:10]}),
                known(8, hashes={"sha256": SHA, "autov2": SHA[:10]}),
            ],
        ),
        # A map that names a file speaks of the local file of that name.
        (
            known(
                None,
                file_name="mine.safetensors",
                kind="lora",
                hashes={"sha256": SHA},
                trust=Trust.HEADER,
            ),
            known(None, file_name="mine.safetensors", kind="lora", air=AIR, trust=Trust.MANUAL),
            [
                known(
                    None,
                    file_name="mine.safetensors",
                    kind="lora",
                    air=AIR,
                    trust=Trust.MANUAL,
                    hashes={"sha256": SHA, "autov2": SHA[:10]},
                )
            ],
        ),
        # Ecosystem and type of an AIR are met in several spellings.
        (
            known(None, air="urn:air:other:lora:huggingface:o/r@1"),
            known(None, air="urn:air:sdxl:lora:huggingface:o/r@1", kind="lora"),
            [known(None, air="urn:air:sdxl:lora:huggingface:o/r@1", kind="lora")],
        ),
    ],
)
def test_two_sources_tell_of_one_model_or_of_two(
    store: Store, first: KnownModel, second: KnownModel, expected: list[KnownModel]
) -> None:
    learn(store, first)
    learn(store, second)
    rows = store._connection.execute("SELECT id FROM model_versions ORDER BY id").fetchall()
    got = [model for (id_,) in rows for number, model in everything(store) if number == id_]
    assert got == expected
    assert (learn(store, second)[0], len(everything(store))) == (0, len(expected))


def everything(store: Store) -> list[tuple[int, KnownModel]]:
    found = shelf(store)
    numbers = {
        "version": [
            r
            for (r,) in store._connection.execute("SELECT DISTINCT version_id FROM model_versions")
        ]
    }
    by_version = [
        pair for n in numbers["version"] if n is not None for pair in found.rows_of_version(n)
    ]
    keys = [key for (key,) in store._connection.execute("SELECT DISTINCT key FROM model_key_rows")]
    by_key = [pair for key in keys for pair in found.rows_by_key(key)]
    return list(dict(sorted([*by_version, *by_key], key=lambda pair: pair[0])).items())


def test_old_keys_are_forgotten_with_a_row_that_changes(store: Store) -> None:
    learn(store, known(air=AIR, hashes={"sha256": SHA}))
    renumbered = known(
        air="urn:air:sdxl:lora:civitai:71@7", hashes={"sha256": SHA, "autov2": SHA[:10]}
    )
    learn(store, renumbered)
    assert (shelf(store).by_air("civitai:70@7"), shelf(store).by_air("civitai:71@7")) == (
        [],
        [renumbered],
    )


@pytest.mark.parametrize(
    "sidecar", [(), (known(file_name="soft.safetensors", hashes={"sha256": SHA}),)]
)
def test_a_local_file_is_found_by_its_name_as_the_published_one_with_all_of_its_hashes(
    store: Store, sidecar: tuple[KnownModel, ...]
) -> None:
    copies = [
        known(
            None,
            file_name=f"{name}.safetensors",
            hashes={"sha256": SHA, "autov3": "1f2e3d4c5b6a"},
            trust=Trust.HEADER,
        )
        for name in ("soft", "copy")
    ]
    published = known(file_name="soft_v1.safetensors", hashes={"sha256": SHA})
    learn(store, *copies, *sidecar, published, *copies)
    hashes = {"sha256": SHA, "autov2": SHA[:10], "autov3": "1f2e3d4c5b6a"}
    found = [shelf(store).by_stem(name) for name in ("soft", "copy", "soft_v1")]
    assert [{model.version_id for model in models} for models in found] == [{7}, {7}, {7}]
    assert [dict(models[0].hashes) for models in found[:2]] == [hashes, hashes]
    assert {model.version_id for model in shelf(store).by_hash("1f2e3d4c5b6a")} == {7}


def test_strangers_texts_are_kept(store: Store) -> None:
    odd = known(
        model_name="a\0b\ud800 漢", file_name="\udce9.pt", extra={"notes": "\ud800", "n": 2**70}
    )
    assert learn(store, odd, odd) == (1, 0, 1)
    assert shelf(store).by_version(7)[0].model_name == "a\u2400b\\ud800 漢"


def test_a_batch_appears_together_or_not_at_all(store: Store) -> None:
    with pytest.raises(AttributeError):
        learn(store, WHOLE, None)  # type: ignore[arg-type]  # a bug in a source
    assert shelf(store).count() == 0


def test_hashes_of_files_are_remembered_until_they_change(store: Store) -> None:
    cache = shelf(store)
    cache.put("/x", 5, 6, {"sha256": SHA, "autov2": SHA[:10], "autov1": "0a0b0c0d"})
    assert cache.get("/x", 5, 6) == {"sha256": SHA, "autov2": SHA[:10], "autov1": "0a0b0c0d"}
    assert [cache.get("/x", 5, 7), cache.get("/x", 4, 6), cache.get("/y", 5, 6)] == [None] * 3
    cache.put("/x", 5, 7, {"sha256": OTHER})
    assert cache.get("/x", 5, 7) == {"sha256": OTHER, "autov2": OTHER[:10]}


def test_another_program_that_writes_is_noticed(store: Store, database: Path) -> None:
    before = shelf(store).generation()
    learn(store, WHOLE)
    assert shelf(store).generation() == before
    with Store.open(database) as other:
        learn(other, known(8))
    assert shelf(store).generation() != before


def count_steps(store: Store, work: Callable[[], object]) -> int:
    """Return how many steps SQLite's machine takes, in tens."""
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1
        return False

    store._connection.set_progress_handler(count, 10)
    try:
        work()
    finally:
        store._connection.set_progress_handler(None)
    return steps


SHARERS: dict[str, Callable[[int], KnownModel]] = {
    "one hash": lambda n: known(n, file_name=f"f{n}.safetensors", hashes={"sha256": SHA}),
    "one version": lambda n: known(file_name=f"f{n}.safetensors", hashes={}),
    "one name": lambda n: known(n, file_name="model.safetensors", hashes={}),
    "one AIR": lambda n: known(None, air=AIR, file_name=f"f{n}.safetensors", hashes={}),
}


@pytest.mark.parametrize("what", SHARERS)
def test_what_many_models_share_costs_no_more_for_each_of_a_thousand(
    store: Store, what: str
) -> None:
    make = SHARERS[what]
    models = [make(n) for n in range(1, 1001)]
    learn(store, *models[:200])
    early = count_steps(store, lambda: learn(store, *models[200:250]))
    learn(store, *models[250:950])
    late = count_steps(store, lambda: learn(store, *models[950:]))
    assert late < 1.5 * early


def test_a_hash_that_a_thousand_models_share_is_looked_up_as_quickly_as_one_of_a_hundred(
    store: Store,
) -> None:
    models = [SHARERS["one hash"](n) for n in range(1, 1001)]
    learn(store, *models[:100])
    early = count_steps(store, lambda: shelf(store).by_hash(SHA))
    learn(store, *models[100:])
    assert count_steps(store, lambda: shelf(store).by_hash(SHA)) < 1.5 * early


def test_a_version_of_many_files_without_hashes_that_is_learnt_again_adds_nothing(
    store: Store,
) -> None:
    files = [known(air=AIR, file_name=f"f{n}.safetensors", hashes={}) for n in range(200)]
    learn(store, *files)
    again = learn(store, *files)
    assert (again, shelf(store).count()) == ((0, 0, 200), 200)


SHA64, V3 = "0123456789abcdef" * 4, "fedcba9876543210" * 4
LOCAL = known(
    None,
    file_name="x.safetensors",
    hashes={"sha256": SHA64, "autov3": V3[:12], "autov1": "0a0b0c0d"},
)


@pytest.mark.parametrize("digits", [*range(8, 17), 20, 40, 64])
def test_a_file_is_found_by_the_beginning_of_its_sha256_and_autov3_of_any_length(
    store: Store, digits: int
) -> None:
    learn(store, LOCAL)
    resolver = shelf(store)
    for whole in (SHA64, V3):
        stated, kind = hash_of(whole[:digits])
        resource = Resource("lora", "x_of_old", "PNG:Parameters", hash=stated, hash_kind=kind)
        resolution = resolve_resource(resource, resolver)
        assert resolution.by == "hash"


@pytest.mark.parametrize("digits", [8, 9, 11, 12, 13, 20, 40])
@pytest.mark.parametrize("column", ["sha256", "hash", "autov3"])
def test_a_map_may_state_a_hash_of_any_length(store: Store, digits: int, column: str) -> None:
    stated = hashes({column: SHA64[:digits]})
    assert list(stated.values()) == [SHA64[:digits]]
    learn(store, known(7, file_name="x.safetensors", hashes=stated, trust=Trust.MANUAL))
    found = shelf(store).by_hash(SHA64[:digits])
    assert [model.version_id for model in found] == [7]
    if digits >= 10:
        assert [model.version_id for model in shelf(store).by_hash(SHA64)] == [7]


def test_a_beginning_of_a_hash_and_the_whole_of_it_are_one_file(store: Store) -> None:
    learn(store, known(7, file_name="x.safetensors", hashes={"sha256": SHA64[:12]}))
    assert learn(store, known(None, file_name="x.safetensors", hashes={"sha256": SHA64})) == (
        0,
        1,
        0,
    )
    ((_, model),) = everything(store)
    assert (model.version_id, model.hashes["sha256"]) == (7, SHA64)
    again = known(7, hashes={"sha256": SHA64[:12]}, file_name="x.safetensors", trust=Trust.MANUAL)
    learn(store, again)
    ((_, model),) = everything(store)
    assert model.hashes["sha256"] == SHA64


def test_a_file_is_found_by_the_hash_that_its_header_claims(store: Store) -> None:
    claimed = "77" * 32
    learn(store, replace(LOCAL, extra={"sshs_model_hash": claimed}))
    for stated in (claimed, claimed[:12], claimed[:10]):
        digits, kind = hash_of(stated)
        resource = Resource("lora", "x_of_old", "PNG:Parameters", hash=digits, hash_kind=kind)
        assert resolve_resource(resource, shelf(store)).by == "hash"
