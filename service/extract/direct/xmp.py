"""XMP of the one form that a generator writes: Draw Things' texts, each a property of its own.

ExifTool reads XMP with rules of its own, not as XML. So this is no XML parser either, with its
entities and its depth, but one strict form: any other packet is ExifTool's.
"""

import re

from service.extract.direct.found_tags import FoundTags, NotUnderstoodError

_NAMESPACES = {
    b"dc": b"http://purl.org/dc/elements/1.1/",
    b"xmp": b"http://ns.adobe.com/xap/1.0/",
    b"exif": b"http://ns.adobe.com/exif/1.0/",
}
_NAMES = {
    b"xmp:CreatorTool": ("XMP-xmp", "CreatorTool", 1),
    b"dc:description": ("XMP-dc", "Description", 1),
    b"exif:UserComment": ("XMP-exif", "UserComment", 0),
}
"""Group, name and priority: a tag of EXIF keeps its name beside its copy in XMP."""
_PACKET = re.compile(
    rb'\s*+<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="([ -!#-%\'-;=-~]++)">\s*+'
    rb'<rdf:RDF xmlns:rdf="http://www\.w3\.org/1999/02/22-rdf-syntax-ns#">\s*+'
    rb'<rdf:Description rdf:about=""((?:\s++xmlns:[a-z]++="[^"<&]*+")*+)>\s*+'
    rb"((?:<[a-z]++:[A-Za-z]++>.*?)?)</rdf:Description>\s*+</rdf:RDF>\s*+</x:xmpmeta>\s*+",
    re.DOTALL,
)
_NAMESPACE = re.compile(rb'xmlns:([a-z]++)="([^"]*+)"')
_PROPERTY = re.compile(
    rb"<(xmp:CreatorTool|dc:description|exif:UserComment)>"
    rb'(?:\s*+<rdf:Alt>\s*+<rdf:li xml:lang="x-default">([^<]++)</rdf:li>\s*+</rdf:Alt>\s*+'
    rb"|([^<]++))</\1>\s*+"
)
_WORDS = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}
_ENTITY = re.compile(rb"&(?:(amp|lt|gt|quot|apos)|#x([0-9A-Fa-f]{1,5})|#([0-9]{1,6}))?;?")
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LAST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def read_xmp(packet: bytes, found: FoundTags) -> None:
    """Find the tags of a packet. Raises NotUnderstoodError where it has another form."""
    match = _PACKET.fullmatch(packet)
    if match is None or not _is_text(packet) or found.has("XMP-x", "XMPToolkit"):
        raise NotUnderstoodError("XMP of another form, or a second packet")
    toolkit, namespaces, properties = match.groups()
    for prefix, place in _NAMESPACE.findall(namespaces):
        if _NAMESPACES.get(prefix) != place:
            raise NotUnderstoodError("a namespace of another name")
    found.add_text("XMP-x", "XMPToolkit", toolkit)
    at, names = 0, set[bytes]()
    while at < len(properties):
        one = _PROPERTY.match(properties, at)
        if one is None or one[1] in names:
            raise NotUnderstoodError("a property of another form, or a second one")
        names.add(one[1])
        at = one.end()
        is_plain = one[1] == b"xmp:CreatorTool"
        text = one[3] if is_plain else one[2]
        if text is None or b"xmlns:" + one[1].partition(b":")[0] + b"=" not in namespaces:
            raise NotUnderstoodError("a property of another form")
        group, name, priority = _NAMES[one[1]]
        found.add_text(group, name, _unescape(text), priority)


def _is_text(packet: bytes) -> bool:
    try:
        return _CONTROLS.search(packet.decode("utf-8")) is None
    except UnicodeDecodeError:
        return False


def _unescape(text: bytes) -> bytes:
    """Return a text without entities; blanks around it would be ExifTool's to judge."""
    if text != text.strip():
        raise NotUnderstoodError("blanks around a property")
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
