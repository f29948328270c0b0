"""What one node says of the way on: by which of its links what is looked for came in."""

from functools import lru_cache

from service.parse.comfyui.form.editor_json import Link
from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.nodes.definitions import output_types
from service.parse.comfyui.nodes.link_inputs import (
    AROUND,
    CONDITIONING,
    ENCODED_IMAGE,
    LINKS,
    MAKERS,
    NUMBERED,
    OUTPUT_WANTS,
    PASSES_ALL,
    PIPE,
    PLAIN,
    TYPES,
    Want,
)
from service.parse.comfyui.values.rules import NUMERIC

Step = tuple[Link, Want]
"""A link to follow, and what for."""

NAMES_KEPT = 2048
"""Names of links whose kind is kept ready."""

SIDES: frozenset[Want] = frozenset({"positive", "negative"})
NAMED_LINKS = frozenset({"mask", "control_net", "upscale_model"}.union(*LINKS.values()))
"""Links whose names say what they bring."""
OF_OTHER_SIDE = {
    "positive": frozenset(LINKS["negative"]) - frozenset(CONDITIONING),
    "negative": frozenset(LINKS["positive"]) - frozenset(CONDITIONING),
}


def side_of_output(node: Node, slot: int, want: Want) -> Want:
    """Return which side an output gives: a ControlNet's first the positive, whatever it feeds."""
    if want not in SIDES:
        return want
    if 0 <= slot < len(node.outputs):
        side = OUTPUT_WANTS.get(node.outputs[slot])
        if side is not None and side in SIDES:
            return side
        return want
    takes_both = "positive" in node.links and "negative" in node.links
    if takes_both and "model" not in node.links and slot in (0, 1):
        return "negative" if slot else "positive"
    return want


def links_by_name(node: Node, want: Want) -> list[str]:
    """Return the links that are named after what is wanted, in the order in which they are used."""
    if want == "image" and "segs" in node.links and node.plays("paste"):
        return ["segs"]
    names = [name for name in LINKS[want] if name in node.links]
    if want == "model":
        return names
    if want not in SIDES:
        return names[:1]
    if names and names[0] not in CONDITIONING:
        return names[:1]
    return _add_numbered(node, names)


def _add_numbered(node: Node, names: list[str]) -> list[str]:
    """Return conditionings with the numbered ones among them, these in the order of numbers."""
    numbers: dict[str, int] = {}
    for name in node.links:
        match = NUMBERED.match(name)
        if match is not None:
            numbers[name] = int(match[1])
    plain = [name for name in names if name not in numbers]
    return plain + sorted(numbers, key=numbers.__getitem__)


def links_by_type(node: Node, want: Want) -> list[str]:
    """Return the links of the type that is wanted, where the file states types.

    Not those that name the other side.
    """
    type_, other = TYPES[want], OF_OTHER_SIDE.get(want, ())
    return [
        name
        for name, one in node.types.items()
        if one == type_ and name in node.links and name not in other
    ]


def links_by_bare_name(node: Node, want: Want, but: tuple[str, ...] = ()) -> list[str]:
    """Return the links named after what is wanted but for case and an ``opt_`` before or after."""
    found: list[str] = []
    for name in node.links:
        bare = _bare_name(name)
        if bare in PLAIN[want] and bare not in but:
            found.append(name)
    return found


@lru_cache(maxsize=NAMES_KEPT)
def _bare_name(name: str) -> str:
    return AROUND.sub("", name).lower()


def loop_link(node: Node, slot: int) -> list[str]:
    """Return the link that brings what an end or a start of a loop hands on.

    NodeValues are numbered as outputs are.
    """
    if not node.plays("loop"):
        return []
    number = ""
    if 0 <= slot < len(node.outputs):
        number = "".join(filter(str.isdecimal, node.outputs[slot]))
    if not number:
        is_start = node.class_type.lower().endswith(("start", "open"))
        number = str(slot - 1 if is_start else slot + 1)
    name = f"initial_value{number}"
    if name not in node.links:
        return []
    return [name]


def cross_over(node: Node, want: Want) -> list[Step]:
    """Step from an image to the latent it was decoded from, or from a latent to its image."""
    names: tuple[str, ...] = ()
    across: Want = "image"
    if want == "image":
        names, across = LINKS["latent"], "latent"
    elif want == "latent" and node.plays("encode image"):
        names = ENCODED_IMAGE
    for name in names:
        if name in node.links:
            return [(node.links[name], across)]
    return []


def links_that_carry(node: Node, want: Want) -> list[Step]:
    """Step into a bundle, through a reroute, or along the only way there is."""
    for name, link in node.links.items():
        if is_carrier(name):
            return [(link, want)]
    for name, link in node.links.items():
        if PASSES_ALL.search(name):
            return [(link, want)]
    if len(node.links) == 1:
        name, link = next(iter(node.links.items()))
        if name not in NAMED_LINKS and name not in NUMERIC:
            return [(link, want)]
    return []


def makes(node: Node, want: Want) -> bool:
    """Return whether a node makes what is wanted, rather than handing on or changing it.

    Its class declares it; the name of one that nobody declared says it.
    """
    hands_on = links_by_name(node, want) or links_by_type(node, want)
    if hands_on or any(map(is_carrier, node.links)):
        return False
    declared = output_types(node.class_type)
    if declared:
        return TYPES[want] in declared and "MODEL" not in declared
    return any(word in node.class_type.lower() for word in MAKERS.get(want, ()))


@lru_cache(maxsize=NAMES_KEPT)
def is_carrier(name: str) -> bool:
    """Return whether a link of this name brings a bundle of things."""
    return PIPE.search(name) is not None
