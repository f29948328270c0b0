"""InvokeAI: four forms of PNG text in its history, best first when a file holds several.

* ``invokeai_metadata`` (3.0 to 6): JSON of the whole run (InvokeAI's CoreMetadataInvocation), see ``metadata``.
* ``invokeai`` (builds before 3.0): the JSON of the one node that made the image, ``{"session_id", "node": {…}}``.
* ``sd-metadata`` (1.14 to 2.3): JSON with the model's weights and ``image``; ``Dream`` (from the first version): the
  same as a command line, ``"prompt [negative]" -s 50 -S 1 -W 512 -H 512 -C 7.5 -A k_lms``, see ``legacy``.
* ``invokeai_graph`` (4.0 to 6): the graph that ran, which says the rest where the metadata is cut, see ``graph``.

``invokeai_workflow`` is the editor's drawing of a graph; its values are those of
``invokeai_graph``.
"""

from service.parse.base import Claim, Parser
from service.parse.generators.invokeai import graph, legacy, metadata
from service.parse.shared.json_facts import JsonTable
from service.records import Blob, Blobs, Field, Generation

NAME = "invokeai"
ROLES = ("invokeai_metadata", "invokeai", "sd-metadata", "dream", "invokeai_graph")

CORE: tuple[Field, ...] = ("positive_prompt", "steps", "cfg_scale", "sampler", "seed", "model")
"""Where one of these is missing the graph is asked for it."""


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a text has one of InvokeAI's names and its form."""
    return (
        Claim.MARKER
        if any(_holds(role, blob) for role in ROLES for blob in blobs.all(role))
        else Claim.NO
    )


def _holds(role: str, blob: Blob) -> bool:
    return legacy.is_dream(blob.text) if role == "dream" else isinstance(blob.data, dict)


def parse(blobs: Blobs) -> Generation:
    """Return what the newest form says, filled from the older one or the graph where it is silent."""
    found = _modern(blobs) or _old(blobs) or Generation(NAME, {})
    if all(field in found.fields for field in CORE):
        return found
    told = _read_told(blobs, "invokeai_graph")
    if told is not None:
        found = _fill(found, graph.read_graph(told))
    return found


def _modern(blobs: Blobs) -> Generation | None:
    told = _read_told(blobs, "invokeai_metadata")
    if told is not None:
        return metadata.read_metadata(told)
    node = _read_told(blobs, "invokeai")
    return metadata.read_metadata(node.inside("node") or node) if node else None


def _old(blobs: Blobs) -> Generation | None:
    told, line = _read_told(blobs, "sd-metadata"), blobs.first("dream")
    command = legacy.from_dream(line) if line and legacy.is_dream(line.text) else None
    if told is None:
        return command
    full = legacy.from_json(told)
    return _fill(full, command) if command else full


def _read_told(blobs: Blobs, role: str) -> JsonTable | None:
    return next((told for blob in blobs.all(role) if (told := JsonTable.of(blob))), None)


def _fill(found: Generation, other: Generation) -> Generation:
    """Return the first, with the other's words for what it does not say."""
    return Generation(
        NAME,
        {**other.fields, **found.fields},
        found.passes or other.passes,
        found.resources or other.resources,
        (*found.facts, *other.facts),
        found.unsettled,
    )


PARSER = Parser(NAME, 2, claim, parse)

__all__ = ["PARSER"]
