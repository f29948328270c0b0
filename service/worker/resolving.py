"""The stage between the pipeline and the store: resources get their real names from what the database knows."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from service.records import ImageRows
from service.resources.apply import resolved_rows
from service.resources.known import KnownModel
from service.store.models import ModelShelf
from service.store.reading import Reader

REMEMBERED = 20_000
"""Answers that are kept. A collection uses far fewer different models."""

_Key = TypeVar("_Key", int, str)


class Remembering:
    """The known models, each question asked once until another program writes to the database."""

    def __init__(self, shelf: ModelShelf) -> None:
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

    def _ask(self, question: str, key: _Key, ask: Callable[[_Key], list[KnownModel]]) -> list[KnownModel]:
        answer = self._answers.get((question, key))
        if answer is None:
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            answer = self._answers[question, key] = ask(key)
        return answer


class Resolving:
    """Resolves the resources of each batch, once ``aiimagepipe resolve --rewrite`` has switched that on."""

    def __init__(self, reader: Reader) -> None:
        self._shelf = reader.models()
        self.known = Remembering(self._shelf)
        self._generation: int | None = None
        self._is_on = False

    def apply(self, rows: Sequence[ImageRows]) -> list[ImageRows]:
        """Return the batch with every resource resolved as far as it is known, else as it was."""
        generation = self._shelf.generation()
        if generation != self._generation:
            self._generation = generation
            self._is_on = self._shelf.is_applied()
            self.known.forget()
        return [resolved_rows(one, self.known) for one in rows] if self._is_on else list(rows)
