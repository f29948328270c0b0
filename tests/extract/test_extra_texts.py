"""What 3D models and Fooocus's pages say, and what no hostile file may do."""

import json
import os
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.extract import extra_texts
from service.extract.extra_texts import folder_log_entry, glb_texts

GRAPH = {"1": {"class_type": "KSampler", "inputs": {"seed": 2**64 - 1}}}


def glb(document: bytes, *, kind: bytes = b"JSON", length: int | None = None) -> bytes:
    body = struct.pack("<I4s", len(document) if length is None else length, kind) + document
    mesh = struct.pack("<I4s", 4, b"BIN\0") + b"\0\0\0\0"
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body) + len(mesh)) + body + mesh


def read_texts(tmp_path: Path, data: bytes) -> dict[str, object]:
    (tmp_path / "a.glb").write_bytes(data)
    return dict(glb_texts(tmp_path / "a.glb"))


def test_the_entries_of_the_assets_extras_are_tags_texts_as_they_are_and_others_as_json(
    tmp_path: Path,
) -> None:
    extras = {"prompt": json.dumps(GRAPH), "workflow": {"nodes": [], "links": []}}
    document = (
        json.dumps({"asset": {"version": "2.0", "extras": extras}, "scenes": []}).encode() + b"   "
    )
    assert read_texts(tmp_path, glb(document)) == {
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
    assert read_texts(tmp_path, data) == {}


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_it_fail(tmp_path: Path, data: bytes) -> None:
    assert isinstance(read_texts(tmp_path, glb(data)), dict)


def test_of_a_document_larger_than_any_graph_it_is_said_that_it_was_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = b'{"asset": {"extras": {"prompt": "a cat"}}}'
    monkeypatch.setattr(extra_texts, "GLB_LARGEST", len(document))
    assert read_texts(tmp_path, glb(document)) == {"GLB:Prompt": "a cat"}
    assert read_texts(tmp_path, glb(document + b" ")) == {
        "Limits:LeftOut": [f"GLB: JSON of {len(document) + 1} bytes was not read."]
    }


def entry(name: str, text: str) -> str:
    return f'<div id="{name}" class="image-container">{text}</div>\n'


@pytest.fixture
def page(tmp_path: Path) -> Path:
    page = tmp_path / "log.html"
    page.write_text("<html>" + entry("b_png", "a dog") + entry("a_png", "a cat"), encoding="utf-8")
    return page


def test_the_page_in_the_folder_says_of_each_image_what_stands_in_its_entry(page: Path) -> None:
    assert [folder_log_entry(page.with_name(f"{name}.png")) for name in "abc"] == [
        entry("a_png", "a cat"),
        entry("b_png", "a dog"),
        None,
    ]


def test_a_page_that_was_written_anew_is_read_anew(page: Path) -> None:
    image = page.with_name("a.png")
    assert folder_log_entry(image) == entry("a_png", "a cat")
    page.write_text(entry("a_png", "a cow"), encoding="utf-8")
    os.utime(page, ns=(1, 1))
    assert folder_log_entry(image) == entry("a_png", "a cow")


def test_a_page_larger_than_any_days_is_not_read(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extra_texts, "FOLDER_LOG_LARGEST", page.stat().st_size - 1)
    assert folder_log_entry(page.with_name("a.png")) is None


@pytest.mark.posix("on Windows not everybody may make links")
def test_a_link_in_the_pages_place_is_not_followed(page: Path, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "log.html").symlink_to(page)
    assert folder_log_entry(tmp_path / "below" / "a.png") is None


def test_a_folder_without_a_page_says_nothing(tmp_path: Path) -> None:
    assert folder_log_entry(tmp_path / "a.png") is None
    (tmp_path / "log.html").mkdir()
    assert folder_log_entry(tmp_path / "a.png") is None
