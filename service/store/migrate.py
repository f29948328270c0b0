"""An older database is brought up to date: a copy first, then one transaction a version."""

from pathlib import Path

import apsw

from service.errors import StartError
from service.store.locks import immediate
from service.store.schema import Schema, number, objects


def upgrade(connection: apsw.Connection, schema: Schema, path: Path) -> Path | None:
    """Bring an older database up to the schema's version; return where the copy of the older one lies.

    Each version is a transaction of its own, so a kill leaves one version or the next, never one between.
    """
    version = number(connection, "user_version")
    if version >= schema.version:
        return None
    missing = set(range(version + 1, schema.version + 1)) - schema.migrations.keys()
    if missing:
        raise StartError(
            f"{path}: is of version {version}, which this program cannot upgrade to {schema.version}; "
            "move it away and start again, and it is made anew from the images",
        )
    backup = back_up(connection, path, version)
    for target in range(version + 1, schema.version + 1):
        _step(connection, schema, target)
    return backup


def back_up(connection: apsw.Connection, path: Path, version: int) -> Path:
    """Write a copy of the database beside it, under a name that is free; return its path."""
    stem = f"{path.name}.v{version}.bak"
    copy = path.with_name(stem)
    for count in range(1, 10_000):
        if not copy.exists():
            break
        copy = path.with_name(f"{stem}.{count}")
    connection.execute("VACUUM INTO ?", (str(copy),)).fetchall()
    return copy


def _step(connection: apsw.Connection, schema: Schema, target: int) -> None:
    with immediate(connection):
        if number(connection, "user_version") != target - 1:
            return  # another process was faster
        # Views may name columns that are about to change, and ALTER TABLE then fails. They are made anew at open.
        for kind, name in objects(connection):
            if kind == "view" and (kind, name) in schema.objects:
                connection.execute(f'DROP VIEW "{name}"').fetchall()
        connection.execute(schema.migrations[target]).fetchall()
        connection.execute(f"PRAGMA user_version = {target}").fetchall()
