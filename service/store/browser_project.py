"""The DB Browser project beside the database: it opens the search view, newest first, read-only.

Opened read-only, DB Browser never holds a lock and never an old snapshot; opened otherwise, an
unsaved cell blocks the writer for as long as the window is open.
"""

import hashlib
import re
from html import escape
from pathlib import Path

from service.store.sql import statements

TABLE = "v_images_search"

WIDTHS = (60, 170, 420, 170, 220, 110, 90, 50, 60, 110, 55, 55, 80)
"""Pixels of the first columns: image_id, file_name, prompt_preview, model, loras, sampler_norm …"""

# At the end: DB Browser 3.12 takes the second thing in the file for the root element, so a comment
# must not be first.
_SIGNED = re.compile(
    r"(?P<body>.*)<!-- written by aiimagepipe, unchanged: ([0-9a-f]{16}) -->\n", re.DOTALL
)


def write_project(database: Path) -> bool:
    """Write the project beside a database unless the user made it theirs.

    Tell whether anything was written.

    It is theirs once it is no longer as we wrote it: saving in DB Browser removes our signature.
    """
    path = database.with_suffix(".sqbpro")
    wanted = sign(project(database.name))
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


def project(name: str) -> str:
    """Return the project's XML for a database of this name in the same folder."""
    widths = "".join(
        f'<column index="{index}" value="{width}"/>' for index, width in enumerate(WIDTHS, 1)
    )
    tabs = "".join(
        f'<sql name="{escape(title.replace("_", " "))}">{escape(query, quote=False)}</sql>'
        for title, query in statements("examples.sql").items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<sqlb_project><db path="{escape(name)}" readonly="1"/>'
        '<window><main_tabs open="structure browser pragmas query" current="1"/></window>'
        "<tab_structure/>"
        f'<tab_browse><current_table name="4,{len(TABLE)}:main{TABLE}"/>'
        '<default_encoding codec=""/>'
        f'<browse_table_settings><table schema="main" name="{TABLE}" show_row_id="0" encoding="" '
        'plot_x_axis="" unlock_view_pk="_rowid_">'
        '<sort><column index="1" mode="1"/></sort>'
        f"<column_widths>{widths}</column_widths><filter_values/><display_formats/><hidden_columns/>"
        "<plot_y_axes/><global_filter/></table></browse_table_settings></tab_browse>"
        f'<tab_sql>{tabs}<current_tab id="0"/></tab_sql></sqlb_project>\n'
    )
