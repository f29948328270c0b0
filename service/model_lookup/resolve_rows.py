"""One image's rows with their resources resolved, and the passes' models under their new names.

The stage between the pipeline and the store: resources get their real names from what the database
knows.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from service.records import ImageRows, NormalizedImage
from service.resources.known_models import KnownModel, KnownModels
from service.resources.merge import merge_resources
from service.resources.resolve import resolve_resource
from service.store.database_reader import DatabaseReader
from service.store.model_reader import ModelReader


def resolve_rows(rows: ImageRows, known: KnownModels) -> ImageRows:
    """Return an image's rows with every resource resolved as far as it is known.

    What the file said stays in kv.
    """
    done = tuple(resolve_resource(resource, known).resource for resource in rows.resources)
    if done == rows.resources:
        return rows
    names: dict[str, str] = {}
    for before, after in zip(rows.resources, done, strict=True):
        if before.label != after.label:
            names[before.label] = after.label
    image = rename_models(rows.image, names) if names else rows.image
    # Merged again: a reference and a named file may turn out to be one.
    return replace(rows, resources=merge_resources(done), image=image)


def rename_models(image: NormalizedImage, names: dict[str, str]) -> NormalizedImage:
    """Return an image whose models have their new names."""

    def new_name(label: str | None) -> str | None:
        return names.get(label or "", label)

    passes = tuple(replace(one, model=new_name(one.model)) for one in image.passes)
    return replace(image, passes=passes, vae=new_name(image.vae), upscaler=new_name(image.upscaler))


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

    def apply(self, rows: Sequence[ImageRows]) -> list[ImageRows]:
        """Return the batch with every resource resolved as far as it is known, else as it was."""
        generation = self._shelf.generation()
        if generation != self._generation:
            self._generation = generation
            self._is_on = self._shelf.is_applied()
            self.known.forget()
        return [resolve_rows(one, self.known) for one in rows] if self._is_on else list(rows)
