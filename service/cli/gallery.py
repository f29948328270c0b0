"""``gallery``: pages to look at the images, on this machine alone."""

from typing import Annotated

import typer

from service.cli.options import ConfigFile, DatabaseFile, load_config
from service.cli.output import say

PORT = 8011


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("gallery")(gallery)


def gallery(
    config: ConfigFile = None,
    db: DatabaseFile = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port of 127.0.0.1.")] = PORT,
) -> None:
    """Serve a gallery of the images to this machine's browser. Ctrl+C stops it."""
    from service.gallery.site import serve  # noqa: PLC0415  # an extra, which not everybody has

    settings = load_config(config, None, db, only_reads=True)
    say(f"http://localhost:{port}/", err=True)
    serve(settings, port)
