"""What 7,574 classes declare: their inputs in order, by which values get their names.

``definitions.txt`` holds one definition a line, sorted by class: class, inputs, types of outputs
and origin, with tabs between; ``record.py`` explains the notation. A class has several definitions
where its inputs changed over time, in the order of trust. The origin is empty for what the sources
of the node packs declare today, ``past`` for what they declared before, ``docs`` for what ComfyUI's
documentation says, ``learnt`` for what follows from files that hold both forms of a graph;
``partial`` is added where some inputs could not be read. These are facts alone, no text of others.

To renew the file, gather the same facts from newer sources (``INPUT_TYPES`` or ``define_schema``,
``RETURN_TYPES``), write a line for each definition that differs, and sort the lines by class in the
order of code points, each class in the order of trust (a stable sort of ``(class + tab)`` as
bytes).

The file is read when the first node asks, and searched by halves: nothing is built of it in
advance.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from service.parse.comfyui.nodes.record import UNKNOWN, Input, read_inputs

FILE = Path(__file__).with_name("definitions.txt")
LOOKED_THROUGH = 4000
"""Bytes that are searched as they are, once halving has come down to so few lines."""

CLASSES_KEPT = 1024
"""Classes whose definitions are kept ready; all real images of the corpus together hold fewer."""


class Definition(NamedTuple):
    """The inputs and outputs of a class at some time."""

    inputs: tuple[Input, ...]
    widgets: tuple[tuple[Input, ...], ...]
    """The inputs that hold a value; once more with those of unknown type, if there are any."""
    outputs: tuple[str, ...]
    origin: str


@cache
def _content() -> bytes:
    return b"\n" + FILE.read_bytes()


@lru_cache(maxsize=CLASSES_KEPT)
def find_definitions(class_type: str) -> tuple[Definition, ...]:
    """Return the definitions of a class in the order of trust; none where nobody declared it."""
    content = _content()
    key = b"\n" + class_type.encode("utf-8", "replace") + b"\t"
    found: list[Definition] = []
    low, high = _narrow(content, key)
    at = content.find(key, low, high + len(key))
    while at >= 0 and content.startswith(key, at):
        end = content.find(b"\n", at + 1)
        found.append(_read_line(content[at + 1 : end].decode()))
        at = end
    return tuple(found)


def output_types(class_type: str) -> tuple[str, ...]:
    """Return the types of what a class gives, as it is declared today; none where it is not."""
    definitions = find_definitions(class_type)
    return definitions[0].outputs if definitions else ()


def _narrow(content: bytes, key: bytes) -> tuple[int, int]:
    """Return two places between which the first line that begins with the key begins."""
    low, high = 0, len(content) - 1
    while high - low > LOOKED_THROUGH:
        start = content.rfind(b"\n", low + 1, (low + high) // 2)
        if start < 0:
            break
        if content[start : start + len(key)] < key:
            low = start
        else:
            high = start
    return low, high


def _read_line(line: str) -> Definition:
    _, inputs, outputs, origin = line.split("\t")
    every = read_inputs(inputs)
    certain: list[Input] = []
    possible: list[Input] = []
    for one in every:
        if one.type == UNKNOWN:
            possible.append(one._replace(type="combo"))
        elif one.is_widget:
            certain.append(one)
            possible.append(one)
    widgets: tuple[tuple[Input, ...], ...] = (tuple(certain), tuple(possible))
    if len(possible) == len(certain):
        widgets = widgets[:1]
    return Definition(every, widgets, tuple(outputs.split()), origin)
