"""Writing what is known of models: an entry joins the row about the same file, or is a new one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

import apsw

from service.light_dataclasses import dataclass
from service.records import HashKind
from service.records.model_names import stem
from service.resources.known_models import CLAIMED_HASH, KnownModel, Trust
from service.resources.merge import OF_NOTHING
from service.store.binding import json_bytes, text
from service.store.model_reader import HASHES, ModelReader, air_key, is_beginning
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
class EntryCounts:
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

    def learn(self, models: Sequence[KnownModel], *, now: str, counts: EntryCounts) -> None:
        """Write a batch of entries in one transaction, and count them.

        What is known is never forgotten.
        """
        with self._transaction():
            for model in models:
                self._learn(_storable(model), now, counts)

    def _learn(self, model: KnownModel, now: str, counts: EntryCounts) -> None:
        same = self._find_same(model)
        if not same:
            self._connection.execute(sql("add_model"), _columns(model, now))
            self._add_keys(self._connection.last_insert_rowid(), model)
            counts.new += 1
            return
        (id_, old), *others = same.items()
        both = self._absorb(combine(old, model), others)
        if replace(both, source=old.source) == old:
            counts.same += 1
            return
        self._connection.execute(sql("change_model"), _columns(both, now) | {"id": id_})
        for key in sorted(set(keys(old)) - set(keys(both))):
            self._connection.execute(sql("drop_model_key"), (key, id_))
        self._add_keys(id_, both)
        counts.changed += 1

    def _find_same(self, model: KnownModel) -> dict[int, KnownModel]:
        """Return the rows about the same file, by id."""
        return {id_: old for id_, old in self._candidates(model) if is_same(old, model)}

    def _absorb(self, model: KnownModel, others: list[tuple[int, KnownModel]]) -> KnownModel:
        """Return a model with what other rows say of it: an id and a file became known as one."""
        for id_, other in others:
            if is_same(other, model):
                model = combine(other, model)
                self._connection.execute(sql("drop_model"), (id_,))
        return model

    def _candidates(self, model: KnownModel) -> Iterator[tuple[int, KnownModel]]:
        # Two that both name a file are one only by a hash or by that name, and found by its key.
        is_named = bool(model.file_name)
        if model.version_id is not None:
            yield from self.rows_of_version(model.version_id, nameless=is_named)
        for key in keys(model, TELLING):
            yield from self.rows_by_key(key, nameless=is_named and key.startswith("air:"))

    def _add_keys(self, id_: int, model: KnownModel) -> None:
        self._connection.executemany(sql("add_model_key"), [(key, id_) for key in keys(model)])

    def apply_to_new_images(self) -> None:
        """Let the service resolve the images that come from now on."""
        if not self.is_applied():
            with self._transaction():
                self._connection.execute(sql("set_switch"), ("resolve", "on"))

    def put(self, path: str, size: int, mtime_ns: int, hashes: dict[HashKind, str]) -> None:
        """Remember the hashes of a file."""
        digits = (hashes["sha256"], hashes.get("autov1"), hashes.get("autov3"))
        with self._transaction():
            self._connection.execute(sql("add_hashed_file"), (text(path), size, mtime_ns, *digits))


def is_same(old: KnownModel, new: KnownModel) -> bool:
    """Tell whether two entries are about one file of one version."""
    if None not in (old.version_id, new.version_id) and old.version_id != new.version_id:
        return False
    by_hand = Trust.MANUAL in (old.trust, new.trust)
    agreement = _do_hashes_agree(old, new)
    if agreement is not None:
        # Two names of one file stay two rows, so that both are found; a map's name takes the
        # other's place.
        return agreement and (by_hand or not _has_two_names(old, new))
    if _is_one_version(old, new):
        return not _has_two_names(old, new)
    return (by_hand or _is_one_entry(old, new)) and _is_one_named_file(old, new)


def _do_hashes_agree(old: KnownModel, new: KnownModel) -> bool | None:
    """Tell whether all hashes that both state are equal; None where no hash is stated by both."""
    agreement: bool | None = None
    for kind in TELLING:
        ours, theirs = old.hash(kind), new.hash(kind)
        if not ours or not theirs:
            continue
        if not is_beginning(ours, theirs):
            return False
        agreement = True
    return agreement


def _has_two_names(old: KnownModel, new: KnownModel) -> bool:
    """Tell whether both state a file's name, and not the same: these are two files of a version."""
    if not old.file_name or not new.file_name:
        return False
    return stem(old.file_name) != stem(new.file_name)


