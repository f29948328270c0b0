"""What nodes of one class with the same inputs have in common: all but their values.

A folder of images holds thousands of nodes and a few hundred signatures. Whatever follows from the
class and the names alone is a question about the signature (``lru_cache``): it is answered once,
for all nodes of all graphs.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from service.parse.comfyui.nodes.general import roles_of
from service.parse.comfyui.nodes.record import NodeRecord, Role
from service.parse.comfyui.nodes.table import Table

Names = tuple[str, ...]
NamePairs = tuple[tuple[str, str], ...]

NO_NAMES: Mapping[str, str] = MappingProxyType({})

SIGNATURES_KEPT = 1024
"""All real images of the corpus together have fewer."""
ANSWERS_KEPT = 4 * SIGNATURES_KEPT
"""Of one question, where it is asked with further words: of each side, of each output."""

MAX_NAMES = 20_000
"""Characters of all names of one node. Real: 732. What is kept ready must stay small."""


class OversizeError(ValueError):
    """A node has more names than any real one."""


class Ports(NamedTuple):
    """What a file says of a node's inputs and outputs, besides the names of its inputs."""

    outputs: Names = ()
    """Their names, in lower case."""
    types: NamePairs = ()
    """Linked inputs and their types (``MODEL``)."""


NO_PORTS = Ports()


class Signature:
    """A class and the names of a node's inputs and outputs; there is one object for equal nodes."""

    def __init__(
        self,
        record: NodeRecord,
        inputs: Names,
        links: Names,
        ports: Ports,
        own_names: Mapping[str, str],
    ) -> None:
        self.class_type = record.class_type
        self.record = record
        """What we know of the class."""
        self.roles = roles_of(record)
        self.inputs = inputs
        """The names of the widgets: those by which the rules ask, where the class has others."""
        self.links = links
        self.outputs, self.types = ports
        """As the file states them, else, of the outputs, as they are known."""
        self.own_names = own_names
        """The name by which the rules ask for an input → the class's own, where these differ."""
        self.renamed = {own: name for name, own in own_names.items()}
        self.is_dotted = "." in "".join((*inputs, *links, *own_names.values()))
        """It has inputs that one of a list brought with it: ``model.prompt`` beside ``model``."""

    def plays(self, role: Role) -> bool:
        """Return whether the node is of a sort: a sampler, a switch, a saver."""
        return self.roles[role]

    def has(self, name: str) -> bool:
        """Return whether the input exists at all, as widget or as link."""
        return name in self.inputs or name in self.links

    def with_inputs(self, inputs: Iterable[str], links: Iterable[str]) -> "Signature":
        """Return the same with other inputs."""
        ports = Ports(self.outputs, self.types)
        return Signature(self.record, tuple(inputs), tuple(links), ports, self.own_names)


@lru_cache(maxsize=SIGNATURES_KEPT)
def sign(
    table: Table,
    class_type: str,
    inputs: Names,
    links: Names,
    ports: Ports,
    *known: tuple[str, str],
) -> Signature:
    """Return the signature of nodes whose inputs have these names of their class's own.

    ``known`` are inputs of which a graph shows what they are, beside those of the record.
    """
    if sum(map(len, chain(inputs, links, ports.outputs, *ports.types, *known))) > MAX_NAMES:
        raise OversizeError  # which, unlike an answer, is not kept
    record = table.record(class_type)
    present = {*inputs, *links}
    asked = {**dict(known), **record.plain_names}
    own_names = {  # an input that has the name already keeps it
        name: own for own, name in asked.items() if own in present and name not in present
    }
    outputs, types = ports.outputs or record.output_names, ports.types
    if own_names:  # as of few
        plain = {own: name for name, own in own_names.items()}
        inputs = tuple(plain.get(name, name) for name in inputs)
        links = tuple(plain.get(name, name) for name in links)
        types = tuple((plain.get(name, name), type_) for name, type_ in types)
    return Signature(record, inputs, links, Ports(outputs, types), own_names)


@lru_cache(maxsize=ANSWERS_KEPT)
def present_names(signature: Signature, names: Names) -> Names:
    """Return those of these inputs that a node has, as widget or as link."""
    return tuple(filter(signature.has, names))
