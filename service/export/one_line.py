"""A text as one line of a file, and the form by which two lines are the same."""

import re

from service.records.unicode_forms import normalize_unicode

BYTE_ORDER_MARK = "\ufeff"

_BREAKS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
"""All that ``str.splitlines`` cuts at.

Readers use it, so any of these would make two items of one.
"""
_CONTROLS = re.compile(f"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f{BYTE_ORDER_MARK}]")
_BLANKS = re.compile("  +")


def one_line(text: str) -> str:
    """Return a text in NFC as one line, without control characters; it may be empty.

    There are no blanks at its ends, and no two in a row.
    """
    if not (text.isascii() and text.isprintable()):
        flat = _CONTROLS.sub("", _BREAKS.sub(" ", text.replace("\t", " ")))
        text = normalize_unicode("NFC", flat)
    if "  " in text:
        text = _BLANKS.sub(" ", text)
    return text.strip()


def sameness(line: str) -> str:
    """Return what is equal for two lines that differ by case or composition alone."""
    folded = line.casefold()
    return folded if folded.isascii() else normalize_unicode("NFC", folded)
