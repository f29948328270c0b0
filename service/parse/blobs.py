"""From ExifTool's tags to texts by role; no other parsing module knows containers.

A role is the lower-case tag name without group: ``parameters``, ``prompt``, ``workflow``,
``comment``, ``description``, ``usercomment``, ``imagedescription``, ``software``, ``title``,
``source``, ``dream``, ``sd-metadata``, ``invokeai_metadata``, ``generation_data``,
``parameters-json``, ``smproj`` …; ``alpha`` and ``rgb`` for texts hidden in pixels; ``sidecar`` for
texts beside the image; ``cbor:actions`` and the like for C2PA manifests. ComfyUI savers hide graphs
in any EXIF tag behind a prefix (``IFD0:Make`` = ``workflow:{…}``), so a text with such a prefix
takes the prefix's role.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import orjson

from service.parse.encodings import comment_text, decode_bytes, repair_encoding, was_bytes
from service.parse.json_texts import begins_as_json, parse_json
from service.parse.picture_tags import read_date
from service.records import Blob, Blobs, RawRecord
from service.records.json_depth import is_too_deep
from service.records.json_values import JsonValue
from service.records.limits import LEFT_OUT, MAX_DEPTH

VERSION = 7

SIDECAR = "sidecar"
"""The role of every text beside the image; its group is ``Sidecar``."""

TEXT_GROUPS = frozenset(
    "PNG ExifIFD IFD0 IFD1 QuickTime Keys ItemList UserData Matroska GIF File RIFF Stealth IPTC "
    "CBOR JUMBF Jpeg2000 JPEG Sidecar GLB Trailer".split()
)
"""Besides every ``XMP-…``: the groups where a generator's words have been seen."""

SIZE_GROUPS = "PNG RIFF File GIF QuickTime Jpeg2000 JXL Track1 Matroska IFD0".split()
"""Where ExifTool states ``ImageWidth`` and ``ImageHeight``, the surest first."""

MANIFEST_GROUPS = frozenset({"CBOR", "JUMBF"})
"""Their tags are named by what a C2PA manifest holds, so their roles keep the group."""

NOT_TEXT = frozenset(
    "imagewidth imageheight bitdepth colortype compression filter interlace filename directory "
    "filesize filetype filetypeextension mimetype filemodifydate fileaccessdate "
    "fileinodechangedate filepermissions exifbyteorder encodingprocess bitspersample "
    "colorcomponents ycbcrsubsampling currentiptcdigest jumdtype pad hash item0 item1 item2 item3 "
    "alg exclusions signature".split(),
)
"""Tags of those groups that ExifTool derives from the container, or that hold only digests."""

PROMPTS = frozenset({"prompt", "negative_prompt", "negativeprompt"})
"""PNG texts that say something even where they are empty (Easy Diffusion, Sygil)."""

PREFIX = re.compile(
    r"\A\s*(prompt|workflow|parameters)\s*:\s*(?=\{\s*[\"'}]|\[\s*[\[{\"'\]\d])", re.IGNORECASE
)
"""Before JSON, whole or cut off; ``Prompt: [fog:rain:0.5]`` is a prompt, and so is ``{{fog}}``."""

_MAX_PIXEL_DIGITS = 9

NAMES_KEPT, LONGEST_KEPT = 2048, 100
"""Names of tags that are judged once, and their characters: 511 real files have 711."""

TOO_DEEP = f"{{source}}: JSON nested deeper than {MAX_DEPTH} brackets was not read."
BAD_BYTES = "{source}: bytes that are no text were read as \ufffd."


def collect_blobs(raw: RawRecord) -> Blobs:
    """Return the texts of a record by role, in the order in which the file holds them."""
    texts: dict[str, list[Blob]] = {}
    left_out = list(left_out_of(raw))
    spoilt: list[str] = []
    for role, blob in _blobs(raw.tags):
        texts.setdefault(role, []).append(blob)
        if blob.data is None and begins_as_json(blob.text) and is_too_deep(blob.text):
            left_out.append(TOO_DEEP.format(source=blob.source))
        if "\ufffd" in blob.text and was_bytes(raw.tags[blob.source]):
            spoilt.append(BAD_BYTES.format(source=blob.source))
    width, height = dimensions(raw.tags)
    return Blobs(
        texts={role: tuple(blobs) for role, blobs in texts.items()},
        file_name=raw.file.path.rsplit("/", 1)[-1],
        width=width,
        height=height,
        created_at=read_date(raw.tags),
        left_out=tuple(left_out),
        spoilt=tuple(spoilt),
    )


