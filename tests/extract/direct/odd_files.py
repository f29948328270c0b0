"""Strategies of whole files: every part that is read directly, and some that are not."""

import struct
import zlib

from hypothesis import strategies as st
from odd_manifests import manifests, profiles
from plain_files import Entry, Part, alternative, exif, jpeg, keywords, png, texts, webp, xmp
from plain_manifests import MANIFEST
from plain_manifests import segments as manifest_segments

numbers = st.integers(0, 0xFFFFFFFF)
small = st.integers(0, 12)


@st.composite
def text_chunks(draw: st.DrawFn) -> Part:
    keyword, text = draw(keywords), draw(texts)
    kind = draw(st.sampled_from((b"tEXt", b"zTXt", b"iTXt", b"iTXt")))
    if kind == b"tEXt":
        return kind, keyword + b"\0" + text
    if kind == b"zTXt":
        return kind, keyword + b"\0\0" + zlib.compress(text)
    compressed = draw(st.booleans())
    body = zlib.compress(text) if compressed else text
    language = draw(st.sampled_from((b"", b"", b"", b"de")))
    return kind, keyword + b"\0" + bytes((compressed, 0)) + language + b"\0\0" + body


def packed(form: str, *values: st.SearchStrategy[int]) -> st.SearchStrategy[bytes]:
    return st.tuples(*values).map(lambda found: struct.pack(form, *found))


byte, short = st.integers(0, 255), st.integers(0, 65535)
facts = st.one_of(
    st.tuples(st.just(b"sRGB"), packed("B", st.integers(0, 4))),
    st.tuples(st.just(b"gAMA"), packed(">I", st.one_of(st.just(45455), numbers))),
    st.tuples(st.just(b"cHRM"), packed(">8I", *[numbers] * 8)),
    st.tuples(st.just(b"pHYs"), packed(">IIB", numbers, numbers, st.integers(0, 2))),
    st.tuples(st.just(b"bKGD"), st.binary(max_size=7)),
    st.tuples(st.just(b"PLTE"), st.binary(max_size=12)),
    st.tuples(st.just(b"tRNS"), st.binary(max_size=12)),
    st.tuples(st.just(b"tIME"), packed(">H5B", short, *[byte] * 5)),
    st.tuples(
        st.sampled_from((b"sBIT", b"vpAg", b"zzZz", b"acTL", b"oFFs")), st.binary(max_size=9)
    ),
)

words = st.one_of(texts, texts.map(lambda text: text + b"\0"))
comments = st.one_of(
    st.tuples(
        st.sampled_from(
            (
                b"ASCII\0\0\0",
                bytes(8),
                b"ASCII   ",
                b"UNICODE\0",
                b"UNICODE ",
                b"Unicode\0",
                b"JIS\0\0\0\0\0",
                b"odd mark",
            )
        ),
        texts,
    ).map(b"".join),
    st.tuples(
        st.sampled_from((b"UNICODE\0", b"UNICODE\0\xff\xfe", b"UNICODE\0\xfe\xff")),
        st.text(max_size=20),
        st.sampled_from(("utf-16-le", "utf-16-be")),
        st.sampled_from((b"", b"x")),
    ).map(lambda found: found[0] + found[1].encode(found[2], "surrogatepass") + found[3]),
    st.tuples(st.just(b"UNICODE\0"), st.binary(max_size=24)).map(b"".join),
)
WORDS = (
    0x10D,
    0x10E,
    0x10F,
    0x110,
    0x131,
    0x132,
    0x13B,
    0x13C,
    0x9003,
    0x9004,
    0x9010,
    0x9011,
    0x9012,
)
COUNTS = (0x100, 0x101, 0x112, 0x128, 0x213, 0xA001, 0xA002, 0xA003)
OTHERS = (
    0x102,
    0x103,
    0xFE,
    0x8298,
    0x829A,
    0x927C,
    0xA005,
    0x8825,
    0xC4A5,
    0x9C9C,
    0x1234,
    0xFE00,
)


