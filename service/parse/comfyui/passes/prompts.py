"""The words that reach a sampler: from its conditioning back to the encoders."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from service.light_dataclasses import dataclass
from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes import text_inputs
from service.parse.comfyui.nodes.link_inputs import LINKS, Want
from service.parse.comfyui.nodes.record import Role
from service.parse.comfyui.nodes.setting_inputs import NUMBERS
from service.parse.comfyui.nodes.signature import ANSWERS_KEPT, SIGNATURES_KEPT, Signature
from service.parse.comfyui.passes.routes import Routes, Visit
from service.parse.comfyui.passes.steps import SIDES, is_carrier, side_of_output
from service.parse.comfyui.values.ask import NodeValues
from service.parse.comfyui.values.texts import has_wildcards
from service.parse.gate import is_prompt
from service.records import Stated

CONDITIONINGS = frozenset(LINKS["positive"])
INNER_LINKS = CONDITIONINGS.union(LINKS["clip"])
"""Links that the end of a conditioning does not have."""
WIDGETS = frozenset().union(*text_inputs.SIDE_TEXTS.values())
"""Widgets that hold the text of a side."""
TEXT_LINKS = WIDGETS - {*LINKS["positive"], *LINKS["negative"]}
"""Links that bring the text of a side, where others of such names bring a conditioning."""

ENCODER_TEXTS = frozenset(text_inputs.ENCODER_TEXTS)

TEXT_MAKERS: tuple[Role, ...] = ("encoder", "join", "replace", "show", "run only")


Way = tuple[str, str | None]
"""The id of an encoder, and of the node before it on the way; None where that is the sampler."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One side of a pass."""

    text: Stated | None
    encoders: tuple[Node, ...]
    guidance: Stated | None
    unsettled: tuple[str, ...]
    ways: tuple[Way, ...] = ()


def read_prompt(routes: Routes, values: NodeValues, sampler: Node, side: Want) -> Prompt:
    """Return the text of one side.

    Several encoders' texts are joined by newlines in the order of their links.
    """
    starts = routes.starts(sampler, side)
    visits = list(routes.walk(starts, _is_encoder))
    if not starts and _has_own_text(sampler, side):
        visits = [Visit(sampler, 0, side)]
    texts: list[Stated] = []
    encoders: list[Node] = []
    unsettled: list[str] = []
    ways: list[Way] = []
    for node, slot, want, reached_from in visits:
        signature = node.signature
        names = text_names(signature, side_of_output(signature, slot, want))
        sections = () if names else _section_names(signature)
        if names:
            text = _first_text(values, node, names)
        elif sections:
            text = _join_sections(values, node, sections)
        elif _is_leaf(signature) and not node.plays("blank"):
            text = values.ask((node.id, slot, "text"))
        else:
            continue
        encoders.append(node)
        if text is not None:
            texts.append(text)
            ways.append((node.id, reached_from))
        unsettled += _doubts(side, node, text)
    if starts and not texts and not unsettled and not _is_blank_by_design(visits):
        unsettled.append(f"the {side} conditioning leads to no text")
    return Prompt(
        _join_texts(texts),
        tuple(encoders),
        _find_guidance(values, visits),
        tuple(unsettled),
        tuple(ways),
    )


def came_over_one_link(graph: Graph, sampler: Node, one: Prompt, other: Prompt) -> bool:
    """Return whether both sides hold the same text because one link brought it to both.

    Two links to one encoder are what somebody wanted; one link that is asked for both sides says
    nothing of the second.
    """
    if one.text is None or one.text != other.text or one.ways != other.ways:
        return False
    for encoder, reached_from in one.ways:
        takers = [sampler] if reached_from is None else [graph[reached_from]]
        if reached_from is None and "guider" in sampler.links:
            takers.append(graph[sampler.links["guider"][0]])
        if _count_links(takers, encoder) > 1:
            return False
    return True


def _count_links(takers: Iterable[Node], origin: str) -> int:
    """Return by how many links nodes take something from another; bundles hold many things."""
    count = 0
    for node in takers:
        for name, link in node.links.items():
            count += link[0] == origin and not is_carrier(name)
    return count


@lru_cache(maxsize=SIGNATURES_KEPT)
def _section_names(node: Signature) -> tuple[str, ...]:
    """Return the boxes of an encoder whose prompt is written in parts, in their order."""
    if INNER_LINKS.isdisjoint(node.links):
        return ()
    found: dict[str, int] = {}
    for name in (*node.inputs, *node.links):
        match = text_inputs.SECTIONS.match(name)
        if match is not None:
            found[name] = text_inputs.section_place(match[1])
    if len(found) < text_inputs.LEAST_SECTIONS:
        return ()
    return tuple(sorted(found, key=found.__getitem__))


