"""The table of nodes: the record of a class, and what it may declare."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from service.parse.comfyui.nodes.definitions import CLASSES_KEPT, find_definitions
from service.parse.comfyui.nodes.fitting import Fit, find_best_fit, fit
from service.parse.comfyui.nodes.known import KNOWN
from service.parse.comfyui.nodes.record import Input, NodeRecord
from service.records.json_values import JsonValue

LONGEST = 200
"""Characters of a class's name. No real one is longer, and what is kept ready must stay small."""


class Table:
    """Records by class, with the definitions behind them."""

    def __init__(self, records: Iterable[NodeRecord]) -> None:
        self._records: dict[str, NodeRecord] = {}
        for record in records:
            if record.class_type in self._records:
                raise ValueError(f"{record.class_type} has two records; make them one")
            self._records[record.class_type] = record

    def record(self, class_type: str) -> NodeRecord:
        """Return our own record of a class; one that says nothing where we have none."""
        return self._records.get(class_type) or _empty_record(class_type[:LONGEST])

    def name_values(self, class_type: str, values: Sequence[JsonValue]) -> Fit | None:
        """Return a node's values by name: as our own record lists them, else as the class declares.

        None where they fit neither.
        """
        class_type = class_type[:LONGEST]
        record = self.record(class_type)
        found = fit(record.widget_inputs, values, more=record.more)
        if found is not None:
            return found
        orders: list[Sequence[Input]] = []
        for definition in find_definitions(class_type):
            orders.extend(definition.widgets)
        return find_best_fit(orders, values)

    def usual_inputs(self, class_type: str) -> tuple[Input, ...]:
        """Return the inputs that a class has as far as we know; the likeliest of several."""
        own = self.record(class_type).inputs
        if own:
            return own
        definitions = find_definitions(class_type)
        return definitions[0].inputs if definitions else ()

    def count_values(self, class_type: str) -> int:
        """Return how many values a node of a class saves, controls and upload buttons included."""
        count = 0
        for one in self.usual_inputs(class_type):
            count += one.is_widget + one.seed + one.upload
        return count


@lru_cache(maxsize=CLASSES_KEPT)
def _empty_record(class_type: str) -> NodeRecord:
    return NodeRecord(class_type)


TABLE = Table(KNOWN)
"""The table that graphs are read by."""
