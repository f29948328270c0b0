"""``search``: images by the words of their prompts and by what they were made with."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import say, say_json
from service.cli.tables import make_cell, make_console
from service.config import Config
from service.errors import StartError
from service.light_dataclasses import dataclass
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

# Every paragraph is one line: the terminal breaks lines where it ends.
_HELP = f"""
What can be asked: words of the prompt (castle, cast*, -night, "long hair"), \
one of two (castle OR tower), and fields, each as name:value.

Fields: {", ".join(FIELDS)}.

Numbers and sizes have ranges (steps:20..40, cfg:..5, size:1mb..), dates may be 2025-03, today \
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
    found = _find(settings, " ".join(words), columns, limit)
    if json:
        say_json(found.as_json())
    elif paths:
        for one in found.lines:
            say(str(one[PLACE]))
    elif found.lines:
        found.print_table(is_cut=len(found.lines) == limit, is_wide=wide)
    else:
        say("No image has all of this.")
    for hint in found.hints:
        say(hint, err=True)


@dataclass(frozen=True, slots=True)
class _Found:
    """The images that a search found, ready to be shown."""

    lines: list[Line]
    asked: list[str] | None
    """The columns that are to be shown; None where none were named."""
    hints: list[str]
    """Why nothing was found."""

    def as_json(self) -> list[Line]:
        """Return the columns that are asked for; all of them where none were named."""
        names = self.asked
        if names is None:
            return [_without_place(one) for one in self.lines]
        return [{name: one[name] for name in names} for one in self.lines]

    def print_table(self, *, is_cut: bool, is_wide: bool) -> None:
        """Print a table. Unless columns are asked for, of those that any image has something in."""
        shown = self.asked or [name for name in COLUMNS if self._is_filled(name)]
        table = Table(*(SHORT.get(name, name) for name in shown), box=None, pad_edge=False)
        for line in self.lines:
            table.add_row(*[make_cell(line[name], "ellipsis") for name in shown])
        make_console(is_wide=is_wide).print(table)
        if is_cut:
            say(f"The newest {len(self.lines)}; --limit 0 gives all.", err=True)

    def _is_filled(self, name: str) -> bool:
        return any(line[name] not in (None, "") for line in self.lines)


def _find(settings: Config, line: str, columns: str | None, limit: int) -> _Found:
    """Return the newest ``limit`` images that a search finds; all where that is 0."""
    with Search.open(settings.database.path) as asking:
        asked = _read_columns(columns, asking.columns()) if columns is not None else None
        lines = list(asking.lines(asking.ids(line, limit or None)))
        places = {root.name: str(root.path) for root in settings.roots} | asking.locations()
        hints = [] if lines else list(explain_nothing(asking, line))
    for one in lines:
        one[PLACE] = _locate(one, places)
    return _Found(lines, asked, hints)


def _read_columns(asked: str, known: Sequence[str]) -> list[str]:
    """Return the columns that are asked for. Raises StartError where there is none of a name."""
    by_heading = {heading: name for name, heading in SHORT.items()}
    names = [by_heading.get(word.strip(), word.strip()) for word in asked.split(",")]
    for name in names:
        if name not in (*known, PLACE):
            raise StartError(
                f"--columns: there is no column {name!r}; there are {', '.join(known)}, {PLACE}"
            )
    return names


def _without_place(line: Line) -> Line:
    return {name: value for name, value in line.items() if name != PLACE}


def _locate(line: Line, places: dict[str, str]) -> str:
    """Return where an image is on this machine, as far as its root is known."""
    root, path = str(line["root"]), from_stored(str(line["path"]))
    return str(Path(places.get(root, root)) / path)
