"""Strategies of whole AVIF and JPEG XL files, and of XMP: what is read directly, and some not."""

from hypothesis import strategies as st
from odd_files import exif_blocks, facts, packed, packets, text_chunks, webp_chunks
from odd_manifests import profiles
from plain_boxes import (
    ALPHA,
    CHANNEL,
    NAMESPACES,
    PICTURE,
    Box,
    avif,
    codestream,
    described,
    jxl,
    packet,
)
from plain_files import png, webp

byte, short = st.integers(0, 255), st.integers(0, 65535)
small = st.integers(0, 20)

properties: st.SearchStrategy[Box] = st.one_of(
    st.tuples(st.just(b"ispe"), packed(">III", st.just(0), short, short)),
    st.tuples(
        st.just(b"pixi"), st.sampled_from((b"\0\0\0\0\1\x0a", b"\0\0\0\0\3\x0c\x0c\x0c", bytes(5)))
    ),
    st.tuples(st.just(b"av1C"), packed(">BBBB", *[byte] * 4)),
    st.tuples(
        st.just(b"colr"),
        packed(">4sHHHB", st.just(b"nclx"), small, small, small, st.sampled_from((0, 128, 1))),  # type: ignore[arg-type]
    ),
    st.tuples(st.just(b"colr"), profiles.map(lambda data: b"prof" + data)),
    st.tuples(
        st.just(b"auxC"), st.sampled_from((bytes(4) + ALPHA + b"\0", bytes(5), b"\0\0\0\1x"))
    ),
    st.tuples(st.sampled_from((b"irot", b"imir")), packed("B", st.integers(0, 4))),
    st.tuples(st.sampled_from((b"pasp", b"clap", b"zzzz")), st.binary(max_size=9)),
)

TEXT_PROPERTIES = (
    *("photoshop:Credit", "photoshop:Headline", "photoshop:Source", "photoshop:ICCProfile"),
    *("xmp:CreatorTool", "xmp:Label", "xmp:Rating", "dc:format", "dc:source", "dc:Title"),
    *("xmpMM:DocumentID", "xmpMM:InstanceID", "Iptc4xmpExt:DigitalSourceType"),
    *("Iptc4xmpExt:DigImageGUID", "Iptc4xmpExt:DigitalImageGUID", "exif:UserComment"),
    *("comfy:prompt", "comfy:workflow", "TC260:AIGC", "none:Such"),
)
DATE_PROPERTIES = (
    *("xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate", "photoshop:DateCreated"),
)
LISTS = ("dc:subject", "dc:creator", "dc:title", "photoshop:Headline")
xml_texts = st.one_of(
    st.sampled_from(
        (
            *("a cat", "30", "true", "2/3", "2024-01-02", "été 猫", "[1]", "x &amp; y", "&#xe9;"),
            *("{&quot;a&quot;: 1}", " a ", "", "a\nb", "a > b", "&nbsp;", "12345678-1234", "x/"),
            *("x" * 70_000, "{" * 70_000),
        )
    ),
    st.text(max_size=8).map(
        lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    ),
)
dates = st.sampled_from(
    (
        *("2024-01-02T03:04:05Z", "2024-01-02T03:04:05.123+02:00", "2024-01-02T03:04:05"),
        *("2024-01-02", "2024", "2024-01-02T03:04", "0000-00-00T00:00:00", "now"),
    )
)
pairs = st.one_of(
    st.tuples(st.sampled_from(TEXT_PROPERTIES), xml_texts),
    st.tuples(st.sampled_from(DATE_PROPERTIES), dates),
)
elements = st.one_of(
    pairs.map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>\n"),
    st.tuples(
        st.sampled_from((*LISTS, "dc:description", "exif:UserComment", "dc:rights")),
        st.sampled_from(("Alt", "Alt", "Bag", "Seq")),
        st.lists(xml_texts, min_size=1, max_size=3),
        st.sampled_from(("", ' xml:lang="x-default"', ' xml:lang="de"')),
    ).map(
        lambda found: (
            f"<{found[0]}><rdf:{found[1]}>"
            + "".join(f"<rdf:li{found[3]}>{text}</rdf:li>\n" for text in found[2])
            + f"</rdf:{found[1]}></{found[0]}>\n"
        )
    ),
)
ALIASES = {name: place for name, place in NAMESPACES.items() if name != "Iptc4xmpExt"} | {
    "iptcExt": NAMESPACES["Iptc4xmpExt"]
}
descriptions = st.builds(
    described,
    st.lists(pairs, max_size=4).map(
        lambda found: " ".join(f'{name}="{text}"' for name, text in dict(found).items())
    ),
    st.lists(elements, max_size=4).map("".join),
    st.sampled_from((NAMESPACES, NAMESPACES, NAMESPACES, ALIASES)),
    st.sampled_from("\"'"),
)
plain_packets = st.one_of(
    st.builds(
        lambda parts, toolkit: packet(*parts, toolkit=toolkit),
        st.lists(descriptions, min_size=1, max_size=2),
        st.sampled_from(("", ' x:xmptk="XMP Core 6.0.0"', " x:xmptk='30'", ' x:xmptk="a  "')),
    ),
    packets,
)
exif_parts = st.one_of(
    exif_blocks().map(lambda block: bytes(4) + block),
    exif_blocks().map(lambda block: b"\0\0\0\6Exif\0\0" + block),
    exif_blocks(),
)


