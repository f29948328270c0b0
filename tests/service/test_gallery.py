"""The gallery beside the service: started, watched, and never in its way."""

import json
import os
import socket
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest
from asked import count, wait_for
from drawn_images import draw_many
from ended import wait_until_ended
from running_service import Place, Running, environment, running

pytest.importorskip("datasette")

HIDDEN = """
import sys
from importlib.machinery import PathFinder

class Hiding(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name == "datasette" else PathFinder.find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Hiding
"""
"""Python as it is where the extra was never installed."""


@pytest.fixture
def port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def with_gallery(place: Place, port: int) -> Place:
    """Return a project whose service is to keep a gallery."""
    text = place.config.read_text(encoding="utf-8")
    gallery = f"[gallery]\nenabled = true\nport = {port}\n"
    place.config.write_text(f"{text}{gallery}", encoding="utf-8")
    return place


@pytest.fixture
def without_the_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Let the processes that are started find no datasette."""
    hooks = tmp_path_factory.mktemp("hooks")
    (hooks / "sitecustomize.py").write_text(HIDDEN, encoding="utf-8")
    plain = environment()["PYTHONPATH"]
    monkeypatch.setattr(
        "running_service.environment",
        lambda: environment() | {"PYTHONPATH": f"{hooks}{os.pathsep}{plain}"},
    )


def answers(port: int) -> bool:
    """Tell whether the gallery shows its first page."""
    try:
        with urlopen(f"http://localhost:{port}/", timeout=20) as answer:  # ours
            return bool(answer.status == 200)
    except HTTPError:
        return False
    except OSError:
        return False


def gallery_of(service: Running) -> psutil.Process:
    """Return the gallery's process."""
    (found,) = [one for one in service.children() if "service.gallery" in one.cmdline()]
    return found


def told(place: Place) -> str:
    """Return what the status says of the gallery."""
    return str(place.status_file().get("gallery"))


def test_it_starts_with_the_service_and_ends_with_it(with_gallery: Place, port: int) -> None:
    with running(with_gallery) as service:
        wait_for(lambda: answers(port), expected=True)
        process = gallery_of(service)
        address = f"http://localhost:{port}/, process {process.pid}"
        wait_for(lambda: told(with_gallery), address)
        said = with_gallery.json("status")
        assert isinstance(said, dict)
        assert said["service"]["gallery"] == address
        assert f"gallery           {address}" in with_gallery.run("status").stdout
        assert service.stop() == 0
        assert not process.is_running()
    events = [line["event"] for line in with_gallery.log()]
    assert [event for event in events if "gallery" in str(event)] == ["gallery_started"]


def test_a_killed_gallery_comes_back_and_the_service_goes_on(
    with_gallery: Place, port: int
) -> None:
    with running(with_gallery) as service:
        wait_for(lambda: answers(port), expected=True)
        first = gallery_of(service)
        first.kill()
        draw_many(with_gallery.input, 3)
        wait_for(lambda: count(with_gallery.database), 3)
        wait_for(lambda: answers(port) and gallery_of(service).pid != first.pid, expected=True)
        assert service.stop() == 0
    (died,) = [line for line in with_gallery.log() if line["event"] == "gallery_died"]
    assert str(died["reason"]).startswith("it died (exit code ")
    assert died["again_in_seconds"] == 1.0


def test_a_killed_service_leaves_no_gallery(with_gallery: Place, port: int) -> None:
    with running(with_gallery) as service:
        wait_for(lambda: answers(port), expected=True)
        process = gallery_of(service)
        service.process.kill()
        wait_until_ended([process])


def test_a_port_that_is_taken_is_told_and_the_service_goes_on(
    with_gallery: Place, port: int
) -> None:
    with socket.create_server(("127.0.0.1", port)), running(with_gallery) as service:
        draw_many(with_gallery.input, 2)
        wait_for(lambda: count(with_gallery.database), 2)
        refusal = f"not running: port {port}: cannot be listened on"
        wait_for(lambda: told(with_gallery).startswith(refusal), expected=True)
        (finding,) = gallery_findings(with_gallery)
        assert (finding["level"], finding["found"].startswith(refusal)) == ("error", True)
        assert service.process.poll() is None
        assert service.stop() == 0