def _join_sections(values: NodeValues, node: Node, names: Sequence[str]) -> Stated | None:
    """Return the parts of a prompt as one text, with the delimiter that the node names."""
    parts: list[str] = []
    for name in names:
        text = values.read_input(node, name)
        if text is None:
            return None
        if str(text.value).strip():
            parts.append(str(text.value))
    delimiter = text_inputs.SECTION_DELIMITER
    for name in text_inputs.DELIMITERS:
        written = node.scalar(name)
        if isinstance(written, str):
            delimiter = text_inputs.NAMED_DELIMITERS.get(written.lower(), written)
    return Stated(delimiter.join(parts), node.where(names[0]))


def _has_own_text(sampler: Node, side: Want) -> bool:
    """Return whether a sampler holds the words itself; a plain ``text`` is the positive prompt."""
    names = text_names(sampler.signature, side)
    if side == "negative":
        return not set(names).isdisjoint(text_inputs.SIDE_TEXTS["negative"])
    return bool(names)


@lru_cache(maxsize=ANSWERS_KEPT)
def text_names(node: Signature, side: Want) -> tuple[str, ...]:
    """Return the inputs that hold an encoder's words for a side.

    There are none where it only hands a conditioning on.
    """
    texts = _texts_of_sides(node)
    own = tuple(filter(texts.__contains__, text_inputs.SIDE_TEXTS[side])) if texts else ()
    if own or _only_hands_on(node):
        return own
    if side == "negative" and (texts or SIDES.issubset(node.outputs)):
        return ()  # one ``prompt`` of a node that gives both conditionings is the positive
    if ENCODER_TEXTS.isdisjoint(node.inputs) and ENCODER_TEXTS.isdisjoint(node.links):
        return ()
    others = {*node.inputs, *node.links} - texts
    return tuple(filter(others.__contains__, text_inputs.ENCODER_TEXTS))


def _texts_of_sides(node: Signature) -> frozenset[str]:
    """Return the inputs named after a side that hold a text.

    A link called ``positive`` brings a conditioning, a widget of that name holds a text.
    """
    return WIDGETS.intersection(node.inputs) | TEXT_LINKS.intersection(node.links)


def _only_hands_on(node: Signature) -> bool:
    return not CONDITIONINGS.isdisjoint(node.links) and not node.plays("encoder")


@lru_cache(maxsize=ANSWERS_KEPT)
def _is_encoder(node: Signature, side: Want) -> bool:
    return bool(text_names(node, side)) or _is_leaf(node)


@lru_cache(maxsize=SIGNATURES_KEPT)
def _is_leaf(node: Signature) -> bool:
    """Return whether a node is at the end of a conditioning: it makes text, or takes nothing in."""
    if not INNER_LINKS.isdisjoint(node.links):
        return False
    return not node.links or any(map(node.plays, TEXT_MAKERS))


def _first_text(values: NodeValues, node: Node, names: Sequence[str]) -> Stated | None:
    """Return the first text that is not blank, a blank one if that is all there is."""
    blank: Stated | None = None
    for name in names:
        text = values.read_input(node, name)
        if text is None or not is_prompt(text.value):
            continue
        if str(text.value).strip():
            return text
        blank = blank or text
    return blank


def _doubts(side: Want, node: Node, text: Stated | None) -> list[str]:
    if text is None:
        where = f"node {node.id} ({node.class_type})"
        return [f"the file does not state the {side} prompt that {where} gives"]
    if "wildcard" in node.class_type.lower() and has_wildcards(str(text.value)):
        return [f"the {side} prompt at node {node.id} holds wildcards that the run filled in"]
    return []


def _is_blank_by_design(visits: list[Visit]) -> bool:
    """Return whether no text is missing: it is blanked, or an image alone leads (SVD, Zero123)."""
    for visit in visits:
        if visit.node.plays("blank") or "clip_vision" in " ".join(visit.node.links):
            return True
    return False


def _find_guidance(values: NodeValues, visits: list[Visit]) -> Stated | None:
    for visit in visits:
        stated = values.read_first(visit.node, NUMBERS["guidance"])
        if stated is not None:
            return stated
    return None


def _join_texts(texts: list[Stated]) -> Stated | None:
    if not texts:
        return None
    if len(texts) == 1:
        return texts[0]
    return Stated("\n".join(str(text.value) for text in texts), texts[0].source)
