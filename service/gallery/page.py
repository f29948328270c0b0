"""What every page is given, and what it gives: its addresses."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from service.config import Config
from service.gallery.answers import Answers
from service.light_dataclasses import dataclass

Route = tuple[str, Callable[..., Awaitable[Response]]]
"""A pattern of the address, and what answers it."""

Found = TypeVar("Found")

DATABASE = "images"
"""The name of the database in addresses."""


@dataclass(frozen=True, slots=True)
class Gallery:
    """What the pages share."""

    config: Config
    datasette: Datasette
    answers: Answers

    async def ask(self, question: Callable[[sqlite3.Connection], Found]) -> Found:
        """Return what a question returns of a connection to the images' database."""
        return await ask(self.datasette, question)

    def renew(self) -> None:
        """Have the files opened anew before the next question."""
        self.datasette.get_database(DATABASE).renew()

    async def page(self, request: Request, template: str, what: Mapping[str, Any]) -> Response:
        """Return a page made of a template."""
        return Response.html(
            await self.datasette.render_template(template, {**what}, request=request)
        )


async def ask(datasette: Datasette, question: Callable[[sqlite3.Connection], Found]) -> Found:
    """Return what a question returns of a connection to the images' database."""
    found: Found = await datasette.get_database(DATABASE).execute_fn(question)
    return found
