"""Where a file keeps its graphs, and whether these make it an image of ComfyUI.

Graphs are under ``prompt`` and ``workflow``, or inside another text's JSON, where their shape shows
them. Some savers put both into one object (``{"prompt": {…}, "workflow": {…}}`` in a JPEG's
UserComment, a video's comment, an XMP property); the inner ones may be JSON texts themselves.
CivitAI adds ``extra`` and ``extraMetadata`` beside the nodes.
"""

from collections.abc import Iterator, Mapping

from service.parse.base import Claim
from service.parse.json_texts import parse_json
from service.records import Blob, Blobs
from service.records.json_values import JsonValue
from service.records.record import record

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

FOREIGN_ROLES = frozenset({"parameters-json", "smproj", "generation_data"})
"""Texts by which other tools (Stability Matrix, TensorArt) mark the graphs they embed."""

SIGNS = ('"class_type"', '"last_node_id"', '"widgets_values"')
"""Members that only ComfyUI's graphs have."""

SWARM_ROLES = ("parameters", "usercomment", "comment", "model", "sidecar")
"""Texts in which SwarmUI writes JSON of its own."""

DEEPEST = 3
"""Levels of objects that are searched: no saver nests deeper."""


@record(frozen=True, slots=True)
class RawGraph:
    """A graph's JSON and the place of the text that held it."""

    data: Mapping[str, JsonValue]
    source: str


@record(frozen=True, slots=True)
class Graphs:
    """The first graph of either form that a file holds."""

    api: RawGraph | None
    ui: RawGraph | None


def claim(blobs: Blobs) -> Claim:
    """Return how sure it is that ComfyUI made the image.

    MARKER for a graph, SHAPE where another tool embeds one, FALLBACK where it cannot be read.
    """
    graphs = find_graphs(blobs)
    if graphs.api is None and graphs.ui is None:
        if find_broken_graph(blobs) is None:
            return Claim.NO
        return Claim.FALLBACK
    if _is_swarm(blobs):
        return Claim.NO
    if _is_foreign(blobs, graphs):
        return Claim.SHAPE
    return Claim.MARKER


def find_graphs(blobs: Blobs) -> Graphs:
    """Return the graphs of a file; those under their own roles win over those in other texts."""
    api: RawGraph | None = None
    ui: RawGraph | None = None
    for found in _list_objects(blobs):
        if api is None and is_api(found.data):
            api = found
        elif ui is None and is_ui(found.data):
            ui = found
        if api and ui:
            break
    return Graphs(api, ui)


def _list_objects(blobs: Blobs) -> Iterator[RawGraph]:
    roles = dict.fromkeys(("prompt", "workflow", *blobs.texts))
    for blob in blobs.all(*roles):
        yield from _open_objects(blob)


def _open_objects(blob: Blob) -> Iterator[RawGraph]:
    """Yield the object that a text is, and those inside it."""
    level = [blob.data]
    for _ in range(DEEPEST):
        inner: list[JsonValue] = []
        for value in level:
            opened = parse_json(value) if isinstance(value, str) else value
            if isinstance(opened, dict):
                yield RawGraph(opened, blob.source)
                inner += [opened[name] for name in INNER if name in opened]
        level = inner


def is_api(data: Mapping[str, JsonValue]) -> bool:
    """Return whether this is a graph in API form: an object of which a member names its class."""
    return any(map(_has_class, data.values()))


def _has_class(node: JsonValue) -> bool:
    return isinstance(node, dict) and isinstance(node.get("class_type"), str)


def is_ui(data: Mapping[str, JsonValue]) -> bool:
    """Return whether this is a graph as the editor saves it: nodes with types, and links."""
    nodes = data.get("nodes")
    if not isinstance(nodes, list) or not ("links" in data or "last_node_id" in data):
        return False
    return any(map(_has_type, nodes))


def _has_type(node: JsonValue) -> bool:
    return isinstance(node, dict) and isinstance(node.get("type"), str)


def find_broken_graph(blobs: Blobs) -> Blob | None:
    """Return a text under a graph's key that has a graph's words and is no JSON: cut, or spoilt."""
    for blob in blobs.all("prompt", "workflow"):
        is_no_json = blob.data is None and blob.text.lstrip().startswith("{")
        if is_no_json and any(sign in blob.text for sign in SIGNS):
            return blob
    return None


def _is_foreign(blobs: Blobs, graphs: Graphs) -> bool:
    """Return whether another tool claims the graph, so that its own parser should go first."""
    if not FOREIGN_ROLES.isdisjoint(blobs.texts):
        return True
    return graphs.api is not None and "extraMetadata" in graphs.api.data


def _is_swarm(blobs: Blobs) -> bool:
    """Return whether SwarmUI wrote the file: its own JSON says more than the graph it embeds."""
    for blob in blobs.all(*SWARM_ROLES):
        if isinstance(blob.data, dict) and "sui_image_params" in blob.data:
            return True
    return False
