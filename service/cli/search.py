"""``search``: images by the words of their prompts and by what they were made with."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import make_cell, make_console, say, say_json
from service.errors import StartError
from service.paths import from_stored
from service.store.one_image import ColumnValue
from service.store.search.conditions import FIELDS
from service.store.search.hints import explain_nothing
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
"""What is shown unless other columns are asked for, as far as any image has it."""

SHORT = {
    "image_id": "id",
    "file_name": "file",
    "prompt_preview": "prompt",
    "sampler_norm": "sampler",
    "scheduler_norm": "scheduler",
    "cfg_scale": "cfg",
}
"""Column → its heading, by which it may be asked for, too."""

PLACE = "place"
"""A column of our own: where the file is on this machine."""

SHOWN = 50

Line = dict[str, ColumnValue]

_HELP = f"""
What can be asked: words of the prompt (castle, cast*, -night, 'long hair' in double quotes),
one of two (castle OR tower), and fields, each as name:value.

Fields: {", ".join(FIELDS)}.

Numbers and sizes have ranges (steps:20..40, cfg:..5, size:1mb..), dates may be 2025-03, today
or 7d, commas mean one of these (model:pony,flux), * stands for anything.

The whole grammar: docs/queries.md.
"""


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    # What begins with a single dash is a word that must not be there: -neg:blurry, -hat.
    app.command(
        "search",
        context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
        epilog=_HELP,
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
    columns: Annotated[
        str | None,
        typer.Option(
            help="Which columns, with commas between: id,place,model,cfg,... "
            "Those of v_images_search, and place, the file's path on this machine."
        ),
    ] = None,
    wide: Annotated[bool, typer.Option("--wide", help="Cut nothing, however long a line.")] = False,
    paths: Annotated[
        bool, typer.Option("--paths", help="Print the files' paths alone, one a line.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Find images by words of their prompts and by what they were made with, newest first."""
    if paths and json:
        raise StartError("search: --paths and --json print different things; give one of them")
    settings = load_config(config, None, db, only_reads=True)
    line = " ".join(words)
    with Search.open(settings.database.path) as asking:
        shown = _read_columns(columns, asking.columns())
        found = asking.ids(line, limit or None)
        lines = list(asking.lines(found))
        places = {root.name: str(root.path) for root in settings.roots} | asking.locations()
        hints = [] if lines else list(explain_nothing(asking, line))
    for one in lines:
        one[PLACE] = _locate(one, places)
    if json:
        say_json([_json_line(one, shown if columns else None) for one in lines])
    elif paths:
        for one in lines:
            say(str(one[PLACE]))
    elif lines:
        filled = shown if columns else _filled(lines, shown)
        _print_table(lines, filled, is_cut=len(lines) == limit, is_wide=wide)
    else:
        say("No image has all of this.")
    for hint in hints:
        say(hint, err=True)


def _read_columns(asked: str | None, known: Sequence[str]) -> list[str]:
    """Return the columns that are asked for. Raises StartError where there is none of a name."""
    if asked is None:
        return list(COLUMNS)
    by_heading = {heading: name for name, heading in SHORT.items()}
    names = [by_heading.get(word.strip(), word.strip()) for word in asked.split(",")]
    for name in names:
        if name not in (*known, PLACE):
            raise StartError(
                f"--columns: there is no column {name!r}; there are {', '.join(known)}, {PLACE}"
            )
    return names


def _json_line(line: Line, shown: Sequence[str] | None) -> Line:
    if shown is None:
        return {name: value for name, value in line.items() if name != PLACE}
    return {name: line[name] for name in shown}


def _locate(line: Line, places: dict[str, str]) -> str:
    """Return where an image is on this machine, as far as its root is known."""
    root, path = str(line["root"]), from_stored(str(line["path"]))
    return str(Path(places.get(root, root)) / path)


def _filled(lines: Sequence[Line], names: Sequence[str]) -> list[str]:
    """Return the columns that any of the images has something in."""
    return [name for name in names if any(line[name] not in (None, "") for line in lines)]


def _print_table(lines: list[Line], shown: Sequence[str], *, is_cut: bool, is_wide: bool) -> None:
    table = Table(*(SHORT.get(name, name) for name in shown), box=None, pad_edge=False)
    for line in lines:
        table.add_row(*[make_cell(line[name], "ellipsis") for name in shown])
    make_console(is_wide=is_wide).print(table)
    if is_cut:
        say(f"The newest {len(lines)}; --limit 0 gives all.", err=True)
