"""DreamStudio (Stability AI's site): an infotext that names its maker.

Readers that list DreamStudio (Image MetaHub) know it by the words ``DreamStudio`` or ``Stability
AI`` in PNG ``parameters``, which otherwise follow A1111's layout. The name counts only as a
setting's value or as Software, since prompts speak of both. Pictures of the site's own download
button hold no text at all.
"""

import re
from dataclasses import replace

from service.parse.base import Claim, Parser
from service.parse.generators import a1111
from service.parse.shared.json_facts import is_cut
from service.records import Blob, Blobs, Generation

NAME = "dreamstudio"
ROLES = ("parameters", "usercomment", "comment", "description")

_NAMED = re.compile(
    r"(?:Version|App|Software|Source|Generator|Tool): ?\"?(?:DreamStudio|Stability ?AI)",
    re.IGNORECASE,
)
_SOFTWARE = re.compile(r"DreamStudio", re.IGNORECASE)


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where an infotext or the software beside it names DreamStudio."""
    if _blob(blobs) is None:
        return Claim.NO
    return Claim.MARKER


def parse(blobs: Blobs) -> Generation:
    """Return the infotext's words under DreamStudio's name."""
    blob = _blob(blobs)
    if blob is None:
        return Generation(NAME, {}, unsettled=("no text names DreamStudio",))
    return replace(a1111.read(blob, blobs), generator=NAME)


def _blob(blobs: Blobs) -> Blob | None:
    by_software = any(_SOFTWARE.search(blob.text) for blob in blobs.all("software"))
    plain = (blob for blob in blobs.all(*ROLES) if blob.data is None and not is_cut(blob))
    return next(
        (blob for blob in plain if _is_named(blob.text) or (by_software and "Steps:" in blob.text)),
        None,
    )


def _is_named(text: str) -> bool:
    return ("tudio" in text or "tability" in text) and _NAMED.search(
        text
    ) is not None  # the words are found sooner


PARSER = Parser(NAME, 2, claim, parse, covers=frozenset({"a1111"}))
