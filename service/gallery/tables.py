"""Datasette's own pages in our look: tables, rows, typed SQL, with pictures of their images."""

from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request
from datasette.views.base import DatasetteError
from datasette.views.database import DatabaseView
from markupsafe import Markup

from service.store.sql import explanations, statements

INNER = ("_config", "_data", "_idx", "_records", "_rows", "_stat1")
"""How the names of tables end that only the program reads; docs/schema.md has the others."""

ALSO_INNER = frozenset({"repeated_contents", "terms", "texts"})

PICTURE = Markup(
    '<a class="picture" href="/image/{id}">'
    '<img src="/thumb/{id}" loading="lazy" alt="" width="96" height="96">{id}</a>'
)


class _QueryAsCsv(DatabaseView):  # type: ignore[misc]
    """Typed SQL as CSV: of what is refused Datasette would make an empty file without a word."""

    async def data(self, request: Request, **how: Any) -> Any:
        """Return what Datasette makes of a query. Raises DatasetteError where it is refused."""
        if not request.args.get("sql"):
            raise DatasetteError("sql: a query is missing", title="Not understood", status=400)
        found = await super().data(request, **how)
        error = found[0].get("error") if isinstance(found, tuple) else None
        if error:
            raise DatasetteError(error, title="Not understood", status=400)
        return found


class Tables:
    """What our templates of Datasette's pages show, as a plugin of it."""

    __name__ = "gallery_tables"

    @hookimpl  # type: ignore[untyped-decorator]
    def register_routes(self, datasette: Datasette) -> list[tuple[str, Any]]:
        """Return the address that is answered otherwise than by Datasette."""
        return [(r"^/(?P<database>images)\.(?P<format>csv)$", _QueryAsCsv.as_view(datasette))]

    @hookimpl  # type: ignore[untyped-decorator]
    def canned_queries(self) -> dict[str, dict[str, str]]:
        """Return the queries to start from: those of docs/queries.md that only look."""
        return example_queries()

    @hookimpl  # type: ignore[untyped-decorator]
    def render_cell(self, value: object, column: str, table: str | None) -> object:
        """Return how a cell is shown; None where Datasette's way will do."""
        if is_image(column, table, value):
            return picture(value)
        if isinstance(value, bytes):
            return f"{len(value):,} bytes"
        if isinstance(value, str) and value.lstrip().startswith(("http://", "https://")):
            return value  # Datasette makes a link of it, to a stranger's site
        return None

    @hookimpl  # type: ignore[untyped-decorator]
    def extra_template_vars(self) -> dict[str, Any]:
        """Return what templates may call."""
        return {"is_image": is_image, "is_inner": is_inner, "picture": picture}


def example_queries() -> dict[str, dict[str, str]]:
    """Return each query by its name, with its title and what it is for."""
    found: dict[str, dict[str, str]] = {}
    for file in ("examples.sql", "marks.sql"):
        texts = explanations(file)
        for name, query in statements(file).items():
            if query.startswith("SELECT"):
                title = name.replace("_", " ").capitalize()
                found[name] = {"sql": query, "title": title, "description": texts[name]}
    return found


def is_image(column: str, table: str | None, value: object) -> bool:
    """Tell whether a cell is the number of an image."""
    is_number = column == "image_id" or (column, table) == ("id", "images")
    return is_number and str(value).isdecimal()


def picture(value: object) -> Markup:
    """Return a link to an image, with its small picture."""
    return PICTURE.format(id=int(str(value)))


def is_inner(table: str) -> bool:
    """Tell whether only the program reads a table."""
    return table.endswith(INNER) or table in ALSO_INNER
