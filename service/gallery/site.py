"""The gallery put together: Datasette, its database, our pages."""

from importlib.resources import files
from pathlib import Path

from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils.asgi import Response

from service.config import Config
from service.gallery import compare, facets, grid, image_page, lists, marks, pictures, statistics
from service.gallery.answers import Answers
from service.gallery.arrival import Arrival, await_database
from service.gallery.door import App, Receive, Scope, Send
from service.gallery.error_pages import register_error_pages
from service.gallery.live_database import LiveDatabase, open_beside
from service.gallery.page import DATABASE, Gallery, Route, ask
from service.gallery.tables import Tables
from service.gallery.versions import Versions

PAGES = (grid, facets, lists, image_page, compare, marks, pictures, statistics)
"""Modules, each with the ``routes`` of a page."""

SETTINGS = {
    "sql_time_limit_ms": 2_000,
    "facet_time_limit_ms": 800,
    "suggest_facets": False,
    "allow_download": False,
    "num_sql_threads": 2,
    "truncate_cells_html": 240,
}

HERE = Path(str(files("service.gallery")))


class _Pages:
    """Our addresses, as a plugin of Datasette."""

    __name__ = "gallery"

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery

    @hookimpl  # type: ignore[untyped-decorator]
    def register_routes(self) -> list[Route]:
        """Return the addresses of all pages."""
        return [route for page in PAGES for route in page.routes(self._gallery)]


class Site:
    """The application that serves the gallery of a configuration, without its door."""

    def __init__(self, config: Config) -> None:
        path = config.database.path
        datasette = Datasette(
            settings=SETTINGS,
            template_dir=str(HERE / "templates"),
            static_mounts=[("static", str(HERE / "static"))],
        )
        datasette.remove_database("_memory")  # a second database, in which anything may be asked
        self._datasette = datasette
        self._database = LiveDatabase(datasette, path)
        datasette.add_database(self._database, name=DATABASE)
        versions = Versions(path, lambda: open_beside(path), self._database.renew)
        answers = Answers(lambda question: ask(datasette, question), path, versions)
        register_error_pages()
        pm.register(Tables(), name=Tables.__name__)
        pm.register(_Pages(Gallery(config, datasette, answers)), name=_Pages.__name__)
        self._arrival = Arrival(self._database)
        self.app: App = await_database(datasette.app(), self._waiting_page, self._arrival)

    async def _waiting_page(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer while there is no database: a page that asks again, or JSON for a script."""
        fault = self._arrival.find_fault()
        if scope["path"].endswith(".json") or scope["method"] == "POST":
            await Response.json({"error": fault}, status=503).asgi_send(send)
            return
        template = self._datasette.jinja_env.get_template("waiting.html")
        shown = {"fault": fault, "path": self._arrival.path, "csrftoken": str}
        text = await template.render_async(shown)
        await Response.html(text, status=503).asgi_send(send)

    def close(self) -> None:
        """End what is being asked, and close the database."""
        self._database.close()
        self._arrival.close()
