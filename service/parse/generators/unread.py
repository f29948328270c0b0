"""Files with AI metadata in the keys or forms of image generators that no other parser reads.

They are told apart from plain photographs, and from what some programs leave where there is
nothing to say (``parameters`` = ``None``). The answer has no field and no generator: status
``partial`` with the reason, so that such files can be found by one query and are read again from
their stored record as soon as a parser for them exists.
"""

from service.parse.base import Claim, Parser
from service.parse.shared.model_files import names_nothing
from service.records import Blob, Blobs, Generation

ROLES = frozenset(
    "dream sd-metadata invokeai_metadata invokeai_graph generation_data parameters parameters-json "
    "smproj fooocus_scheme negative_prompt prompt workflow sd:prompt".split(),
)
"""Text keys that only image generators write."""

TRAINED = "trainedAlgorithmicMedia"
"""IPTC's digital source type for pictures made by a model; C2PA states it, also in 'composite…'."""


def claim(blobs: Blobs) -> Claim:
    """Claim what no other parser does, where a key or a text's form shows an image generator."""
    if _find_evidence(blobs):
        return Claim.FALLBACK
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return an answer without fields that names the text nobody reads."""
    blob = _find_evidence(blobs)
    where = blob.source if blob else "the file"
    return Generation(
        None, {}, unsettled=(f"{where} holds AI metadata in a form that no parser reads yet",)
    )


def _find_evidence(blobs: Blobs) -> Blob | None:
    for role, texts in blobs.texts.items():
        if role in ROLES:
            for blob in texts:
                if not names_nothing(blob.text):
                    return blob
    for blob in blobs.all():
        if TRAINED in blob.text or _has_prompt(blob):
            return blob
    return None


def _has_prompt(blob: Blob) -> bool:
    return isinstance(blob.data, dict) and "prompt" in "\n".join(blob.data).lower()


PARSER = Parser("unread", 3, claim, parse)
