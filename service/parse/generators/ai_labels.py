"""Labels that say a machine made the picture, and no more: AIGC (China), IPTC, xAI, Ideogram.

* China's label (TC260, since 2025): JSON ``{"Label": "1", "ContentProducer": "…", "ProduceID": "…",
  …}`` in XMP ``TC260:AIGC``, a PNG text ``AIGC``, or as ``AIGC`` within the JSON of a comment. The
  producer is a number of a register.
* IPTC's ``DigitalSourceType`` in XMP, which ends with ``trainedAlgorithmicMedia``; Google writes
  ``Made with Google AI`` as Credit beside it.
* xAI (Grok): EXIF ImageDescription ``Signature: `` and base64, Artist a uuid.
* Ideogram: EXIF Make ``Ideogram AI``.

A file that says more is read by another parser; what signs a file is read by ``c2pa``.
"""

import re
from collections.abc import Iterator

from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.generators.c2pa import TRAINED, maker_of_text
from service.parse.shared.json_facts import JsonTable
from service.records import Blob, Blobs, Fact, Generation

AIGC = "aigc-label"
XAI = "grok"
IPTC = "iptc"
IDEOGRAM = "ideogram"

COMMENTS = ("usercomment", "comment", "description", "imagedescription", "aigc")
PLACES = frozenset({*COMMENTS, "digitalsourcetype", "make"})

CREDITS = ("credit", "creatortool", "software", "creator", "source", "description")

_SIGNATURE = light_pattern(r"Signature: ?[A-Za-z0-9+/=_-]{40,}")
_AIGC = light_pattern(r"\"Label\"\s{0,9}:.{0,400}\"ContentProducer\"\s{0,9}:", re.DOTALL)
_STATED = light_pattern(r"\bLabel\W{1,9}[1-9]")
"""1 to 3: certainly, perhaps, or by the look of it. A text of that name may be about anything."""
_UUID = light_pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

SILENT = "a label states that a machine made the image, and neither prompt nor settings"


def claim(blobs: Blobs) -> Claim:
    """Claim a file with one of the labels, where no other parser has more to say."""
    if _find_label(blobs):
        return Claim.FALLBACK
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return who made the image, as far as the label says, and the label as facts."""
    found = _find_label(blobs)
    if found is None:
        return Generation(None, {}, unsettled=("no label is here",))
    generator, blob = found
    return Generation(generator, {}, facts=tuple(_facts(blob)), unsettled=(SILENT,))


def _find_label(blobs: Blobs) -> tuple[str, Blob] | None:
    """Return our name of the maker or of the label, and the text that states it."""
    if PLACES.isdisjoint(blobs.texts):  # as of most files
        return None
    aigc = _find_aigc(blobs)
    if aigc is not None:
        return AIGC, aigc
    for blob in blobs.all("digitalsourcetype"):
        if TRAINED.search(blob.text.strip()):
            return _name_of_iptc(blobs), blob
    signature = _find_signature(blobs)
    if signature is not None:
        return XAI, signature
    make = blobs.first("make")
    if make is not None and make.text.strip().lower() == "ideogram ai":
        return IDEOGRAM, make
    return None


def _find_signature(blobs: Blobs) -> Blob | None:
    """Return xAI's signature; an artist who is no uuid has signed something else."""
    artist, description = blobs.first("artist"), blobs.first("imagedescription")
    if description is None or not _SIGNATURE.fullmatch(description.text.strip()):
        return None
    is_of_another = artist is not None and not _UUID.fullmatch(artist.text.strip())
    return None if is_of_another else description


def _find_aigc(blobs: Blobs) -> Blob | None:
    for own in blobs.all("aigc"):
        if _STATED.search(own.text):
            return own
    for blob in blobs.all(*COMMENTS):
        table = JsonTable.of(blob) if "AIGC" in blob.text else None
        inner = table.inside("AIGC") if table else None
        if inner is not None:
            return Blob("", inner.here, dict(inner.data))
        if _AIGC.search(blob.text):
            return blob
    return None


def _name_of_iptc(blobs: Blobs) -> str:
    credits_ = "\n".join(blob.text for blob in blobs.all(*CREDITS))
    maker = maker_of_text(credits_)
    return f"{maker}-{IPTC}" if maker else f"{IPTC}-generated"


def _facts(blob: Blob) -> Iterator[Fact]:
    table = JsonTable.of(blob)
    if table is not None:
        yield from table.facts()
    else:
        yield Fact(blob.source.rpartition(":")[2], blob.text, blob.source)


PARSER = Parser("ai-labels", 2, claim, parse, roles=PLACES)
