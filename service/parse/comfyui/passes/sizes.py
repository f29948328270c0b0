"""The size first sampled: of the empty latent, or of the image that was scaled to it."""

import re

from service.light_patterns import light_pattern
from service.parse.comfyui.form.editor_json import Link
from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.setting_inputs import NUMBERS
from service.parse.comfyui.passes.from_output import is_sampler
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.values.ask import NodeValues
from service.parse.comfyui.values.sides import is_area, keeps_proportion
from service.records import Field, Stated

WIDTHS = ("width", "empty_latent_width", "image_width", "base_width")
HEIGHTS = ("height", "empty_latent_height", "image_height", "base_height")
FRAMES = (*NUMBERS["frames"], "frames", "length")
"""How many pictures a node makes of this size; ``length`` is no duration there."""
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
    "ratio",
)
OVERRIDES = ("width_override", "height_override")
SWAPS = ("swap_dimensions", "flip_orientation")
PAIR = light_pattern(r"(\d{2,5})\s*[xX\u00d7*]\s*(\d{2,5})|(\d{3,5})\s*:\s*(\d{3,5})")
"""``832 x 1216``, ``1280:768``; ``16:9`` is a ratio."""
SWAPPED = ("On", True)
SCALES = light_pattern(r"scale|resize", re.IGNORECASE)

RATIO = re.compile(r"\b(\d{1,2})\s*:\s*(\d{1,2})\b")
RATIO_NAME = "aspect_ratio"
ROUNDED = 0.05
"""How far a ratio may be from that of sides, which are rounded to whole blocks."""

BY_SHARE = "by percentage"
"""What a node says that does not use its width and height."""

CHANGERS = ("scale", "resize", "crop", "pad", "loadimage", "load image")
"""Words in the names of classes that change the size of an image."""

Size = dict[Field, Stated]


def read_size(graph: Graph, routes: Routes, values: NodeValues, sampler: Node) -> Size:
    """Return width and height of what a pass started from.

    Nothing where an image of unknown size came in.
    """
    return _size_of_origin(graph, routes, values, sampler) or _stated_size(graph, values, sampler)


def _size_of_origin(graph: Graph, routes: Routes, values: NodeValues, sampler: Node) -> Size:
    """Return the size of the latent or image that comes into a sampler."""
    step = routes.origin(sampler)
    seen: set[str] = set()
    while step is not None:
        (id_, slot), want = step
        node = graph.get(id_)
        if node is None or id_ in seen or is_sampler(node):
            return {}
        seen.add(id_)
        if want == "latent" or SCALES.search(node.class_type):
            size = _stated_size(graph, values, node)
            if size:
                return size
        if any(word in node.class_type.lower() for word in CHANGERS):
            return {}  # it changes the size, to one that it does not state
        step = next(iter(routes.onward(node, slot, want)), None)
    return {}


def first_latent(routes: Routes, sampler: Node) -> list[Node]:
    """Return the node that a sampler's latent comes from; none where images alone come in."""
    for visit in routes.walk(routes.starts(sampler, "latent")):
        if visit.want == "latent":
            return [visit.node]
    return []


def _stated_size(graph: Graph, values: NodeValues, node: Node) -> Size:
    """Return the size that a node states: as a text (``1216 x 832 (wide)``) or as two numbers."""
    if is_area(node):
        return {}
    size = _size_in_text(node) or _preset(graph, node)
    if size or node.scalar("rescale") == BY_SHARE:
        return size
    across, down = values.read_first(node, WIDTHS), values.read_first(node, HEIGHTS)
    if across is None or down is None or not across.value or not down.value:
        return {}
    if keeps_proportion(node) or _contradicts_ratio(node, across, down):
        return {}
    size = {"width": across, "height": down}
    frames = values.read_first(node, FRAMES)
    return size if frames is None else {**size, "frames": frames}


def _contradicts_ratio(node: Node, across: Stated, down: Stated) -> bool:
    """Return whether a node states a ratio that its width and height have not: it uses that."""
    ratio = RATIO.search(str(node.scalar(RATIO_NAME) or ""))
    if ratio is None or not isinstance(across.value, int) or not isinstance(down.value, int):
        return False
    sides = sorted((int(ratio[1]), int(ratio[2])))
    stated = sorted((across.value, down.value))
    return abs(sides[0] * stated[1] - sides[1] * stated[0]) > ROUNDED * sides[1] * stated[1]


def _size_in_text(node: Node) -> Size:
    """Return the size that a node states as a text."""
    for name in filter(node.inputs.__contains__, PAIRS):
        pair = PAIR.search(str(node.scalar(name) or ""))
        if pair is not None:
            sides = [int(side) for side in pair.groups() if side]
            is_swapped = _swaps_sides(node, *sides)
            for at, override in enumerate(OVERRIDES):
                side = node.scalar(override)
                if isinstance(side, int) and not isinstance(side, bool) and side > 0:
                    sides[at] = side
            if is_swapped:
                sides.reverse()
            where = node.where(name)
            return {"width": Stated(sides[0], where), "height": Stated(sides[1], where)}
    return {}


def _swaps_sides(node: Node, width: int, height: int) -> bool:
    """Return whether a node turns the size of its text around."""
    if any(node.scalar(swap) in SWAPPED for swap in SWAPS):
        return True
    return node.scalar("direction") == "portrait" and width > height


def _preset(graph: Graph, node: Node) -> Size:
    """Return the size of a node that both sides come from by link.

    Its text is read, before numbers it does not use then.
    """
    across, down = _first_link(node, WIDTHS), _first_link(node, HEIGHTS)
    if across is None or down is None or across[0] != down[0] or across[0] not in graph:
        return {}
    size = _size_in_text(graph[across[0]])
    if size and across[1] > down[1]:
        return {"width": size["height"], "height": size["width"]}
    return size


def _first_link(node: Node, names: tuple[str, ...]) -> Link | None:
    for name in names:
        if name in node.links:
            return node.links[name]
    return None
