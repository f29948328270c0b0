"""``search``: images by the words of their prompts and by what they were made with."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import make_cell, make_console, say, say_json
from service.errors import StartError
from service.paths import from_stored
from service.store.one_image import ColumnValue
from service.store.search.query import Search

COLUMNS = (
    "image_id",
    "file_name",
    "prompt_preview",
    "model",
    "loras",
    "sampler_norm",
    "steps",
    "seed",
)
SHOWN = 50

Line = dict[str, ColumnValue]


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    # What begins with a single dash is a word that must not be there: -neg:blurry, -hat.
    app.command(
        "search", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]}
    )(search)


def search(
    *,
    words: Annotated[
        list[str],
        typer.Argument(help='What to look for: castle -night neg:blurry steps:20..40 "long hair"'),
    ],
    config: ConfigFile = None,
    db: DatabaseFile = None,
    limit: Annotated[int, typer.Option(min=0, help="How many images at most; 0: all.")] = SHOWN,
    paths: Annotated[
        bool, typer.Option("--paths", help="Print the files' paths alone, one a line.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Find images by words of their prompts and by what they were made with, newest first."""
    if paths and json:
        raise StartError("search: --paths and --json print different things; give one of them")
    settings = load_config(config, None, db, only_reads=True)
    with Search.open(settings.database.path) as asking:
        found = asking.ids(" ".join(words), limit or None)
        lines = list(asking.lines(found))
        places = {root.name: str(root.path) for root in settings.roots} | asking.locations()
    if json:
        say_json(lines)
    elif paths:
        for line in lines:
            say(_locate(line, places))
    else:
        _print_table(lines, is_cut=len(lines) == limit)


def _locate(line: Line, places: dict[str, str]) -> str:
    """Return where an image is on this machine, as far as its root is known."""
    root, path = str(line["root"]), from_stored(str(line["path"]))
    return str(Path(places.get(root, root)) / path)


def _print_table(lines: list[Line], *, is_cut: bool) -> None:
    if not lines:
        say("No image has all of this.")
        return
    table = Table("id", "file", "prompt", "model", "loras", "sampler", "steps", "seed", box=None)
    for line in lines:
        table.add_row(*[make_cell(line[column], "ellipsis") for column in COLUMNS])
    make_console().print(table)
    if is_cut:
        say(f"The newest {len(lines)}; --limit 0 gives all.", err=True)
