"""The first page: small pictures of all that a search finds."""

from typing import Any

from datasette.utils.asgi import Request, Response

from service.errors import StartError
from service.gallery.answers import read_asked
from service.gallery.page import Gallery, Route

MOST = 500
"""Images of one answer."""


def routes(gallery: Gallery) -> list[Route]:
    """Return the addresses of this page."""

    async def page(request: Request) -> Response:
        return await gallery.page(request, "grid.html", {"asked": read_asked(request.args)})

    async def images(request: Request) -> Response:
        try:
            answer = await gallery.answers.find(read_asked(request.args))
        except StartError as error:
            return Response.json({"error": str(error)}, status=400)
        first = int(request.args.get("from") or 0)
        count = min(MOST, int(request.args.get("count") or MOST))
        found: dict[str, Any] = {"count": len(answer.ids), "version": answer.version}
        found["images"] = [{"id": one} for one in answer.ids[first : first + count]]
        return Response.json(found)

    return [(r"^/$", page), (r"^/grid\.json$", images)]