@pytest.mark.usefixtures("without_the_extra")
def test_without_the_extra_there_is_one_warning_and_the_service_goes_on(
    with_gallery: Place,
) -> None:
    with running(with_gallery) as service:
        draw_many(with_gallery.input, 2)
        wait_for(lambda: count(with_gallery.database), 2)
        reason = "not running: it needs the package datasette; in "
        wait_for(lambda: told(with_gallery).startswith(reason), expected=True)
        assert service.stop() == 0
    (warning,) = [line for line in with_gallery.log() if "gallery" in str(line["event"])]
    assert (warning["event"], warning["level"]) == ("gallery_not_started", "warning")


@pytest.mark.usefixtures("without_the_extra")
def test_the_command_says_what_to_install(place: Place) -> None:
    got = place.run("gallery")
    assert got.returncode == 2
    assert got.stderr.startswith("aiimagepipe: the gallery needs the package datasette; in ")
    assert '-m pip install -c constraints.txt -e ".[gallery]"' in got.stderr


def gallery_findings(place: Place) -> list[dict[str, str]]:
    """Return what doctor says of the gallery."""
    return [
        one for one in json.loads(place.run("doctor", "--json").stdout) if one["what"] == "gallery"
    ]


@pytest.mark.usefixtures("without_the_extra")
def test_doctor_says_what_to_install(with_gallery: Place) -> None:
    (found,) = gallery_findings(with_gallery)
    assert (found["level"], found["found"]) == ("error", "it needs the package datasette")
    assert '-m pip install -c constraints.txt -e ".[gallery]"' in found["fix"]


def test_doctor_speaks_of_a_gallery_where_there_shall_be_one(
    place: Place, with_gallery: Place, port: int
) -> None:
    (found,) = gallery_findings(with_gallery)
    assert (found["level"], found["found"]) == ("ok", f"port {port} of this machine alone")
    place.config.write_text(
        place.config.read_text(encoding="utf-8").replace("enabled = true", "enabled = false"),
        encoding="utf-8",
    )
    assert gallery_findings(place) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows stops no process from outside")
def test_a_gallery_that_hangs_is_ended_and_comes_back(place: Place, port: int) -> None:
    from service.config import load  # noqa: PLC0415
    from service.gallery_process import SILENT_S, GalleryProcess  # noqa: PLC0415

    text = place.config.read_text(encoding="utf-8")
    place.config.write_text(f"{text}[gallery]\nport = {port}\n", encoding="utf-8")
    gallery = GalleryProcess(load(place.config), first_pause_s=1)
    try:
        wait_for(lambda: gallery.describe().startswith("http://"), expected=True)
        first = int(gallery.describe().rpartition(" ")[2])
        psutil.Process(first).suspend()
        gallery._silent_s = 5  # of the one that runs; a start may take longer
        wait_for(lambda: "it said nothing for 5 s" in gallery.describe(), expected=True)
        gallery._silent_s = SILENT_S
        wait_for(lambda: gallery.describe().startswith("http://"), expected=True)
        assert int(gallery.describe().rpartition(" ")[2]) != first
    finally:
        gallery.close()


def test_exports_and_categories_do_not_keep_it_from_starting(
    with_gallery: Place, port: int
) -> None:
    text = with_gallery.config.read_text(encoding="utf-8")
    own = '[categories]\nclothing = ["hanfu"]\n[[export]]\nkind = "tokens"\nby = "category"\n'
    with_gallery.config.write_text(f"{text}{own}out = 'out/lists/'\n", encoding="utf-8")
    assert with_gallery.run("config", "check").stderr == ""
    with running(with_gallery):
        wait_for(lambda: answers(port), expected=True)


def test_a_service_that_was_not_asked_for_one_has_none(place: Place) -> None:
    with running(place) as service:
        assert [one for one in service.children() if "service.gallery" in one.cmdline()] == []
        assert "gallery" not in place.run("status").stdout
    assert Path(place.database).exists()
