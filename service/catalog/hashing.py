"""The hashes that images state of a model file, all of them in one pass over it."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from service.catalog.safetensors import Header
from service.records import HashKind

CHUNK = 4 << 20

V1_START = 0x100000
V1_LENGTH = 0x10000
"""AutoV1 is the hash of 64 KiB after the first MiB; a shorter file has none that tells anything."""


def hash_file(path: Path, header: Header | None, on_bytes: Callable[[int], None]) -> dict[HashKind, str]:
    """Return SHA-256, AutoV2, and AutoV1 and AutoV3 where the file has them; tells each piece's length on the way."""
    whole, tensors, slice_ = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    at = sliced = 0
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            view = memoryview(piece)
            whole.update(view)
            if header is not None:
                tensors.update(view[max(header.data_start - at, 0) :])
            part = view[max(V1_START - at, 0) : max(V1_START + V1_LENGTH - at, 0)]
            slice_.update(part)
            sliced += len(part)
            at += len(piece)
            on_bytes(len(piece))
    found: dict[HashKind, str] = {"sha256": whole.hexdigest(), "autov2": whole.hexdigest()[:10]}
    if header is not None:
        found["autov3"] = tensors.hexdigest()[:12]
    if sliced:
        found["autov1"] = slice_.hexdigest()[:8]
    return found
