"""Any text becomes one line that every reader takes for one."""

import unicodedata

import pytest
from hypothesis import given
from nasty import texts

from service.export.one_line import one_line, sameness


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nBREAK\nb", "a BREAK b"),
        ("a\r\n\u2028\x85b", "a b"),
        ("\ufeff a\t\tb \0", "a b"),
        ("cafe\u0301", "caf\u00e9"),
        ("\u3000全角\u3000空白\u3000", "全角\u3000空白"),
        ("👩‍🚀", "👩‍🚀"),
        ("\n", ""),
    ],
)
def test_a_text_becomes_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@given(texts)
def test_a_line_is_one_line_trimmed_in_nfc_and_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert line.splitlines() == ([line] if line else [])
    assert (line.strip(), unicodedata.normalize("NFC", line), one_line(line)) == (line, line, line)
    assert "\ufeff" not in line


@given(texts)
def test_case_and_composition_make_no_difference(text: str) -> None:
    assert sameness(one_line(unicodedata.normalize("NFD", text))) == sameness(one_line(text))
