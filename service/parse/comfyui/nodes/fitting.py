"""Which value belongs to which widget: values in a list, fitted to the inputs of a class.

A fit is all or nothing. Every value must be of its widget's type and all values must be used up, so
that a node of another version is left to other rules rather than read one place beside the truth.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from service.parse.comfyui.nodes.record import Input
from service.parse.comfyui.nodes.text_inputs import CHOSEN
from service.records.json_values import JsonValue

CONTROLS = frozenset({"fixed", "randomize", "increment", "decrement", "increment-wrap"})
"""What the editor saves after a seed: what it is at the next run. Until 2023-05 it was a switch."""

UPLOAD = "upload"
"""The name of an upload button, which only the editor knows."""
BUTTONS = ("image", "audio", "video", "file", "upload", "", None)
"""What an upload button saves: the word for its kind, or nothing."""


class Fit(NamedTuple):
    """The values of a node by the names of its widgets."""

    values: dict[str, JsonValue]
    places: Mapping[str, int] = MappingProxyType({})
    """Where in the list each value is."""
    controlled: tuple[str, ...] = ()
    """Numbers behind which a control is saved: seeds, whatever their names."""
    is_whole: bool = True
    """It has a value for every widget that is not optional."""


class _Habit(NamedTuple):
    """What some editors save besides the values of widgets and the controls behind seeds."""

    after_seed: tuple[JsonValue, ...] = (None,)
    """What is there instead of a control: a switch, early in 2023; null, where a pack hides it."""
    after_combo: tuple[JsonValue, ...] = ()
    """What is behind a list to choose from: an empty text that its filter holds."""


USUAL = _Habit()
RARE = (
    _Habit(after_seed=(None, True, False)),
    _Habit(after_combo=("",)),
    _Habit(after_seed=(None, True, False), after_combo=("",)),
    _Habit(after_seed=()),
)
"""Asked in this order where the usual one does not fit."""


def fit(
    widgets: Sequence[Input],
    values: Sequence[JsonValue],
    *,
    more: bool = False,
) -> Fit | None:
    """Return the values by name, or None where they are not this class's.

    ``more``: the class has further widgets, so that values may be left over.
    """
    if not widgets or not values or not fits_widget(values[0], widgets[0]):
        return None
    first = _walk(widgets, values, USUAL, more=more)
    if (first is not None and first.is_whole) or not any(map(_may_be_extra, values)):
        return first
    for habit in RARE:
        found = _walk(widgets, values, habit, more=more)
        if found is not None and found.is_whole:
            return found
        first = first or found
    return first


def _walk(
    widgets: Sequence[Input],
    values: Sequence[JsonValue],
    habit: _Habit,
    *,
    more: bool,
) -> Fit | None:
    """Return the values by name where an editor of this habit saved them, else None."""
    found: dict[str, JsonValue] = {}
    places: dict[str, int] = {}
    controlled: list[str] = []
    button = _button_place(widgets)
    at = 0
    for place, widget in enumerate(widgets):
        if at >= len(values):
            break
        if not fits_widget(values[at], widget):
            return None
        found[widget.name] = values[at]
        places[widget.name] = at
        at += 1
        if at < len(values) and _is_behind(values[at], widget, habit):
            if is_control(values[at]):
                controlled.append(widget.name)
            at += 1
        if place == button and at < len(values) and values[at] in BUTTONS:
            found[UPLOAD] = values[at]
            at += 1
    if not more and not all(map(_is_leftover, values[at:])):
        return None
    return Fit(found, places, tuple(controlled), is_whole=_has_all(found, widgets))


def _has_all(found: Mapping[str, JsonValue], widgets: Sequence[Input]) -> bool:
    return all(one.optional or one.name in found for one in widgets)


def _button_place(widgets: Sequence[Input]) -> int:
    """Return the place of the last required widget of a class with an upload button, else -1."""
    last, has_button = -1, False
    for place, one in enumerate(widgets):
        has_button = has_button or one.upload
        if not one.optional:
            last = place
    return last if has_button else -1


def _may_be_extra(value: JsonValue) -> bool:
    return value is None or isinstance(value, bool) or value == ""


def _is_behind(value: JsonValue, widget: Input, habit: _Habit) -> bool:
    """Return whether a value is no widget's own, but what editors save behind this one."""
    if is_control(value):
        return widget.type == "int"
    if not (widget.seed or habit.after_combo) or not _may_be_extra(value):
        return False
    if widget.seed:
        return value in habit.after_seed
    return widget.type == "combo" and value in habit.after_combo


def is_control(value: JsonValue) -> bool:
    """Return whether a value says what becomes of the number before it at the next run."""
    return isinstance(value, str) and value in CONTROLS


def _is_leftover(value: JsonValue) -> bool:
    """Return whether a value may be behind the last widget: scripts of the editor keep some."""
    return value is None or value == "" or isinstance(value, (list, dict))


def fits_widget(value: JsonValue, widget: Input) -> bool:
    """Return whether a widget can hold a value. A name in a list is a text: a sampler, a file."""
    if widget.type == "combo" and (widget.name.endswith("_name") or widget.name in CHOSEN):
        return value is None or isinstance(value, str)
    return fits_type(value, widget.type)


HELD: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "string": (str,),
    "boolean": (bool,),
    "combo": (str, int, float),
}
"""What a widget of a type holds in JSON. A switch is an int to Python, and to nobody else."""


def fits_type(value: JsonValue, type_: str) -> bool:
    """Return whether a widget of this type can hold a value; nothing fits every type."""
    if value is None or type_ == "other":
        return True
    if isinstance(value, bool):
        return type_ in ("boolean", "combo")
    if value == "" and type_ == "boolean":
        return True  # a switch that was a text before
    if isinstance(value, float) and value.is_integer() and type_ == "int":
        return True
    return isinstance(value, HELD[type_])


def find_best_fit(
    orders: Iterable[Sequence[Input]],
    values: Sequence[JsonValue],
) -> Fit | None:
    """Return the first fit in the order of trust, without names of which others make another value.

    Fits that have a value for every widget go before those that lack some, and then such whose
    lists to choose from hold texts before others.
    """
    found: list[tuple[int, Fit]] = []
    for widgets in orders:
        one = fit(widgets, values)
        if one is not None:
            found.append((_rank(one, widgets), one))
    if not found:
        return None
    highest, best = max(found, key=itemgetter(0))  # the first of equals
    certain = dict(best.values)
    for rank, other in found:
        if rank == highest:
            for name in _list_moved(best, other):
                certain.pop(name, None)
    return best._replace(values=certain)


def _rank(found: Fit, widgets: Sequence[Input]) -> int:
    """Return how likely a fit is: 2 for having all values, 1 for texts in lists to choose from."""
    has_texts = True
    for one in widgets:
        if one.type == "combo" and not isinstance(found.values.get(one.name, ""), str):
            has_texts = False
    return 2 * found.is_whole + has_texts


def _list_moved(best: Fit, other: Fit) -> Iterator[str]:
    """Yield the names of a fit whose values another fit gives to another of its names.

    A name that the other has not at all is the same input, renamed: true of nearly all classes
    whose definitions agree in types and differ in names (``prompt`` was ``text``).
    """
    others = {place: name for name, place in other.places.items()}
    for name, place in best.places.items():
        rival = others.get(place, name)
        if rival != name and (name in other.places or rival in best.places):
            yield name
