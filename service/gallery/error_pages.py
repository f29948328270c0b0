"""What is shown where something went wrong, as a page or as JSON."""

import sqlite3
import sys
import traceback
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import QueryInterrupted
from datasette.plugins import pm
from datasette.utils.asgi import Base400, NotFound, Request, Response
from datasette.views.base import DatasetteError

from service.gallery.page import DATABASE

DEFAULT = "datasette.handle_exception"
"""Datasette's own: it prints all variables on the terminal, and its page needs inline styles."""

NOTHING = ("404", "Database not found")
"""What Datasette says of an address that is no page's: it takes the first word for a database."""

TOO_LONG = "The query took longer than {seconds:g} s. Ask for less, or add a LIMIT."

ODD_ADDRESS = "A part of this address, behind the ?, has a value that cannot be read."

BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

HELD = (
    "Another program holds the database, or the file of your marks. Press Write Changes there "
    "(DB Browser), or close it, then try again."
)


class ErrorPages:
    """Our pages of errors, as a plugin of Datasette."""

    __name__ = "gallery_errors"

    @hookimpl  # type: ignore[untyped-decorator]
    async def handle_exception(
        self, datasette: Datasette, request: Request, exception: Exception
    ) -> Response:
        """Return the page of an error; one that nobody expected is told on the terminal, too."""
        status, title, message = _describe(exception, datasette.sql_time_limit_ms / 1000)
        if request.path.endswith(".json") or request.method == "POST":
            # As Datasette's own answers, whose readers look at `ok`.
            said: dict[str, Any] = {"ok": False, "error": message, "status": status, "title": title}
            return Response.json(said, status=status)
        if _is_typed_query(request):
            template, shown = "query.html", _refused_query(request, message)
        else:
            template, shown = "error.html", {"title": title, "message": message}
        text = await datasette.render_template(template, shown, request=request)
        return Response.html(text, status=status)

    @hookimpl  # type: ignore[untyped-decorator]
    async def forbidden(self, datasette: Datasette, request: Request, message: str) -> Response:
        """Return the page for what nobody may see."""
        shown = {"title": "Not for anybody", "message": message}
        text = await datasette.render_template("error.html", shown, request=request)
        return Response.html(text, status=403)


def register_error_pages() -> None:
    """Put our pages of errors in the place of Datasette's."""
    if pm.get_plugin(DEFAULT) is not None:
        pm.unregister(name=DEFAULT)
    pm.register(ErrorPages(), name=ErrorPages.__name__)


def _is_typed_query(request: Request) -> bool:
    return bool(request.path == f"/{DATABASE}" and request.args.get("sql"))


def _refused_query(request: Request, message: str) -> dict[str, Any]:
    """Return what the page of typed SQL shows, so that the query can be mended and run again."""
    values = {name: request.args[name] for name in request.args if not name.startswith("_")}
    typed = values.pop("sql")
    return {
        "database": DATABASE,
        "metadata": {},
        "query": {"sql": typed},
        "named_parameter_values": values,
        "error": message,
    }


def _describe(exception: Exception, seconds: float) -> tuple[int, str, str]:
    """Return the status, the title and the sentence."""
    if isinstance(exception, NotFound):
        return 404, "Not found", _sentence(exception) or "There is nothing at this address."
    if isinstance(exception, Base400):
        return exception.status, "Not understood", _sentence(exception)
    if isinstance(exception, DatasetteError):
        # Its only message in HTML is the one of a query that took too long.
        text = TOO_LONG.format(seconds=seconds) if exception.message_is_html else exception.message
        status = 400 if exception.status >= 500 else exception.status  # noqa: PLR2004  # its default
        return status, exception.title or "Not understood", str(text)
    if isinstance(exception, QueryInterrupted):
        return 400, "Stopped", TOO_LONG.format(seconds=seconds)
    return _describe_unexpected(exception)


def _describe_unexpected(exception: Exception) -> tuple[int, str, str]:
    if isinstance(exception, sqlite3.DatabaseError):
        is_busy = getattr(exception, "sqlite_errorcode", 0) & 0xFF in BUSY
        return (503, "Busy", HELD) if is_busy else (400, "Not understood", str(exception))
    if _is_about_address(exception):
        return 400, "Not understood", ODD_ADDRESS
    traceback.print_exception(exception, file=sys.stderr)
    return 500, "Something went wrong", "The terminal or the log of the gallery says what."


def _is_about_address(exception: Exception) -> bool:
    """Tell whether Datasette, in a page of its own, could not read what the address has.

    It looks at few of its parameters (``_next``, ``_through``, ``_timelimit``) before it uses them.
    """
    if not isinstance(exception, ValueError | TypeError | LookupError):
        return False
    frames = traceback.walk_tb(exception.__traceback__)
    return not any(frame.f_globals["__name__"].startswith("service.") for frame, _ in frames)


def _sentence(exception: Exception) -> str:
    text = str(exception.args[0]) if exception.args else ""
    return "" if text in NOTHING else text
