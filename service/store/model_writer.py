"""Writing what is known of models.

Each entry into the row that is about the same file, or into a new one.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import apsw

from service.records import HashKind
from service.records.model_names import stem
from service.resources.known_models import KnownModel, Trust
from service.resources.merge import OF_NOTHING
from service.store.binding import integer, json_bytes, optional, text
from service.store.model_reader import HASHES, ModelReader, air_key, keys_argument
from service.store.sql import sql

TELLING: tuple[HashKind, ...] = ("sha256", "autov3", "autov2", "blake3")
"""Hashes that show two entries to be one file.

AutoV1 and CRC32 do not: different files share them.
"""

_FIELDS = (
    "version_id",
    "model_id",
    "model_name",
    "version_name",
    "kind",
    "base_model",
    "air",
    "file_name",
    "source",
)


@dataclass(slots=True)
class Learnt:
    """What became of the entries of a source."""

    new: int = 0
    changed: int = 0
    same: int = 0


class ModelWriter(ModelReader):
    """The known models of a database, to be added to."""

    def __init__(
        self, connection: apsw.Connection, transaction: Callable[[], AbstractContextManager[None]]
    ) -> None:
        super().__init__(connection)
        self._transaction = transaction

    def learn(self, models: Sequence[KnownModel], *, now: str, learnt: Learnt) -> None:
        """Write a batch of entries in one transaction, and count them.

        What is known is never forgotten.
        """
        with self._transaction():
            for model in models:
                self._learn(_sound(model), now, learnt)

    def _learn(self, model: KnownModel, now: str, learnt: Learnt) -> None:
        same = {id_: old for id_, old in self._candidates(model) if is_same(old, model)}
        if not same:
            self._connection.execute(sql("add_model"), _columns(model, now))
            self._add_keys(self._connection.last_insert_rowid(), model)
            learnt.new += 1
            return
        (id_, old), *others = same.items()
        both = self._absorbed(combine(old, model), others)
        if replace(both, source=old.source) == old:
            learnt.same += 1
            return
        self._connection.execute(sql("change_model"), _columns(both, now) | {"id": id_})
        gone = set(keys(old)) - set(keys(both))
        self._connection.executemany(sql("drop_model_key"), [(key, id_) for key in sorted(gone)])
        self._add_keys(id_, both)
        learnt.changed += 1

    def _absorbed(self, model: KnownModel, others: list[tuple[int, KnownModel]]) -> KnownModel:
        """Return a model with what other rows say of it: an id and a file became known as one."""
        for id_, other in others:
            if is_same(other, model):
                model = combine(other, model)
                self._connection.execute(sql("drop_model"), (id_,))
        return model

    def _candidates(self, model: KnownModel) -> Iterator[tuple[int, KnownModel]]:
        if model.version_id is not None:
            yield from self.numbered("models_of_version", (integer(model.version_id),))
        yield from self.numbered("models_by_keys", keys_argument(*keys(model, TELLING)))

    def _add_keys(self, id_: int, model: KnownModel) -> None:
        self._connection.executemany(sql("add_model_key"), [(key, id_) for key in keys(model)])

    def apply_to_new_images(self) -> None:
        """Let the service resolve the images that come from now on."""
        if not self.is_applied():
            with self._transaction():
                self._connection.execute(sql("set_switch"), ("resolve", "on"))

    # ── The cache of local files' hashes ──

    def get(self, path: str, size: int, mtime_ns: int) -> dict[HashKind, str] | None:
        """Return the hashes of an unchanged file, or None."""
        row = self._connection.execute(sql("hashed_file"), (text(path), size, mtime_ns)).fetchone()
        if row is None:
            return None
        found: dict[HashKind, str | None] = {
            "sha256": row[0],
            "autov2": row[0][:10],
            "autov1": row[1],
            "autov3": row[2],
        }
        return {kind: digits for kind, digits in found.items() if digits}

    def put(self, path: str, size: int, mtime_ns: int, hashes: dict[HashKind, str]) -> None:
        """Remember the hashes of a file."""
        row = (
            text(path),
            size,
            mtime_ns,
            hashes["sha256"],
            hashes.get("autov1"),
            hashes.get("autov3"),
        )
        with self._transaction():
            self._connection.execute(sql("add_hashed_file"), row)


def is_same(old: KnownModel, new: KnownModel) -> bool:
    """Tell whether two entries are about one file of one version."""
    if None not in (old.version_id, new.version_id) and old.version_id != new.version_id:
        return False
    agreeing = [
        old.hash(kind) == new.hash(kind) for kind in TELLING if old.hash(kind) and new.hash(kind)
    ]
    named = {stem(model.file_name) for model in (old, new) if model.file_name}
    # two names of one file stay two rows, so that both are found; a map's name takes the other's
    # place
    if agreeing:
        return all(agreeing) and (len(named) < 2 or Trust.MANUAL in (old.trust, new.trust))  # noqa: PLR2004
    if old.version_id is not None and old.version_id == new.version_id:
        return len(named) < 2  # noqa: PLR2004  # two names are two files
    if old.air and new.air and air_key(old) == air_key(new):
        return len(named) < 2  # noqa: PLR2004
    by_hand = Trust.MANUAL in (old.trust, new.trust)
    alike = old.source == new.source and old.model_name == new.model_name
    return (
        (by_hand or alike)
        and len(named) == 1
        and old.kind in (new.kind, None)
        and None not in _names(old, new)
    )


def _names(*models: KnownModel) -> tuple[str | None, ...]:
    return tuple(model.file_name for model in models)


def combine(old: KnownModel, new: KnownModel) -> KnownModel:
    """Return two entries as one: the word of the more trusted source, of equals of the new one.

    Gaps are filled.
    """
    first, second = (new, old) if new.trust >= old.trust else (old, new)
    fields = {name: getattr(first, name) or getattr(second, name) for name in _FIELDS}
    return replace(
        first,
        **fields,
        hashes={**second.hashes, **first.hashes},
        extra={**second.extra, **first.extra},
    )


KEY_DIGITS = 16
"""Of a hash, in a key."""


def keys(model: KnownModel, kinds: tuple[HashKind, ...] = HASHES) -> list[str]:
    """Return under what a model is found, the surest first."""
    hashes = (
        digits
        for kind in kinds
        if (digits := model.hash(kind)) and not OF_NOTHING.startswith(digits)
    )
    found = [f"#{digits[:KEY_DIGITS]}" for digits in hashes]
    if (key := air_key(model)) is not None:
        found.append(f"air:{text(key)}")
    if model.file_name:
        found.append(f"file:{text(stem(model.file_name))}")
    return found


def _sound(model: KnownModel) -> KnownModel:
    """Return an entry whose texts are as the database will give them back, AutoV2 among its hashes."""
    fields = {
        name: optional(value) for name in _FIELDS if isinstance(value := getattr(model, name), str)
    }
    hashes = {kind: digits for kind in HASHES if (digits := model.hash(kind))}
    return replace(model, **fields, hashes=hashes)  # type: ignore[arg-type]  # the same types as before


def _columns(model: KnownModel, now: str) -> dict[str, str | int | float | None]:
    return {
        **{name: getattr(model, name) for name in _FIELDS},
        **{kind: model.hash(kind) for kind in HASHES},
        "trust": int(model.trust),
        "extra_json": json_bytes(dict(model.extra)).decode() if model.extra else None,
        "now": now,
    }
