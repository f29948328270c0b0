"""The gallery put together: Datasette, its database, our pages, and the door before them."""

from importlib.resources import files
from pathlib import Path

import uvicorn
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm

from service.config import Config
from service.gallery import grid, image_page, pictures, statistics
from service.gallery.answers import Answers
from service.gallery.door import LOOPBACK, App, guard_door
from service.gallery.live_database import LiveDatabase
from service.gallery.page import DATABASE, Gallery, Route, ask
from service.gallery.versions import Versions

PAGES = (grid, image_page, pictures, statistics)
"""Modules, each with the ``routes`` of a page."""

SETTINGS = {
    "sql_time_limit_ms": 2_000,
    "facet_time_limit_ms": 800,
    "suggest_facets": False,
    "allow_download": False,
    "num_sql_threads": 2,
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


def build(config: Config) -> App:
    """Return the application that serves the gallery of a configuration, without its door."""
    path = config.database.path
    datasette = Datasette(
        settings=SETTINGS,
        template_dir=str(HERE / "templates"),
        static_mounts=[("static", str(HERE / "static"))],
    )
    database = LiveDatabase(datasette, path=str(path))
    datasette.add_database(database, name=DATABASE)
    versions = Versions(path, database.connect)
    answers = Answers(lambda question: ask(datasette, question), path, versions)
    pm.register(_Pages(Gallery(config, datasette, answers)), name=_Pages.__name__)
    app: App = datasette.app()
    return app


def serve(config: Config, port: int) -> None:
    """Serve until a signal."""
    app = guard_door(build(config), port)
    uvicorn.run(app, host=LOOPBACK, port=port, log_level="warning", server_header=False)
