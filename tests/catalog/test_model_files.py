"""Local model files.

Headers that lie, hashes as other programs make them, sidecars, and nothing unpickled.
"""

import hashlib
import json
import os
import pickle
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.catalog import folders, safetensors, sources
from service.catalog.folders import hash_file
from service.errors import BadFileError
from service.records import HashKind, ResourceKind
from service.resources.known_models import KnownModel, Trust


def model_bytes(header: object, data: bytes = b"\0" * 16) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


TENSOR = {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}


class Memory:
    """Hashes remembered in a dict."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int, int], dict[HashKind, str]] = {}

    def get(self, path: str, size: int, mtime_ns: int) -> dict[HashKind, str] | None:
        return self.kept.get((path, size, mtime_ns))

    def put(self, path: str, size: int, mtime_ns: int, hashes: dict[HashKind, str]) -> None:
        self.kept[path, size, mtime_ns] = hashes


def nothing(_: int) -> None:
    """Move no bar."""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x02\0\0\0\0\0\0",
        struct.pack("<Q", 0),
        struct.pack("<Q", 1) + b"{}",
        struct.pack("<Q", 2**64 - 1) + b"{}",
        struct.pack("<Q", 2**40) + b"{}" * 100,
        struct.pack("<Q", 10) + b"{}",
        struct.pack("<Q", 4) + b"null",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 6) + b"\xff\xfe\xfd\xfc\xfb\xfa",
        struct.pack("<Q", 100_000) + b"[" * 100_000,
        struct.pack("<Q", 600_000) + b'{"a":' * 120_000,
        b"PK\x03\x04" + b"\0" * 100,
        pickle.dumps({"state_dict": {}}),
    ],
)
def test_a_header_that_cannot_be_believed_is_none(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x.safetensors"
    file.write_bytes(data)
    assert safetensors.read_header(file, len(data)) is None


def test_a_header_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "x.safetensors"
    with file.open("wb") as out:
        out.write(struct.pack("<Q", 3 << 30))
        out.truncate(4 << 30)  # sparse
    assert safetensors.read_header(file, 4 << 30) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=200), st.integers(0, 220))
def test_any_bytes_after_any_length_are_answered(tmp_path: Path, data: bytes, length: int) -> None:
    file = tmp_path / "x.safetensors"
    whole = struct.pack("<Q", length) + data
    file.write_bytes(whole)
    assert isinstance(safetensors.read_header(file, len(whole)), safetensors.Header | None)


@pytest.mark.parametrize(
    ("metadata", "tensors", "kind"),
    [
        ({"ss_network_module": "networks.lora"}, ["anything"], "lora"),
        ({"modelspec.architecture": "stable-diffusion-xl-v1-base/lora"}, [], "lora"),
        ({"modelspec.architecture": "stable-diffusion-v1/textual-inversion"}, [], "embedding"),
        ({}, ["lora_unet_down_blocks_0.lora_up.weight"], "lora"),
        ({}, ["transformer.blocks.0.lora_A.weight"], "lora"),
        ({}, ["lycoris_blocks_0.hada_w1_a"], "lora"),
        (
            {},
            ["model.diffusion_model.input_blocks.0.0.weight", "first_stage_model.decoder.x"],
            "checkpoint",
        ),
        ({}, ["double_blocks.0.img_attn.qkv.weight"], "checkpoint"),
        ({}, ["control_model.input_blocks.0", "model.diffusion_model.x"], "controlnet"),
        ({}, ["decoder.conv_in.weight", "encoder.conv_in.weight"], "vae"),
        ({}, ["clip_g", "clip_l"], "embedding"),
        ({}, ["emb_params"], "embedding"),
        ({}, ["text_model.embeddings.position_ids"], "text_encoder"),
        ({}, ["vision_model.embeddings.class_embedding"], "clip_vision"),
        ({}, ["body.0.rdb1.conv1.weight"], None),
        ({}, [], None),
    ],
)
def test_the_header_tells_the_kind(
    metadata: dict[str, str], tensors: list[str], kind: ResourceKind | None
) -> None:
    assert safetensors.kind_of_file(metadata, ["__metadata__", *tensors]) == kind


@pytest.mark.parametrize("size", [0, 5, 0x100000, 0x100001, 0x108000, 0x110000, 5_000_000])
def test_hashes_are_those_that_other_programs_make(tmp_path: Path, size: int) -> None:
    data = model_bytes({"x": TENSOR}, os.urandom(size))
    file = tmp_path / "x.safetensors"
    file.write_bytes(data)
    start = 8 + int.from_bytes(data[:8], "little")
    seen: list[int] = []
    expected: dict[HashKind, str] = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "autov2": hashlib.sha256(data).hexdigest()[:10],
        "autov3": hashlib.sha256(data[start:]).hexdigest()[:12],
    }
    if len(data) > 0x100000:
        expected["autov1"] = hashlib.sha256(data[0x100000 : 0x100000 + 0x10000]).hexdigest()[:8]
    assert hash_file(file, safetensors.read_header(file, len(data)), seen.append) == expected
    assert sum(seen) == len(data)


def described(top: Path, cache: folders.Cache | None = None) -> list[KnownModel]:
    memory = cache or Memory()
    return [
        model
        for file in folders.find_model_files(top)
        for model in folders.describe_model_file(file, memory, nothing)
    ]


@pytest.fixture
def lora(tmp_path: Path) -> Path:
    """Write a LoRA where web interfaces keep them."""
    file = tmp_path / "models" / "Lora" / "styles" / "brass.safetensors"
    file.parent.mkdir(parents=True)
    file.write_bytes(
        model_bytes(
            {
                "__metadata__": {
                    "ss_output_name": "brass_v2",
                    "ss_base_model_version": "sdxl_base_v1-0",
                },
                "a.lora_up.weight": TENSOR,
            }
        )
    )
    return file


def local(file: Path, **more: object) -> KnownModel:
    data = file.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    sha = hashlib.sha256(data).hexdigest()
    plain = KnownModel(
        model_name="brass_v2",
        kind="lora",
        base_model="sdxl_base_v1-0",
        file_name=file.name,
        hashes={
            "sha256": sha,
            "autov2": sha[:10],
            "autov3": hashlib.sha256(data[start:]).hexdigest()[:12],
        },
        source=file.as_posix(),
        trust=Trust.HEADER,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def test_a_model_file_says_its_name_kind_and_hashes(lora: Path, tmp_path: Path) -> None:
    assert described(tmp_path) == [local(lora)]


@pytest.mark.parametrize(
    ("suffix", "content", "facts"),
    [
        (
            ".civitai.info",
            {"id": 7, "modelId": 70, "name": "v2", "model": {"name": "Brass", "type": "LORA"}},
            {
                "version_id": 7,
                "model_id": 70,
                "model_name": "Brass",
                "version_name": "v2",
                "base_model": None,
            },
        ),
        (
            ".cm-info.json",
            {
                "ModelId": 70,
                "ModelName": "Brass",
                "VersionId": 7,
                "VersionName": "v2",
                "ModelType": "LORA",
            },
            {
                "version_id": 7,
                "model_id": 70,
                "model_name": "Brass",
                "version_name": "v2",
                "base_model": None,
            },
        ),
        (
            ".metadata.json",
            {
                "file_name": "brass",
                "model_name": "B",
                "sha256": "SHA",
                "civitai": {"id": 7, "modelId": 70},
            },
            {"version_id": 7, "model_id": 70, "model_name": "B", "base_model": None},
        ),
        (
            ".json",
            {"modelVersionId": 7, "name": "Brass"},
            {"version_id": 7, "model_name": "Brass", "base_model": None},
        ),
    ],
)
def test_a_sidecar_says_which_version_the_file_beside_it_is(
    lora: Path, tmp_path: Path, suffix: str, content: dict[str, object], facts: dict[str, object]
) -> None:
    plain = local(lora)
    text = json.dumps(content).replace('"SHA"', json.dumps(plain.hash("sha256")))
    lora.with_suffix("").with_name("brass" + suffix).write_text(text, encoding="utf-8")
    beside = replace(plain, **facts, source="brass" + suffix, trust=Trust.CIVITAI)  # type: ignore[arg-type]
    assert described(tmp_path) == [plain, beside]


@pytest.mark.parametrize(
    "junk", ["", "{", "not json", '{"description": "x", "sd version": "SDXL"}', "[]", '"x"']
)
def test_notes_beside_a_model_are_left_alone(lora: Path, tmp_path: Path, junk: str) -> None:
    lora.with_suffix(".json").write_text(junk, encoding="utf-8")
    assert described(tmp_path) == [local(lora)]


def test_a_pickle_is_hashed_and_never_loaded(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    file = tmp_path / "embeddings" / "trap.pt"
    file.parent.mkdir()
    file.write_bytes(pickle.dumps(Trap()))
    sha = hashlib.sha256(file.read_bytes()).hexdigest()
    expected = KnownModel(
        kind="embedding",
        file_name="trap.pt",
        hashes={"sha256": sha, "autov2": sha[:10]},
        source=file.as_posix(),
        trust=Trust.HEADER,
    )
    assert described(tmp_path) == [expected]
    assert not (tmp_path / "sprung").exists()


def test_an_unchanged_file_is_read_once_and_a_changed_one_again(lora: Path, tmp_path: Path) -> None:
    memory = Memory()
    first = described(tmp_path, memory)
    status = lora.stat()
    lora.write_bytes(lora.read_bytes()[:-1] + b"\1")
    os.utime(lora, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert described(tmp_path, memory) == first  # same size and time: not looked into
    os.utime(lora, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert described(tmp_path, memory) == [local(lora)] != first


def test_links_that_lead_nowhere_and_other_files_are_passed_over(
    lora: Path, tmp_path: Path
) -> None:
    (tmp_path / "models" / "gone.safetensors").symlink_to(tmp_path / "nowhere")
    (tmp_path / "models" / "readme.txt").write_text("x", encoding="utf-8")
    assert [file.path for file in folders.find_model_files(tmp_path)] == [lora]


def test_pythons_own_pth_files_are_no_models_and_short_models_are(tmp_path: Path) -> None:
    (tmp_path / "editable.pth").write_text("import site\n/some/where\n")
    (tmp_path / "empty.PTH").touch()
    models = {"pickle.pth": pickle.dumps([1]), "zip.pth": b"PK\3\4\0\0", "notes.bin": b"text"}
    for name, data in models.items():
        (tmp_path / name).write_bytes(data)
    found = [file.path.name for file in folders.find_model_files(tmp_path)]
    assert found == ["notes.bin", "pickle.pth", "zip.pth"]


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadFileError) as raised:
        list(folders.find_model_files(tmp_path / "none"))
    assert str(raised.value) == f"{tmp_path / 'none'}: is no folder"


@pytest.mark.posix("Windows has no pipes or devices in folders, and lets few users make links")
def test_pipes_and_devices_are_passed_over_since_their_reading_never_ends(
    lora: Path, tmp_path: Path
) -> None:
    before = described(tmp_path)
    os.mkfifo(tmp_path / "pipe.safetensors")
    os.mkfifo(lora.with_suffix(".civitai.info"))
    (tmp_path / "endless.ckpt").symlink_to("/dev/zero")
    (tmp_path / "same.safetensors").symlink_to(lora)
    found = described(tmp_path)
    assert {model.file_name for model in found} == {lora.name, "same.safetensors"}
    assert len(found) == 2 * len(before)


@pytest.mark.posix("Windows has no pipes in folders")
def test_a_source_that_is_a_pipe_or_a_device_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "models.json")
    for place in (tmp_path / "models.json", Path("/dev/zero")):
        with pytest.raises(BadFileError, match="is no file"):
            list(sources.read_models(place, Trust.CIVITAI))


def test_the_hash_that_a_header_claims_is_kept_beside_the_true_one(tmp_path: Path) -> None:
    claimed = "AB" * 32
    header = {"__metadata__": {"sshs_model_hash": claimed, "ss_output_name": "x"}, "t": TENSOR}
    (tmp_path / "x.safetensors").write_bytes(model_bytes(header))
    (model,) = described(tmp_path)
    assert model.extra == {"sshs_model_hash": claimed.lower()}
    assert model.hashes["autov3"] == hashlib.sha256(b"\0" * 16).hexdigest()[:12]
    assert claimed.lower() in model.all_digits()


@pytest.mark.parametrize("junk", ["", "abc", "no hash at all", "f" * 65])
def test_a_claim_that_is_no_hash_is_none(tmp_path: Path, junk: str) -> None:
    header = {"__metadata__": {"sshs_model_hash": junk}, "t": TENSOR}
    (tmp_path / "x.safetensors").write_bytes(model_bytes(header))
    (model,) = described(tmp_path)
    assert model.extra == {}


def test_a_sidecar_of_another_file_is_told(lora: Path, tmp_path: Path) -> None:
    sidecar = lora.with_suffix(".civitai.info")
    other = {"id": 7, "modelId": 70, "files": [{"name": "y.safetensors"}]}
    other["files"][0]["hashes"] = {"SHA256": "cd" * 32}  # type: ignore[index]
    sidecar.write_text(json.dumps(other), encoding="utf-8")
    (file,) = folders.find_model_files(tmp_path)
    notes: list[str] = []
    models = list(folders.describe_model_file(file, Memory(), nothing, notes.append))
    digits = models[0].hashes["sha256"][:10]
    assert [model.version_id for model in models] == [None, 7]
    why = (
        f"is of another file than {lora.name}, whose SHA-256 begins with {digits} and is not in it"
    )
    assert notes == [f"{sidecar}: {why}"]
