"""What is known of models, as the database holds it: looked up by id, AIR, hash and file name."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

import apsw

from service.records import HashKind, ResourceKind
from service.records.model_names import stem as file_stem
from service.resources import air
from service.resources.known_models import KnownModel, Trust
from service.store.binding import integer, text
from service.store.sql import sql

HASHES: tuple[HashKind, ...] = ("sha256", "autov1", "autov2", "autov3", "blake3", "crc32")
"""Those that have a column, in the order in which they are selected."""


SURE = 10
"""Digits of a known hash, at least, for a longer one to be its continuation. AutoV1 has eight, and
is of another part of the file than SHA-256."""


class ModelReader:
    """The known models of a database. Satisfies the resolver's ``Known``."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def by_version(self, version_id: int) -> list[KnownModel]:
        """Return the files of a CivitAI version, the main one first."""
        return [model for _, model in self.rows_of_version(version_id)]

    def by_air(self, key: str) -> list[KnownModel]:
        """Return the files under an AIR's ``lookup_key``."""
        found = self.rows_by_key(f"air:{key}")
        return [model for _, model in found if air_key(model) == key]

    def by_hash(self, digits: str) -> list[KnownModel]:
        """Return the files with a hash that begins with these digits, or that they begin with."""
        found = self._select("models_by_hash", {"digits": digits})
        return self._prefer_published([model for _, model in found if _begins(model, digits)])

    def by_stem(self, stem: str) -> list[KnownModel]:
        """Return the files of a name without folders and extension."""
        found = self.rows_by_key(f"file:{text(stem)}")
        same = [model for _, model in found if file_stem(model.file_name or "") == text(stem)]
        return self._prefer_published(same)

    def _prefer_published(self, found: Iterable[KnownModel]) -> list[KnownModel]:
        """Return models, a local file as the site's models of its SHA-256 where there are any.

        These then have all hashes of the local file.
        """
        models: list[KnownModel] = []
        for model in found:
            for one in self._published_copies(model) or [model]:
                if one not in models:
                    models.append(one)
        return models

    def _published_copies(self, model: KnownModel) -> list[KnownModel]:
        digits = model.hash("sha256")
        if model.version_id is not None or digits is None:
            return []
        copies = []
        for _, one in self._select("models_by_hash", {"digits": digits}):
            if one.version_id is not None and is_beginning(one.hash("sha256"), digits):
                copies.append(replace(one, hashes={**one.hashes, **model.hashes}))
        return copies

    def rows_of_version(
        self, version_id: int, *, nameless: bool = False
    ) -> list[tuple[int, KnownModel]]:
        """Return the first files of a CivitAI version, each with its row's id.

        Only those that name no file, where these are asked for.
        """
        arguments = {"version_id": integer(version_id), "nameless": int(nameless)}
        return self._select("models_of_version", arguments)

    def rows_by_key(self, key: str, *, nameless: bool = False) -> list[tuple[int, KnownModel]]:
        """Return the same of what is found under a key."""
        return self._select("models_by_key", {"key": key, "nameless": int(nameless)})

    def _select(self, name: str, arguments: Mapping[str, object]) -> list[tuple[int, KnownModel]]:
        rows = self._connection.execute(sql(name), arguments)
        return [(row[-1], _model(*row[:-1])) for row in rows]

    def get(self, path: str, size: int, mtime_ns: int) -> dict[HashKind, str] | None:
        """Return the hashes of an unchanged file, or None."""
        row = self._connection.execute(sql("hashed_file"), (text(path), size, mtime_ns)).fetchone()
        if row is None:
            return None
        sha256, autov1, autov3 = row
        found: dict[HashKind, str] = {"sha256": sha256, "autov2": sha256[:10]}
        if autov1:
            found["autov1"] = autov1
        if autov3:
            found["autov3"] = autov3
        return found

    def count(self) -> int:
        """Return how many model files are known."""
        return int(self._connection.execute(sql("count_models")).get or 0)

    def generation(self) -> int:
        """Return a number that changes when another program wrote to the database.

        What was cached may be old.
        """
        return int(self._connection.pragma("data_version") or 0)

    def is_applied(self) -> bool:
        """Tell whether new images are to be resolved, too.

        Since ``resolve --rewrite`` was run once.
        """
        return bool(self._connection.execute(sql("switch"), ("resolve",)).get == "on")


def air_key(model: KnownModel) -> str | None:
    """Return what an AIR is looked up by, of a model that has one."""
    parsed = air.parse(model.air) if model.air else None
    return parsed.lookup_key if parsed else None


def is_beginning(one: str | None, other: str) -> bool:
    """Tell whether one of two hashes of a kind is the other, or surely its beginning."""
    if one is None or min(len(one), len(other)) < SURE:
        return one == other
    return one.startswith(other) or other.startswith(one)


def _begins(model: KnownModel, digits: str) -> bool:
    """Tell whether a hash of the model begins with the digits, or they with it."""
    for known in model.all_digits():
        if known.startswith(digits) or (len(known) >= SURE and digits.startswith(known)):
            return True
    return False


def _model(  # noqa: PLR0917  # a row, in the order of its columns
    version_id: int | None,
    model_id: int | None,
    model_name: str | None,
    version_name: str | None,
    kind: ResourceKind | None,
    base_model: str | None,
    air: str | None,
    file_name: str | None,
    source: str | None,
    trust: int,
    extra_json: str | None,
    *hashes: str | None,
) -> KnownModel:
    return KnownModel(
        version_id=version_id,
        model_id=model_id,
        model_name=model_name,
        version_name=version_name,
        kind=kind,
        base_model=base_model,
        air=air,
        file_name=file_name,
        hashes={name: digits for name, digits in zip(HASHES, hashes, strict=True) if digits},
        source=source,
        trust=Trust(trust),
        extra=json.loads(extra_json or "{}"),
    )