@st.composite
def directories(draw: st.DrawFn, order: str) -> list[Entry]:
    entry = st.one_of(
        st.tuples(st.sampled_from(WORDS), st.just(2), words),
        st.tuples(
            st.sampled_from(COUNTS), st.just(3), packed(order + "H", st.one_of(small, short))
        ),
        st.tuples(
            st.sampled_from(COUNTS), st.just(4), packed(order + "I", st.one_of(small, numbers))
        ),
        st.tuples(
            st.sampled_from((0x11A, 0x11B)), st.just(5), packed(order + "II", numbers, numbers)
        ),
        st.tuples(
            st.sampled_from((0x9000, 0xA000)),
            st.just(7),
            st.sampled_from((b"0232", b"0100", b"02\0\0", b"ab")),
        ),
        st.tuples(st.just(0x9101), st.just(7), packed("4B", *[st.integers(0, 7)] * 4)),
        st.tuples(st.just(0x9286), st.sampled_from((7, 7, 2, 1)), comments),
        st.tuples(
            st.just(0x927C),
            st.sampled_from((2, 7)),
            st.sampled_from((b"fooocus\0", b"a1111\0", b"webui\0", b"fooocus")),
        ),
        st.tuples(st.just(0x102), st.just(3), packed(order + "3H", small, short, small)),
        st.tuples(st.sampled_from((0x5110, 0x5111)), st.just(1), st.just(b"\1")),
        st.tuples(st.just(0x5111), st.just(4), packed(order + "I", numbers)),
        st.tuples(
            st.sampled_from((*WORDS, *COUNTS, *OTHERS)),
            st.sampled_from((1, 2, 3, 4, 5, 7, 9, 13)),
            st.binary(max_size=12),
        ),
    )
    return draw(st.lists(entry, max_size=5))


@st.composite
def exif_blocks(draw: st.DrawFn) -> bytes:
    order = draw(st.sampled_from("<>"))
    inner = draw(st.one_of(st.just([]), directories(order)))
    into = 0x8769
    if draw(st.integers(0, 4)) == 0:
        height = packed(order + "II", numbers, st.one_of(st.just(1), numbers))
        entry = st.tuples(st.sampled_from((6, 6, 6, 5, 0)), st.just(5), height)
        inner, into = draw(st.lists(entry, max_size=2)), 0x8825
    following = draw(st.sampled_from((0, 0, 0, 0, 8, 26)))
    block = exif(draw(directories(order)), inner, order, following, into)
    return draw(st.one_of(st.just(block), st.integers(0, len(block)).map(lambda end: block[:end])))


xml_texts = st.one_of(
    texts.map(lambda text: text.replace(b"&", b"&amp;").replace(b"<", b"&lt;")),
    st.sampled_from(
        (
            b"a&#xA;b",
            b"&quot;&apos;&gt;",
            b"&#65;&#x1F408;",
            b"&nbsp;",
            b"&",
            b"&#0;",
            b" a ",
            b"30",
            b"a\nb",
        )
    ),
)
properties = st.one_of(
    xml_texts.map(lambda text: alternative(b"dc:description", text)),
    xml_texts.map(lambda text: alternative(b"exif:UserComment", text)),
    xml_texts.map(lambda text: b"<xmp:CreatorTool>" + text + b"</xmp:CreatorTool>\n"),
    xml_texts.map(lambda text: b"<dc:description>" + text + b"</dc:description>\n"),
    xml_texts.map(lambda text: b"<xmp:Rating>" + text + b"</xmp:Rating>\n"),
)
packets = st.tuples(
    st.lists(properties, max_size=3), st.sampled_from((b"XMP Core 6.0.0", b"", b"1", b"a&amp;b"))
).map(lambda found: xmp(b"".join(found[0]), found[1]))
xmp_chunks = packets.map(lambda packet: (b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + packet))


profile_chunks = st.builds(
    lambda name, data: (b"iCCP", name + b"\0\0" + zlib.compress(data)),
    st.sampled_from((b"sRGB", b"ICC Profile", b"30", b"", b"\xe9")),
    profiles,
)


@st.composite
def png_files(draw: st.DrawFn) -> bytes:
    one = st.one_of(
        text_chunks(),
        text_chunks(),
        facts,
        st.tuples(st.just(b"eXIf"), exif_blocks()),
        xmp_chunks,
        st.tuples(st.just(b"caBX"), manifests),
        profile_chunks,
    )
    before = draw(st.lists(one, max_size=6))
    after = draw(st.one_of(st.just([]), st.lists(one, max_size=2)))
    colour = draw(st.sampled_from((2, 6, 0, 3, 4, 5)))
    behind = draw(st.sampled_from((b"", b"", b"\n7", b"1234567", b"12345678")))
    return png(before, after, behind, colour=colour, adam=draw(st.sampled_from((0, 0, 1, 2))))