@st.composite
def spoilt(draw: st.DrawFn, data: bytes) -> bytes:
    """Draw these bytes with one of them changed, cut off, or as they are."""
    how = draw(st.sampled_from(("", "", "change", "change", "cut")))
    if how == "cut":
        return data[: draw(st.integers(0, len(data)))]
    if how == "change":
        at = draw(st.integers(0, min(len(data), 700) - 1))
        return data[:at] + bytes((draw(byte),)) + data[at + 1 :]
    return data


@st.composite
def avif_files(draw: st.DrawFn) -> bytes:
    """Draw an AVIF."""
    picture = [*PICTURE[:3], *draw(st.lists(properties, max_size=3))]
    channel = draw(st.sampled_from(((), (), CHANNEL, (*CHANNEL, PICTURE[0]))))
    return draw(
        spoilt(
            avif(
                exif=draw(st.one_of(st.just(b""), exif_parts)),
                xmp=draw(st.one_of(st.just(b""), plain_packets)),
                picture=draw(st.permutations(picture)),
                channel=channel,
                brands=draw(
                    st.sampled_from((b"avif\0\0\0\0avifmif1miafMA1B", b"avif\1\2\3\4mif1"))
                ),
                handler=draw(st.sampled_from((b"\0", b"", b"libavif\0", b"\3abc", b"30\0"))),
                primary=draw(st.sampled_from((1, 1, 1, 1, 2))),
                swapped=draw(st.booleans()),
            )
        )
    )


def _codestream(small: int, width: int, ratio: int, number: int) -> bytes:
    if small:
        return codestream((1, 1), (number & 31, 5), (ratio, 3), (number >> 5 & 31, 5))
    bits = (9, 13, 18, 30)[width]
    size = number & (1 << bits) - 1
    return codestream((0, 1), (width, 2), (size, bits), (ratio, 3), (width, 2), (size // 3, bits))


streams = st.builds(
    _codestream, st.integers(0, 1), st.integers(0, 3), st.integers(0, 7), st.integers(0, 1 << 30)
)
jxl_boxes: st.SearchStrategy[Box] = st.one_of(
    st.tuples(st.just(b"jxlc"), streams),
    st.tuples(st.just(b"jxlp"), streams.map(lambda data: bytes(4) + data)),
    st.tuples(st.just(b"Exif"), exif_parts),
    st.tuples(st.just(b"xml "), plain_packets),
    st.tuples(
        st.sampled_from((b"jxll", b"jbrd", b"brob", b"zzzz", b"jxlc", b"jxlp")),
        st.binary(min_size=1, max_size=16),
    ),
)


@st.composite
def jxl_files(draw: st.DrawFn) -> bytes:
    """Draw a JPEG XL, bare or in boxes."""
    bare = st.tuples(streams, st.binary(max_size=20)).map(b"".join)
    whole = st.lists(jxl_boxes, max_size=4).map(jxl)
    return draw(spoilt(draw(st.one_of(bare, whole, whole, whole))))


@st.composite
def xmp_files(draw: st.DrawFn) -> bytes:
    """Draw a PNG with XMP of plain properties."""
    return png([(b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + draw(plain_packets))])


@st.composite
def alpha_files(draw: st.DrawFn) -> bytes:
    """Draw a WebP with an alpha channel beside a lossy picture."""
    alpha = (b"ALPH", draw(st.binary(min_size=1, max_size=4)))
    lossy = (b"VP8 ", b"\0\0\0\x9d\x01\x2a\1\0\1\0")
    more = draw(st.lists(webp_chunks(), max_size=2))
    return webp([(b"VP8X", b"\x10" + bytes(9)), alpha, lossy, *more])


@st.composite
def cut_files(draw: st.DrawFn) -> bytes:
    """Draw a PNG with texts that ExifTool cuts at a NUL."""
    keyword = draw(st.sampled_from((b"parameters", b"prompt", b"Creation Time", b"Title", b"a b")))
    text = draw(
        st.sampled_from((b"\xe9 one\0two", b"one\0two \xe9", b"30\0\xe9", b"\0\xe9", b"a\0b"))
    )
    more = draw(st.lists(st.one_of(text_chunks(), facts), max_size=3))
    one = (b"tEXt", keyword + b"\0" + draw(st.sampled_from((text, text + b"\0", text + text))))
    before = draw(st.permutations([one, *more]))
    return png(before, draw(st.sampled_from(((), (one,)))))
