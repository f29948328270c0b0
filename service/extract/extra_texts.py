"""Texts about an image that ExifTool does not give.

They are a 3D model's own, and those of Fooocus's page beside the images. Texts hidden in pixels are
a chapter of their own: stealth.py.
"""

import os
import struct
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import orjson

from service.file_systems import kind_of
from service.light_patterns import light_pattern
from service.records.json_values import JsonValue
from service.records.limits import LEFT_OUT

GLB_MIME_TYPE = "model/gltf-binary"
GLB_LARGEST = 16 * 1024 * 1024
"""Bytes of the JSON chunk. A graph of 5 MB is large; meshes are in the chunk after it."""
_GLB_HEAD = struct.Struct("<4sII")
_GLB_CHUNK = struct.Struct("<I4s")

FOLDER_LOG = "log.html"
FOLDER_LOG_LARGEST = 32 * 1024 * 1024
"""Bytes. A day of a thousand images is 3 MB."""
_LOG_ENTRY = light_pattern(r'<div id="([^"\n]{1,255})"(?: class="image-container">|><hr>)')


def glb_texts(location: Path) -> dict[str, JsonValue]:
    """Return the entries of a binary glTF file's ``asset.extras`` as tags ``GLB:Prompt``.

    ComfyUI writes its graph there, and ExifTool knows no glTF. Twelve bytes of head, then chunks of
    length, kind and data, the first of them JSON (glTF 2.0, Binary glTF Layout).
    """
    try:
        with location.open("rb") as file:
            magic, _, _ = _GLB_HEAD.unpack(file.read(_GLB_HEAD.size))
            length, kind = _GLB_CHUNK.unpack(file.read(_GLB_CHUNK.size))
            if magic != b"glTF" or kind != b"JSON":
                return {}
            if length > os.fstat(file.fileno()).st_size:
                return {}
            if length > GLB_LARGEST:
                return {LEFT_OUT: [f"GLB: JSON of {length:,} bytes was not read."]}
            extras = _find_extras(orjson.loads(file.read(length)))
    except (OSError, struct.error, orjson.JSONDecodeError):
        return {}
    texts: dict[str, JsonValue] = {}
    for key, value in extras.items():
        if (text := _as_text(value)) is not None:
            texts[f"GLB:{key.capitalize()}"] = text
    return texts


def _find_extras(document: JsonValue) -> dict[str, JsonValue]:
    asset = document.get("asset") if isinstance(document, dict) else None
    extras = asset.get("extras") if isinstance(asset, dict) else None
    return extras if isinstance(extras, dict) else {}


def _as_text(value: JsonValue) -> str | None:
    try:
        return value if isinstance(value, str) else orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # hundreds of brackets deep: an attack, not a graph
        return None


def folder_log_entry(image: Path) -> str | None:
    """Return what Fooocus's ``log.html`` in an image's folder says of it, as HTML, or None.

    By default Fooocus's images say nothing themselves. The page is written right after each image,
    newest first (Fooocus' private_logger.py), so it is there when an image has settled. It is read
    with the image and never compared again: it changes with every new one.
    """
    page = image.parent / FOLDER_LOG
    try:
        found = os.lstat(page)
    except OSError:
        return None
    if kind_of(found) != "file" or found.st_size > FOLDER_LOG_LARGEST:
        return None
    return _log_entries(page, found.st_size, found.st_mtime_ns).get(image.name.replace(".", "_"))


@lru_cache(maxsize=1)  # images of one folder come together
def _log_entries(page: Path, _size: int, _mtime_ns: int) -> Mapping[str, str]:
    """Return the entries of a page by id, as it was at this time."""
    try:
        text = page.read_text(encoding="utf-8", errors="replace")
    except OSError:  # gone, or held by its writer
        return {}
    starts = list(_LOG_ENTRY.finditer(text))
    ends = [*(start.start() for start in starts), len(text)][1:]
    return {start[1]: text[start.start() : end] for start, end in zip(starts, ends, strict=True)}