@st.composite
def frames(draw: st.DrawFn) -> tuple[int, bytes]:
    marker = draw(st.sampled_from((0xC0, 0xC0, 0xC1, 0xC2, 0xC3, 0xC9)))
    count = draw(st.sampled_from((3, 3, 3, 1, 4)))
    sampling = draw(
        st.lists(
            st.sampled_from((0x11, 0x21, 0x22, 0x12, 0x41, 0x42, 0x01)),
            min_size=count,
            max_size=count,
        )
    )
    body = struct.pack(">BHHB", 8, draw(short), draw(short), count)
    return marker, body + b"".join(bytes((at + 1, each, 0)) for at, each in enumerate(sampling))


segments = st.one_of(
    st.tuples(
        st.just(0xE0),
        packed(
            ">5sBBBHHBB",
            st.just(b"JFIF\0"),
            st.just(1),
            st.integers(0, 12),
            st.integers(0, 3),
            short,
            short,
            st.just(0),
            st.just(0),
        ),
    ),  # type: ignore[arg-type]
    st.tuples(st.just(0xE1), exif_blocks().map(lambda block: b"Exif\0\0" + block)),
    st.tuples(
        st.just(0xE1), packets.map(lambda packet: b"http://ns.adobe.com/xap/1.0/\0" + packet)
    ),
    st.tuples(st.just(0xFE), texts),
    st.tuples(
        st.just(0xE2),
        st.builds(
            lambda number, data: b"ICC_PROFILE\0" + number + data,
            st.sampled_from((b"\1\1", b"\1\1", b"\1\2", b"\0\0")),
            profiles,
        ),
    ),
    st.tuples(st.sampled_from((0xDB, 0xC4, 0xDD)), st.binary(max_size=12)),
    st.tuples(
        st.sampled_from((0xE2, 0xEB, 0xED, 0xEE, 0xEC, 0xEF, 0xE0, 0xE1)), st.binary(max_size=12)
    ),
)


manifest_parts = st.builds(
    manifest_segments,
    manifests,
    st.sampled_from((40, 200, 60_000)),
    st.sampled_from((1, 1, 1, 1, 2)),
)


@st.composite
def jpeg_files(draw: st.DrawFn) -> bytes:
    parts = [
        *draw(st.lists(segments, max_size=4)),
        *draw(st.one_of(st.just([]), manifest_parts)),
        *draw(st.lists(segments, max_size=2)),
        draw(frames()),
        *draw(st.lists(segments, max_size=1)),
    ]
    return jpeg(parts, draw(st.sampled_from((b"", b"\n12", b"\xa1\xb2\xc3\xd4"))))


@st.composite
def webp_chunks(draw: st.DrawFn) -> Part:
    return draw(
        st.one_of(
            st.tuples(
                st.just(b"VP8X"), packed("<I6s", st.integers(0, 64), st.just(b"\1\0\0\2\0\0"))
            ),  # type: ignore[arg-type]
            st.tuples(
                st.just(b"VP8 "), packed("<B5sHH", byte, st.just(b"\0\0\x9d\x01\x2a"), short, short)
            ),  # type: ignore[arg-type]
            st.tuples(
                st.just(b"VP8L"),
                packed("<BI", st.just(0x2F), numbers).map(lambda data: data + b"\0\0"),
            ),
            st.tuples(st.just(b"XMP "), packets),
            st.tuples(st.just(b"ANIM"), st.binary(min_size=6, max_size=6)),
            st.tuples(st.just(b"ANMF"), st.binary(min_size=16, max_size=18)),
            st.tuples(st.just(b"ICCP"), profiles),
            st.tuples(st.just(b"C2PA"), st.sampled_from((MANIFEST, MANIFEST[:-1]))),
            st.tuples(st.just(b"EXIF"), exif_blocks()),
            st.tuples(st.just(b"EXIF"), exif_blocks().map(lambda block: b"Exif\0\0" + block)),
            st.tuples(
                st.sampled_from((b"ALPH", b"ICCP", b"C2PA", b"zzzz", b"XMP ")),
                st.binary(max_size=9),
            ),
        )
    )


@st.composite
def webp_files(draw: st.DrawFn) -> bytes:
    return webp(
        draw(st.lists(webp_chunks(), min_size=1, max_size=5)),
        draw(st.sampled_from((b"", b"", b"\n12", b"\n123"))),
    )
