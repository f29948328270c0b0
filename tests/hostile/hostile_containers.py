"""Files whose structure, and not their text, is what costs: chunks, boxes, directories, brackets.

Each function writes one file; large ones are written piece by piece or left sparse.
"""

import gzip
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from containers import box, exif, matroska, mp4_comment, png, saved, unicode_comment, xmp
from drawn_images import chunk
from PIL import Image

Write = Callable[[Path], None]

MIB = 1024 * 1024


def compressed_png(keyword: str, text: Callable[[], str], kind: bytes = b"zTXt") -> Write:
    """Return the writer of a PNG with a compressed text: small outside, large inside."""
    head = b"\0\0" if kind == b"zTXt" else b"\0\1\0\0\0"

    def write(path: Path) -> None:
        data = zlib.compress(text().encode("utf-8", "surrogatepass"), 9)
        path.write_bytes(png((kind, keyword.encode() + head + data)))

    return write


def text_png(keyword: str, text: Callable[[], str], kind: bytes = b"tEXt") -> Write:
    """Return the writer of a PNG with a text as it is."""
    head = b"\0" if kind == b"tEXt" else b"\0\0\0\0\0"
    return lambda path: _write(path, png((kind, keyword.encode() + head + text().encode())))


def in_place(writer: Callable[[str], bytes], text: Callable[[], str]) -> Write:
    """Return the writer of a text in one of the places where texts are met."""
    return lambda path: _write(path, writer(text()))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def several_texts(**texts: Callable[[], str]) -> Write:
    """Return the writer of a PNG with a compressed text under each of these keywords."""

    def write(path: Path) -> None:
        chunks = [
            (b"zTXt", keyword.encode() + b"\0\0" + zlib.compress(text().encode(), 9))
            for keyword, text in texts.items()
        ]
        path.write_bytes(png(*chunks))

    return write


def many_chunks(kind: bytes, data: bytes, count: int) -> Write:
    """Return the writer of a PNG with one chunk so many times."""

    def write(path: Path) -> None:
        whole = png()
        at = whole.index(b"IDAT") - 4
        path.write_bytes(whole[:at] + chunk(kind, data) * count + whole[at:])

    return write


def numbered_texts(count: int) -> Write:
    """Return the writer of a PNG with so many texts, each under a keyword of its own."""

    def write(path: Path) -> None:
        path.write_bytes(png(*((b"tEXt", b"key%d\0value" % number) for number in range(count))))

    return write


def chunk_of_length(length: int) -> Write:
    """Return the writer of a PNG whose text claims a length that the file does not have."""
    head = struct.pack(">I", length) + b"tEXtparameters\0a red fox"
    return lambda path: _write(path, png()[:33] + head)


