"""Strategies of C2PA manifests and colour profiles: what is read directly, and some that is not."""

import struct

from hypothesis import strategies as st
from plain_files import texts
from plain_manifests import Stored, assertion, box, cbor, head, manifest, outer
from plain_profiles import SRGB, Tag, colour, described, languages, profile, text

NAMES = (
    *("action", "when", "softwareAgent", "name", "version", "url", "hash", "start", "length"),
    *("dc:title", "dc:format", "instanceID", "alg", "pad", "relationship", "org.c2pa.x", "A-b_c"),
    *("NOTES", "settingsData", "thumbnailHash", "thumbnailUrl", "x", "9lives", "été", ""),
    *("c2pa_manifest", "C2PA.x", "a\0b", "with blank", "GROUPS", "Title"),
)
LISTS = ("actions", "exclusions", "assertions", "created_assertions", "ingredients", "ocspVals")
LABELS = (
    *(b"c2pa.actions", b"c2pa.actions.v2", b"c2pa.hash.data", b"c2pa.thumbnail.claim.jpeg"),
    *(b"did:ethr:0x1:0xde", b"a__b__c", b"x", b"9", b"stds.exif", b"com.adobe.c2pa", b"", b"a b"),
    *(b"30", b"true", b"\xc3\xa9t\xc3\xa9", b"Z" * 210),
)
DATES = ("2026-06-05T00:00:00Z", "2026-06-05T00:00:00.5+01:00", "2026-06-05", "today", "")

keys = st.one_of(st.sampled_from(NAMES), st.text(min_size=1, max_size=6))
items = st.one_of(
    st.integers(0, 30),
    st.integers(-30, 2**64 - 1),
    texts.map(lambda data: Stored(head(3, len(data)) + data)),
    st.text(max_size=8),
    st.binary(max_size=8),
    st.sampled_from((True, False, None)),
    st.floats(),
    st.floats(width=32).map(lambda number: Stored(b"\xfa" + struct.pack(">f", number))),
    st.sampled_from(DATES).map(lambda date: Stored(b"\xc0" + cbor(date))),
    st.tuples(st.integers(1, 40), st.integers(0, 9)).map(
        lambda found: Stored(head(6, found[0]) + cbor(found[1]))
    ),
    st.sampled_from((b"\xf7", b"\xe0", b"\xf8\x20", b"\xf9\x3c\0", b"\xff", b"\x1c")).map(Stored),
    st.sampled_from(("abc", b"abc")).map(lambda it: Stored(cbor(it)[:1] + cbor(it)[1:3])),
)


def endless(kind: int, parts: list[object]) -> Stored:
    """Return a list or map that says by a break where it ends."""
    return Stored(bytes((kind << 5 | 31,)) + b"".join(map(cbor, parts)) + b"\xff")


values = st.recursive(
    items,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3),
        st.dictionaries(keys, inside, max_size=3),
        st.lists(inside, max_size=3).map(lambda parts: endless(4, [*parts])),
        st.lists(st.tuples(keys, inside), max_size=2).map(
            lambda pairs: endless(5, [part for pair in pairs for part in pair])
        ),
        inside.map(lambda each: Stored(b"\xd2" + cbor(each))),
    ),
    max_leaves=6,
)
lists = st.tuples(
    st.sampled_from(
        LISTS
    ),  # anything else of these names would be joined or not by what was before
    st.one_of(
        st.lists(st.dictionaries(keys, values, max_size=2), max_size=3),
        st.lists(items, max_size=3),
    ),
)
maps = st.tuples(st.dictionaries(keys, values, max_size=4), st.lists(lists, max_size=2)).map(
    lambda found: found[0] | dict(found[1])
)
assertions = st.builds(
    lambda label, value, more: assertion(label, Stored(cbor(value) + more)),
    st.sampled_from(LABELS),
    st.one_of(maps, maps, maps, values),
    st.sampled_from((b"", b"", b"", b"\0\0", b"\x01")),
)
pictures = st.builds(
    lambda label, kind, data, salt: outer(
        bytes.fromhex("40cb0c32bb8a489da70b2ad6f47f4369"),
        label,
        box(b"bfdb", kind),
        box(b"bidb", data),
        salt=salt,
    ),
    st.sampled_from(LABELS),
    st.sampled_from((b"\0image/jpeg\0", b"\0image/png\0a.png\0", b"\0", b"\0\0\0", b"\0a\0b\0c\0")),
    st.one_of(st.binary(min_size=1, max_size=12), texts.filter(bool)),
    st.sampled_from((b"", b"\x12\x34\x56\x78", bytes(16), b"\x12\xe5")),
)
others = st.builds(
    lambda label, kind, data: outer(kind, label, box(data[0], data[1])),
    st.sampled_from(LABELS),
    st.sampled_from((b"cbor", b"json", b"\0\1\2\3", b"a-b!")),
    st.tuples(
        st.sampled_from((b"json", b"free", b"uuid", b"jumd", b"xml ", b"c2sh", b"cbor", b"url ")),
        st.binary(min_size=1, max_size=20),
    ),
)
manifests = st.builds(
    lambda parts, claim, cut: manifest(*parts, claim=claim)[: cut or None],
    st.lists(st.one_of(assertions, assertions, pictures, others), max_size=3),
    st.one_of(st.none(), maps),
    st.sampled_from((0, 0, 0, 0, 0, 0, -1, 60)),
)

