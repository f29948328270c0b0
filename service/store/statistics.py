"""What a collection was made with, counted."""

from contextlib import closing
from pathlib import Path

import apsw

from service.light_dataclasses import dataclass
from service.store.connection import open_readonly
from service.store.locks import explain_damage
from service.store.sql import statements
from service.store.status import Counts, counts

Ranking = tuple[tuple[str, int], ...]
"""Names and how many images have each, the commonest first."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What a ranking of images leaves out: with it, its numbers add up to all images."""

    names: int
    """How many names are not among it."""
    images: int
    """How many images these have."""
    not_said: int
    """How many images have none."""


@dataclass(frozen=True, slots=True)
class Month:
    """The images that were written in one month."""

    month: str
    """``2026-01``, UTC."""
    by_generator: dict[str, int]
    """'' where the file names none."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """A collection in numbers."""

    counts: Counts
    months: tuple[Month, ...]
    """In order; those without images are left out."""
    generators: Ranking
    models: Ranking
    loras: Ranking
    embeddings: Ranking
    samplers: Ranking
    schedulers: Ranking
    positive_tokens: Ranking
    """How often each was written, which may be more than once an image."""
    negative_tokens: Ranking
    rest: dict[str, Rest]
    """By ranking: of generators, models, samplers and schedulers, of which an image has one."""


SINGLE = ("generators", "models", "samplers", "schedulers")
"""Rankings of what an image has one of."""


def read_statistics(path: Path, limit: int) -> Statistics:
    """Return the statistics of a database, each ranking with up to so many names."""
    with explain_damage(path), closing(open_readonly(path)) as connection:
        ask = _Statistician(connection, limit)
        resources, tokens = ask.groups("resources"), ask.groups("tokens")
        single = {name: ask.ranking(name) for name in SINGLE}
        return Statistics(
            counts=counts(connection),
            months=ask.months(),
            **single,
            rest={name: ask.rest(name, ranking) for name, ranking in single.items()},
            loras=resources.get("lora", ()),
            embeddings=resources.get("embedding", ()),
            positive_tokens=tokens.get("pos", ()),
            negative_tokens=tokens.get("neg", ()),
        )


class _Statistician:
    """Asks the statements of stats.sql."""

    def __init__(self, connection: apsw.Connection, limit: int) -> None:
        self._connection = connection
        self._limit = limit

    def ranking(self, name: str) -> Ranking:
        return tuple(self._rows(name, self._limit))

    def rest(self, name: str, ranking: Ranking) -> Rest:
        names, images, everything = next(self._rows(f"all_{name}"))
        in_ranking = sum(count for _, count in ranking)
        return Rest(names - len(ranking), images - in_ranking, everything - images)

    def groups(self, name: str) -> dict[str, Ranking]:
        found: dict[str, list[tuple[str, int]]] = {}
        for group, text, count in self._rows(name, self._limit):
            found.setdefault(group, []).append((text, count))
        return {group: tuple(sorted(names, key=_by_count)) for group, names in found.items()}

    def months(self) -> tuple[Month, ...]:
        found: dict[str, dict[str, int]] = {}
        for month, generator, count in self._rows("months"):
            found.setdefault(month or "", {})[generator] = count
        return tuple(Month(month, by_generator) for month, by_generator in found.items())

    def _rows(self, name: str, *arguments: int) -> apsw.Cursor:
        return self._connection.execute(statements("stats.sql")[name], arguments)


def _by_count(one: tuple[str, int]) -> tuple[int, str]:
    name, count = one
    return -count, name
