"""The projects for DB Browser beside the database: one that looks at it, one that edits the marks.

Opened read-only, DB Browser never holds a lock and never an old snapshot; opened otherwise, an
unsaved cell blocks the writer for as long as the window is open. What is attached to a database
that is open read-only is read-only, too, so the marks have a project of their own.
"""

import hashlib
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

from service.light_dataclasses import dataclass
from service.store import thumbnail_file
from service.store.marks import SCHEMA, marks_beside
from service.store.sql import sql, statements
from service.store.thumbnail_file import thumbnails_beside

TABLE = "v_images_search"

WIDTHS = (60, 170, 420, 170, 220, 110, 90, 50, 60, 110, 55, 55, 80)
"""Pixels of the first columns: image_id, file_name, prompt_preview, model, loras, sampler_norm …"""

MARKS_WIDTHS = (90, 240, 60, 70, 240, 420)
"""Of sha256, file_name, rating, favourite, tags, note."""

# At the end: DB Browser 3.12 takes the second thing in the file for the root element, so a comment
# must not be first.
_SIGNED = re.compile(
    r"(?P<body>.*)<!-- written by aiimagepipe, unchanged: ([0-9a-f]{16}) -->\n", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Project:
    """What a project opens and shows."""

    database: str
    """The file's name, in the same folder."""
    attached: tuple[tuple[str, Path], ...]
    """The name of each further database, and its file. DB Browser 3.12 looks for a relative one in
    the folder that it was started in, so the path is absolute."""
    table: str
    """What is shown first."""
    sort: str
    widths: tuple[int, ...]
    tabs: dict[str, str]
    """The name of each query, and its text."""
    readonly: bool


def write_projects(database: Path, *, has_thumbnails: bool = False) -> None:
    """Write both projects beside a database, but for those that the user made theirs.

    ``has_thumbnails``: the file of small pictures is attached, too.
    """
    marks = marks_beside(database)
    small = ((thumbnail_file.SCHEMA, thumbnails_beside(database)),) if has_thumbnails else ()
    edits = statements("marks.sql")
    looks = {name: query for name, query in edits.items() if query.startswith("SELECT")}
    pictures = {"small_pictures": sql("small_pictures")} if has_thumbnails else {}
    looking = Project(
        database=database.name,
        attached=((SCHEMA, marks), *small),
        table=TABLE,
        sort='<sort><column index="1" mode="1"/></sort>',
        widths=WIDTHS,
        tabs={**pictures, **statements("examples.sql"), **looks},
        readonly=True,
    )
    marking = Project(
        database=marks.name,
        attached=(("images", database),),
        table="marks",
        sort="<sort/>",
        widths=MARKS_WIDTHS,
        tabs=edits,
        readonly=False,
    )
    write_project(database.with_suffix(".sqbpro"), looking)
    write_project(marks.with_suffix(".sqbpro"), marking)


def write_project(path: Path, project: Project) -> bool:
    """Write a project unless the user made the file theirs; tell whether it was written.

    It is theirs once it is no longer as we wrote it: saving in DB Browser removes our signature.
    """
    wanted = sign(project_text(project))
    if path.exists():
        found = path.read_bytes().decode("utf-8", "replace")
        if found == wanted or not is_ours(found):
            return False
    partial = path.with_name(f"{path.name}.part")
    try:
        partial.write_bytes(wanted.encode("utf-8"))
        partial.replace(path)
    except PermissionError:  # a program has it open (Windows); the next start tries again
        return False
    return True


def sign(body: str) -> str:
    """Return a project with its digest, by which a later version knows it for unchanged."""
    return f"{body}<!-- written by aiimagepipe, unchanged: {_digest(body)} -->\n"


def is_ours(text: str) -> bool:
    """Tell whether a project is still as some version of this program wrote it."""
    match = _SIGNED.fullmatch(text)
    return match is not None and _digest(match["body"]) == match[2]


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()[:16]


def project_text(project: Project) -> str:
    """Return a project as XML."""
    name = project.table
    readonly = ' readonly="1"' if project.readonly else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<sqlb_project><db path="{escape(project.database)}"{readonly}/>'
        f"<attached>{_attached(project.attached)}</attached>"
        '<window><main_tabs open="structure browser pragmas query" current="1"/></window>'
        f'<tab_structure/><tab_browse><current_table name="4,{len(name)}:main{name}"/>'
        '<default_encoding codec=""/>'
        f'<browse_table_settings><table schema="main" name="{name}" show_row_id="0" encoding="" '
        f'plot_x_axis="" unlock_view_pk="_rowid_">{project.sort}'
        f"<column_widths>{_widths(project.widths)}</column_widths>"
        "<filter_values/><display_formats/><hidden_columns/>"
        "<plot_y_axes/><global_filter/></table></browse_table_settings></tab_browse>"
        f'<tab_sql>{_tabs(project.tabs)}<current_tab id="0"/></tab_sql></sqlb_project>\n'
    )


def _attached(databases: Iterable[tuple[str, Path]]) -> str:
    return "".join(
        f'<db schema="{schema}" path="{escape(str(path.absolute()))}"/>'
        for schema, path in databases
    )


def _widths(widths: Iterable[int]) -> str:
    return "".join(
        f'<column index="{index}" value="{width}"/>' for index, width in enumerate(widths, 1)
    )


def _tabs(queries: dict[str, str]) -> str:
    return "".join(
        f'<sql name="{escape(title.replace("_", " "))}">{escape(query, quote=False)}</sql>'
        for title, query in queries.items()
    )