number = st.integers(0, 0xFFFFFFFF)
fixed = st.one_of(st.integers(0, 0x20000), number)
words = st.one_of(
    st.text(max_size=8), st.sampled_from(("30", "true", "\ud800", "\ufffe", "a\0b", "\ufeffa"))
)
LANGUAGES = (b"enUS", b"deDE", b"frCA", b"en\0\0", b"EnuS", b"1234")
odd_values = st.one_of(
    st.builds(colour, fixed, fixed, fixed),
    texts.map(text),
    texts.map(described),
    st.lists(st.tuples(st.sampled_from(LANGUAGES), words), max_size=2).map(
        lambda found: languages(*found)
    ),
    st.binary(max_size=40).map(lambda data: b"curv\0\0\0\0" + data),
    st.lists(number, min_size=9, max_size=9).map(
        lambda found: b"sf32\0\0\0\0" + struct.pack(">9I", *found)
    ),
    st.sampled_from((b"sig \0\0\0\0CRT ", b"sig \0\0\0\0????", b"data\0\0\0\0\0\0\0\0a", b"abc")),
    st.lists(fixed, min_size=7, max_size=7).map(
        lambda found: b"view\0\0\0\0" + struct.pack(">6II", *found[:6], found[6] % 10)
    ),
    st.lists(fixed, min_size=7, max_size=7).map(
        lambda found: (
            b"meas\0\0\0\0"
            + struct.pack(
                ">I3IIII", found[0] % 4, *found[1:4], found[4] % 4, found[5], found[6] % 10
            )
        )
    ),
    st.lists(fixed, min_size=8, max_size=8).map(
        lambda found: b"chrm\0\0\0\0" + struct.pack(">HH6I", found[0] % 9, found[1] % 6, *found[2:])
    ),
)
TAGS = (
    *(b"desc", b"cprt", b"dmnd", b"dmdd", b"vued", b"wtpt", b"bkpt", b"rXYZ", b"lumi", b"chad"),
    *(b"rTRC", b"kTRC", b"tech", b"view", b"meas", b"chrm", b"dscm", b"vcgt", b"A2B0", b"aarg"),
    *(b"targ", b"meta", b"ncl2", b"zzzz"),
)
tags: st.SearchStrategy[Tag] = st.one_of(
    st.sampled_from(SRGB), st.tuples(st.sampled_from(TAGS), odd_values)
)
HEADS: dict[str, st.SearchStrategy[bytes]] = {
    "at4": st.sampled_from((b"ADBE", b"\0\0\0\0", b"zzzz", b"ap\0l", b"    ")),
    "at8": st.sampled_from((b"\x02\x10", b"\x04\x44", b"\xff\x10")),
    "at12": st.sampled_from(
        (b"mntrRGB Lab ", b"prtrCMYKXYZ ", b"zzzzRGB XYZ ", b"scnr\0\0\0\0XYZ ")
    ),
    "at24": st.binary(min_size=12, max_size=12),
    "at40": st.sampled_from((b"MSFT", b"SGI ", b"\0\0\0\0", b"zzzz", b"TGNT")),
    "at44": st.binary(min_size=4, max_size=4),
    "at48": st.sampled_from((b"IEC sRGB", b"none\0\0\0\0", b"GOOG1e5\0", b"appl\xff\xff\0\0")),
    "at56": st.binary(min_size=8, max_size=8),
    "at64": st.integers(0, 4).map(lambda found: struct.pack(">I", found)),
    "at68": st.binary(min_size=12, max_size=12),
    "at84": st.sampled_from((bytes(16), bytes(15) + b"\1", bytes(range(16)))),
}
profiles = st.builds(
    lambda found, heads, cut: profile(found, **heads)[: cut or None],
    st.one_of(st.just(list(SRGB)), st.lists(tags, max_size=5)),
    st.fixed_dictionaries({}, optional=HEADS),
    st.sampled_from((0, 0, 0, 0, 0, -1, 140)),
)
