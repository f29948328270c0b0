"""The command: where it listens, how it opens a browser, how it ends; also from a wheel."""

import os
import signal
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import psutil
import pytest
from patience import PATIENCE_S, wait_for
from requests_to_gallery import ask
from running_gallery import TOP, Library, Site, free_port, serving

STOPPING = [signal.SIGINT, signal.SIGTERM]


class Started:
    """A gallery whose words are read."""

    def __init__(self, library: Library, *words: str, **variables: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "service", "gallery", "--port", str(self.port)]
        command += ["--config", str(library.settings), *words]
        self.process = subprocess.Popen(
            command,
            cwd=TOP,
            env={**os.environ, **variables},
            stderr=subprocess.PIPE,
            text=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        assert self.process.stderr is not None
        self.first_line = self.process.stderr.readline()

    def end(self, number: int) -> tuple[int, str]:
        """Return the exit code after a signal, and what else it said."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has Ctrl+Break instead")
@pytest.mark.parametrize("number", STOPPING)
def test_a_signal_ends_it_without_a_word(library: Library, number: int) -> None:
    gallery = Started(library)
    address = f"http://localhost:{gallery.port}/"
    assert gallery.first_line == f"{address} shows {library.database}; Ctrl+C stops it\n"
    with socket.create_connection(("127.0.0.1", gallery.port)):  # somebody looks at it
        assert gallery.end(number) == (0, "")


@pytest.mark.skipif(sys.platform != "win32", reason="Ctrl+Break is Windows'")
def test_ctrl_break_ends_it_without_a_word(library: Library) -> None:
    assert Started(library).end(signal.CTRL_BREAK_EVENT) == (0, "")  # type: ignore[attr-defined]


def test_a_port_that_is_taken_is_an_error_that_names_the_option(library: Library) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        words = ["gallery", "--port", str(port), "--config", str(library.settings)]
        command = [sys.executable, "-m", "service", *words]
        got = subprocess.run(command, cwd=TOP, check=False, capture_output=True, text=True)
    assert got.returncode == 2
    assert got.stderr.startswith(f"aiimagepipe: port {port}: cannot be listened on (")
    assert got.stderr.endswith("give another one with --port, or in [gallery] port\n")


def test_it_listens_on_loopback_alone(site: Site, library: Library) -> None:
    found = [
        connection.laddr.ip
        for process in psutil.process_iter(["cmdline"])
        if str(library.settings) in (process.info["cmdline"] or [])
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert (site.address.startswith("http://localhost:"), set(found)) == (True, {"127.0.0.1"})


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script of a shell")
def test_it_shows_itself_in_the_browser_of_the_system(library: Library, tmp_path: Path) -> None:
    browser, asked = tmp_path / "browser", tmp_path / "asked"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{asked}"\n', encoding="utf-8")
    browser.chmod(0o755)
    gallery = Started(library, "--open", BROWSER=f"{browser} %s")
    address = f"http://localhost:{gallery.port}/"
    wait_for(lambda: asked.exists() and asked.read_text(encoding="utf-8"), address)
    assert gallery.end(signal.SIGTERM) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a screen")
def test_without_a_screen_it_says_where_to_look(library: Library) -> None:
    gallery = Started(library, "--open", BROWSER="", DISPLAY="", WAYLAND_DISPLAY="")
    assert gallery.process.stderr is not None
    expected = f"no browser was found; open http://localhost:{gallery.port}/ in one\n"
    assert gallery.process.stderr.readline() == expected
    assert gallery.end(signal.SIGTERM)[0] == 0


def test_the_configured_port_is_taken_where_none_is_given(library: Library, tmp_path: Path) -> None:
    port = free_port()
    settings = tmp_path / "config.toml"
    text = library.settings.read_text(encoding="utf-8")
    settings.write_text(f"{text}[gallery]\nport = {port}\n", encoding="utf-8")
    command = [sys.executable, "-m", "service", "gallery", "--config", str(settings)]
    process = subprocess.Popen(command, cwd=TOP, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stderr.readline().startswith(f"http://localhost:{port}/ shows ")
    process.terminate()
    process.communicate(timeout=PATIENCE_S)


def test_a_built_wheel_has_all_that_the_pages_need(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=TOP, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    monkeypatch.setattr("running_gallery.TOP", tmp_path / "installed")
    with serving(library) as site:
        addresses = ("/", "/images", "/static/gallery.css", "/static/grid.js", "/image/1")
        assert [ask(site, address)[0] for address in addresses] == [200] * 5
