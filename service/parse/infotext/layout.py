"""Where in an infotext the prompt ends, the negative begins, and the settings are.

Not every tool keeps to A1111's layout; the layouts here have been met in real files.
"""

import re
from bisect import bisect
from collections.abc import Iterator
from functools import lru_cache

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.parse.infotext.key_values import KNOWN, Settings, has_known_key, key_at, scan_settings

_STEPS = re.compile(r"^[ \t]*Steps[ \t]*:[ \t]*\d+[ \t]*(,|$)", re.IGNORECASE | re.MULTILINE)
_STEPS_WITHIN = light_pattern(
    r"Steps: ?\d+, ?(?=(?:Sampler|Schedule type|CFG scale|Seed|Size|Model)\b)"
)
# One setting a line, as some savers write them
_SINGLE = re.compile(r"[ \t]*[A-Z][\w ]{0,30}:[^,\n]{0,300}(?:\n|\Z)")
_SINGLES = KNOWN | {"width", "height", "cfg", "loras", "start at step", "end at step"}
# Before the prompt; a text with a label for the negative may have one for this as well
_LABEL = re.compile(r"\A\s*(?:Positive prompt|Prompt):\s*", re.IGNORECASE)
_NEGATIVE = re.compile(r"^[ \t]*Negative prompt[ \t]*:", re.IGNORECASE | re.MULTILINE)
_NEGATIVE_WITHIN = light_pattern(r"Negative prompt:")  # some scripts leave no blank before it
# sd-dynamic-prompts writes what the prompt was drawn from as blocks of their own, after the
# settings or before them.
_TEMPLATE = re.compile(r"^(Negative Template|Template):", re.MULTILINE)
# ComfyUI-Lora-Manager appends it
_RECIPE = light_pattern(r"^Recipe metadata:[ \t]*(?=\{)", re.MULTILINE)
# CivitAI's site copies it below the negative or below the settings
NETWORKS = "Additional networks"
_NETWORKS = light_pattern(rf"^[ \t]*{NETWORKS}:[ \t]*((?:urn:|air:)[^\"\n]*)\n?", re.MULTILINE)
_MIN_PAIRS = 3  # A1111's own rule for a settings line that does not begin with Steps
_LOOK = 2000  # characters within which a settings line shows a known key


@dataclass(frozen=True, slots=True)
class Infotext:
    """A text cut into its parts."""

    positive: str
    negative: str | None
    """None where the text has no ``Negative prompt:``."""
    settings: Settings
    templates: tuple[tuple[str, str], ...] = ()
    """``Template`` and ``Negative Template`` blocks."""


@lru_cache(maxsize=4)  # a file's text is read to claim it, and again to parse it
def read_layout(text: str) -> Infotext:
    """Return the parts of a text. Never raises; a text without any mark is all prompt."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\ufeff\0 \t\n")
    text, networks = _without_networks(text)
    start = settings_start(text)
    if start is None:
        start = len(text)
    start = _first_of_single_settings(text, start)
    body, tail = text[:start], text[start:]
    is_one_line = tail != "" and body.rpartition("\n")[2].strip() != ""
    if is_one_line:  # a comma is before the settings
        body = body.rstrip().removesuffix(",")
    mark = _first_line(_NEGATIVE, body)
    body, before = _without_templates(body, first=mark.end() if mark else 1)
    tail, after = _without_templates(tail, first=0)
    if mark is None and is_one_line:
        mark = _NEGATIVE_WITHIN.search(body)
    positive, negative = _split_at(mark, body)
    if negative is not None:
        positive = _LABEL.sub("", positive)
    if negative is None:  # some tools put the negative last
        tail, negative = _split_at(_first_line(_NEGATIVE, tail), tail)
    settings = scan_settings(f"{tail}{networks}")
    return Infotext(positive.strip(), negative, settings, (*before, *after))


def _without_networks(text: str) -> tuple[str, str]:
    """Return a text without CivitAI's line of networks, and the line as a setting."""
    line = _NETWORKS.search(text) if NETWORKS in text else None
    if line is None:
        return text, ""
    return text[: line.start()] + text[line.end() :], f'\n{NETWORKS}: "{line[1].strip()}"'


