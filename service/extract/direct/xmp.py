"""XMP of plain properties: texts, dates and lists, as attributes or as elements.

ExifTool reads XMP with rules of its own, not as XML. So this is no XML parser either, with its
entities and its depth, but one strict form: any other packet is ExifTool's, as are structures
(the history that photo programs write), languages and comments.
"""

import re
from dataclasses import field

from service.extract.direct.found_tags import FoundTags, NotUnderstoodError
from service.extract.direct.xmp_tags import SPACES, Rule, Space, Texts
from service.extract.structure_checks import XMP_CAP
from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern

_START = light_pattern(
    rb"\s*+(?:<\?xpacket\s++begin=([\"'])(?:\xef\xbb\xbf)?\1"
    rb"\s++id=([\"'])W5M0MpCehiHzreSzNTczkc9d\2\s*+\?>\s*+)?"
    rb"<x:xmpmeta\s++xmlns:x=([\"'])adobe:ns:meta/\3"
    rb"(?:\s++x:xmptk=(?:\"([ -!#-%'-;=?-~]++)\"|'([ -%(-;=?-~]++)'))?+\s*+>\s*+"
    rb"<rdf:RDF\s++xmlns:rdf=([\"'])http://www\.w3\.org/1999/02/22-rdf-syntax-ns#\6\s*+>\s*+"
)
_END = light_pattern(
    rb"</rdf:RDF>\s*+</x:xmpmeta>\s*+(?:<\?xpacket\s++end=[\"'][rw][\"']\s*+\?>\s*+)?"
)
_DESCRIPTION = light_pattern(
    rb"<rdf:Description"
    rb"((?:\s++[A-Za-z0-9_]++:[A-Za-z0-9_]++=(?:\"[^\"<>]*+\"|'[^'<>]*+'))*+)\s*+(/?)>\s*+"
)
_ATTRIBUTE = light_pattern(rb"\s++([A-Za-z0-9_]++):([A-Za-z0-9_]++)=(?:\"([^\"]*+)\"|'([^']*+)')")
_DESCRIBED = light_pattern(rb"</rdf:Description>\s*+")
_PROPERTY = light_pattern(
    rb"<([A-Za-z0-9_]++):([A-Za-z0-9_]++)>"
    rb"(?:([^<]++)"
    rb"|\s*+<rdf:(Alt)>\s*+<rdf:li\s++xml:lang=[\"']x-default[\"']>([^<]++)</rdf:li>\s*+</rdf:Alt>"
    rb"\s*+"
    rb"|\s*+<rdf:(Bag|Seq)>\s*+((?:<rdf:li>[^<]++</rdf:li>\s*+)++)</rdf:\6>\s*+)"
    rb"</\1:\2>\s*+"
)
_ITEM = light_pattern(rb"<rdf:li>([^<]++)</rdf:li>")
_MOST_ITEMS = 500
"""Of a list. ExifTool reads a thousand, and warns of more."""
_ALT, _LIST = "Alt", "Bag"

_WORDS = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}
_ENTITY = light_pattern(rb"&(?:(amp|lt|gt|quot|apos)|#x([0-9A-Fa-f]{1,5})|#([0-9]{1,6}))?;?")
_CONTROLS = light_pattern("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LAST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


@dataclass(slots=True)
class _Walk:
    """A packet that is being read."""

    found: FoundTags
    spaces: dict[bytes, Space] = field(default_factory=dict)
    """The namespaces of the present description, by prefix."""
    properties: set[tuple[str, str]] = field(default_factory=set)
    """Group and name of those that were found."""


def read_xmp(packet: bytes, found: FoundTags) -> None:
    """Find the tags of a packet. Raises NotUnderstoodError where it has another form."""
    start = _START.match(packet) if len(packet) <= XMP_CAP else None
    if start is None or found.has_xmp or not _is_text(packet):
        raise NotUnderstoodError("XMP of another form, or a second packet")
    found.has_xmp = True
    if toolkit := start[4] or start[5]:
        found.add_text("XMP-x", "XMPToolkit", toolkit)
    walk, at = _Walk(found), start.end()
    while one := _DESCRIPTION.match(packet, at):
        at = one.end()
        _read_attributes(walk, one[1])
        if not one[2]:
            at = _read_properties(walk, packet, at)
    if _END.fullmatch(packet, at) is None:
        raise NotUnderstoodError("XMP of another form")


def _is_text(packet: bytes) -> bool:
    try:
        return _CONTROLS.search(packet.decode("utf-8")) is None
    except UnicodeDecodeError:
        return False


def _read_attributes(walk: _Walk, attributes: bytes) -> None:
    """Read what a description says in its own tag: namespaces, then properties."""
    walk.spaces.clear()
    found = _ATTRIBUTE.findall(attributes)
    properties = []
    for prefix, name, one, other in found:
        if prefix == b"xmlns":
            _open_space(walk, name, one or other)
        elif prefix + b":" + name != b"rdf:about":
            properties.append((prefix, name, one or other))
        elif one or other:
            raise NotUnderstoodError("a description of something else")
    for prefix, name, text in properties:
        _add(walk, prefix, name, "", [text])


def _open_space(walk: _Walk, prefix: bytes, place: bytes) -> None:
    space = SPACES.get(place)
    if space is None or prefix not in space.prefixes or prefix in walk.spaces:
        raise NotUnderstoodError("a namespace of another name")
    walk.spaces[prefix] = space


def _read_properties(walk: _Walk, packet: bytes, at: int) -> int:
    """Read the elements of a description, and return where it ends."""
    while one := _PROPERTY.match(packet, at):
        prefix, name, text, is_alt, default, is_list, items = one.groups()
        at = one.end()
        if is_list:
            texts = _ITEM.findall(items)
            if len(texts) > _MOST_ITEMS:
                raise NotUnderstoodError("a long list")
            _add(walk, prefix, name, _LIST, texts)
        else:
            _add(walk, prefix, name, _ALT if is_alt else "", [text or default])
    end = _DESCRIBED.match(packet, at)
    if end is None:
        raise NotUnderstoodError("a property of another form")
    return end.end()


def _add(walk: _Walk, prefix: bytes, name: bytes, form: str, texts: Texts) -> None:
    space = walk.spaces.get(prefix)
    rule: Rule | None = space.rules.get(name) if space else None
    if space is None or rule is None or rule.form != form:
        raise NotUnderstoodError("a property of another name or form")
    key = (space.group, rule.name)
    if key in walk.properties:
        raise NotUnderstoodError("a second property of a name")
    walk.properties.add(key)
    value = rule.read([_unescape(text) for text in texts], walk.found)
    walk.found.add(space.group, rule.name, value, rule.priority)


def _unescape(text: bytes) -> bytes:
    """Return a text without entities; blanks around it would be ExifTool's to judge."""
    if not text or text != text.strip():
        raise NotUnderstoodError("no text, or blanks around it")
    return _ENTITY.sub(_character, text)


def _character(match: "re.Match[bytes]") -> bytes:
    word, high, low = match.groups()
    if not match[0].endswith(b";") or not (word or high or low):
        raise NotUnderstoodError("an entity that is none")
    if word:
        return _WORDS[word]
    code = int(high, 16) if high else int(low)
    if not 0 < code <= _LAST_CHARACTER or code in _SURROGATES:
        raise NotUnderstoodError("a character that is none")
    return chr(code).encode("utf-8")
