"""Width and height that a node gives: its own, unless they are of something else."""

import re
from functools import lru_cache

from service.light_patterns import light_pattern
from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.nodes.signature import SIGNATURES_KEPT, Names, Signature
from service.parse.comfyui.values.question import IN_BUNDLE, Asking, Reply

SIZES = ("width", "height", "empty_latent_width", "empty_latent_height", "batch_size")

PROPORTIONS = ("aspect", "proportion", "ratio")
KEEPS = light_pattern(rf"(?:keep|maintain|preserve|constrain|lock)[_ ]?(?:{'|'.join(PROPORTIONS)})")
"""A switch, or a choice of one, by which an image keeps its proportions, in lower case."""
KEPT = ("resize", "enable", "enabled", "on", "yes", "true", "True")
"""What a switch that is a list says for yes; ``stretch``, ``crop`` and ``pad`` fill the box."""

MEASURES = light_pattern(r"image.?(size|dimension|resolution)|get.?size", re.IGNORECASE)
"""Classes that give the size of the image that comes in."""
MEASURED = ("image", "images", "pixels")


def is_area(node: Node) -> bool:
    """Return whether a node's width and height are those of a part of the image, at x and y."""
    return node.has("x") and node.has("y")


def keeps_proportion(node: Node) -> bool:
    """Return whether width and height are only the box that an image is fitted into."""
    for name in _names_of_keepers(node.signature):
        if node.inputs[name] is True or node.inputs[name] in KEPT:
            return True
    return any(isinstance(value, str) and _keeps(value) for value in node.inputs.values())


@lru_cache(maxsize=SIGNATURES_KEPT)
def _names_of_keepers(node: Signature) -> Names:
    return tuple(filter(_keeps, node.inputs))


def _keeps(text: str) -> bool:
    """Return whether a name or a choice says that proportions are kept."""
    text = text.lower()
    may_keep = any(word in text for word in PROPORTIONS)  # of long texts, a fast answer
    return may_keep and KEEPS.search(text) is not None


def states_size(node: Node) -> bool:
    """Return whether a node's width and height are those of what it gives."""
    return not (is_area(node) or keeps_proportion(node))


def measures_image(node: Node) -> bool:
    """Return whether a node only says how large an image is."""
    return MEASURES.search(node.class_type) is not None and any(
        name in node.links for name in MEASURED
    )


def read_measured(node: Node, hint: str) -> Asking[Reply]:
    """Return a side of the image that comes in, where its node states it."""
    for name in MEASURED:
        if name in node.links:
            return (yield (node.links[name][0], IN_BUNDLE, hint))
    return None
