"""What a binary glTF file says of itself.

ComfyUI writes its graph into the ``extras`` of a 3D model's ``asset``.

Twelve bytes of head, then chunks of length, kind and data, the first of them JSON (glTF 2.0, Binary
glTF Layout). ExifTool knows no glTF.
"""

import struct
from pathlib import Path

import orjson
from pydantic import JsonValue

MIME_TYPE = "model/gltf-binary"
LARGEST = 64 * 1024 * 1024
"""Bytes of the JSON chunk. A graph of 5 MB is large; meshes lie in the chunk after it."""

_HEAD = struct.Struct("<4sII")
_CHUNK = struct.Struct("<I4s")


def texts(location: Path) -> dict[str, JsonValue]:
    """Return the entries of ``asset.extras`` as tags ``GLB:Prompt``.

    Nothing where there are none.
    """
    try:
        with location.open("rb") as file:
            magic, _, _ = _HEAD.unpack(file.read(_HEAD.size))
            length, kind = _CHUNK.unpack(file.read(_CHUNK.size))
            if magic != b"glTF" or kind != b"JSON" or length > LARGEST:
                return {}
            extras = _extras(orjson.loads(file.read(length)))
    except (OSError, struct.error, orjson.JSONDecodeError):
        return {}
    return {
        f"GLB:{key.capitalize()}": text
        for key, value in extras.items()
        if (text := _text(value)) is not None
    }


def _extras(document: JsonValue) -> dict[str, JsonValue]:
    asset = document.get("asset") if isinstance(document, dict) else None
    extras = asset.get("extras") if isinstance(asset, dict) else None
    return extras if isinstance(extras, dict) else {}


def _text(value: JsonValue) -> str | None:
    try:
        return value if isinstance(value, str) else orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # hundreds of brackets deep: an attack, not a graph
        return None
