"""The properties of XMP that are read, how ExifTool calls them, and what it makes of their values.

Those that generators write, and those that sites and editors put beside them: who made the image,
with what, when, and that it was made by a model.
"""

import re
from collections.abc import Callable, Mapping

from service.extract.direct.found_tags import (
    NO_TEXT,
    FoundTags,
    NotUnderstoodError,
    is_bare,
)
from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.records.json_values import JsonValue

_DATE = light_pattern(
    rb"(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[-+]\d\d:\d\d)?)", re.ASCII
)
_OF_NO_FORM = light_pattern(rb"[{\[]|[0-9A-Fa-f]{8}-")
"""How a value begins that ExifTool does not take for a fraction or a date."""

Texts = list[bytes]
"""The texts of a property: one, or those of a list."""


def _text(texts: Texts, found: FoundTags) -> JsonValue:
    [text] = texts
    return found.value_of(text)


def _date(texts: Texts, found: FoundTags) -> JsonValue:
    [text] = texts
    match = _DATE.fullmatch(text)
    if match is None:
        raise NotUnderstoodError("a date of another form")
    return found.value_of(b"%s:%s:%s %s" % match.groups())


def _list(texts: Texts, found: FoundTags) -> JsonValue:
    """Return a list. Whether a number in it is quoted has differed from version to version."""
    if any(is_bare(text) for text in texts):
        raise NotUnderstoodError("a number in a list")
    return [found.value_of(text) for text in texts]


def _of_unknown(texts: Texts, found: FoundTags) -> JsonValue:
    """Return the value of a property that ExifTool does not know.

    It looks for fractions and dates in it, and takes it for bytes once it has seen a long one.
    """
    [text] = texts
    if not _OF_NO_FORM.match(text) or NO_TEXT.search(text):
        raise NotUnderstoodError("an unknown property of another form")
    return found.value_of(text)


@dataclass(frozen=True, slots=True)
class Rule:
    """How a property is called and read."""

    name: str
    read: Callable[[Texts, FoundTags], JsonValue] = _text
    priority: int = 1
    form: str = ""
    """``Alt`` where it has to be the text of the default language, ``Bag`` where a list."""


@dataclass(frozen=True, slots=True)
class Space:
    """A namespace: how its tags' group is called, and its properties."""

    group: str
    prefixes: frozenset[bytes]
    rules: Mapping[bytes, Rule]


def _space(group: str, prefixes: str, rules: Mapping[str, Rule]) -> Space:
    named = {name.encode(): rule for name, rule in rules.items()}
    return Space(f"XMP-{group}", frozenset(prefixes.encode().split()), named)


def _plain(names: str) -> dict[str, Rule]:
    return {name: Rule(name[0].upper() + name[1:]) for name in names.split()}


def _date_of(name: str, priority: int = 1) -> dict[str, Rule]:
    return {name: Rule(name, _date, priority)}


SPACES: dict[bytes, Space] = {
    b"http://purl.org/dc/elements/1.1/": _space(
        "dc",
        "dc",
        {
            **{name: Rule(name.title(), form="Alt") for name in ("description", "title", "rights")},
            **{name: Rule(name.title(), _list, form="Bag") for name in ("creator", "subject")},
            **_plain("format identifier"),
        },
    ),
    b"http://ns.adobe.com/xap/1.0/": _space(
        "xmp",
        "xmp",
        {
            **_plain("CreatorTool Label"),
            **_date_of("CreateDate", 0),
            **_date_of("ModifyDate", 0),
            **_date_of("MetadataDate"),
        },
    ),
    b"http://ns.adobe.com/exif/1.0/": _space(
        "exif", "exif", {"UserComment": Rule("UserComment", priority=0, form="Alt")}
    ),
    b"http://ns.adobe.com/photoshop/1.0/": _space(
        "photoshop",
        "photoshop",
        {
            **_plain("Credit Headline Instructions Source"),
            "ICCProfile": Rule("ICCProfileName"),
            **_date_of("DateCreated"),
        },
    ),
    b"http://ns.adobe.com/xap/1.0/mm/": _space(
        "xmpMM", "xmpMM", _plain("DocumentID InstanceID OriginalDocumentID")
    ),
    b"http://iptc.org/std/Iptc4xmpExt/2008-02-29/": _space(
        "iptcExt",
        "Iptc4xmpExt iptcExt",
        {
            **_plain("DigitalSourceType"),
            "DigImageGUID": Rule("DigitalImageGUID"),
            "DigitalImageGUID": Rule("DigitalImageGUID", _of_unknown, 0),
        },
    ),
    b"https://github.com/Comfy-Org/ComfyUI": _space(
        "comfy",
        "comfy",
        {name: Rule(name.title(), _of_unknown, 0) for name in ("prompt", "workflow")},
    ),
    b"http://www.tc260.org.cn/ns/AIGC/1.0/": _space(
        "TC260", "TC260", {"AIGC": Rule("Aigc", _of_unknown, 0)}
    ),
}
"""Every namespace that is understood, by its name; any other, and any other prefix of it, is
ExifTool's."""
