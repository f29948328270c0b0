"""``config check`` and ``demo``: getting started."""

from dataclasses import asdict
from typing import Annotated

import typer

from service import demo as samples
from service.cli.options import AsJson, ConfigFile, anchor, load_config
from service.cli.output import say, say_json
from service.config import check, prepare
from service.paths import resolve_output


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    config = typer.Typer(help="The settings file.", no_args_is_help=True)
    config.command("check")(config_check)
    app.add_typer(config, name="config")
    app.command("demo")(demo)


def config_check(config: ConfigFile = None, json: AsJson = False) -> None:  # noqa: FBT002
    """Say whether the settings are sound: file, line, setting, what was expected.

    Exit code 2: they are not.
    """
    problems = check(config)
    if json:
        say_json(list(map(asdict, problems)))
    else:
        for problem in problems:
            say(str(problem))
        if not problems:
            say("The settings are sound.")
    raise typer.Exit(2 if problems else 0)


def demo(
    config: ConfigFile = None,
    into: Annotated[
        str | None, typer.Option(help="Folder to write into instead of the first watched one.")
    ] = None,
) -> None:
    """Write about twenty sample images, in the formats that the parsers read, into Input."""
    settings = load_config(config)
    prepare(settings)
    folder = settings.roots[0].path
    if into is not None:
        folder = resolve_output(into, base=anchor(config), setting="--into")
    written = list(samples.write_samples(folder))
    say(f"{len(written)} sample images → {folder}")
