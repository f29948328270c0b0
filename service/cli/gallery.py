"""``gallery``: pages to look at the images, on this machine alone."""

from typing import Annotated

import typer

from service.cli.options import ConfigFile, DatabaseFile, load_config
from service.cli.output import say
from service.errors import StartError
from service.gallery_process import PACKAGES
from service.paths import how_to_install

Opens = Annotated[bool, typer.Option("--open", help="Show it in the system's browser at once.")]


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("gallery")(gallery)


def gallery(
    config: ConfigFile = None,
    db: DatabaseFile = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Instead of the configured port.")
    ] = None,
    open_: Opens = False,  # noqa: FBT002
) -> None:
    """Serve pages that show the images, to this machine's browsers alone. Ctrl+C stops it."""
    # The database may still be made.
    settings = load_config(config, None, db, only_reads=True, makes_database=True)
    try:
        from service.gallery.server import open_browser, serve  # noqa: PLC0415  # an extra
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("service"):
            raise
        raise StartError(
            f"the gallery needs the package {error.name}; {how_to_install('gallery', PACKAGES)}"
        ) from None

    def on_start(address: str) -> None:
        say(f"{address} shows {settings.database.path}; Ctrl+C stops it", err=True)
        if open_:
            open_browser(address, lambda note: say(note, err=True))

    serve(settings, port or settings.gallery.port, on_start)
