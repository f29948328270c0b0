"""Where a link really comes from, once what exists only in the editor is taken out.

Reroutes, primitives, Set/Get pairs, subgraph borders and bypassed nodes have no place in the API
form; a link through them ends at a real node, at a value, or nowhere.
"""

import re
from collections.abc import Iterable

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.parse.comfyui.form.editor_json import INPUT_ID, Link, Raw, objects, word
from service.parse.comfyui.form.subgraphs import Flat
from service.parse.comfyui.form.widgets import read_instance
from service.records.json_values import JsonValue

MUTED, BYPASSED = 2, 4
"""``mode`` of a node that does not run, and of one that hands its inputs through."""

SETTER = light_pattern(r"^(easy )?setnode$", re.IGNORECASE)
GETTER = light_pattern(r"^(easy )?getnode$", re.IGNORECASE)
"""Pairs that carry a value without a link, by a name that both hold."""

REROUTE = light_pattern(r"^reroute", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Constant:
    """A link that ends at a value."""

    value: JsonValue


class VirtualLinks:
    """The links of a flat workflow, followed to their ends."""

    def __init__(self, flat: Flat) -> None:
        self._flat = flat
        self._known: dict[Link, Link | Constant | None] = {}
        self._setters: dict[str, str] = {}
        for id_, raw in flat.nodes.items():
            values = raw.get("widgets_values")
            if isinstance(values, list) and values and SETTER.match(word(raw.get("type"))):
                self._setters[word(values[0])] = id_

    def source(self, scope: str, link: JsonValue) -> Link | Constant | None:
        """Return the end of a link, by its id."""
        at = self._flat.origins.get((scope, word(link)))
        return self.end(at)

    def is_lost(self, scope: str, link: JsonValue) -> bool:
        """Return whether a link comes from a node that is not there.

        One that comes from outside a subgraph, where nothing is set, leaves the inner value as it
        is.
        """
        at = self._flat.origins.get((scope, word(link)))
        if at is None:
            return True
        return at[0] not in self._flat.nodes and at[0].rpartition(":")[2] != INPUT_ID

    def end(self, at: Link | None) -> Link | Constant | None:
        """Return the real node, or the value, behind an output."""
        passed: dict[Link, None] = {}
        end: Link | Constant | None = at
        while isinstance(end, tuple):
            if end in self._known or end in passed:
                end = self._known.get(end)
                break
            passed[end] = None
            onward = self._onward(end)
            if onward == end:
                break
            end = onward
        self._known.update(dict.fromkeys(passed, end))
        return end

    def _onward(self, at: Link) -> Link | Constant | None:
        """Return the next stop on the way up; the same where it is a real node."""
        id_, slot = at
        scope, _, inner = id_.rpartition(":")
        if inner == INPUT_ID:
            return self._outside(scope, slot)
        raw = self._flat.nodes.get(id_)
        if raw is None or raw.get("mode") == MUTED:
            return None
        if raw.get("mode") == BYPASSED:
            return self._bypass(id_, raw, slot)
        if id_ in self._flat.definitions:
            return self._flat.inner_outputs.get(at)
        return self._virtual(id_, raw, at)

    def _virtual(self, id_: str, raw: Raw, at: Link) -> Link | Constant | None:
        """Return what a node of the editor alone hands on; the output itself of any other."""
        kind = word(raw.get("type"))
        if REROUTE.match(kind) or SETTER.match(kind):
            return self._first_origin(id_, objects(raw.get("inputs")))
        is_primitive = kind == "PrimitiveNode"
        if not is_primitive and not GETTER.match(kind):
            return at
        values = raw.get("widgets_values")
        if not isinstance(values, list) or not values:
            return None
        if is_primitive:
            return Constant(values[0])
        setter = self._setters.get(word(values[0]))
        if not setter:
            return None
        return self._first_origin(setter, objects(self._flat.nodes[setter].get("inputs")))

    def _first_origin(self, id_: str, inputs: Iterable[Raw]) -> Link | None:
        """Return where the first of a node's inputs that has a link comes from."""
        for one in inputs:
            link = one.get("link")
            if link is not None:
                return self._flat.origins.get((scope_of(id_), str(link)))
        return None

    def _outside(self, instance: str, slot: int) -> Link | Constant | None:
        """Return what comes into a subgraph's input.

        It is a link from outside, or the value set on the instance.
        """
        definition = self._flat.definitions.get(instance, {})
        raw = self._flat.nodes.get(instance, {})
        name = _member_at(definition.get("inputs"), slot, "name")
        outer = [one for one in objects(raw.get("inputs")) if one.get("name") == name]
        origin = self._first_origin(instance, outer[:1])
        if origin is not None:
            return origin
        values = read_instance(raw, definition)
        if word(name) not in values:
            return None
        return Constant(values[word(name)])

    def _bypass(self, id_: str, raw: Raw, slot: int) -> Link | None:
        """Return what a bypassed node hands through.

        It is the input beside the output, else the first of its type.
        """
        type_ = _member_at(raw.get("outputs"), slot, "type")
        inputs = objects(raw.get("inputs"))
        inputs = inputs[slot : slot + 1] + inputs
        return self._first_origin(id_, [one for one in inputs if one.get("type") == type_])


def _member_at(several: JsonValue, place: int, member: str) -> JsonValue:
    """Return a member of one of several objects; None where there are not so many."""
    for at, one in enumerate(objects(several)):
        if at == place:
            return one.get(member)
    return None


def scope_of(id_: str) -> str:
    """Return the level a node is on: ``42:`` for ``42:8``."""
    return id_[: id_.rfind(":") + 1]
