"""Files of every container that holds texts, each with one text in one place.

Written byte by byte or by Pillow.
"""

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape

from drawn_images import chunk
from PIL import Image

IMAGE = Image.new("RGB", (8, 8), (9, 9, 9))

XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"><{tag}><rdf:Alt>
<rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt></{tag}></rdf:Description></rdf:RDF>\
</x:xmpmeta>"""


def png(*chunks: tuple[bytes, bytes], behind: tuple[bytes, bytes] | None = None) -> bytes:
    """Return a PNG of one pixel with these chunks before it, and one behind it."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) + b"".join(
        chunk(*one) for one in chunks
    )
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 4)) + (chunk(*behind) if behind else b"")
    return b"\x89PNG\r\n\x1a\n" + head + pixels + chunk(b"IEND", b"")


def exif(texts: Mapping[int, str] | None = None, user_comment: bytes | None = None) -> bytes:
    """Return a little-endian TIFF: texts in its first directory, a UserComment in the Exif one."""
    texts = texts or {}
    count = len(texts) + (user_comment is not None)
    start = 8 + 2 + 12 * count + 4
    entries, body = b"", b""
    for tag, text in sorted(texts.items()):
        data = text.encode() + b"\0"
        entries += struct.pack("<HHII", tag, 2, len(data), start + len(body))
        body += data + b"\0" * (len(data) % 2)
    if user_comment is not None:
        at = start + len(body)
        entries += struct.pack("<HHII", 0x8769, 4, 1, at)
        body += struct.pack("<HHHIII", 1, 0x9286, 7, len(user_comment), at + 18, 0) + user_comment
    return b"II*\0" + struct.pack("<IH", 8, count) + entries + struct.pack("<I", 0) + body


def unicode_comment(text: str, encoding: str = "utf-16-le") -> bytes:
    """Return a UserComment as the Exif standard codes Unicode, in one byte order or the other."""
    return b"UNICODE\0" + text.encode(encoding)


def xmp(text: str, tag: str = "dc:description") -> bytes:
    """Return an XMP packet that holds a text."""
    return XMP.format(text=escape(text), tag=tag).encode()


def saved(form: str, **options: object) -> bytes:
    """Return a small image as Pillow writes it."""
    out = io.BytesIO()
    IMAGE.save(out, form, **options)
    return out.getvalue()


def box(name: bytes, data: bytes) -> bytes:
    """Return a box of ISO media files."""
    return struct.pack(">I", len(data) + 8) + name + data


def jxl(name: bytes, data: bytes) -> bytes:
    """Return a JPEG XL container with a box beside the image."""
    head = b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    return head + box(name, data) + box(b"jxlc", b"\xff\x0a\0\0")


def _movie(brand: bytes, inside: bytes) -> bytes:
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    head = (
        bytes(4)
        + struct.pack(">IIIIIH", 0, 0, 1000, 1000, 0x10000, 0x100)
        + bytes(10)
        + matrix
        + bytes(24)
    )
    moov = box(b"moov", box(b"mvhd", head + struct.pack(">I", 2)) + inside)
    return box(b"ftyp", brand + struct.pack(">I", 512) + brand) + moov


def _value(text: str) -> bytes:
    return box(b"data", struct.pack(">II", 1, 0) + text.encode())


def mp4_comment(text: str) -> bytes:
    """Return an MP4 whose iTunes comment is a text, as ffmpeg writes ``-metadata comment=…``."""
    listed = box(b"ilst", box(b"\xa9cmt", _value(text)))
    meta = box(b"meta", bytes(4) + box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9)) + listed)
    return _movie(b"isom", box(b"udta", meta))


def keyed_movie(brand: bytes, key: str, text: str) -> bytes:
    """Return an MP4 or MOV with a key of its own, as ``ffmpeg -movflags use_metadata_tags``."""
    keys = box(b"keys", bytes(4) + struct.pack(">I", 1) + box(b"mdta", key.encode()))
    listed = box(b"ilst", box(struct.pack(">I", 1), _value(text)))
    return _movie(brand, box(b"meta", box(b"hdlr", bytes(8) + b"mdta" + bytes(13)) + keys + listed))


def _element(number: str, data: bytes) -> bytes:
    length = next(size for size in range(1, 9) if len(data) < (1 << (7 * size)) - 1)
    return bytes.fromhex(number) + ((1 << (7 * length)) | len(data)).to_bytes(length, "big") + data


def matroska(kind: bytes, tag: str, text: str) -> bytes:
    """Return a Matroska or WebM file without frames that holds one tag."""
    numbers = (
        ("4286", b"\1"),
        ("42F7", b"\1"),
        ("42F2", b"\4"),
        ("42F3", b"\x08"),
        ("4282", kind),
        ("4287", b"\2"),
    )
    head = _element("1A45DFA3", b"".join(_element(*one) for one in (*numbers, ("4285", b"\2"))))
    about = _element("1549A966", _element("2AD7B1", (1_000_000).to_bytes(3, "big")))
    simple = _element("67C8", _element("45A3", tag.encode()) + _element("4487", text.encode()))
    tags = _element("1254C367", _element("7373", _element("63C0", b"") + simple))
    return head + _element("18538067", about + tags)


