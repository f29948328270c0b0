"""``confirm-missing``, ``forget`` and ``mark-roots``: what a person knows of watched folders."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service import instance, logs
from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import count_of, finish, say, say_json
from service.clock import Clock
from service.config import Config, prepare
from service.errors import AlreadyRunningError, StartError
from service.light_dataclasses import dataclass
from service.store.connection import require_database
from service.store.database_reader import DatabaseReader
from service.store.writer import Store
from service.watch.marker import RootState, check_root
from service.worker.comparison import check_known_root


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("confirm-missing")(confirm_missing)
    app.command("forget")(forget)
    app.command("mark-roots")(mark_roots)


def confirm_missing(
    root: Annotated[str, typer.Argument(help="The name of the watched folder.")],
    config: ConfigFile = None,
    db: DatabaseFile = None,
) -> None:
    """Say that what is gone of a watched folder is gone, and that the folder is the right one.

    The running service then marks those files missing; otherwise the next run does.
    """
    settings = load_config(config, None, db)
    names = [each.name for each in settings.roots]
    if root not in names:
        raise StartError(f"there is no root {root!r}; there are {', '.join(map(repr, names))}")
    require_database(settings.database.path)
    # The service may run: one row is written, which it looks for.
    with Store.open(settings.database.path) as store:
        store.confirm_missing(root, Clock().stamp())
    say(f"{root}: what is gone is taken as missing")


def forget(
    root: Annotated[
        str, typer.Argument(help="The name of a folder that config.toml no longer names.")
    ],
    config: ConfigFile = None,
    db: DatabaseFile = None,
) -> None:
    """Remove all rows of a folder that is no longer watched; its files and your marks stay.

    The service may run meanwhile.
    """
    settings = load_config(config, None, db)
    database = settings.database.path
    if not database.is_file():
        raise StartError(f"{database}: there is no database, so there is nothing to forget")
    configured = [each.name for each in settings.roots]
    if root in configured:
        raise StartError(
            f"{root!r} is in config.toml, and its images would be read again; take its [[root]] "
            "out of the file first, and start the service again"
        )
    with Store.open(database) as store:
        writer = store.roots_to_write()
        places = {place.name: place for place in writer.places()}
        if root not in places:
            others = [repr(name) for name in places if name not in configured]
            can_be = ", ".join(others) or "none"
            raise StartError(f"there is no root {root!r}; roots that can be forgotten: {can_be}")
        if places[root].is_configured:
            _require_no_service(database, root)
        count = writer.forget(root)
    say(f"{root}: {count_of(count, 'image')} forgotten; the files are as they were")


def _require_no_service(database: Path, root: str) -> None:
    """Raise StartError where a service runs that has started before a root was taken out."""
    try:
        with instance.hold_instance(database):
            return
    except AlreadyRunningError as refusal:
        raise StartError(
            f"{root!r} is still watched by the running service, which would read its images again; "
            "start the service again, and then give this command"
        ) from refusal


def mark_roots(config: ConfigFile = None, db: DatabaseFile = None, json: AsJson = False) -> None:  # noqa: FBT002
    """Write the file `.aiimagepipe` into each watched folder that is there.

    For a service that may not write there. Exit code 1: a folder is away or cannot be written to.
    """
    settings = load_config(config, None, db)
    prepare(settings)
    logs.setup(settings.log, console=False)
    marks = [
        RootMark(root.name, str(root.path), bool(state.marker), _describe_mark(state, root.path))
        for root, state in zip(settings.roots, _check_roots(settings), strict=True)
    ]
    logs.close()
    if json:
        say_json(list(map(asdict, marks)))
    else:
        for mark in marks:
            say(f"{mark.root}: {mark.message}")
    finish(has_failed=not all(mark.marked for mark in marks))


@dataclass(frozen=True, slots=True)
class RootMark:
    """Whether a watched folder has its marker."""

    root: str
    path: str
    marked: bool
    message: str
    """That it has, or why it has not and what to do."""


def _check_roots(settings: Config) -> list[RootState]:
    """Return the state of each root, having laid its marker where that is safe."""
    if not settings.database.path.exists():
        return [check_root(root, lambda _folder: (), {}) for root in settings.roots]
    with DatabaseReader.open(settings.database.path) as reader:
        return [check_known_root(root, reader) for root in settings.roots]


def _describe_mark(state: RootState, folder: Path) -> str:
    if state.message:
        return state.message
    if state.marker:
        return f"{folder} has its marker"
    return f"{folder} cannot be written to; known files alone tell whether it is there"