def _split_at(mark: re.Match[str] | None, text: str) -> tuple[str, str | None]:
    """Return what is before the negative's mark, and the negative; None where there is no mark."""
    if mark is None:
        return text, None
    return text[: mark.start()], text[mark.end() :].strip()


def _lines(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the matches at beginnings of lines; a search for ``^`` looks at each character."""
    start = 0
    while True:
        match = pattern.match(text, start)
        if match is not None:
            yield match
        start = text.find("\n", start) + 1
        if start == 0:
            return


def _first_line(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(_lines(pattern, text), None)


def _find_templates(text: str) -> list[re.Match[str]]:
    """Return where the blocks of templates begin, which hardly any text has."""
    return [*_lines(_TEMPLATE, text)] if "Template:" in text else []


def settings_start(text: str) -> int | None:
    """Return where the settings begin, or None where there are none.

    Prompts may hold a line ``Steps: 3``, so the last line that has further known keys is taken; a
    line in a template after the settings is not.
    """
    start = _steps_line(text)
    if start is None:
        start = _steps_within_line(text)
    if start is None:
        start = _last_line(text)
    return start


def _steps_line(text: str) -> int | None:
    """Return the start of the settings line that begins with Steps, or None without one."""
    templates = [match.start() for match in _find_templates(text)]
    start: int | None = None
    has_more = False
    for match in _lines(_STEPS, text):
        if start is not None and has_more and _is_between(templates, start, match.start()):
            break
        more_here = match[1] == "," and _has_known_key(text, match.end())
        if more_here or not has_more:
            start, has_more = match.start(), more_here
    if start is not None and (has_more or _is_bare_settings(text, start)):
        return start
    return None


def _first_of_single_settings(text: str, start: int) -> int:
    """Return where settings begin of which each has a line, Steps not being the first of them."""
    if not _SINGLE.match(text, start):
        return start
    while start > 0:
        before = text.rfind("\n", 0, start - 1) + 1
        key = key_at(text, before)
        if key is None or key[1].lower() not in _SINGLES or not _SINGLE.match(text, before):
            break
        start = before
    return start


def _is_between(places: list[int], start: int, end: int) -> bool:
    return bisect(places, start) != bisect(places, end)


def _steps_within_line(text: str) -> int | None:
    """Return where settings begin in the last line that has Steps and other settings within it."""
    places = [match.start() for match in _STEPS_WITHIN.finditer(text)]
    if not places:
        return None
    steps = places[-1]
    line = text.rfind("\n", 0, steps) + 1
    key = key_at(text, line)  # 'Sampler: Euler a, Steps: 20, …'
    return line if key and key[1].lower() in KNOWN else steps


def _is_bare_settings(text: str, at: int) -> bool:
    """Return whether a line ``Steps: 20`` without known neighbours is the settings line.

    It is where the text ends with it, or goes on with blocks that follow settings.
    """
    rest = text[at:].partition("\n")[2]
    if not rest.strip() or _TEMPLATE.match(rest) or _RECIPE.match(rest):
        return True
    return key_at(rest, 0) is not None


def _has_known_key(text: str, at: int) -> bool:
    """Return whether the rest of this line (the next, where it breaks here) holds a known key."""
    while at < len(text) and text[at] in " \t\n":
        at += 1
    line = text[at : at + _LOOK].partition("\n")[0]
    return has_known_key(line)


def _last_line(text: str) -> int | None:
    """Return the start of a last line of settings without Steps, or of a recipe block."""
    recipes = [match.start() for match in _lines(_RECIPE, text)]
    if recipes:
        return recipes[-1]
    start = text.rfind("\n") + 1
    key = key_at(text, start)
    if key is None or key[1].lower() not in KNOWN:
        return None
    keys = scan_settings(text[start:]).by_key
    if len(keys) < _MIN_PAIRS or len(KNOWN.intersection(keys)) < _MIN_PAIRS - 1:
        return None
    return start


def _without_templates(text: str, *, first: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Cut template blocks from the end; one before ``first`` is the prompt's own words."""
    blocks: list[tuple[str, str]] = []
    end = len(text)
    for mark in reversed(_find_templates(text)):
        if mark.start() < first:
            break
        blocks.append((mark[1], text[mark.end() : end].strip()))
        end = mark.start()
    return text[:end], tuple(reversed(blocks))