Writer = Callable[[str], bytes]

PLACES: Mapping[str, Writer] = {
    "tEXt.png": lambda text: png((b"tEXt", b"parameters\0" + text.encode())),
    "iTXt.png": lambda text: png((b"iTXt", b"parameters\0\0\0\0\0" + text.encode())),
    "iTXt-compressed.png": lambda text: png(
        (b"iTXt", b"parameters\0\1\0\0\0" + zlib.compress(text.encode()))
    ),
    "zTXt.png": lambda text: png((b"zTXt", b"parameters\0\0" + zlib.compress(text.encode()))),
    "behind-the-pixels.png": lambda text: png(
        behind=(b"iTXt", b"parameters\0\0\0\0\0" + text.encode())
    ),
    "eXIf.png": lambda text: png((b"eXIf", exif(user_comment=unicode_comment(text)))),
    "UserComment.jpg": lambda text: saved(
        "JPEG", exif=b"Exif\0\0" + exif(user_comment=unicode_comment(text))
    ),
    "UserComment-big-endian.jpg": lambda text: saved(
        "JPEG", exif=b"Exif\0\0" + exif(user_comment=unicode_comment(text, "utf-16-be"))
    ),
    "UserComment-without-code.jpg": lambda text: saved(
        "JPEG", exif=b"Exif\0\0" + exif(user_comment=bytes(8) + text.encode())
    ),
    "UserComment-wrong-code.jpg": lambda text: saved(
        "JPEG", exif=b"Exif\0\0" + exif(user_comment=b"ASCII\0\0\0" + text.encode())
    ),
    "ImageDescription.jpg": lambda text: saved("JPEG", exif=b"Exif\0\0" + exif({0x10E: text})),
    "COM.jpg": lambda text: saved("JPEG", comment=text.encode()),
    "XMP-description.jpg": lambda text: saved("JPEG", xmp=xmp(text)),
    "XMP-UserComment.jpg": lambda text: saved("JPEG", xmp=xmp(text, "exif:UserComment")),
    "UserComment.webp": lambda text: saved(
        "WEBP", exif=b"Exif\0\0" + exif(user_comment=unicode_comment(text))
    ),
    "UserComment-without-head.webp": lambda text: saved(
        "WEBP", exif=exif(user_comment=unicode_comment(text))
    ),
    "XMP.webp": lambda text: saved("WEBP", xmp=xmp(text)),
    "UserComment.avif": lambda text: saved(
        "AVIF", exif=b"Exif\0\0" + exif(user_comment=unicode_comment(text))
    ),
    "XMP.avif": lambda text: saved("AVIF", xmp=xmp(text)),
    "Exif.jxl": lambda text: jxl(b"Exif", bytes(4) + exif(user_comment=unicode_comment(text))),
    "XMP.jxl": lambda text: jxl(b"xml ", xmp(text)),
    "comment.gif": lambda text: saved("GIF", comment=text.encode()),
    "comment.mp4": mp4_comment,
    "key.mov": lambda text: keyed_movie(b"qt  ", "comment", text),
    "COMMENT.webm": lambda text: matroska(b"webm", "COMMENT", text),
    "COMMENT.mkv": lambda text: matroska(b"matroska", "COMMENT", text),
}
"""File name → how a text that says how an image was made is put there."""

GRAPH_PLACES: Mapping[str, Writer] = {
    "prompt.png": lambda graph: png((b"tEXt", b"prompt\0" + graph.encode("ascii"))),
    "Model.webp": lambda graph: saved("WEBP", exif=b"Exif\0\0" + exif({0x110: f"prompt:{graph}"})),
    "Model.jpg": lambda graph: saved("JPEG", exif=b"Exif\0\0" + exif({0x110: f"Prompt:{graph}"})),
    "Model.avif": lambda graph: saved("AVIF", exif=exif({0x110: f"prompt:{graph}"})),
    "UserComment.jpg": lambda graph: saved(
        "JPEG", exif=b"Exif\0\0" + exif(user_comment=unicode_comment(f'{{"prompt": {graph}}}'))
    ),
    "comment.mp4": lambda graph: mp4_comment(f'{{"prompt": {graph}}}'),
    "key.mp4": lambda graph: keyed_movie(b"isom", "prompt", graph),
    "PROMPT.webm": lambda graph: matroska(b"webm", "PROMPT", graph),
    "COMMENT.webm": lambda graph: matroska(b"webm", "COMMENT", f'{{"prompt": {graph}}}'),
}
"""File name → how ComfyUI's savers put a graph there."""
