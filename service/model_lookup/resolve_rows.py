"""One image's rows with their resources resolved, and the passes' models under their new names.

The stage between the pipeline and the store: resources get their real names from what the database
knows.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from service.resources.known_models import KnownModel, KnownModels
from service.resources.merge import merge_resources
from service.resources.resolve import resolve_resource
from service.store.database_reader import DatabaseReader
from service.store.model_reader import ModelReader
from service.store.packed_image import PackedImage, replace_resources, unpack_resources


def resolve_rows(packed: PackedImage, known: KnownModels) -> PackedImage:
    """Return an image's rows with every resource resolved as far as it is known.

    What the file said stays in kv.
    """
    stated = unpack_resources(packed)
    resolved = tuple(resolve_resource(resource, known).resource for resource in stated)
    if resolved == stated:
        return packed
    names: dict[str, str] = {}
    for before, after in zip(stated, resolved, strict=True):
        if before.label != after.label:
            names[before.label] = after.label
    # Merged again: a reference and a named file may turn out to be one.
    return replace_resources(packed, merge_resources(resolved), names)


REMEMBERED = 20_000
"""Answers that are kept. A collection uses far fewer different models."""

_Key = TypeVar("_Key", int, str)


class CachedModels:
    """The known models, each question asked once until another program writes to the database."""

    def __init__(self, shelf: ModelReader) -> None:
        self._shelf = shelf
        self._answers: dict[tuple[str, int | str], list[KnownModel]] = {}

    def forget(self) -> None:
        """Ask everything anew."""
        self._answers.clear()

    def by_version(self, version_id: int) -> list[KnownModel]:
        """Return the files of a CivitAI version, the main one first."""
        return self._ask("version", version_id, self._shelf.by_version)

    def by_air(self, key: str) -> list[KnownModel]:
        """Return the files under an AIR's ``lookup_key``."""
        return self._ask("air", key, self._shelf.by_air)

    def by_hash(self, digits: str) -> list[KnownModel]:
        """Return the files with a hash that begins with these digits, or that they begin with."""
        return self._ask("hash", digits, self._shelf.by_hash)

    def by_stem(self, stem: str) -> list[KnownModel]:
        """Return the files of a name without folders and extension."""
        return self._ask("stem", stem, self._shelf.by_stem)

    def _ask(
        self, question: str, key: _Key, ask: Callable[[_Key], list[KnownModel]]
    ) -> list[KnownModel]:
        answer = self._answers.get((question, key))
        if answer is None:
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            answer = self._answers[question, key] = ask(key)
        return answer


class Resolver:
    """Resolves the resources of each batch, once ``resolve --rewrite`` has switched that on."""

    def __init__(self, reader: DatabaseReader) -> None:
        self._shelf = reader.models()
        self.known = CachedModels(self._shelf)
        self._generation: int | None = None
        self._is_on = False

    def apply(self, images: Sequence[PackedImage]) -> list[PackedImage]:
        """Return the batch with every resource resolved as far as it is known, else as it was."""
        generation = self._shelf.generation()
        if generation != self._generation:
            self._generation = generation
            self._is_on = self._shelf.is_applied()
            self.known.forget()
        if not self._is_on:
            return list(images)
        return [resolve_rows(one, self.known) for one in images]
