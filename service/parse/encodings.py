"""Texts whose bytes arrive in another encoding than the one they were written in.

ExifTool gives what is no UTF-8 in base64. A text with one bad byte is still a text: it is decoded,
the bad byte as ``\ufffd``, and whoever reads it is told so.
"""

import base64
import codecs
import re

from service.light_patterns import light_pattern
from service.parse.json_texts import parse_json

_BASE64 = "base64:"
_MARK_LENGTH = 8
_COMMENT_MARK = light_pattern(rb"unicode[\0 ]", re.IGNORECASE)
_TEXT_MARK = light_pattern(r"Unicode(?![\s,.;:'\u2019_-])(?!\Z)\0*")
"""The mark before a text; where a word ends there, ``Unicode`` is the text's own first word."""
_FIRST_PAIR = "\u2000"
"""Two ASCII letters are a character beyond this one."""
_READABLE = light_pattern(r"\bSteps: ?\d|\A\s*\{\s*\"|\bNegative prompt:")
_LAST_NUMBER = light_pattern(r",[^,:\n]{0,80}:[ \t]*[\d.x]+\Z")
_BAD = "\ufffd"
_NO_CHARACTER = dict.fromkeys((0xFFFE, 0xFFFF), _BAD)
"""Code points that are none in any text, and that UTF-8 can write all the same."""
_START = 64
_MOST_BAD = 0.05
"""Of the characters of a text. Pictures and digests have far more."""
_CONTROLS = "".join(map(chr, (*range(9), 11, 12, *range(14, 32))))


def was_bytes(value: object) -> bool:
    """Return whether ExifTool gave a tag's value in base64: it is no UTF-8, or no text."""
    return isinstance(value, str) and value.startswith(_BASE64)


def decode_bytes(text: str) -> str | None:
    """Return the text behind ExifTool's base64, bad bytes as ``\ufffd``.

    None where the value is not in base64, or where its bytes are no text.
    """
    if not text.startswith(_BASE64):
        return None
    try:
        start = base64.b64decode(text[len(_BASE64) : len(_BASE64) + 4 * _START], validate=True)
        if not _is_text(start.decode("utf-8", "replace").rstrip(_BAD)):
            return None
        data = base64.b64decode(text[len(_BASE64) :], validate=True)
    except ValueError:
        return None
    found = data.decode("utf-8", "replace").translate(_NO_CHARACTER)
    return found if _is_text(found) else None


def _is_text(found: str) -> bool:
    """Return whether nearly all characters are ones that a text has."""
    bad = found.count(_BAD) + sum(found.count(control) for control in _CONTROLS)
    return bad <= max(1.0, _MOST_BAD * len(found))


def comment_text(text: str) -> str:
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
    return _TEXT_MARK.sub("", text, count=1) if text.startswith("Unicode") else text


def _decode_wide(data: bytes) -> str:
    """Return a text in UTF-16, in the byte order by which more of the high bytes are 0."""
    is_big = data[0::2].count(0) >= data[1::2].count(0)
    return data.decode("utf-16-be" if is_big else "utf-16-le", "replace")


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