def zip_bomb(kind: bytes, size: int) -> Write:
    """Return the writer of a chunk that inflates to ``size`` zeros."""
    heads = {b"zTXt": b"parameters\0\0", b"iTXt": b"parameters\0\1\0\0\0", b"iCCP": b"icc\0\0"}

    def write(path: Path) -> None:
        packer = zlib.compressobj(9)
        block = b"0" * MIB
        parts = [packer.compress(block) for _ in range(size // MIB)]
        path.write_bytes(png((kind, heads[kind] + b"".join(parts) + packer.flush())))

    return write


def wide_png(width: int, height: int) -> Write:
    """Return the writer of a PNG that claims so many pixels and has none."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(64)))
    return lambda path: _write(path, data + chunk(b"IEND", b""))


def stealth_bomb(path: Path) -> None:
    """Write a picture whose alpha hides a gzip of many megabytes of nothing."""
    payload = gzip.compress(b"0" * (200 * MIB), 9)
    hidden = b"stealth_pngcomp" + struct.pack(">I", len(payload) * 8) + payload
    bits = bytes(byte >> shift & 1 for byte in hidden for shift in range(7, -1, -1))
    side = int(len(bits) ** 0.5) + 1
    bits = bits.ljust(side * side, b"\0")
    alpha = Image.frombytes("L", (side, side), bits.translate(bytes([254, 255] * 128)))
    image = Image.new("RGBA", (side, side))
    image.putalpha(alpha.transpose(Image.Transpose.TRANSPOSE))
    image.save(path, "PNG")


def stealth_of_all_pixels(path: Path) -> None:
    """Write a large picture whose mark says that every pixel's alpha belongs to the text."""
    side = 8000
    hidden = b"stealth_pnginfo" + struct.pack(">I", side * side - 200)
    bits = bytes(byte >> shift & 1 for byte in hidden for shift in range(7, -1, -1))
    alpha = Image.new("L", (side, side), 255)
    for row, bit in enumerate(bits):
        alpha.putpixel((0, row), 254 | bit)
    image = Image.new("RGBA", (side, side))
    image.putalpha(alpha)
    image.save(path, "PNG", compress_level=1)


def glb(document: Callable[[], str]) -> Write:
    """Return the writer of a binary glTF file with this JSON."""

    def write(path: Path) -> None:
        data = document().encode()
        head = struct.pack("<4sII", b"glTF", 2, len(data) + 20)
        path.write_bytes(head + struct.pack("<I4s", len(data), b"JSON") + data)

    return write


def glb_of(prompt: Callable[[], str]) -> Write:
    """Return the writer of a binary glTF file whose asset holds a graph."""
    return glb(lambda: json.dumps({"asset": {"version": "2.0", "extras": {"prompt": prompt()}}}))


def many_segments(marker: int, count: int) -> Write:
    """Return the writer of a JPEG with so many small segments of a kind."""

    def write(path: Path) -> None:
        whole = saved("JPEG")
        segment = struct.pack(">BBH", 0xFF, marker, 10) + b"comment\0"
        path.write_bytes(whole[:2] + segment * count + whole[2:])

    return write


def gif_comments(count: int) -> Write:
    """Return the writer of a GIF with so many comments."""

    def write(path: Path) -> None:
        whole = saved("GIF")
        path.write_bytes(whole[:-1] + b"\x21\xfe\x07comment\0" * count + whole[-1:])

    return write


def directories(count: int) -> Write:
    """Return the writer of a TIFF with so many directories, one behind the other."""

    def write(path: Path) -> None:
        parts = [b"II*\0" + struct.pack("<I", 8)]
        for number in range(count):
            following = 8 + (number + 1) * 18 if number + 1 < count else 0
            parts.append(struct.pack("<HHHIII", 1, 0x100, 4, 1, 1, following))
        path.write_bytes(b"".join(parts))

    return write


def many_entries(path: Path) -> None:
    """Write a TIFF whose directory has as many texts as it can count, each of 1 kB of one place."""
    count = 65_535
    at = 8 + 2 + 12 * count + 4
    entries = b"".join(
        struct.pack("<HHII", number, 2, 1000, at) for number in range(1, count)
    ) + struct.pack("<HHII", 0x10E, 2, 1000, at)
    data = struct.pack("<H", count) + entries + bytes(4) + b"a" * 999 + b"\0"
    path.write_bytes(b"II*\0" + struct.pack("<I", 8) + data)


def directory_in_itself(path: Path) -> None:
    """Write a TIFF whose directories name themselves as the next and as their own children."""
    entries = b"".join(
        struct.pack("<HHII", tag, 4, 1, 8) for tag in (0x14A, 0x8769, 0x8825, 0xA005)
    )
    path.write_bytes(b"II*\0" + struct.pack("<IH", 8, 4) + entries + struct.pack("<I", 8))


def deep_xmp(depth: int) -> str:
    """Return an XMP packet with elements nested so deep."""
    inside = "<dc:a>" * depth + "a red fox" + "</dc:a>" * depth
    return _packet(inside)


def wide_xmp(count: int) -> str:
    """Return an XMP packet with so many properties."""
    return _packet("".join(f"<dc:p{number}>value</dc:p{number}>" for number in range(count)))


def listed_xmp(count: int) -> str:
    """Return an XMP packet with a list of so many entries."""
    items = "".join(f"<rdf:li>tag {number}</rdf:li>" for number in range(count))
    return _packet(f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>")


def entity_xmp() -> str:
    """Return an XMP packet of entities that double one another thirty times."""
    doubled = "".join(f'<!ENTITY e{n + 1} "&e{n};&e{n};">' for n in range(30))
    head = f'<!DOCTYPE x [<!ENTITY e0 "fox">{doubled}]>'
    return head + _packet("<dc:title>&e30;</dc:title>")


def unclosed_xmp(count: int) -> str:
    """Return an XMP packet of so many elements that are never closed."""
    return _packet("<dc:a>" * count)


def _packet(inside: str) -> str:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def xmp_png(packet: Callable[[], str]) -> Write:
    """Return the writer of a PNG with an XMP packet, compressed."""
    return compressed_png("XML:com.adobe.xmp", packet, b"iTXt")


def many_boxes(count: int) -> Write:
    """Return the writer of an MP4 with so many empty boxes."""

    def write(path: Path) -> None:
        path.write_bytes(mp4_comment("a red fox") + box(b"free", b"") * count)

    return write


def nested_boxes(depth: int) -> Write:
    """Return the writer of an MP4 with boxes nested so deep."""

    def write(path: Path) -> None:
        sizes = (struct.pack(">I", 8 * (depth - number)) + b"udta" for number in range(depth))
        moov = struct.pack(">I", 8 * depth + 8) + b"moov" + b"".join(sizes)
        path.write_bytes(box(b"ftyp", b"isom\0\0\2\0isom") + moov)

    return write


def many_comments_mp4(count: int) -> Write:
    """Return the writer of an MP4 with so many comments of a kind each its own."""

    def write(path: Path) -> None:
        value = box(b"data", struct.pack(">II", 1, 0) + b"a red fox")
        listed = b"".join(box(b"c" + number.to_bytes(3, "big"), value) for number in range(count))
        head = box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
        meta = box(b"meta", bytes(4) + head + box(b"ilst", listed))
        movie = box(b"moov", box(b"udta", meta))
        path.write_bytes(box(b"ftyp", b"isom\0\0\2\0isom") + movie)

    return write


def sparse(head: bytes, size: int) -> Write:
    """Return the writer of a file of which only the head takes room on the disk."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(head)
            file.truncate(size)

    return write


def sparse_video(size: int) -> Write:
    """Return the writer of a sparse MP4 that has a comment, and frames without end."""
    movie = mp4_comment("a red fox")
    frames = struct.pack(">I4sQ", 1, b"mdat", size - len(movie))
    return sparse(movie + frames, size)


def image_and_text(ending: str, text: Callable[[], str]) -> Write:
    """Return the writer of an image without words and a text beside it."""

    def write(path: Path) -> None:
        path.with_suffix(ending).write_text(text(), encoding="utf-8")
        path.write_bytes(png())

    return write


def user_comment(form: str, text: Callable[[], str]) -> Write:
    """Return the writer of a WebP, AVIF or PNG with a UserComment of any size."""

    def write(path: Path) -> None:
        data = exif(user_comment=unicode_comment(text()))
        if form == "PNG":
            path.write_bytes(png((b"eXIf", data)))
        else:
            path.write_bytes(saved(form, exif=b"Exif\0\0" + data))

    return write


def tiff_text(text: Callable[[], str]) -> Write:
    """Return the writer of a TIFF that holds nothing but an ImageDescription."""
    return lambda path: _write(path, exif({0x10E: text()}))


def xmp_text(form: str, text: Callable[[], str]) -> Write:
    """Return the writer of a WebP, AVIF or JPEG with an XMP description."""
    return lambda path: _write(path, saved(form, xmp=xmp(text())))


def matroska_tags(count: int) -> Write:
    """Return the writer of a WebM with one tag, and that tag's list so many times."""

    def write(path: Path) -> None:
        whole = matroska(b"webm", "COMMENT", "a red fox")
        at = whole.index(bytes.fromhex("1254C367"))
        path.write_bytes(whole[:at] + whole[at:] * count)

    return write
