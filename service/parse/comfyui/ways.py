"""Which inputs of one node bring what an output of it hands on."""

from service.parse.comfyui.building import NUMERIC
from service.parse.comfyui.graph import Link, Node
from service.parse.comfyui.roles import (
    AROUND,
    CONDITIONING,
    ENCODED_IMAGE,
    ENCODES,
    LINKS,
    LOOPS,
    NUMBERED,
    OUTPUT_WANTS,
    OUTPUTS,
    PASSES_ALL,
    PASTES,
    PIPE,
    PLAIN,
    TYPES,
    Want,
)

Step = tuple[Link, Want]

SIDES: frozenset[Want] = frozenset({"positive", "negative"})
OTHERS = frozenset(name for names in LINKS.values() for name in names) | {"mask", "control_net", "upscale_model"}
OF_OTHER_SIDE = {
    "positive": frozenset(LINKS["negative"]) - frozenset(CONDITIONING),
    "negative": frozenset(LINKS["positive"]) - frozenset(CONDITIONING),
}


def outputs(node: Node) -> tuple[str, ...]:
    """Return the names of a node's outputs: as the file states them, else as they are known."""
    return node.outputs or OUTPUTS.get(node.class_type, ())


def turned(node: Node, slot: int, want: Want) -> Want:
    """Return the side an output stands for: a ControlNet's first is the positive, whatever it feeds."""
    if want not in SIDES:
        return want
    names = outputs(node)
    if 0 <= slot < len(names):
        side = OUTPUT_WANTS.get(names[slot], want)
        return side if side in SIDES else want
    if "positive" in node.links and "negative" in node.links and "model" not in node.links and slot in (0, 1):
        return "negative" if slot else "positive"
    return want


def alike(node: Node, want: Want, but: frozenset[str] = frozenset()) -> list[str]:
    """Return the links whose names are those of what is wanted but for their case and an ``opt_`` before or after."""
    plain = PLAIN[want]
    return [name for name in node.links if (bare := AROUND.sub("", name).lower()) in plain and bare not in but]


def typed(node: Node, want: Want) -> list[str]:
    """Return the links of the type that is wanted, where the file states types; not those that name the other side."""
    other = OF_OTHER_SIDE.get(want, frozenset())
    return [name for name, type_ in node.types.items() if type_ == TYPES[want] and name not in other]


def named(node: Node, want: Want) -> list[str]:
    """Return the links that are named after what is wanted, in the order in which a node uses them."""
    if want == "image" and "segs" in node.links and PASTES.search(node.class_type):
        return ["segs"]
    names = [name for name in LINKS[want] if name in node.links]
    if want in SIDES:
        names += [name for name in node.links if NUMBERED.match(name) and name not in names]
    if want in SIDES and names and names[0] not in CONDITIONING:
        return names[:1]
    if want in SIDES or want == "model":
        return names
    return names[:1]


def crossing(node: Node, want: Want) -> list[Step]:
    """Step from an image to the latent it was decoded from, or from a latent to the image it was encoded from."""
    if want == "image":
        return [(node.links[name], "latent") for name in LINKS["latent"] if name in node.links][:1]
    if want == "latent":
        names = ENCODED_IMAGE if ENCODES.search(node.class_type) else ()
        return [(node.links[name], "image") for name in names if name in node.links][:1]
    return []


def looped(node: Node, slot: int) -> list[str]:
    """Return the link that brings what an end or a start of a loop hands on: values are numbered as outputs are."""
    if not LOOPS.search(node.class_type):
        return []
    names = outputs(node)
    digits = "".join(filter(str.isdecimal, names[slot])) if 0 <= slot < len(names) else ""
    starts = node.class_type.lower().endswith(("start", "open"))
    name = f"initial_value{digits or slot + (-1 if starts else 1)}"
    return [name] if name in node.links else []


def carrying(node: Node, want: Want) -> list[Step]:
    """Step into a bundle, through a reroute, or along the only way there is."""
    pipes = [link for name, link in node.links.items() if carries(name)]
    whole = [link for name, link in node.links.items() if PASSES_ALL.search(name)]
    found = pipes or whole
    if not found and len(node.links) == 1 and OTHERS.isdisjoint(node.links) and NUMERIC.isdisjoint(node.links):
        found = list(node.links.values())
    return [(link, want) for link in found[:1]]


def carries(name: str) -> bool:
    """Return whether a link of this name brings a bundle of things."""
    return PIPE.search(name) is not None
