"""``backup``, ``restore`` and ``salvage``: the database kept whole."""

from dataclasses import asdict
from typing import Annotated

import typer

from service import instance
from service.cli import typed_paths
from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import count_of, finish, same_database, say, say_json
from service.errors import StartError
from service.store.backups import back_up, list_backups
from service.store.backups import restore as put_back
from service.store.salvage import salvage_into


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("salvage")(salvage)


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
        str | None,
        typer.Option("--from", help="The file to be put back; otherwise the newest backup."),
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
