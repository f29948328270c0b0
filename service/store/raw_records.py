"""The stored record: what the extractor said of a file, packed for ``raw_records``."""

import json
from functools import lru_cache
from threading import get_ident

import zstandard

from service.light_dataclasses import dataclass
from service.records import RawRecord, WatchedFile
from service.store.binding import file_at, json_bytes
from service.store.sql import Reading, sql

LEVEL = 3
"""zstandard's default: level 9 saved 6 % more on 299 real records and cost five times the time. A
dictionary of tag names saved 9 %, too little for a file that every later version would have to
carry."""

MAX_RECORD = 1 << 30
"""Bytes. A packed record that claims to be longer is damaged."""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A kept record as it is stored, of a file that may have moved since."""

    file: WatchedFile
    mime_type: str | None
    sha256: str | None
    packed: bytes


def pack(raw: RawRecord) -> bytes:
    """Return the compressed JSON of a record's extractor and tags.

    The rest of it is in ``images``.
    """
    record = json_bytes({"extractor": raw.extractor, "tags": raw.tags})
    return _compressor(get_ident()).compress(record)


@lru_cache(maxsize=4)
def _compressor(_thread: int) -> zstandard.ZstdCompressor:
    """Return a thread's own compressor: new tables cost half as much as packing a record."""
    return zstandard.ZstdCompressor(level=LEVEL, write_content_size=True)


def unpack(
    packed: bytes, file: WatchedFile, mime_type: str | None, sha256: str | None
) -> RawRecord:
    """Return the record that was packed, of a file that may have moved since.

    Raises ZstdError, ValueError or KeyError for what no ``pack`` has made.
    """
    text = zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_RECORD)
    record = json.loads(text)  # not orjson, which turns integers past 64 bits into floats
    extractor, tags = record["extractor"], record["tags"]
    if not isinstance(extractor, str) or not isinstance(tags, dict):
        raise ValueError("a stored record has an extractor and tags")  # noqa: TRY004
    return RawRecord(file, mime_type, sha256, extractor, tags)


def read_stored(connection: Reading, image_id: int) -> StoredRecord | None:
    """Return the kept record of an image as it is stored, with the place where it is now."""
    row = connection.execute(sql("raw_record"), (image_id,)).fetchone()
    if row is None:
        return None
    packed, mime_type, sha256, *place = row
    return StoredRecord(file_at(*place), mime_type, sha256, packed)


def read_record(connection: Reading, image_id: int) -> RawRecord | None:
    """Return the stored record of an image, with the place where it is now.

    None where there is none. Raises as ``unpack`` does.
    """
    stored = read_stored(connection, image_id)
    if stored is None:
        return None
    return unpack(stored.packed, stored.file, stored.mime_type, stored.sha256)
