"""Which node wrote the file: by what it writes, what it is told, and how it names its files."""

import re
from functools import lru_cache

from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.link_inputs import LINKS
from service.parse.comfyui.nodes.signature import SIGNATURES_KEPT, Signature

IMAGES = frozenset({*LINKS["image"], "source", "overlay"})
SHOWABLE = frozenset({*LINKS["image"], *LINKS["latent"], "any"})

SAVES = ("save_output", "save_image", "image_output")
NOT_SAVED = (False, "Preview", "Hide", "None", "Hide&Sender", "Sender")
"""What such a switch says where the node writes no file."""
VIDEO = re.compile(r"\.(mp4|webm|mkv|mov|gif|avi)$", re.IGNORECASE)
VIDEO_SAVER = re.compile(r"video|webm|gif|mp4|animated", re.IGNORECASE)
"""Files, and classes of nodes that write them."""


def find_outputs(graph: Graph, file_name: str) -> list[list[Node]]:
    """Return the nodes that may have written the file, likeliest first, in groups of one kind.

    Savers for this kind of file go before others, and all before previews and savers that are told
    not to save. Within a group the one whose file name prefix fits best is first, then the last in
    order.
    """
    is_video = VIDEO.search(file_name) is not None
    savers: list[Node] = []
    others: list[Node] = []
    previews: list[Node] = []
    for node in graph.values():
        if not _may_write(node.signature):
            continue
        if node.plays("preview") or (node.plays("saver") and _only_shows(node)):
            previews.insert(0, node)
        else:
            saves_video = VIDEO_SAVER.search(node.class_type) is not None
            (savers if is_video == saves_video else others).insert(0, node)
    for group in (savers, others):
        group.sort(key=lambda node: _fit_prefix(node, file_name), reverse=True)
    groups = [group for group in (savers, others, previews) if group]
    return groups or [_find_only_end(graph)]


@lru_cache(maxsize=SIGNATURES_KEPT)
def _may_write(node: Signature) -> bool:
    """Return whether a node shows or saves what comes in."""
    if SHOWABLE.isdisjoint(node.links):
        return False
    return node.plays("preview") or node.plays("saver")


def _only_shows(node: Node) -> bool:
    """Return whether a saver is told to show its image alone: ``save_output`` is off."""
    return any(node.scalar(name) in NOT_SAVED for name in SAVES if name in node.inputs)


def _fit_prefix(node: Node, file_name: str) -> int:
    """Return how much of a saver's prefix a file's name begins with: all of it, or nothing."""
    prefix = node.scalar("filename_prefix") or node.scalar("filename") or ""
    literal = str(prefix).replace("\\", "/").rsplit("/", 1)[-1].split("%", 1)[0]
    if not file_name.startswith(literal):
        return 0
    return len(literal)


def _find_only_end(graph: Graph) -> list[Node]:
    """Return the only node that takes an image and gives nobody anything.

    It is a saver that is not called one.
    """
    used: set[str] = set()
    for node in graph.values():
        used.update(node.origins())
    ends = [node for node in graph.values() if node.id not in used and _takes_image(node)]
    return ends if len(ends) == 1 else []


def _takes_image(node: Node) -> bool:
    return not IMAGES.isdisjoint(node.links)
