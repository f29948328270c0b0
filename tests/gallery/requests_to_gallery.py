"""Requests as no browser would send them."""

import http.client
from urllib.parse import urlsplit

from running_gallery import Site


def ask(
    site: Site, address: str, method: str = "GET", body: str | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    """Return status, headers and text; `_` in a header's name is `-`."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.address).port)
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, address, body, {"Host": urlsplit(site.address).netloc, **said})
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    told = {name.lower(): value for name, value in answer.getheaders()}
    connection.close()
    return answer.status, told, text
