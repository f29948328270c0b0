"""C2PA manifests put together from boxes and CBOR, for comparisons and limits."""

import struct
from collections.abc import Mapping, Sequence

UUID_END = bytes.fromhex("00110010800000aa00389b71")
KINDS = {8: (24, ">B"), 16: (25, ">H"), 32: (26, ">I"), 64: (27, ">Q")}


def head(kind: int, number: int, bits: int = 0) -> bytes:
    """Return the head of an item, in as few bytes as hold its number, or in so many bits."""
    if not bits and number < 24:
        return bytes((kind << 5 | number,))
    info, form = KINDS[bits or next(bits for bits in KINDS if number < 1 << bits)]
    return bytes((kind << 5 | info,)) + struct.pack(form, number)


def cbor(value: object) -> bytes:
    """Return a value in CBOR; bytes of the class ``Stored`` as they are."""
    if isinstance(value, Stored):
        return bytes(value)
    if isinstance(value, str | bytes):
        return _string(value)
    if isinstance(value, Mapping):
        pairs = (cbor(key) + cbor(each) for key, each in value.items())
        return head(5, len(value)) + b"".join(pairs)
    if isinstance(value, Sequence):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return _number(value)


def _string(value: str | bytes) -> bytes:
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return head(3 if isinstance(value, str) else 2, len(data)) + data


def _number(value: object) -> bytes:
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, int) and not isinstance(value, bool):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]  # type: ignore[index]


class Stored(bytes):
    """An item as it is stored."""


def box(kind: bytes, data: bytes) -> bytes:
    """Return a box."""
    return struct.pack(">I4s", 8 + len(data), kind) + data


def outer(kind: bytes, label: bytes, *inside: bytes, salt: bytes = b"") -> bytes:
    """Return an outer box with its description, and with these boxes in it."""
    flags = 0x13 if salt else 3
    private = box(b"c2sh", salt) if salt else b""
    uuid = (kind + UUID_END)[:16]
    description = uuid + bytes((flags,)) + label + b"\0" + private
    return box(b"jumb", box(b"jumd", description) + b"".join(inside))


def manifest(*assertions: bytes, claim: object = None) -> bytes:
    """Return a whole manifest of these assertions, each an outer box, and a claim."""
    store = outer(b"c2as", b"c2pa.assertions", *assertions)
    said = {"claim_generator": "a tool", "alg": "sha256"} if claim is None else claim
    spoken = outer(b"c2cl", b"c2pa.claim", box(b"cbor", cbor(said)))
    return outer(b"c2pa", b"c2pa", outer(b"c2ma", b"urn:uuid:1", store, spoken))


def assertion(label: bytes, value: object) -> bytes:
    """Return an outer box with a value in CBOR."""
    return outer(b"cbor", label, box(b"cbor", cbor(value)))


def segments(block: bytes, size: int = 60_000, first: int = 1) -> list[tuple[int, bytes]]:
    """Return the APP11 segments of a JPEG that hold a manifest, so many bytes in each."""
    parts = [block[8:][at : at + size] for at in range(0, len(block) - 8, size)]
    return [
        (0xEB, struct.pack(">2sHI", b"JP", 1, number) + block[:8] + part)
        for number, part in enumerate(parts, first)
    ]


ACTION = {
    "action": "c2pa.created",
    "when": Stored(b"\xc0" + cbor("2026-06-05T00:00:00Z")),
    "softwareAgent": {"name": "a tool", "version": "2.0"},
}
MANIFEST = manifest(
    assertion(b"c2pa.actions.v2", {"actions": [ACTION, {"action": "c2pa.edited"}]}),
    outer(
        bytes.fromhex("40cb0c32bb8a489da70b2ad6f47f4369"),
        b"c2pa.thumbnail.claim",
        box(b"bfdb", b"\0image/svg+xml\0"),
        box(b"bidb", b"<svg/>"),
        salt=bytes(range(16)),
    ),
    assertion(b"c2pa.hash.data", {"alg": "sha256", "pad": bytes(8), "hash": b"\xff" * 4}),
)
"""One of every kind of box that is read."""
