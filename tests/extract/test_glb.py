"""A 3D model's own words: what ComfyUI writes into it, and what no hostile file may do."""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.extract.glb import texts

GRAPH = {"1": {"class_type": "KSampler", "inputs": {"seed": 2**64 - 1}}}


def glb(document: bytes, *, kind: bytes = b"JSON", length: int | None = None) -> bytes:
    body = struct.pack("<I4s", len(document) if length is None else length, kind) + document
    mesh = struct.pack("<I4s", 4, b"BIN\0") + b"\0\0\0\0"
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body) + len(mesh)) + body + mesh


def said(tmp_path: Path, data: bytes) -> dict[str, object]:
    (tmp_path / "a.glb").write_bytes(data)
    return dict(texts(tmp_path / "a.glb"))


def test_the_entries_of_the_assets_extras_are_tags_texts_as_they_are_and_others_as_json(
    tmp_path: Path,
) -> None:
    extras = {"prompt": json.dumps(GRAPH), "workflow": {"nodes": [], "links": []}}
    document = (
        json.dumps({"asset": {"version": "2.0", "extras": extras}, "scenes": []}).encode() + b"   "
    )
    assert said(tmp_path, glb(document)) == {
        "GLB:Prompt": json.dumps(GRAPH),
        "GLB:Workflow": '{"nodes":[],"links":[]}',
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"glTF",
        glb(b"{}"),
        glb(b'{"asset": {"version": "2.0"}}'),
        glb(b'{"asset": {"extras": ["prompt"]}}'),
        glb(b'{"asset": 1}'),
        glb(b"[1]"),
        glb(b'{"asset": {"extras": {"prompt": ' + b"[" * 400 + b"]" * 400 + b"}}}"),
        glb(b"{ cut"),
        glb(b"{}", kind=b"BIN\0"),
        glb(b"{}", length=2**32 - 1),
    ],
)
def test_a_file_without_such_entries_says_nothing(tmp_path: Path, data: bytes) -> None:
    assert said(tmp_path, data) == {}


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_it_fail(tmp_path: Path, data: bytes) -> None:
    assert isinstance(said(tmp_path, glb(data)), dict)
