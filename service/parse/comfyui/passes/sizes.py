"""The size first sampled: of the empty latent, or of the image that was scaled to it."""

import re

from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.passes.from_output import is_sampler
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.values.ask import Values
from service.records import Field, Stated

WIDTHS = ("width", "empty_latent_width", "image_width", "base_width")
HEIGHTS = ("height", "empty_latent_height", "image_height", "base_height")
PAIRS = (
    "aspect_ratio",
    "dimensions",
    "resolution",
    "resolution_flux",
    "empty_latent_aspect",
    "image_size_preset",
    "size_selected",
    "preset",
    "size",
)
OVERRIDES = ("width_override", "height_override")
SWAPS = ("swap_dimensions", "flip_orientation")
PAIR = re.compile(r"(\d{2,5})\s*[xX\u00d7]\s*(\d{2,5})")
SWAPPED = ("On", True)
SCALES = re.compile(r"scale|resize", re.IGNORECASE)

BY_SHARE = "by percentage"
"""What a node says that lets its width and height lie unused."""

Size = dict[Field, Stated]


def read_size(graph: Graph, routes: Routes, values: Values, sampler: Node) -> Size:
    """Return width and height of what a pass started from.

    Nothing where an image of unknown size came in.
    """
    return _fed(graph, routes, values, sampler) or stated_size(graph, values, sampler)


def _fed(graph: Graph, routes: Routes, values: Values, sampler: Node) -> Size:
    step = routes.origin(sampler)
    seen: set[str] = set()
    while step is not None:
        (id_, slot), want = step
        node = graph.get(id_)
        if node is None or id_ in seen or is_sampler(node):
            return {}
        seen.add(id_)
        size = (
            stated_size(graph, values, node)
            if want == "latent" or SCALES.search(node.class_type)
            else {}
        )
        if size or _changes(node):
            return size
        step = next(iter(routes.onward(node, slot, want)), None)
    return {}


def _changes(node: Node) -> bool:
    """Return whether a node makes the size another, to one that it does not state."""
    name = node.class_type.lower()
    return any(
        word in name for word in ("scale", "resize", "crop", "pad", "loadimage", "load image")
    )


def stated_size(graph: Graph, values: Values, node: Node) -> Size:
    """Return the size that a node states, as two numbers or as a text (``1216 x 832 (landscape)``)."""
    size = _pair(node) or _preset(graph, node)
    if size or node.scalar("rescale") == BY_SHARE:
        return size
    across, down = values.first(node, WIDTHS), values.first(node, HEIGHTS)
    if across is None or down is None or not across.value or not down.value:
        return {}
    return {"width": across, "height": down}


def _pair(node: Node) -> Size:
    """Return the size that a node states as a text."""
    for name in PAIRS:
        pair = PAIR.search(str(node.scalar(name) or ""))
        if pair:
            swapped = any(node.scalar(swap) in SWAPPED for swap in SWAPS)
            sides = [
                _override(node, side) or pair[at] for at, side in enumerate(OVERRIDES, start=1)
            ]
            swapped = swapped or (
                node.scalar("direction") == "portrait" and int(pair[1]) > int(pair[2])
            )
            sides = sides[::-1] if swapped else sides
            width, height = (Stated(int(side), node.where(name)) for side in sides)
            return {"width": width, "height": height}
    return {}


def _override(node: Node, name: str) -> int | None:
    side = node.scalar(name)
    return side if isinstance(side, int) and not isinstance(side, bool) and side > 0 else None


def _preset(graph: Graph, node: Node) -> Size:
    """Return the size of a node that both sides come from by link.

    Its text, before numbers it does not use then.
    """
    across, down = (
        next((node.links[name] for name in names if name in node.links), None)
        for names in (WIDTHS, HEIGHTS)
    )
    if across is None or down is None or across[0] != down[0] or across[0] not in graph:
        return {}
    size = _pair(graph[across[0]])
    if size and across[1] > down[1]:
        return {"width": size["height"], "height": size["width"]}
    return size
