"""From ExifTool's tags to texts by role; no other parsing module knows containers.

A role is the lower-case tag name without group: ``parameters``, ``prompt``, ``workflow``,
``comment``, ``description``, ``usercomment``, ``imagedescription``, ``software``, ``title``,
``source``, ``dream``, ``sd-metadata``, ``invokeai_metadata``, ``generation_data``,
``parameters-json``, ``smproj`` …; ``alpha`` and ``rgb`` for texts hidden in pixels; ``sidecar`` for
texts beside the image; ``cbor:actions`` and the like for C2PA manifests. ComfyUI savers hide graphs
in any EXIF tag behind a prefix (``IFD0:Make`` = ``workflow:{…}``), so a text with such a prefix
takes the prefix's role.
"""

import base64
import codecs
import json
import re
from collections.abc import Iterator, Mapping

import orjson
from pydantic import JsonValue

from service.parse.picture_tags import read_date
from service.records import Blob, Blobs, RawRecord
from service.records.json_depth import is_too_deep
from service.records.limits import LEFT_OUT, MAX_DEPTH

VERSION = 5

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

PREFIX = re.compile(r"\A\s*(prompt|workflow|parameters)\s*:\s*(?=[\[{])", re.IGNORECASE)

_MAX_PIXEL_DIGITS = 9

_BASE64 = "base64:"
_MARK_LENGTH = 8
_COMMENT_MARK = re.compile(rb"unicode[\0 ]", re.IGNORECASE)
_FIRST_PAIR = "\u2000"
"""Two ASCII letters are a character beyond this one."""
_READABLE = re.compile(r"\bSteps: ?\d|\A\s*\{\s*\"|\bNegative prompt:")
_LAST_NUMBER = re.compile(r",[^,:\n]{0,80}:[ \t]*[\d.x]+\Z")

TOO_DEEP = f"{{source}}: JSON nested deeper than {MAX_DEPTH} brackets was not read."


def collect_blobs(raw: RawRecord) -> Blobs:
    """Return the texts of a record by role, in the order in which the file holds them."""
    texts: dict[str, list[Blob]] = {}
    left_out = list(left_out_of(raw))
    for role, blob in _blobs(raw.tags):
        texts.setdefault(role, []).append(blob)
        if blob.data is None and begins_as_json(blob.text) and is_too_deep(blob.text):
            left_out.append(TOO_DEEP.format(source=blob.source))
    width, height = dimensions(raw.tags)
    return Blobs(
        texts={role: tuple(blobs) for role, blobs in texts.items()},
        file_name=raw.file.path.rsplit("/", 1)[-1],
        width=width,
        height=height,
        created_at=read_date(raw.tags),
        left_out=tuple(left_out),
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
    group, tag = _group_and_tag(name)
    return (group in TEXT_GROUPS or group.startswith("XMP-")) and tag not in NOT_TEXT


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
            value = _comment_text(value)
        is_telling = value.strip() != "" or (group == "PNG" and tag in PROMPTS)
        if is_telling:
            return value
        return None
    if group == "PNG" and isinstance(value, int | float):
        return json.dumps(value)
    return None


def _comment_text(text: str) -> str:
    """Return an EXIF comment without the mark ``Unicode``; ExifTool knows ``UNICODE`` alone.

    It gives that mark and the text as they are, in base64 where they are no UTF-8.
    """
    if text.startswith(_BASE64):
        try:
            data = base64.b64decode(text[len(_BASE64) :], validate=True)
        except ValueError:
            return text
        if not _COMMENT_MARK.match(data):
            return text
        return _decode_wide(data[_MARK_LENGTH:])
    if text.startswith("Unicode") and text[7:8].strip():
        return text[7:].lstrip("\0")
    return text


def _decode_wide(data: bytes) -> str:
    """Return a text in UTF-16, in the byte order by which more of the high bytes are 0."""
    is_big = data[0::2].count(0) >= data[1::2].count(0)
    return data.decode("utf-16-be" if is_big else "utf-16-le", "replace")


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


def begins_as_json(text: str) -> bool:
    """Return whether a text may be a JSON object or array."""
    return text.lstrip("\ufeff \t\r\n\0")[:1] in ("{", "[")


def parse_json(text: str) -> JsonValue:
    """Return a JSON object or array, or None where the text is neither, or nested too deep.

    Integers keep all their digits. ComfyUI writes ``NaN`` into graphs, which is not JSON; it is
    read as None.
    """
    if not begins_as_json(text):
        return None
    text = text.strip("\ufeff \t\r\n\0")
    if not _has_long_number(text):  # orjson turns integers past 2^64 into floats
        try:
            found: JsonValue = orjson.loads(text)
        except orjson.JSONDecodeError:
            pass
        else:
            return None if is_too_deep(text) else found
    try:
        found = json.loads(text, parse_constant=lambda _: None, strict=False)
    except (ValueError, RecursionError):  # the latter is one Python's way to say "too deep"
        return None
    return None if is_too_deep(text) else found


# Every ASCII digit becomes '0', every other byte a blank.
_DIGITS_ALIKE = bytes.maketrans(bytes(range(256)), b" " * 0x30 + b"0" * 10 + b" " * (256 - 0x3A))


def _has_long_number(text: str) -> bool:
    r"""Return whether 20 digits follow one another; 14 times as fast as a search for ``\d{20}``."""
    return b"0" * 20 in text.encode("utf-8", "surrogatepass").translate(_DIGITS_ALIKE)


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


def repair_encoding(text: str, group: str) -> str:
    """Undo the encodings that arrive wrong; any other text is returned as it is.

    UTF-8 in PNG ``tEXt`` (Stability Matrix, TensorArt) arrives as cp1252 mojibake; a UserComment in
    UTF-16 whose byte order the writer mislabelled arrives with its bytes swapped, and one in UTF-8
    behind the mark of UTF-16 with two of its bytes in each character.
    """
    if text.isascii():
        return text
    if group == "PNG":
        return _from_mojibake(text)
    if text[0] >= _FIRST_PAIR:
        text = _from_pairs(text)
    return _swap_bytes(text)


def _encode_hole(error: UnicodeError) -> tuple[bytes, int]:
    """Write as latin-1 what cp1252 has no byte for: C1 characters; any other raises again."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end].encode("latin-1"), error.end


codecs.register_error("cp1252-holes", _encode_hole)


def _from_mojibake(text: str) -> str:
    try:
        return text.encode("cp1252", "cp1252-holes").decode("utf-8")
    except UnicodeError:
        return text


def _from_pairs(text: str) -> str:
    """Return a text of which ExifTool took each two bytes of UTF-8 for one character.

    A last single byte is lost, so a number at the end may lack a digit: it is left out.
    """
    for order in ("utf-16-be", "utf-16-le"):
        data = text.encode(order, "surrogatepass")
        found = codecs.getincrementaldecoder("utf-8")("replace").decode(data)
        if "\ufffd" not in found and _READABLE.search(found):
            if found.lstrip().startswith("{") and parse_json(found) is None:
                return found + "}"
            return _LAST_NUMBER.sub("", found)
    return text


def _swap_bytes(text: str) -> str:
    """Return a text whose first characters are ASCII with the bytes swapped as that ASCII text."""
    start = text[:8]
    wide = [character for character in start if character > "\xff"]
    if start.isascii() or any(ord(character) % 256 for character in wide):
        return text
    swapped = text.encode("utf-16-le", "surrogatepass").decode("utf-16-be", "replace")
    if swapped.isascii():
        return swapped
    return text
