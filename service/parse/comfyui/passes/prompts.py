"""The words that reach a sampler.

From its conditioning back to the encoders, through whatever lies between.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.nodes import text_inputs
from service.parse.comfyui.nodes.link_inputs import LINKS, Want
from service.parse.comfyui.nodes.record import Role
from service.parse.comfyui.nodes.setting_inputs import NUMBERS
from service.parse.comfyui.passes.routes import SIDES, Routes, side_of_output
from service.parse.comfyui.values.ask import Values
from service.parse.comfyui.values.texts import has_wildcards
from service.records import Stated


@dataclass(frozen=True, slots=True)
class Prompt:
    """One side of a pass."""

    text: Stated | None
    encoders: tuple[Node, ...]
    guidance: Stated | None
    unsettled: tuple[str, ...]


def read_prompt(routes: Routes, values: Values, sampler: Node, side: Want) -> Prompt:
    """Return the text of one side.

    Several encoders' texts are joined by newlines in the order of their links.
    """
    starts = routes.starts(sampler, side)
    own = list(text_names(sampler, side))
    if side == "negative":
        own = [name for name in own if name in text_inputs.SIDE_TEXTS["negative"]]
    visits = list(routes.walk(starts, _is_encoder)) if starts or not own else [(sampler, 0, side)]
    texts: list[Stated] = []
    encoders: list[Node] = []
    unsettled: list[str] = []
    for node, slot, want in visits:
        names = text_names(node, side_of_output(node, slot, want))
        if not names and (not _is_leaf(node) or node.plays("blank")):
            continue
        text = first_text(values, node, names) if names else values.ask((node.id, slot, "text"))
        encoders.append(node)
        texts += [text] if text is not None else []
        unsettled += _doubts(side, node, text)
    if starts and not texts and not unsettled and not _is_blank_by_design(visits):
        unsettled.append(f"the {side} conditioning leads to no text")
    return Prompt(_join_texts(texts), tuple(encoders), _guidance(values, visits), tuple(unsettled))


def text_names(node: Node, side: Want) -> tuple[str, ...]:
    """Return the inputs that hold an encoder's words for a side.

    None where it only hands a conditioning on.
    """
    sides = [] if _has_no_side(node) else [name for name in SIDE_NAMES if _holds_text(node, name)]
    own = tuple(name for name in text_inputs.SIDE_TEXTS.get(side, ()) if name in sides)
    takes_conditioning = any(name in node.links for name in LINKS["positive"])
    if own or (takes_conditioning and not node.plays("encoder")):
        return own
    if side == "negative" and (sides or set(node.output_names) >= SIDES):
        return ()  # one ``prompt`` of a node that gives both conditionings is the positive
    return tuple(name for name in text_inputs.ENCODER_TEXTS if node.has(name) and name not in sides)


SIDE_NAMES = tuple(name for names in text_inputs.SIDE_TEXTS.values() for name in names)
_WIDGETS = frozenset(SIDE_NAMES)
_LINKS = _WIDGETS - {*LINKS["positive"], *LINKS["negative"]}


def _has_no_side(node: Node) -> bool:
    """Return whether none of an encoder's inputs names a side.

    True of nearly all, and a long way has many nodes.
    """
    return _WIDGETS.isdisjoint(node.inputs) and _LINKS.isdisjoint(node.links)


def _holds_text(node: Node, name: str) -> bool:
    """Tell text from conditioning.

    A link called ``positive`` brings the latter, a widget of that name a text.
    """
    return name in node.inputs or (
        name in node.links and name not in LINKS["positive"] + LINKS["negative"]
    )


def _is_encoder(node: Node, side: Want) -> bool:
    return bool(text_names(node, side)) or _is_leaf(node)


TEXT_MAKERS: tuple[Role, ...] = ("encoder", "join", "replace", "show", "run only")


def _is_leaf(node: Node) -> bool:
    """Return whether a node is at the end of a conditioning.

    It makes text, or takes nothing at all.
    """
    if any(name in node.links for name in (*LINKS["positive"], *LINKS["clip"])):
        return False
    makes = any(node.plays(role) for role in TEXT_MAKERS)
    return makes or not node.links


def first_text(values: Values, node: Node, names: Sequence[str]) -> Stated | None:
    """Return the first text that is not blank, a blank one if that is all there is."""
    blank: Stated | None = None
    for name in names:
        text = values.read(node, name)
        if text is None:
            continue
        if str(text.value).strip():
            return text
        blank = blank or text
    return blank


def _doubts(side: Want, node: Node, text: Stated | None) -> list[str]:
    if text is None:
        return [
            f"the file does not state the {side} prompt that node {node.id} ({node.class_type}) gives"
        ]
    if "wildcard" in node.class_type.lower() and has_wildcards(str(text.value)):
        return [f"the {side} prompt at node {node.id} holds wildcards that the run filled in"]
    return []


def _is_blank_by_design(visits: list[tuple[Node, int, Want]]) -> bool:
    """Return whether there is no text by design.

    Blanked, or conditioned on an image alone (SVD, Zero123).
    """
    return any(
        node.plays("blank") or "clip_vision" in str(node.links.keys()) for node, _, _ in visits
    )


def _guidance(values: Values, visits: list[tuple[Node, int, Want]]) -> Stated | None:
    found = (values.first(node, NUMBERS["guidance"]) for node, _, _ in visits)
    return next((stated for stated in found if stated is not None), None)


def _join_texts(texts: list[Stated]) -> Stated | None:
    if len(texts) < 2:  # noqa: PLR2004  one is itself
        return texts[0] if texts else None
    return Stated("\n".join(str(text.value) for text in texts), texts[0].source)