def _is_one_version(old: KnownModel, new: KnownModel) -> bool:
    """Tell whether both state the same version by its id or its AIR."""
    if old.version_id is not None and old.version_id == new.version_id:
        return True
    return bool(old.air and new.air) and air_key(old) == air_key(new)


def _is_one_entry(old: KnownModel, new: KnownModel) -> bool:
    """Tell whether one source speaks again of a model of the same name."""
    return old.source == new.source and old.model_name == new.model_name


def _is_one_named_file(old: KnownModel, new: KnownModel) -> bool:
    """Tell whether both name the same file, and the kind that was known is the new one."""
    if old.file_name is None or new.file_name is None or _has_two_names(old, new):
        return False
    return bool(old.file_name or new.file_name) and old.kind in (new.kind, None)


def combine(old: KnownModel, new: KnownModel) -> KnownModel:
    """Return two entries as one: the word of the more trusted source, of equals of the new one.

    Gaps are filled.
    """
    first, second = (new, old) if new.trust >= old.trust else (old, new)
    fields = {name: getattr(first, name) or getattr(second, name) for name in _FIELDS}
    return replace(
        first,
        **fields,
        hashes=_fuller_hashes(first.hashes, second.hashes),
        extra={**second.extra, **first.extra},
    )


def _fuller_hashes(
    first: Mapping[HashKind, str], second: Mapping[HashKind, str]
) -> dict[HashKind, str]:
    """Return the hashes of both, the first's where they differ; of one and its beginning all."""
    found: dict[HashKind, str] = {**second, **first}
    for kind, digits in second.items():
        if digits.startswith(found[kind]):
            found[kind] = digits
    return found


KEY_DIGITS = 16
"""Of a hash, in a key."""


def keys(model: KnownModel, kinds: tuple[HashKind, ...] = HASHES) -> list[str]:
    """Return under what a model is found, the surest first."""
    found = []
    for kind in kinds:
        digits = model.hash(kind)
        if digits and not OF_NOTHING.startswith(digits):
            found.append(f"#{digits[:KEY_DIGITS]}")
    if kinds == HASHES and isinstance(claimed := model.extra.get(CLAIMED_HASH), str):
        found.append(f"#{claimed[:KEY_DIGITS]}")
    if (key := air_key(model)) is not None:
        found.append(f"air:{text(key)}")
    if model.file_name:
        found.append(f"file:{text(stem(model.file_name))}")
    return found


def _storable(model: KnownModel) -> KnownModel:
    """Return an entry whose texts are as the database will give them back.

    AutoV2 is among its hashes.
    """
    texts: dict[str, str] = {}
    for name in _FIELDS:
        value = getattr(model, name)
        if isinstance(value, str):
            texts[name] = text(value)
    return replace(model, **texts, hashes=_all_hashes(model))  # type: ignore[arg-type]  # as before


def _all_hashes(model: KnownModel) -> dict[HashKind, str]:
    found: dict[HashKind, str] = {}
    for kind in HASHES:
        digits = model.hash(kind)
        if digits:
            found[kind] = digits
    return found


def _columns(model: KnownModel, now: str) -> dict[str, str | int | float | None]:
    return {
        **{name: getattr(model, name) for name in _FIELDS},
        **{kind: model.hash(kind) for kind in HASHES},
        "trust": int(model.trust),
        "extra_json": json_bytes(dict(model.extra)).decode() if model.extra else None,
        "now": now,
    }
