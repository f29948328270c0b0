"""``config check`` and ``demo``: getting started."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from service import demo as samples
from service.cli import typed_paths
from service.cli.app import App
from service.cli.options import AsJson, ConfigFile, load_config
from service.cli.output import count_of, say, say_json
from service.config import Config, check, find_missing_roots, prepare
from service.config.toml_lines import SettingKey
from service.errors import ExtractorMissingError
from service.export.categories import find_double_words
from service.extract.exiftool_settings import find_exiftool
from service.store.user_query import find_fault


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    config = App(help="The settings file.", no_args_is_help=True)
    config.command("check")(config_check)
    app.add_typer(config, name="config")
    app.command("demo")(demo)


def config_check(config: ConfigFile = None, json: AsJson = False) -> None:  # noqa: FBT002
    """Say whether the settings are sound: file, line, setting, what was expected.

    Also whether ExifTool is there, and whether the queries of exports are such. Exit code 2: not
    all is.
    """
    notes: list[str] = []

    def look_around(settings: Config) -> Iterator[tuple[SettingKey, str]]:
        notes.extend(find_missing_roots(settings))
        notes.extend(find_double_words(settings.categories))
        return _find_missing(settings)

    problems = check(config, look_around=look_around)
    for note in notes:
        say(note, err=True)
    if json:
        say_json(list(map(asdict, problems)))
    else:
        for problem in problems:
            say(str(problem))
        if not problems:
            say("The settings are sound.")
    raise typer.Exit(2 if problems else 0)


def _find_missing(settings: Config) -> Iterator[tuple[SettingKey, str]]:
    """Yield the settings that name what is not there: ExifTool, and what queries ask of."""
    try:
        find_exiftool(settings.extract.exiftool)
    except ExtractorMissingError as error:
        yield ("extract", "exiftool"), str(error).removeprefix("extract.exiftool: ")
    for at, export in enumerate(settings.export):
        if export.kind == "sql" and (fault := find_fault(settings.database.path, export.sql)):
            yield ("export", at, "sql"), fault


def demo(
    config: ConfigFile = None,
    into: Annotated[
        str | None, typer.Option(help="Folder to write into instead of the first watched one.")
    ] = None,
) -> None:
    """Write sample images, one or two of every format that the parsers read, into Input."""
    settings = load_config(config)
    prepare(settings)
    folder = settings.roots[0].path
    if into is not None:
        folder = typed_paths.output(into, config, "--into")
    written = list(samples.write_samples(folder))
    say(f"{count_of(len(written), 'sample image')} → {folder}")
