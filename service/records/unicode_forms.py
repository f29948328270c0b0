"""Unicode's normal forms in linear time, for texts that strangers wrote.

Python sorts the marks that follow one letter by insertion, which is quadratic: 80,000 of two kinds
in turn took 6.5 s, and no other thread ran meanwhile.
"""

import unicodedata
from typing import Literal

Form = Literal["NFC", "NFKC", "NFKD"]

MOST_MARKS = 100
"""Marks on one letter. Unicode's stream-safe text has 30 at most, languages have a few."""

_SHORT = 500
"""Characters that cost too little to be looked through first."""


def normalize_unicode(form: Form, text: str) -> str:
    """Return a text in a normal form; one with too many marks on a letter as it is."""
    if len(text) > _SHORT and _has_stacked_marks(text):
        return text
    return unicodedata.normalize(form, text)


def _has_stacked_marks(text: str) -> bool:
    marks = 0
    for combining_class in map(unicodedata.combining, text):
        marks = marks + 1 if combining_class else 0
        if marks > MOST_MARKS:
            return True
    return False
