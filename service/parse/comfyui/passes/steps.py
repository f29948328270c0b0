"""What one node says of the way on: by which of its links what is looked for came in."""

from functools import lru_cache

from service.parse.comfyui.form.editor_json import Link
from service.parse.comfyui.nodes.definitions import output_types
from service.parse.comfyui.nodes.link_inputs import (
    AROUND,
    CONDITIONING,
    ENCODED_IMAGE,
    LIKE,
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
from service.parse.comfyui.nodes.signature import ANSWERS_KEPT, SIGNATURES_KEPT, Signature
from service.parse.comfyui.values.rules import NUMERIC

Step = tuple[Link, Want]
"""A link to follow, and what for."""
NamedStep = tuple[str, Want]
"""The same by the name of the link."""

NAMES_KEPT = 2048
"""Names of links whose kind is kept ready."""

PROVIDER = "upscaler"
"""The link by which an iterative upscaler gets what it samples with."""

SIDES: frozenset[Want] = frozenset({"positive", "negative"})
NAMED_LINKS = frozenset({"mask", "control_net", "upscale_model"}.union(*LINKS.values()))
"""Links whose names say what they bring."""
NEGATIVES = tuple(name for name in LINKS["negative"] if name not in CONDITIONING)
"""Links that bring a negative conditioning and no other."""
OF_OTHER_SIDE = {
    "positive": frozenset(LINKS["negative"]) - frozenset(CONDITIONING),
    "negative": frozenset(LINKS["positive"]) - frozenset(CONDITIONING),
}


@lru_cache(maxsize=ANSWERS_KEPT)
def side_of_output(node: Signature, slot: int, want: Want) -> Want:
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


@lru_cache(maxsize=ANSWERS_KEPT)
def links_onward(node: Signature, slot: int, want: Want) -> tuple[NamedStep, ...]:
    """Return the links that bring what an output hands on, in the order of their use.

    A switch's choice is in its values, and not asked here.
    """
    if node.plays("blank"):
        return ()
    want = side_of_output(node, slot, want)
    names = (
        links_by_name(node, want)
        or links_by_type(node, want)
        or links_by_bare_name(node, want)
        or loop_link(node, slot)
    )
    if names:
        return tuple((name, want) for name in names)
    return tuple(cross_over(node, want) or links_that_carry(node, want))


def links_by_name(node: Signature, want: Want) -> list[str]:
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


def _add_numbered(node: Signature, names: list[str]) -> list[str]:
    """Return conditionings with the numbered ones among them, these in the order of numbers."""
    numbers: dict[str, int] = {}
    for name in node.links:
        match = NUMBERED.match(name)
        if match is not None:
            numbers[name] = int(match[1])
    plain = [name for name in names if name not in numbers]
    return plain + sorted(numbers, key=numbers.__getitem__)


def links_by_type(node: Signature, want: Want) -> list[str]:
    """Return the links of the type that is wanted, where the file states types.

    Not those that name the other side.
    """
    type_, other = TYPES[want], OF_OTHER_SIDE.get(want, ())
    return [
        name
        for name, one in node.types
        if one == type_ and name in node.links and name not in other
    ]


def links_by_bare_name(node: Signature, want: Want, but: tuple[str, ...] = ()) -> list[str]:
    """Return the links named after what is wanted but for case and an ``opt_`` before or after."""
    found: list[str] = []
    for name in node.links:
        bare = AROUND.sub("", name).lower()
        if bare in PLAIN[want] and bare not in but:
            found.append(name)
    return found


def loop_link(node: Signature, slot: int) -> list[str]:
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


def cross_over(node: Signature, want: Want) -> list[NamedStep]:
    """Step from an image to the latent it was decoded from, or from a latent to its image."""
    names: tuple[str, ...] = ()
    across: Want = "image"
    if want == "image":
        names, across = LINKS["latent"], "latent"
    elif want == "latent" and node.plays("encode image"):
        names = ENCODED_IMAGE
    for name in names:
        if name in node.links:
            return [(name, across)]
    return []


def links_that_carry(node: Signature, want: Want) -> list[NamedStep]:
    """Step into a bundle, through a reroute, or along the only way there is."""
    names = (*carriers(node), *filter(PASSES_ALL.search, node.links))
    if names:
        return [(names[0], want)]
    if len(node.links) == 1:
        name = node.links[0]
        if name not in NAMED_LINKS and name not in NUMERIC:
            return [(name, want)]
    return []


@lru_cache(maxsize=ANSWERS_KEPT)
def makes(node: Signature, want: Want) -> bool:
    """Return whether a node makes what is wanted, rather than handing on or changing it.

    Its class declares it; the name of one that nobody declared says it.
    """
    if links_by_name(node, want) or links_by_type(node, want) or carriers(node):
        return False
    declared = output_types(node.class_type)
    if declared:
        return TYPES[want] in declared and "MODEL" not in declared
    return any(word in node.class_type.lower() for word in MAKERS.get(want, ()))


@lru_cache(maxsize=ANSWERS_KEPT)
def links_to_start(node: Signature, want: Want) -> tuple[str, ...]:
    """Return the links by which a sampler or guider takes something, where it has such of its own.

    One with a single conditioning has no negative.
    """
    names = LINKS[want]
    neutral: tuple[str, ...] = ()
    if want == "negative":
        names, neutral = NEGATIVES, CONDITIONING
    own = [name for name in names if name in node.links]
    own = own or links_by_bare_name(node, want, neutral)
    return tuple(own[:1] if want in SIDES else own)


@lru_cache(maxsize=ANSWERS_KEPT)
def link_in_bundle(node: Signature, want: Want) -> str | None:
    """Return the link that sounds like what is wanted, else the one that brings many things."""
    like = LIKE.get(want)
    if like is not None:
        for name in node.links:
            if like.search(name):
                return name
    for name in node.links:
        if is_carrier(name) or name == PROVIDER:
            return name
    return None


@lru_cache(maxsize=SIGNATURES_KEPT)
def link_to_origin(node: Signature) -> NamedStep | None:
    """Return the link by which a sampler takes the latent or image that it works on."""
    wants: tuple[Want, ...] = ("latent", "image")
    for want in wants:
        for name in LINKS[want]:
            if name in node.links:
                return name, want
    for want in wants:
        names = links_by_bare_name(node, want)
        if names:
            return names[0], want
    bundles = carriers(node)  # before what a later bundle holds
    return (bundles[0], "latent") if bundles else None


@lru_cache(maxsize=SIGNATURES_KEPT)
def carriers(node: Signature) -> tuple[str, ...]:
    """Return the links that bring bundles of things."""
    return tuple(filter(is_carrier, node.links))


@lru_cache(maxsize=SIGNATURES_KEPT)
def links_of_bundles(node: Signature, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the links that bring bundles, and those of further names."""
    return tuple(name for name in node.links if is_carrier(name) or name in names)


@lru_cache(maxsize=NAMES_KEPT)
def is_carrier(name: str) -> bool:
    """Return whether a link of this name brings a bundle of things."""
    return PIPE.search(name) is not None
