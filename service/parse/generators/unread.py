"""Files that plainly hold AI metadata in a form no other parser reads.

They are told apart from plain photographs.

The answer has no field and no generator: status ``partial`` with the reason, so that such files can
be found by one query and are read anew from their kept record as soon as a parser for them exists.
"""

from service.parse.base import Claim, Parser
from service.records import Blob, Blobs, Generation

ROLES = frozenset(
    "dream sd-metadata invokeai_metadata invokeai_graph generation_data parameters parameters-json smproj "
    "fooocus_scheme negative_prompt prompt workflow sd:prompt".split(),
)
"""Text keys that only image generators write."""

TRAINED = "trainedAlgorithmicMedia"
"""IPTC's digital source type for pictures made by a model.

C2PA manifests state it (also within 'composite…').
"""


def claim(blobs: Blobs) -> Claim:
    """Claim what no other parser does, where a key or the form of a text shows an image generator."""
    return Claim.FALLBACK if _evidence(blobs) else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return an answer without fields that names the text nobody reads."""
    blob = _evidence(blobs)
    where = blob.source if blob else "the file"
    return Generation(
        None, {}, unsettled=(f"{where} holds AI metadata in a form that no parser reads yet",)
    )


def _evidence(blobs: Blobs) -> Blob | None:
    by_role = (blob for role in blobs.texts if role in ROLES for blob in blobs.texts[role])
    return next(by_role, None) or next((blob for blob in blobs.all() if _tells(blob)), None)


def _tells(blob: Blob) -> bool:
    if isinstance(blob.data, dict):
        return any("prompt" in key.lower() for key in blob.data) or TRAINED in blob.text
    return TRAINED in blob.text


PARSER = Parser("unread", 2, claim, parse)
