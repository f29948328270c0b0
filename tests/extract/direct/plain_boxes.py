"""AVIF and JPEG XL files put together from boxes, for comparisons; and XMP of plain properties."""

import struct
from collections.abc import Mapping, Sequence

Box = tuple[bytes, bytes]
"""Its kind and its content."""

ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"
EXTENT = (b"ispe", struct.pack(">III", 0, 24, 17))
COLOURS = (b"colr", b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80))
PICTURE: tuple[Box, ...] = (
    EXTENT,
    (b"pixi", b"\0\0\0\0\3\x08\x08\x08"),
    (b"av1C", b"\x81\0\x0c\0"),
    COLOURS,
)
"""The properties of a picture, as libavif writes them."""
CHANNEL: tuple[Box, ...] = (
    (b"pixi", b"\0\0\0\0\1\x08"),
    (b"av1C", b"\x81\0\x1c\0"),
    (b"auxC", bytes(4) + ALPHA + b"\0"),
)
"""Those of its alpha channel, beside the size of the picture."""


def box(kind: bytes, body: bytes) -> bytes:
    """Return a box."""
    return struct.pack(">I", len(body) + 8) + kind + body


def _boxes(parts: Sequence[Box]) -> bytes:
    return b"".join(box(*part) for part in parts)


def avif(
    *,
    exif: bytes = b"",
    xmp: bytes = b"",
    picture: Sequence[Box] = PICTURE,
    channel: Sequence[Box] = (),
    brands: bytes = b"avif\0\0\0\0avifmif1miaf",
    handler: bytes = b"\0",
    primary: int = 1,
    swapped: bool = False,
) -> bytes:
    """Return an AVIF: a picture of 24 x 17, perhaps with an alpha channel, EXIF and XMP.

    ``swapped`` puts the properties before the items.
    """
    items: list[tuple[bytes, bytes, bytes, bytes]] = [(b"av01", b"Color\0", b"pixels", b"")]
    if channel:
        items.append((b"av01", b"Alpha\0", b"alpha", b"auxl"))
    if exif:
        items.append((b"Exif", b"Exif\0", exif, b"cdsc"))
    if xmp:
        items.append((b"mime", b"XMP\0application/rdf+xml\0", xmp, b"cdsc"))
    entries = _boxes(
        [
            (b"infe", struct.pack(">IHH4s", 2 << 24, number, 0, kind) + name)
            for number, (kind, name, _, _) in enumerate(items, 1)
        ]
    )
    references = _boxes(
        [
            (word, struct.pack(">HHH", number, 1, primary))
            for number, (_, _, _, word) in enumerate(items, 1)
            if word
        ]
    )
    own = range(1, len(picture) + 1)
    others = [1, *range(len(picture) + 1, len(picture) + len(channel) + 1)] if channel else []
    owned = [numbers for numbers in (list(own), others) if numbers]
    ipma = struct.pack(">II", 0, len(owned))
    for number, numbers in enumerate(owned, 1):
        ipma += struct.pack(">HB", number, len(numbers)) + bytes(numbers)
    properties = (
        b"iprp",
        box(b"ipco", _boxes([*picture, *channel])) + box(b"ipma", ipma),
    )
    described: list[Box] = [
        (b"iinf", struct.pack(">IH", 0, len(items)) + entries),
        *([(b"iref", bytes(4) + references)] if references else []),
    ]
    start = box(b"ftyp", brands)

    def meta(offset: int) -> bytes:
        places, at = struct.pack(">IHH", 0, 0x4400, len(items)), offset
        for number, (_, _, data, _) in enumerate(items, 1):
            places += struct.pack(">HHHII", number, 0, 1, at, len(data))
            at += len(data)
        parts: list[Box] = [
            (b"hdlr", bytes(8) + b"pict" + bytes(12) + handler),
            (b"pitm", bytes(4) + struct.pack(">H", primary)),
            (b"iloc", places),
            *([properties, *described] if swapped else [*described, properties]),
        ]
        return box(b"meta", bytes(4) + _boxes(parts))

    before = len(start) + len(meta(0)) + 8
    return start + meta(before) + box(b"mdat", b"".join(data for _, _, data, _ in items))


def codestream(*fields: tuple[int, int]) -> bytes:
    """Return the head of a JPEG XL's picture from numbers and how many bits each has."""
    packed = count = 0
    for number, bits in fields:
        packed |= number << count
        count += bits
    return b"\xff\x0a" + packed.to_bytes(12, "little")


SQUARE = codestream((0, 1), (1, 2), (1023, 13), (1, 3))
"""1024 x 1024."""
JXL_START = box(b"JXL ", b"\r\n\x87\n")
JXL_TYPE = (b"ftyp", b"jxl \0\0\0\0jxl ")


def jxl(parts: Sequence[Box]) -> bytes:
    """Return a JPEG XL of these boxes behind its brands."""
    return JXL_START + box(*JXL_TYPE) + _boxes(parts)


NAMESPACES: Mapping[str, str] = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "comfy": "https://github.com/Comfy-Org/ComfyUI",
    "TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/",
}


def described(
    attributes: str = "",
    properties: str = "",
    spaces: Mapping[str, str] = NAMESPACES,
    mark: str = '"',
) -> str:
    """Return a description of XMP, with these attributes and these elements."""
    names = " ".join(f"xmlns:{name}={mark}{place}{mark}" for name, place in spaces.items())
    start = f"<rdf:Description rdf:about={mark}{mark} {names} {attributes}"
    return f"{start}>\n{properties}</rdf:Description>\n" if properties else f"{start}/>\n"


def packet(*descriptions: str, toolkit: str = ' x:xmptk="XMP Core 6.0.0"') -> bytes:
    """Return a packet of XMP of these descriptions."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"{toolkit}>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        + "".join(descriptions)
        + "</rdf:RDF>\n</x:xmpmeta>\n   \n<?xpacket end='w'?>"
    ).encode()
