"""One record a class: all that is known of a ComfyUI node, and the notation in which it is written.

The inputs are one text, in the order in which ComfyUI declares them, ``name:type`` each. Small
types are widgets (``int float string boolean combo other``), all others are links (``MODEL``, ``*``
for any). After a type, ``*`` marks a seed, behind which the editor saves a control (``fixed``,
``randomize``), ``^`` an upload button, ``?`` an optional input; ``?`` alone is an unknown type. A
blank inside a name is written ``␣``. The file of definitions uses the same notation.
"""

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Literal, NamedTuple

from service.light_dataclasses import dataclass
from service.records import ResourceKind

Role = Literal[
    "blank",
    "change",
    "drop blanks",
    "encode image",
    "encoder",
    "extract",
    "fill wildcards",
    "format",
    "iterate",
    "join",
    "load tags",
    "loader",
    "loop",
    "math",
    "measure",
    "paste",
    "preview",
    "replace",
    "run only",
    "sampler",
    "saver",
    "show",
    "split sigmas",
    "switch",
    "text",
]
"""What a node is to the rules; ``general.py`` says how a class without a record is recognized."""

WIDGETS = frozenset({"int", "float", "string", "boolean", "combo", "other"})
SEED_NAMES = ("seed", "noise_seed", "seed_value")
"""The names under which the rules ask for a seed."""

BLANK = "␣"
UNKNOWN = "?"
"""The type of an input that is a link, or a list to choose from which the sources compute."""


class Input(NamedTuple):
    """One input of a class."""

    name: str
    type: str
    seed: bool = False
    upload: bool = False
    optional: bool = False

    @property
    def is_widget(self) -> bool:
        """Return whether the input holds a value of its own, which ``widgets_values`` keeps."""
        return self.type in WIDGETS


def read_inputs(text: str) -> tuple[Input, ...]:
    """Return the inputs that a text of ``name:type`` lists."""
    return tuple(map(_read_input, text.split()))


def _read_input(word: str) -> Input:
    name, _, rest = word.rpartition(":")
    type_ = rest.rstrip("?^") or UNKNOWN
    marks = rest[len(type_) :]
    seed = len(type_) > 1 and type_.endswith("*")
    if seed:
        type_ = type_[:-1]
    return Input(name.replace(BLANK, " "), type_, seed, "^" in marks, "?" in marks)


@dataclass(frozen=True)
class NodeRecord:
    """All that we know of one class, beyond what the file of definitions says."""

    class_type: str
    widgets: str = ""
    """The inputs in order, in the notation above, where the definitions lack them.

    Links may be left out.
    """
    outputs: str = ""
    """Names of the outputs in order, for files that do not state them: ``model clip vae``."""
    roles: tuple[Role, ...] | None = None
    """What the node is; None: the general rules decide by its name and its inputs."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Input of this class → the name under which the rules ask for what it holds."""
    files: Mapping[str, ResourceKind] = field(default_factory=dict)
    """Widget of this class → the kind of side file that it names."""
    more: bool = False
    """The node has more widgets behind those that are listed."""

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """The inputs in order."""
        return read_inputs(self.widgets)

    @cached_property
    def widget_inputs(self) -> tuple[Input, ...]:
        """The inputs that hold a value of their own, in order."""
        return tuple(one for one in self.inputs if one.is_widget)

    @cached_property
    def output_names(self) -> tuple[str, ...]:
        """The names of the outputs in order."""
        return tuple(self.outputs.split())

    @cached_property
    def plain_names(self) -> Mapping[str, str]:
        """Input of this class → the name by which the rules ask; also a seed of another name."""
        names: dict[str, str] = {}
        if all(one.name not in SEED_NAMES for one in self.inputs):
            for one in self.inputs:
                if one.seed:
                    names[one.name] = SEED_NAMES[0]
        return names | dict(self.aliases)
