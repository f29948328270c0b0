"""The door: who may speak to the gallery, and what its pages may do.

A page on the internet can have a browser ask any address of this machine, and give its own name an
address of this machine (DNS rebinding); so the name that the browser asked for is looked at, and
from where it asks.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, NamedTuple

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

LOOPBACK = "127.0.0.1"

NAMES = ("localhost", LOOPBACK)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

HEADERS: tuple[Header, ...] = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)

METHODS = ("GET", "HEAD", "POST")

LONGEST_BODY = 8_000_000
"""Bytes of a request; the numbers of a million images."""

CLOSED = ("/-/", "/_", "//", "/\\")
"""How the addresses begin that nobody needs here: Datasette's own pages tell its settings, and a
second slash of either kind makes another host of what it sends a browser on to."""

WITHOUT_COOKIES = ("/thumb/", "/file/")
"""Pictures are the same for everybody; Datasette lets no browser keep what was asked with a cookie.
"""


class Refusal(NamedTuple):
    """Why somebody stays outside."""

    status: int
    reason: str


WRONG_HOST = Refusal(421, "This gallery answers only to its own address on this machine.")
WRONG_METHOD = Refusal(405, "Only GET, HEAD and POST are known here.")
NOTHING_HERE = Refusal(404, "There is nothing here.")
STRANGER = Refusal(403, "Another site's page has asked; only the gallery's own pages may.")
NO_TOKEN = Refusal(403, "Only the gallery's own pages may change something.")
NO_LENGTH = Refusal(411, "A request says how long it is.")
TOO_LONG = Refusal(413, f"A request has at most {LONGEST_BODY:,} bytes.")


def guard_door(app: App, port: int) -> App:
    """Return the application behind the door."""
    hosts = frozenset(f"{name}:{port}" for name in NAMES)

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        asked = _Headers(scope["headers"])
        refusal = _find_refusal(scope, asked, hosts)
        if refusal is not None:
            await _refuse(send, refusal)
            return
        await app(_as_get(scope), receive, _with_headers(scope["path"], send))

    return guarded


class _Headers:
    """What a request says of itself; '' for what it does not say, or says twice."""

    def __init__(self, headers: Iterable[Header]) -> None:
        self._texts: dict[bytes, list[str]] = {}
        for name, value in headers:
            self._texts.setdefault(name, []).append(value.decode("latin-1"))

    def __getitem__(self, name: bytes) -> str:
        texts = self._texts.get(name, [])
        return texts[0] if len(texts) == 1 else ""


def _find_refusal(scope: Scope, asked: _Headers, hosts: frozenset[str]) -> Refusal | None:
    if asked[b"host"].lower() not in hosts:
        return WRONG_HOST
    if scope["method"] not in METHODS:
        return WRONG_METHOD
    if scope["path"].startswith(CLOSED):
        return NOTHING_HERE
    if scope["method"] == "POST":
        return _find_refusal_to_post(asked)
    return None if _is_own(asked) or _is_opened(asked) else STRANGER


def _find_refusal_to_post(asked: _Headers) -> Refusal | None:
    """Return why a change is refused before it is read; Datasette compares the token itself."""
    if not _is_own(asked) or asked[b"origin"] != f"http://{asked[b'host']}":
        return STRANGER
    if not asked[b"x-csrftoken"] or not asked[b"cookie"] or asked[b"authorization"]:
        return NO_TOKEN
    if not asked[b"content-length"].isdecimal():
        return NO_LENGTH
    return TOO_LONG if int(asked[b"content-length"]) > LONGEST_BODY else None


def _is_own(asked: _Headers) -> bool:
    """Tell whether our own page asks, or a person, or a program that is no browser."""
    return asked[b"sec-fetch-site"] in {"", "same-origin", "none"}


def _is_opened(asked: _Headers) -> bool:
    """Tell whether a person follows a link from elsewhere: that page sees nothing of ours."""
    return asked[b"sec-fetch-mode"] == "navigate" and asked[b"sec-fetch-dest"] == "document"


def _as_get(scope: Scope) -> Scope:
    """Return what the application sees: HEAD is GET to it; the server leaves the body out."""
    headers = scope["headers"]
    if scope["path"].startswith(WITHOUT_COOKIES):
        headers = [one for one in headers if one[0] != b"cookie"]
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    return {**scope, "method": method, "headers": headers}


def _with_headers(path: str, send: Send) -> Send:
    async def send_with_headers(message: Any) -> None:
        if message["type"] == "http.response.start":
            told = [_harden(one) for one in message.get("headers", ())]
            if path.startswith(WITHOUT_COOKIES):
                told = [one for one in told if one[0].lower() != b"vary"]
            own = {name.lower() for name, _ in told}
            added = [one for one in HEADERS if one[0] not in own]
            message = {**message, "headers": [*told, *added]}
        await send(message)

    return send_with_headers


def _harden(header: Iterable[bytes]) -> Header:
    name, value = header
    if name.lower() == b"set-cookie" and b"httponly" not in value.lower():
        value += b"; HttpOnly"
    return name, value


async def _refuse(send: Send, refusal: Refusal) -> None:
    headers: list[Header] = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    if refusal is WRONG_METHOD:
        headers.append((b"allow", ", ".join(METHODS).encode()))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{refusal.reason}\n".encode()})
