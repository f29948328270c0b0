"""InvokeAI: four forms of PNG text in its history, best first when a file holds several.

* ``invokeai_metadata`` (3.0 to 6): JSON of the whole run (InvokeAI's CoreMetadataInvocation), see
  ``metadata``.
* ``invokeai`` (builds before 3.0): the JSON of the one node that made the image, ``{"session_id",
  "node": {…}}``.
* ``sd-metadata`` (1.14 to 2.3): JSON with the model's weights and ``image``; ``Dream`` (from the
  first version): the same as a command line, ``"prompt [negative]" -s 50 -S 1 -W 512 -H 512 -C 7.5
  -A k_lms``, see ``legacy``.
* ``invokeai_graph`` (4.0 to 6): the graph that ran, which says the rest where the metadata is cut,
  see ``graph``.

``invokeai_workflow`` is the editor's drawing of a graph; its values are those of
``invokeai_graph``.
"""

from service.parse.base import Claim, Parser
from service.parse.generators.invokeai import graph, legacy, metadata
from service.parse.shared.json_facts import find_table
from service.records import Blob, Blobs, Field, Generation

NAME = "invokeai"
ROLES = ("invokeai_metadata", "invokeai", "sd-metadata", "dream", "invokeai_graph")

CORE: frozenset[Field] = frozenset(
    {"positive_prompt", "steps", "cfg_scale", "sampler", "seed", "model"}
)
"""Where one of these is missing the graph is asked for it."""


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a text has one of InvokeAI's names and its form."""
    for role in ROLES:
        if any(_has_form(role, blob) for blob in blobs.all(role)):
            return Claim.MARKER
    return Claim.NO


def _has_form(role: str, blob: Blob) -> bool:
    if role == "dream":
        return legacy.is_dream(blob.text)
    return isinstance(blob.data, dict)


def parse(blobs: Blobs) -> Generation:
    """Return what the newest form says, what it lacks from an older one or the graph."""
    found = _read_modern(blobs) or _read_legacy(blobs) or Generation(NAME, {})
    if found.fields.keys() >= CORE:
        return found
    table = find_table(blobs, "invokeai_graph")
    if table is None:
        return found
    return _fill(found, graph.read_graph(table))


def _read_modern(blobs: Blobs) -> Generation | None:
    run = find_table(blobs, "invokeai_metadata")
    if run is not None:
        return metadata.read_metadata(run)
    build = find_table(blobs, "invokeai")
    if build:
        return metadata.read_metadata(build.inside("node") or build)
    return None


def _read_legacy(blobs: Blobs) -> Generation | None:
    table, line = find_table(blobs, "sd-metadata"), blobs.first("dream")
    command = legacy.read_dream(line) if line and legacy.is_dream(line.text) else None
    if table is None:
        return command
    found = legacy.read_sd_metadata(table)
    if command:
        return _fill(found, command)
    return found


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


PARSER = Parser(NAME, 4, claim, parse, roles=frozenset(ROLES))

__all__ = ["PARSER"]
