"""Commands for rare days: to keep the database whole, and to tell it what is gone for good."""

from dataclasses import asdict
from typing import Annotated

import typer

from service import instance
from service.cli import typed_paths
from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import count_of, finish, same_database, say, say_json
from service.clock import Clock
from service.errors import StartError
from service.store.backups import back_up, list_backups
from service.store.backups import restore as put_back
from service.store.connection import require_database
from service.store.salvage import salvage_into
from service.store.writer import Store


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("salvage")(salvage)
    app.command("confirm-missing")(confirm_missing)
    app.command("forget")(forget)


def backup(config: ConfigFile = None, db: DatabaseFile = None) -> None:
    """Write a copy of the database now, check it, and delete all but the newest ones.

    The service may run meanwhile.
    """
    settings = load_config(config, None, db, only_reads=True)
    written = back_up(settings.database.path, settings.backups, settings.backup.keep)
    say(f"backup → {written}")


def restore(
    config: ConfigFile = None,
    db: DatabaseFile = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="The file to be put back; the newest backup.")
    ] = None,
) -> None:
    """Put a backup in the database's place. The service must not run.

    The file that was there is kept beside it. What happened since is read from the images by the
    next run.
    """
    settings = load_config(config, None, db, makes_database=True)
    database = settings.database.path
    if from_ is not None:
        chosen = typed_paths.source(from_, config, "--from")
    else:
        backups = list_backups(database, settings.backups)
        if not backups:
            raise StartError(f"{settings.backups}: there is no backup of {database.name}")
        chosen = backups[0].path
    with instance.hold_instance(database):
        aside = put_back(database, chosen)
    say(f"{chosen} → {database}")
    if aside is not None:
        say(f"What was there is now {aside}")


def salvage(
    config: ConfigFile = None,
    db: DatabaseFile = None,
    into: Annotated[
        str | None, typer.Option(help="The new file; otherwise one beside the database.")
    ] = None,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Copy what can be read of a damaged database into a new one. The damaged one stays as it is.

    Exit code 1: something was lost.
    """
    settings = load_config(config, None, db)
    database = settings.database.path
    target = database.with_name(f"{database.stem}.salvaged.db")
    if into is not None:
        target = typed_paths.output(into, config, "--into")
    with instance.hold_instance(database):
        saved = salvage_into(database, target)
    if json:
        say_json({"into": str(target), **asdict(saved)})
    else:
        for table, count in saved.rows.items():
            lost = ", and something was lost" if table in saved.damaged else ""
            say(f"{table}: {count_of(count, 'row')}{lost}")
        say(f'To use it: aiimagepipe restore --from "{target}"{same_database(config, db)}')
    finish(has_failed=bool(saved.damaged))


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
        names = [place.name for place in writer.places()]
        if root not in names:
            others = [repr(name) for name in names if name not in configured]
            can_be = ", ".join(others) or "none"
            raise StartError(f"there is no root {root!r}; roots that can be forgotten: {can_be}")
        count = writer.forget(root)
    say(f"{root}: {count_of(count, 'image')} forgotten; the files are as they were")
