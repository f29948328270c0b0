"""Where a file keeps its graphs.

Under ``prompt`` and ``workflow``, or inside another text's JSON, found by shape.

Savers put both into one object (``{"prompt": {…}, "workflow": {…}}`` in a JPEG's UserComment, a
video's comment, an XMP property); the inner ones may themselves be JSON texts. CivitAI adds
``extra`` and ``extraMetadata`` beside nodes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from service.parse.blobs import parse_json
from service.parse.comfyui.form.graph import is_api
from service.records import Blob, Blobs

INNER = (
    "prompt",
    "prompt_api",
    "workflow",
    "Prompt",
    "Workflow",
    "output",
    "extra_pnginfo",
    "extra_data",
    "comfyui",
)
"""Members of an object that have been seen to hold a graph."""

FOREIGN_ROLES = ("parameters-json", "smproj", "generation_data")
"""Texts by which another tool (Stability Matrix, TensorArt) marks the graph it embeds as its own."""


@dataclass(frozen=True, slots=True)
class Found:
    """A graph's JSON and the place of the text that held it."""

    data: Mapping[str, JsonValue]
    source: str


@dataclass(frozen=True, slots=True)
class Graphs:
    """The first graph of either form that a file holds."""

    api: Found | None
    ui: Found | None


def find_graphs(blobs: Blobs) -> Graphs:
    """Return the graphs of a file.

    Those under their own roles win over those inside other texts.
    """
    api: Found | None = None
    ui: Found | None = None
    for found in _candidates(blobs):
        if api is None and is_api(dict(found.data)):
            api = found
        elif ui is None and is_ui(found.data):
            ui = found
        if api and ui:
            break
    return Graphs(api, ui)


def _candidates(blobs: Blobs) -> Iterator[Found]:
    roles = [role for role in ("prompt", "workflow") if role in blobs.texts]
    roles += [role for role in blobs.texts if role not in roles]
    for role in roles:
        for blob in blobs.texts[role]:
            yield from _inside(blob.data, blob.source)


def _inside(data: JsonValue, source: str) -> Iterator[Found]:
    """Yield the object and those inside it, down to two levels: no saver nests deeper."""
    level = [data]
    for _ in range(3):
        inner: list[JsonValue] = []
        for value in level:
            opened = parse_json(value) if isinstance(value, str) else value
            if not isinstance(opened, dict):
                continue
            yield Found(opened, source)
            inner.extend(opened[name] for name in INNER if name in opened)
        level = inner


def is_ui(data: Mapping[str, JsonValue]) -> bool:
    """Return whether this is a graph as the editor saves it.

    A list of nodes with types, and links.
    """
    nodes = data.get("nodes")
    if not isinstance(nodes, list) or not ("links" in data or "last_node_id" in data):
        return False
    return any(isinstance(node, dict) and isinstance(node.get("type"), str) for node in nodes)


def find_broken_graph(blobs: Blobs) -> Blob | None:
    """Return a text that has the words of a graph under a graph's key and is no JSON.

    Cut off, or spoilt.
    """
    for blob in blobs.all("prompt", "workflow"):
        if (
            blob.data is None
            and blob.text.lstrip().startswith("{")
            and any(sign in blob.text for sign in SIGNS)
        ):
            return blob
    return None


SIGNS = ('"class_type"', '"last_node_id"', '"widgets_values"')
"""Members that only ComfyUI's graphs have."""


def is_foreign(blobs: Blobs, graphs: Graphs) -> bool:
    """Return whether another tool claims the graph, so that its own parser should go first."""
    if any(role in blobs.texts for role in FOREIGN_ROLES):
        return True
    return graphs.api is not None and "extraMetadata" in graphs.api.data


def is_swarm(blobs: Blobs) -> bool:
    """Return whether SwarmUI wrote the file: its own JSON says more than the graph it embeds."""
    return any(
        isinstance(blob.data, dict) and "sui_image_params" in blob.data
        for blob in blobs.all("parameters", "usercomment", "comment", "model", "sidecar")
    )
