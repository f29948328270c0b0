"""``schema.sql`` and its migrations, and how an older database is upgraded.

A copy first, then one transaction a version.
"""

import re
from functools import cache
from pathlib import Path

import apsw

from service.errors import StartError
from service.light_dataclasses import dataclass
from service.store.locks import immediate
from service.store.whole_files import write_whole

_PACKAGE = Path(__file__).resolve().parent.parent
FILE = 1
"""SQLite's ``temp_store`` that sorts in files."""

_MIGRATION = re.compile(r"(\d{4})_\w+\.sql")


@dataclass(frozen=True, slots=True)
class Schema:
    """The database as this program knows it."""

    text: str
    """All of schema.sql."""
    application_id: int
    version: int
    objects: dict[tuple[str, str], str]
    """(type, name) → statement, of every table, index and view."""
    migrations: dict[int, str]
    """Version reached → statements that upgrade from the version before it."""

    @classmethod
    def read(cls, file: Path, migrations: Path) -> "Schema":
        """Return the schema of a file, and its migrations."""
        text = file.read_text(encoding="utf-8")
        model = apsw.Connection(":memory:")
        model.execute(text).fetchall()
        known = cls(
            text=text,
            application_id=number(model, "application_id"),
            version=number(model, "user_version"),
            objects=objects(model),
            migrations=_migrations(migrations),
        )
        model.close()
        return known

    def is_complete(self, found: dict[tuple[str, str], str]) -> bool:
        """Tell whether a database has all tables, indexes and views, these in their newest form."""
        for name, statement in self.objects.items():
            if name not in found:
                return False
            is_view = name[0] == "view"
            if is_view and found[name] != statement:
                return False
        return True


def objects(connection: apsw.Connection) -> dict[tuple[str, str], str]:
    """Return the statement of every table, index and view that somebody made on purpose."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    found = {}
    for type_, name, statement in rows:
        if not name.startswith("sqlite_"):
            found[type_, name] = statement
    return found


def number(connection: apsw.Connection, pragma: str) -> int:
    """Return the value of a pragma that is a number."""
    return int(connection.pragma(pragma) or 0)


def _migrations(folder: Path) -> dict[int, str]:
    found: dict[int, str] = {}
    for file in sorted(folder.glob("*.sql")):
        if (named := _MIGRATION.fullmatch(file.name)) is None:
            raise StartError(f"{file}: a migration is named like 0002_what_it_does.sql")
        if int(named[1]) in found:
            raise StartError(f"{file}: another migration has its number; make one of the two")
        found[int(named[1])] = file.read_text(encoding="utf-8")
    return found


@cache
def current() -> Schema:
    """Return the schema of this program: of the checkout, else of the wheel."""
    checkout = _PACKAGE.parent
    folder = checkout if (checkout / "pyproject.toml").is_file() else _PACKAGE
    return Schema.read(folder / "schema.sql", _PACKAGE / "store" / "migrations")


def upgrade(connection: apsw.Connection, schema: Schema, path: Path) -> Path | None:
    """Bring an older database up to the schema's version.

    Return where the copy of the older one is.

    Each version is a transaction of its own, so a kill leaves one version or the next, never one
    between.
    """
    version = number(connection, "user_version")
    if version >= schema.version:
        return None
    missing = set(range(version + 1, schema.version + 1)) - schema.migrations.keys()
    if missing:
        raise StartError(
            f"{path}: is of version {version}, which this program cannot upgrade to "
            f"{schema.version}; move it away and start again, and it is made anew from the images",
        )
    backup = back_up(connection, path, version)
    kept = number(connection, "temp_store")
    connection.pragma("temp_store", FILE)  # an index of millions of rows is sorted: not in memory
    for target in range(version + 1, schema.version + 1):
        _step(connection, schema, target)
    connection.pragma("temp_store", kept)
    return backup


def back_up(connection: apsw.Connection, path: Path, version: int) -> Path:
    """Write a copy of the database beside it, under a name that is free; return its path."""
    stem = f"{path.name}.v{version}.bak"
    copy = path.with_name(stem)
    for count in range(1, 10_000):
        if not copy.exists():
            break
        copy = path.with_name(f"{stem}.{count}")
    with write_whole(copy) as part:
        connection.execute("VACUUM INTO ?", (str(part),)).fetchall()
    return copy


def _step(connection: apsw.Connection, schema: Schema, target: int) -> None:
    with immediate(connection):
        if number(connection, "user_version") != target - 1:
            return  # another process was faster
        # Views may name columns that are about to change, and ALTER TABLE then fails. They are made
        # anew at open.
        for kind, name in objects(connection):
            if kind == "view" and (kind, name) in schema.objects:
                connection.execute(f'DROP VIEW "{name}"').fetchall()
        connection.execute(schema.migrations[target]).fetchall()
        connection.execute(f"PRAGMA user_version = {target}").fetchall()
