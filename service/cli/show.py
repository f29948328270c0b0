"""``show``: all that is known of one image."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service import pipeline
from service.cli.find_image import Image, find_image, locate
from service.cli.image_tables import print_image
from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import say, say_json
from service.errors import StartError
from service.paths import to_stored
from service.records import RawRecord, WatchedFile
from service.store.database_reader import DatabaseReader
from service.store.failures import KnownFailure
from service.store.marks import find_mark

AsKept = Annotated[
    bool, typer.Option("--raw", help="Print the stored record, as ExifTool gave it.")
]


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("show")(show)


def show(  # noqa: PLR0917  # options are given by name
    image: Image,
    config: ConfigFile = None,
    db: DatabaseFile = None,
    full: Annotated[bool, typer.Option("--full", help="Cut neither long texts nor lists.")] = False,  # noqa: FBT002
    raw: AsKept = False,  # noqa: FBT002
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print all that is known of one image.

    Facts with their sources, passes, resources, warnings, and why it is so.
    """
    settings = load_config(config, None, db, only_reads=True)
    with DatabaseReader.open(settings.database.path) as reader:
        place = find_image(reader, settings.roots, image)
        location = to_stored(locate(reader, settings.roots, place.file))
        if raw:
            record = reader.raw_record(place.image_id)
            say_json(asdict(record) if record else None)
            return
        found, record = reader.image(place.image_id), reader.raw_record(place.image_id)
        failure = _find_failure(reader, place.file)
    if found is None:
        raise StartError(f"{image}: its row has just gone")
    why = pipeline.explain_reading(record) if record else ()
    mark = _find_mark(settings.database.path, record)
    if json:
        said = {"why": list(map(asdict, why)), "place": location, "mark": mark}
        say_json(asdict(found) | said | {"failed": asdict(failure) if failure else None})
    else:
        print_image(found, why, location, mark, failure, is_cut=not full)


def _find_failure(reader: DatabaseReader, file: WatchedFile) -> KnownFailure | None:
    """Return why a file could not be read, and when it is tried again; None where it was read."""
    place = (file.root, file.path)
    known = (one for one in reader.failures() if (one.failure.root, one.failure.path) == place)
    return next(known, None)


def _find_mark(database: Path, record: RawRecord | None) -> dict[str, object]:
    """Return the user's mark of an image. Where marks cannot be read, all the rest is shown."""
    try:
        return find_mark(database, record.sha256 if record else None)
    except StartError as error:
        say(str(error), err=True)
        return {}
