"""A resource and what is known of models: its real name, or why it cannot be known."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.model_lookup.resolve_rows import resolve_rows
from service.records import (
    HashKind,
    ImageRows,
    NormalizedImage,
    RawRecord,
    Resource,
    SamplingPass,
    WatchedFile,
)
from service.records.model_names import stem
from service.resources import air
from service.resources.known_models import KnownModel
from service.resources.resolve import original_resource, resolve_resource
from service.store.packed_image import pack_image, unpack_resources

SHA = "a5f58eb1c3" + "0123456789abcdef" * 3 + "abcdef"
SIBLING = SHA[:9] + "f" * 55
AIR = "urn:air:sdxl:checkpoint:civitai:82@25"


class Handful:
    """A few known models, looked up as the database does."""

    def __init__(self, *models: KnownModel) -> None:
        self._models = models

    def by_version(self, version_id: int) -> Sequence[KnownModel]:
        return [model for model in self._models if model.version_id == version_id]

    def by_air(self, key: str) -> Sequence[KnownModel]:
        parsed = [(model, air.parse(model.air or "")) for model in self._models]
        return [model for model, one in parsed if one is not None and one.lookup_key == key]

    def by_hash(self, digits: str) -> Sequence[KnownModel]:
        kinds: tuple[HashKind, ...] = ("sha256", "autov1", "autov2", "autov3", "blake3", "crc32")
        return [
            model
            for model in self._models
            if any(
                (known := model.hash(kind))
                and (known.startswith(digits) or (len(known) > 9 and digits.startswith(known)))
                for kind in kinds
            )
        ]

    def by_stem(self, stem_: str) -> Sequence[KnownModel]:
        return [
            model for model in self._models if model.file_name and stem(model.file_name) == stem_
        ]


def known(version: int | None = 25, **fields: Any) -> KnownModel:
    plain: dict[str, Any] = {
        "model_id": 82,
        "model_name": "Real",
        "version_name": "v1",
        "kind": "checkpoint",
        "air": AIR,
        "file_name": "real_v1.safetensors",
        "hashes": {"sha256": SHA, "autov3": "22d8cb95b807"},
    }
    return KnownModel(version_id=version, **{**plain, **fields})


def stated(label: str = "modelVersionId:25", kind: str = "resource_ref", **fields: Any) -> Resource:
    return Resource(kind, label, "PNG:Parameters", **fields)  # type: ignore[arg-type]


REAL = known()
NAMED: dict[str, Any] = {"hash": SHA, "hash_kind": "sha256", "model_version_id": 25, "air": AIR}


@pytest.mark.parametrize(
    ("resource", "becomes", "by", "before"),
    [
        (
            stated(),
            {"kind": "checkpoint", "label": "real_v1", **NAMED},
            "version id",
            {
                "kind": "resource_ref",
                "label": "modelVersionId:25",
                "hash": None,
                "hash_kind": None,
                "model_version_id": None,
                "air": None,
            },
        ),
        (
            stated(model_version_id=25, weight=0.8),
            {"kind": "checkpoint", "label": "real_v1", **NAMED},
            "version id",
            {
                "kind": "resource_ref",
                "label": "modelVersionId:25",
                "hash": None,
                "hash_kind": None,
                "air": None,
            },
        ),
        (
            stated("civitai:82@25", "checkpoint"),
            {"label": "real_v1", **NAMED},
            "version id",
            {
                "label": "civitai:82@25",
                "hash": None,
                "hash_kind": None,
                "model_version_id": None,
                "air": None,
            },
        ),
        (
            stated("Mine", "checkpoint", model_version_id=25),
            {**NAMED},
            "version id",
            {"hash": None, "hash_kind": None, "air": None},
        ),
        (
            stated("a", "checkpoint", hash=SHA[:10], hash_kind="autov2"),
            {"model_version_id": 25, "air": AIR},
            "hash",
            {"model_version_id": None, "air": None},
        ),
        (
            stated("a", "checkpoint", hash=SHA[:8], hash_kind="unknown"),
            {"model_version_id": 25, "air": AIR},
            "hash",
            {"model_version_id": None, "air": None},
        ),
        (
            stated("a", "checkpoint", hash="22d8cb95b807" + "0" * 52, hash_kind="autov3"),
            {"model_version_id": 25, "air": AIR},
            "hash",
            {"model_version_id": None, "air": None},
        ),
        (
            stated(SHA[:10]),
            {"kind": "checkpoint", "label": "real_v1", **NAMED},
            "hash",
            {
                "kind": "resource_ref",
                "label": SHA[:10],
                "hash": None,
                "hash_kind": None,
                "model_version_id": None,
                "air": None,
            },
        ),
        (
            stated("sub\\REAL_v1.ckpt", "checkpoint"),
            {"model_version_id": 25, "air": AIR},
            "file name",
            {"model_version_id": None, "air": None},
        ),
    ],
)
def test_a_known_resource_gets_its_real_name(
    resource: Resource, becomes: dict[str, Any], by: str, before: dict[str, object]
) -> None:
    got = resolve_resource(resource, Handful(REAL))
    assert got.resource == replace(
        resource, **becomes, extra={"original": before, "resolved_by": by}
    )
    assert (got.by, got.candidates) == (by, ())


@pytest.mark.parametrize(
    "resource",
    [
        stated("modelVersionId:26"),
        stated("x", "lora", hash=SHA[:7], hash_kind="unknown"),
        stated("x", "lora", hash="not a hash"),
        stated("x", "lora", hash=SHA[:10], hash_kind="autov2"),  # a checkpoint's hash is no LoRA's
        stated("real_v1", "lora"),
        stated("real_v1", "checkpoint", hash="0123456789", hash_kind="autov2"),
        stated("real_v1", "checkpoint", model_version_id=99),
        stated("e3b0c442", "checkpoint"),
        stated("x", "checkpoint", hash="e3b0c442", hash_kind="autov1"),
        stated("", "resource_ref"),
        stated("oci:image:x@25"),
    ],
)
def test_what_is_not_known_stays_as_it_was(resource: Resource) -> None:
    empty = known(None, air=None, file_name="e.pt", hashes={"autov1": "e3b0c442"})
    got = resolve_resource(resource, Handful(REAL, empty))
    assert (got.resource, got.by, got.candidates) == (resource, None, ())


TWIN = known(26, air=None, model_name="Reupload")


@pytest.mark.parametrize(
    ("resource", "models", "by"),
    [
        (stated("x", "checkpoint", hash=SHA[:10], hash_kind="autov2"), (REAL, TWIN), "hash"),
        (
            stated("x", "checkpoint", hash=SHA[:9], hash_kind="unknown"),
            (REAL, known(27, hashes={"sha256": SIBLING})),
            "hash",
        ),
        (
            stated("real_v1", "checkpoint"),
            (REAL, known(27, hashes={"sha256": SIBLING})),
            "file name",
        ),
        (
            stated("real_v1", "checkpoint"),
            (REAL, known(None, air=None, hashes={"sha256": SIBLING})),
            "file name",
        ),
    ],
)
def test_where_several_models_answer_none_is_chosen(
    resource: Resource, models: tuple[KnownModel, ...], by: str
) -> None:
    got = resolve_resource(resource, Handful(*models))
    assert (got.resource, got.by, got.candidates) == (resource, by, models)


@pytest.mark.parametrize(
    ("resource", "models", "version"),
    [
        # A longer hash tells them apart, and so does the kind of the hash.
        (
            stated("x", "checkpoint", hash=SHA[:10], hash_kind="autov2"),
            (REAL, known(27, hashes={"sha256": SIBLING})),
            25,
        ),
        (
            stated("x", "checkpoint", hash="0a0b0c0d", hash_kind="autov1"),
            (
                known(25, hashes={"autov1": "0a0b0c0d"}),
                known(27, hashes={"sha256": "0a0b0c0d" + "0" * 56}),
            ),
            25,
        ),
        # Files of one version, and local copies of a published file, are one model.
        (stated("real_v1", "checkpoint"), (REAL, known(hashes={"sha256": SIBLING})), 25),
        (stated("real_v1", "checkpoint"), (REAL, known(None, air=None, model_name="mine")), 25),
        # Another file's hash is no answer to a name.
        (
            stated("real_v1", "checkpoint", hash=SHA[:10], hash_kind="autov2"),
            (known(27, hashes={"sha256": SIBLING}), REAL),
            25,
        ),
        # Of a version's files, the one whose hash was stated.
        (
            stated("modelVersionId:25", hash=SIBLING, hash_kind="sha256"),
            (REAL, known(hashes={"sha256": SIBLING})),
            25,
        ),
    ],
)
def test_what_tells_models_apart_is_used(
    resource: Resource, models: tuple[KnownModel, ...], version: int
) -> None:
    got = resolve_resource(resource, Handful(*models))
    assert (got.resource.model_version_id, got.resource.air, got.candidates) == (version, AIR, ())


def test_partial_knowledge_resolves_partially() -> None:
    got = resolve_resource(stated(), Handful(KnownModel(version_id=25, kind="lora"))).resource
    before = {"kind": "resource_ref", "model_version_id": None}
    expected = stated(extra={"original": before, "resolved_by": "version id"}, model_version_id=25)
    assert got == replace(expected, kind="lora")


def test_a_version_without_a_file_is_called_by_its_names() -> None:
    got = resolve_resource(stated(), Handful(known(file_name=None, hashes={})))
    assert (got.resource.label, got.resource.name) == ("Real v1", AIR)


def test_another_site_is_known_by_its_air() -> None:
    urn = "urn:air:flux1:checkpoint:huggingface:owner/repo@main.tar"
    model = KnownModel(
        air=urn, kind="checkpoint", model_name="Owner's", file_name="own.safetensors"
    )
    got = resolve_resource(stated("huggingface:owner/repo@main.tar"), Handful(model))
    assert (got.resource.kind, got.resource.label, got.resource.name, got.by) == (
        "checkpoint",
        "own",
        urn,
        "air",
    )


LABELS = st.sampled_from(
    ["modelVersionId:25", "civitai:82@25", AIR, "real_v1", SHA[:10], SHA, "e3b0c442", "other"]
)
HASHES = st.none() | st.sampled_from([SHA, SHA[:10], SHA[:8], SIBLING, "22d8cb95b807", "x", ""])
MODELS = st.sampled_from(
    [REAL, TWIN, known(kind=None), known(27, hashes={"sha256": SIBLING}), KnownModel(version_id=25)]
)


@given(
    LABELS | st.text(max_size=6),
    HASHES,
    st.sampled_from(["resource_ref", "checkpoint", "lora", "other"]),
    st.lists(MODELS),
)
def test_resolving_twice_is_resolving_once_and_can_be_undone(
    label: str, hash_: str | None, kind: str, models: list[KnownModel]
) -> None:
    resource = stated(label, kind, hash=hash_, hash_kind="unknown" if hash_ else None, weight=0.5)
    once = resolve_resource(resource, Handful(*models))
    assert resolve_resource(once.resource, Handful(*models)) == once
    assert original_resource(once.resource) == resource
    assert (
        resolve_resource(once.resource, Handful()).resource == resource
    )  # what is forgotten is undone


def test_an_image_follows_its_resources() -> None:
    image = NormalizedImage(
        "ok",
        passes=(
            SamplingPass(model="modelVersionId:25", seed="1"),
            SamplingPass("refiner", model="other"),
        ),
        vae="modelVersionId:25",
    )
    raw = RawRecord(
        file=WatchedFile(root="Input", path="x.png", size=1, mtime_ns=1),
        mime_type=None,
        sha256=None,
        extractor="",
        tags={},
    )
    resources = (stated(weight=0.8), stated("real_v1", "checkpoint"), stated("else", "lora"))
    packed = pack_image(ImageRows(raw, image, (), resources, "r"))
    known = resolve_rows(packed, Handful(REAL))
    assert [(one.kind, one.label, one.name, one.weight) for one in unpack_resources(known)] == [
        ("checkpoint", "real_v1", AIR, 0.8),
        ("lora", "else", "else", None),
    ]
    renamed = {"model": "real_v1", "model_norm": "real_v1", "vae": "real_v1"}
    joined = {"checkpoints": "real_v1", "loras": "else", "other_resources": None}
    assert known.image == {**packed.image, **renamed, **joined}
    assert [one["model"] for one in known.passes] == ["real_v1", "other"]


def test_an_image_without_anything_known_is_the_same_object() -> None:
    raw = RawRecord(
        file=WatchedFile(root="Input", path="x.png", size=1, mtime_ns=1),
        mime_type=None,
        sha256=None,
        extractor="",
        tags={},
    )
    rows = pack_image(ImageRows(raw, NormalizedImage("ok"), (), (stated("else", "lora"),), "r"))
    assert resolve_rows(rows, Handful(REAL)) is rows
