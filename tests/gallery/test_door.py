"""Who may speak to the gallery, and what its answers say to a browser."""

import json
import re
import socket
from urllib.parse import urlsplit

import pytest
from requests_to_gallery import ask
from running_gallery import Site

PAGES = ("/", "/images", "/images/v_images_search", "/nothing", "/static/gallery.css")

HARD = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_is_hardened_also_datasettes_and_that_of_a_wrong_address(
    site: Site, address: str
) -> None:
    _, told, _ = ask(site, address)
    assert {name: told[name] for name in HARD} == HARD
    assert "script-src 'self';" in told["content-security-policy"]
    assert "default-src 'none'" in told["content-security-policy"]
    assert "server" not in told


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:1", "[::1]:8011", ""])
def test_a_name_that_is_not_ours_is_refused(site: Site, host: str) -> None:
    assert ask(site, "/", Host=host)[0] == 421


def test_both_names_of_this_machine_are_answered(site: Site) -> None:
    port = urlsplit(site.address).port
    hosts = (f"localhost:{port}", f"LOCALHOST:{port}", f"127.0.0.1:{port}")
    assert [ask(site, "/", Host=host)[0] for host in hosts] == [200, 200, 200]


@pytest.mark.parametrize("place", ["cross-site", "same-site"])
def test_another_sites_page_may_not_ask_but_may_link_here(site: Site, place: str) -> None:
    picture = {"Sec_Fetch_Site": place, "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"}
    link = {"Sec_Fetch_Site": place, "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    frame = {**link, "Sec_Fetch_Dest": "iframe"}
    assert [ask(site, "/", **said)[0] for said in (picture, link, frame)] == [403, 200, 403]


def token_of(site: Site) -> dict[str, str]:
    """Return what our own page sends with a change."""
    _, told, text = ask(site, "/")
    found = re.search(r'<meta name="csrf-token" content="([^"]+)"', text)
    assert found is not None
    cookie = told["set-cookie"].partition(";")[0]
    said = {"X_CSRFToken": found[1], "Cookie": cookie, "Content_Type": "application/json"}
    return {**said, "Origin": site.address, "Sec_Fetch_Site": "same-origin"}


def test_the_cookie_is_kept_from_other_sites_and_from_scripts(site: Site) -> None:
    attributes = ask(site, "/")[1]["set-cookie"].split("; ")[1:]
    assert attributes == ["Path=/", "SameSite=Lax", "HttpOnly"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, 405),  # it came in, and there is nothing to be changed
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"X_CSRFToken": ""}, 403),
        ({"X_CSRFToken": "wrong"}, 403),
        ({"Cookie": ""}, 403),
        ({"Cookie": "ds_csrftoken=wrong"}, 403),
        ({"Authorization": "Bearer x"}, 403),
        ({"Content_Length": "8000001"}, 413),
    ],
)
def test_only_our_own_page_may_change_something(
    site: Site, changed: dict[str, str], expected: int
) -> None:
    said = {**token_of(site), **changed}
    assert ask(site, "/nothing-here", "POST", json.dumps({}), **said)[0] == expected


def test_a_change_of_unknown_length_is_refused(site: Site) -> None:
    said = {**token_of(site), "Transfer_Encoding": "chunked"}
    assert ask(site, "/nothing-here", "POST", "2\r\n{}\r\n0\r\n\r\n", **said)[0] == 411


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"])
def test_other_methods_are_not_known(site: Site, method: str) -> None:
    status, told, _ = ask(site, "/", method)
    assert (status, told["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("address", ["/", "/images", "/grid.json", "/static/gallery.css"])
def test_head_is_get_without_a_body(site: Site, address: str) -> None:
    status, told, text = ask(site, address, "HEAD")
    assert (status, text) == (200, "")
    assert told["content-type"] == ask(site, address)[1]["content-type"]


@pytest.mark.parametrize(
    "address",
    [
        *(f"/-/{name}" for name in ("settings", "versions", "plugins", "databases", "actor.json")),
        "/-/static/app.css",
        "/-/auth-token",
        "/_memory?sql=select+1",
        "/_internal",
        "//evil.example/",
        "/\\evil.example/%41",
        "/%5Cevil.example/",
    ],
)
def test_datasettes_own_pages_are_closed(site: Site, address: str) -> None:
    status, told, _ = ask(site, address)
    assert (status, "location" in told) == (404, False)


@pytest.mark.parametrize("address", ["/~5Fmemory?sql=select+1", "/~5Finternal", "/images.db"])
def test_other_databases_and_the_file_itself_are_not_to_be_had(site: Site, address: str) -> None:
    assert ask(site, address)[0] in {403, 404}


def test_a_websocket_is_not_opened(site: Site) -> None:
    said = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13"}
    status, _, _ = ask(site, "/", **said, Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==")
    assert status == 200  # a page like any other


def test_a_head_without_end_is_cut_off_and_the_gallery_goes_on(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(site.address).port or 0)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000)
        assert line.recv(12) == b"HTTP/1.1 400"
    assert ask(site, "/")[0] == 200
