"""Texts of a PNG that ExifTool cuts at a NUL: those in which a letter is not of ASCII.

It decodes such a tEXt or zTXt as Windows' Latin-1, up to its first NUL. Of a text in ASCII it
leaves the NULs out and gives all the rest, and so does this (ExifTool 12.57; iTXt is never cut).
"""

import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from service.extract.direct.png_texts import decode_latin
from service.extract.magic_numbers import PNG
from service.extract.png_chunks import TEXT_CAP
from service.records.json_values import JsonValue

MIME_TYPES = ("image/png", "image/apng")
_GROUP = "PNG:"
_HEADER = 8
_CRC = 4


def whole_texts_of(location: Path, tags: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the tags of a PNG that were cut, whole. Texts behind the pixels are not looked at."""
    try:
        with location.open("rb") as file:
            return whole_texts(file, tags)
    except OSError:
        return {}  # gone, or held by its writer: what ExifTool has read is what is known


def whole_texts(file: BinaryIO, tags: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the tags of a PNG's bytes that were cut, whole."""
    known: dict[tuple[str, JsonValue], str] = {}
    for name, value in tags.items():
        if name.startswith(_GROUP) and isinstance(value, str):
            known[_plain(name.removeprefix(_GROUP)), value] = name
    found: dict[str, JsonValue] = {}
    for keyword, data in _texts(file):
        before, nul, _ = data.partition(b"\0")
        if nul and not data.isascii():
            name_of_cut = known.get((_plain(keyword), decode_latin(before)))
            if name_of_cut is not None:
                found[name_of_cut] = decode_latin(data.replace(b"\0", b""))
    return found


def _plain(keyword: str) -> str:
    """Return what a keyword has in common with the name that ExifTool makes of it."""
    return "".join(filter(str.isalnum, keyword)).casefold()


def _texts(file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """Yield keyword and bytes of each plain or compressed text before the pixels."""
    if file.read(len(PNG)) != PNG:
        return
    at = file.tell()
    end = file.seek(0, os.SEEK_END)
    file.seek(at)
    while len(head := file.read(_HEADER)) == _HEADER:
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind == b"IDAT" or length > end - file.tell():
            return
        if kind in (b"tEXt", b"zTXt"):
            yield _text_of(kind, file.read(length))
            length = 0
        file.seek(length + _CRC, os.SEEK_CUR)


def _text_of(kind: bytes, data: bytes) -> tuple[str, bytes]:
    keyword, _, text = data.partition(b"\0")
    if kind == b"zTXt":
        try:
            text = zlib.decompressobj().decompress(text[1:], TEXT_CAP)
        except zlib.error:
            text = b""
    return keyword.decode("latin-1"), text
