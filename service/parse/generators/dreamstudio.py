"""DreamStudio (Stability AI's site): an infotext that names its maker, in PNG ``parameters``.

Readers that list DreamStudio (Image MetaHub) know it by the words ``DreamStudio`` or ``Stability
AI`` in the text, which otherwise follows A1111's layout. The name counts only as a setting's value
or as Software, since prompts speak of both. Pictures of the site's own download button hold no text
at all.

Stability's SDK and API leave in EXIF the prompt as ImageDescription, ``stability.ai`` as Software
and the engine's family (``stability_diffusion``) as Model, which is no model's name.
"""

import re
from dataclasses import replace

from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.generators import a1111
from service.parse.shared.json_facts import plain_texts
from service.records import Blob, Blobs, Fact, Generation, Stated

NAME = "dreamstudio"
ROLES = ("parameters", "usercomment", "comment", "description")

_NAMED = light_pattern(
    r"(?:Version|App|Software|Source|Generator|Tool): ?\"?(?:DreamStudio|Stability ?AI)",
    re.IGNORECASE,
)
_SDK = light_pattern(r"(?:stability\.ai|stability[-_ ]sdk)", re.IGNORECASE)
SDK = "Stability's SDK states the prompt and no settings"
_SOFTWARE = light_pattern(r"DreamStudio", re.IGNORECASE)


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where an infotext or the software beside it names DreamStudio."""
    if _find_infotext(blobs) or _find_prompt(blobs):
        return Claim.MARKER
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return the infotext's words under DreamStudio's name."""
    blob = _find_infotext(blobs)
    prompt = _find_prompt(blobs)
    if blob is None and prompt is not None:
        stated = Stated(prompt.text, prompt.source)
        return Generation(NAME, {"positive_prompt": stated}, facts=_marks(blobs), unsettled=(SDK,))
    if blob is None:
        return Generation(NAME, {}, unsettled=("no text names DreamStudio",))
    return replace(a1111.read_infotext(blob, blobs), generator=NAME)


def _find_infotext(blobs: Blobs) -> Blob | None:
    by_software = any(_SOFTWARE.search(blob.text) for blob in blobs.all("software"))
    for blob in plain_texts(blobs, *ROLES):
        if _names_itself(blob.text) or (by_software and "Steps:" in blob.text):
            return blob
    return None


def _find_prompt(blobs: Blobs) -> Blob | None:
    """Return the prompt that Stability's SDK left as a description."""
    if any(_SDK.fullmatch(blob.text.strip()) for blob in blobs.all("software")):
        return next(plain_texts(blobs, "imagedescription", "description"), None)
    return None


def _marks(blobs: Blobs) -> tuple[Fact, ...]:
    found = blobs.all("software", "model")
    return tuple(Fact(one.source.rpartition(":")[2], one.text, one.source) for one in found)


def _names_itself(text: str) -> bool:
    # The two words are found sooner than the pattern.
    return ("tudio" in text or "tability" in text) and _NAMED.search(text) is not None


PARSER = Parser(
    NAME,
    3,
    claim,
    parse,
    covers=frozenset({"a1111"}),
    roles=frozenset({*ROLES, "imagedescription"}),
)
