"""C2PA manifests read without ExifTool: their names, their values, their limits."""

import struct

import pytest
from growth import find_steep
from plain_files import exif, jpeg, png, webp
from plain_manifests import MANIFEST, Stored, assertion, box, cbor, head, manifest, outer, segments

from service.extract.direct.found_tags import TESTED, Dialect
from service.extract.direct.reading import Tags, tags_of

FRAME = (0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0")
PIXELS = (b"VP8 ", b"\0\0\0\x9d\x01\x2a\1\0\1\0")
LARGE = 100_000
GROUPS = ("JUMBF:", "CBOR:", "Jpeg2000:")


def said_of(tags: Tags | None) -> Tags:
    assert tags is not None
    return {name: value for name, value in tags.items() if name.startswith(GROUPS)}


def of_png(block: bytes) -> Tags | None:
    return tags_of(png([(b"caBX", block)]), "image/png")


def test_the_tags_of_a_manifest_are_named_as_exiftool_names_them() -> None:
    labels = ("c2pa", "urn:uuid:1", "c2pa.assertions", "c2pa.actions.v2", "c2pa.thumbnail.claim")
    assert [
        tags[name]
        for tags in [said_of(of_png(MANIFEST))]
        for name in ("JUMBF:JUMDLabel", *(f"JUMBF:Copy{at}:JUMDLabel" for at in range(1, 5)))
    ] == list(labels)
    tags = said_of(of_png(MANIFEST))
    assert {name: value for name, value in tags.items() if not name.startswith("JUMBF:")} == {
        "CBOR:Actions": [
            {
                "action": "c2pa.created",
                "when": "2026:06:05 00:00:00Z",
                "softwareAgent": {"name": "a tool", "version": 2.0},
            },
            {"action": "c2pa.edited"},
        ],
        "CBOR:Alg": "sha256",
        "CBOR:Pad": "base64:AAAAAAAAAAA=",
        "CBOR:Hash": "base64://///w==",
        "CBOR:Claim_generator": "a tool",
        "CBOR:Copy1:Alg": "sha256",
        "Jpeg2000:C2paThumbnailClaimSalt": "000102030405060708090a0b0c0d0e0f",
        "Jpeg2000:C2paThumbnailClaimType": "image/svg+xml",
        "Jpeg2000:C2paThumbnailClaimData": "<svg/>",
    }
    assert tags["JUMBF:Copy4:JUMDType"] == "40cb0c32-bb8a-489d-a70b2ad6f47f4369"
    assert tags["JUMBF:JUMDType"] == "(c2pa)-0011-0010-800000aa00389b71"


def test_a_tag_of_the_file_takes_its_name_from_one_in_a_manifest() -> None:
    title = (b"tEXt", b"Title\0a cat")
    block = manifest(claim={"dc:title": "a dog"})
    said = [
        tags_of(png(chunks), "image/png") or {}
        for chunks in ([(b"caBX", block), title], [title, (b"caBX", block)])
    ]
    names = [[name for name in tags if name.endswith("Title")] for tags in said]
    assert names == [["PNG:Title", "CBOR:Copy1:Title"], ["PNG:Title", "CBOR:Copy1:Title"]]


def test_a_manifest_in_the_segments_of_a_jpeg_is_read_as_in_a_png() -> None:
    for size in (60_000, 100, 9):
        parts = segments(MANIFEST, size)
        assert said_of(tags_of(jpeg([*parts, FRAME]), "image/jpeg")) == said_of(of_png(MANIFEST))


def test_segments_that_count_from_zero_are_only_complained_of() -> None:
    tags = tags_of(jpeg([*segments(MANIFEST, 100, first=0), FRAME]), "image/jpeg") or {}
    assert said_of(tags) == {}
    assert [tags[name] for name in ("ExifTool:Warning", "ExifTool:Copy1:Warning")] == [
        "Invalid JUMBF sequence number",
        "Invalid JUMBF size or missing JUMBF chunk",
    ]


def test_a_webps_manifest_is_read_where_this_exiftool_reads_it() -> None:
    data = webp([PIXELS, (b"C2PA", MANIFEST)])
    found = {
        version: tags and len(said_of(tags))
        for version in ((12, 57), (12, 76), (13, 59))
        for tags in [tags_of(data, "image/webp", Dialect.of(version))]
    }
    assert found == {(12, 57): 0, (12, 76): None, (13, 59): 23}


def test_later_versions_write_c2pa_in_capitals_and_quote_numbers_in_maps_too() -> None:
    block = manifest(
        outer(b"cbor", b"c2pa.x", box(b"bfdb", b"\0image/png\0")),
        assertion(b"c2pa.y", {"c2pa_z": {"start": 1}, "a:b": 2}),
    )
    dialect = Dialect.of((13, 59))
    tags = said_of(tags_of(png([(b"caBX", block)]), "image/png", dialect))
    assert tags["Jpeg2000:C2PAXType"] == "image/png"
    assert (tags["CBOR:C2PA_z"], tags["CBOR:A_b"]) == ({"start": "1"}, "2")


LEFT_TO_EXIFTOOL = {
    "no box": b"box",
    "a box of another kind": box(b"free", b"words"),
    "a box without a description": box(b"jumb", box(b"cbor", cbor({"alg": "a"}))),
    "two manifests": MANIFEST + MANIFEST,
    "a box cut off": MANIFEST[:-1],
    "JSON": manifest(outer(b"json", b"stds.exif", box(b"json", b"{}"))),
    "a label of no ASCII": manifest(outer(b"cbor", b"\xc3\xa9", box(b"cbor", cbor({"alg": "a"})))),
    "a list of a name that may be single": manifest(assertion(b"a", {"alg": ["a", "b"]})),
    "a single value of a name that is a list": manifest(assertion(b"a", {"actions": "a"})),
    "a key twice": manifest(assertion(b"a", Stored(b"\xa2" + cbor("alg") * 4))),
    "a number that is cut off": manifest(assertion(b"a", Stored(b"\xa1" + cbor("alg") + b"\x19"))),
    "a number beyond Perl's": manifest(assertion(b"a", {"alg": 2**63})),
    "a half number": manifest(assertion(b"a", {"alg": Stored(b"\xf9\x3c\0")})),
    "a great number": manifest(assertion(b"a", {"alg": Stored(b"\xc2\x41\x05")})),
    "a word of ExifTool's tables": manifest(assertion(b"a", {"GROUPS": 1})),
    "a key of ExifTool's own, which ends it": manifest(assertion(b"a", {"_ordered_keys_": 1})),
    "a text of no length": manifest(assertion(b"a", {"alg": Stored(b"\x7f\x61a\xff")})),
    "a map without an end": manifest(assertion(b"a", Stored(b"\xbf" + cbor("alg") + cbor("a")))),
}


@pytest.mark.parametrize("name", LEFT_TO_EXIFTOOL)
def test_what_is_not_wholly_understood_is_left_to_exiftool(name: str) -> None:
    assert of_png(LEFT_TO_EXIFTOOL[name]) is None


def test_a_manifest_beside_what_exiftool_may_take_for_it_is_left_to_it() -> None:
    block = exif([(0x10E, 2, b"a cat\0")])
    assert tags_of(png([(b"caBX", MANIFEST), (b"eXIf", block)]), "image/png") is None
    long = (0xE1, b"Exif\0\0" + exif([(0x10E, 2, b"a cat " * 99)]))
    read = [
        tags_of(jpeg([*parts, FRAME]), "image/jpeg") is not None
        for parts in (
            [*segments(MANIFEST, 9), long],  # ExifTool takes the boxes to be where this is
            [long, *segments(MANIFEST, 9)],
            [*segments(MANIFEST), long],
        )
    ]
    assert read == [False, True, True]


def test_the_cost_grows_in_line_with_the_size() -> None:
    def of(value: bytes) -> bytes:
        return png([(b"caBX", manifest(assertion(b"a", {"actions": Stored(value)})))])

    def deep(size: int) -> bytes:
        block = b""
        for _ in range(size // 40):
            block = outer(b"cbor", b"a", block)
        return png([(b"caBX", block)])

    cases = [
        ("lists in lists", lambda size: of(b"\x81" * size)),
        ("endless lists", lambda size: of(b"\x9f" * size)),
        ("many numbers", lambda size: of(head(4, size) + b"\1" * size)),
        ("a list of more than there is", lambda size: of(head(4, 2**40) + b"\1" * size)),
        ("dates", lambda size: of(b"\x81\xc0" + cbor("2026-06-05T00:00:00" + "1" * size))),
        ("tags of tags", lambda size: of(b"\xd2" * size)),
        ("a long text", lambda size: of(b"\x81" + cbor("a " * (size // 2)))),
        (
            "boxes",
            lambda size: png([(b"caBX", outer(b"a", b"a", box(b"free", b"1") * (size // 9)))]),
        ),
        ("boxes in boxes", deep),
        ("a label", lambda size: png([(b"caBX", outer(b"a", b"a" * size))])),
    ]
    assert find_steep(cases, lambda data: tags_of(data, "image/png", TESTED), LARGE) == {}


def test_segments_of_a_few_bytes_cost_in_line_with_their_number() -> None:
    def parts(size: int) -> bytes:
        block = struct.pack(">I4s", 8 + size, b"jumb") + bytes(size)
        return jpeg([*segments(block, 10), FRAME])

    assert find_steep([("parts", parts)], lambda data: tags_of(data, "image/jpeg"), LARGE) == {}
