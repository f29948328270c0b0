"""What the editor's JSON is made of: nodes and links as they are written, before they are read."""

from collections.abc import Mapping

from service.records.json_values import JsonValue

Raw = Mapping[str, JsonValue]
"""An object of the editor's JSON: a workflow, a node, an input."""
Link = tuple[str, int]
"""The id of the node a value comes from, and which of its outputs."""

INPUT, OUTPUT = -10, -20
"""The pseudo-nodes by which a subgraph's definition names its own inputs and outputs."""
INPUT_ID, OUTPUT_ID = str(INPUT), str(OUTPUT)


def word(value: JsonValue) -> str:
    """Return a name or number as text; nothing of anything that is neither."""
    if isinstance(value, str):
        return value  # as nearly always
    return str(value) if isinstance(value, (int, float)) else ""


def objects(value: JsonValue) -> list[Raw]:
    """Return the objects of a list; nothing of anything else."""
    if not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, dict)]