def left_out_of(raw: RawRecord) -> tuple[str, ...]:
    """Return what a record says was left out of it."""
    sentences = raw.tags.get(LEFT_OUT)
    if not isinstance(sentences, list):
        return ()
    return tuple(sentence for sentence in sentences if isinstance(sentence, str))


def _blobs(tags: Mapping[str, JsonValue]) -> Iterator[tuple[str, Blob]]:
    for name, value in tags.items():
        if not is_text_tag(name):
            continue
        group, tag = _group_and_tag(name)
        if group in MANIFEST_GROUPS:
            yield f"{group.lower()}:{tag}", _manifest_entry(value, name)
            continue
        text = _tag_text(value, group, tag)
        if text is not None:
            yield _role_and_blob(tag, repair_encoding(text, group), name)


def is_text_tag(name: str) -> bool:
    """Return whether a tag of this name may hold words of a generator."""
    return _holds_text_again(name) if len(name) <= LONGEST_KEPT else _holds_text(name)


def _holds_text(name: str) -> bool:
    group, tag = _group_and_tag(name)
    return (group in TEXT_GROUPS or group.startswith("XMP-")) and tag not in NOT_TEXT


_holds_text_again = lru_cache(maxsize=NAMES_KEPT)(_holds_text)


def _group_and_tag(name: str) -> tuple[str, str]:
    """Return ExifTool's group, and the tag as roles are named."""
    group, _, rest = name.partition(":")
    if group == "Sidecar":
        return group, SIDECAR
    return group, rest.rsplit(":", 1)[-1].lower()


def _tag_text(value: JsonValue, group: str, tag: str) -> str | None:
    """Return a tag's text.

    ExifTool's JSON has numbers and booleans bare, so a PNG text ``30`` arrives as a number.
    """
    if isinstance(value, str):
        if tag == "usercomment":
            value = comment_text(value)
        value = decode_bytes(value) or value
        is_telling = value.strip() != "" or (group == "PNG" and tag in PROMPTS)
        if is_telling:
            return value
        return None
    if group == "PNG" and isinstance(value, (int, float)):
        return json.dumps(value)
    return None


def _manifest_entry(value: JsonValue, source: str) -> Blob:
    if isinstance(value, str):
        return Blob(value, source)
    try:
        text = orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # integers past 64 bits, lone surrogates
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return Blob(text, source, value)


def _role_and_blob(tag: str, text: str, source: str) -> tuple[str, Blob]:
    """Return a text under its tag's role, or under the role that its prefix names."""
    prefix = PREFIX.match(text)
    if prefix:
        text = text[prefix.end() :]
        if tag != SIDECAR:  # a text beside the image stays one, whatever it holds
            tag = prefix[1].lower()
    return tag, Blob(text, source, parse_json(text))


def dimensions(tags: Mapping[str, JsonValue]) -> tuple[int | None, int | None]:
    """Return the file's own width and height in pixels, where ExifTool states both."""
    for group in SIZE_GROUPS:
        width = _pixels(tags.get(f"{group}:ImageWidth"))
        height = _pixels(tags.get(f"{group}:ImageHeight"))
        if width is not None and height is not None:
            return width, height
    extent = tags.get("QuickTime:ImageSpatialExtent") or tags.get("Meta:ImageSpatialExtent")
    match = re.fullmatch(r"(\d+)x(\d+)", str(extent))
    if match is None:
        return None, None
    return int(match[1]), int(match[2])


def _pixels(value: JsonValue) -> int | None:
    text = str(value)
    if not text.isdecimal() or len(text) > _MAX_PIXEL_DIGITS:
        return None
    return int(text) or None
