"""Small pictures are kept by more than one program, within a bound, and lost by no death."""

import asyncio
import http.client
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import apsw
import psutil
import pytest
from patience import wait_for
from PIL import Image
from running_gallery import Library, Site, serving

from service.extract.thumbnails import Thumbnail
from service.gallery.kept_pictures import Kept, KeptPictures
from service.store.thumbnail_file import ThumbnailFile, thumbnails_beside

IMAGES = 24
LARGE = range(IMAGES + 1, IMAGES + 4)
"""Ids of images of 16 million pixels, which take 48 MB each where they are decoded."""

MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return a library of images, each with a content of its own."""
    top = tmp_path_factory.mktemp("kept")
    made = Library(top / "Input", top / "out" / "images.db")
    made.folder.mkdir()
    made.database.parent.mkdir()
    for number in range(IMAGES):
        Image.effect_noise((512, 512), 120).save(made.folder / f"{number}.png")
    made.read()
    for number in LARGE:
        Image.new("RGB", (4000, 4000), (number, 0, 0)).save(made.folder / f"{number}.png")
    made.read()
    return made


@pytest.fixture(scope="module")
def site(library: Library) -> Iterator[Site]:
    """Return the gallery of that library."""
    with serving(library) as running:
        yield running


@pytest.fixture(autouse=True)
def file(library: Library) -> Path:
    """Begin each test without the file of small pictures; return its path."""
    path = thumbnails_beside(library.database)
    for one in path.parent.glob(f"{path.name}*"):
        one.unlink()
    return path


def connect(site: Site, image_id: int) -> http.client.HTTPConnection:
    """Ask for a picture, and do not wait for it."""
    address = urlsplit(site.address)
    connection = http.client.HTTPConnection("127.0.0.1", address.port)
    connection.request("GET", f"/thumb/{image_id}", headers={"Host": address.netloc})
    return connection


def ask(site: Site, image_id: int) -> int:
    """Return the status of a picture."""
    with closing(connect(site, image_id)) as connection:
        answer = connection.getresponse()
        answer.read()
        return answer.status


def ask_for(site: Site, ids: range) -> set[int]:
    """Return the status of pictures that are asked for as a browser does, six at a time."""
    with ThreadPoolExecutor(6) as pool:
        return set(pool.map(lambda one: ask(site, one), ids))


def kept(path: Path) -> int:
    """Return how many small pictures are in the file."""
    if not path.exists():
        return 0
    with closing(apsw.Connection(str(path))) as connection:  # never sqlite3 beside apsw
        try:
            return int(connection.execute("SELECT COUNT(*) FROM thumbnails").get)
        except apsw.Error:  # just being made
            return 0


def gallery_of(site: Site) -> psutil.Process:
    """Return the process that listens at the site's port."""
    port = str(urlsplit(site.address).port)
    (found,) = [one for one in psutil.Process().children() if port in one.cmdline()]
    return found


@pytest.mark.posix("Windows deletes no file that is open")
def test_large_images_are_drawn_beside_the_gallery_and_not_in_it(site: Site) -> None:
    gallery = gallery_of(site)
    before = gallery.memory_info().rss
    assert ask_for(site, LARGE) == {200}
    readers = [child.memory_info().rss for child in gallery.children(recursive=True)]
    assert gallery.memory_info().rss - before < 32 * MEBIBYTE
    assert 0 < max(readers) < 256 * MEBIBYTE


@pytest.mark.posix("Windows deletes no file that is open")
def test_a_request_whose_browser_has_gone_is_dropped(site: Site, file: Path) -> None:
    *gone, last = [connect(site, image_id) for image_id in range(1, IMAGES + 1)]
    for connection in gone:
        connection.close()
    with closing(last):
        assert last.getresponse().status == 200
    wait_for(lambda: kept(file) > 0, expected=True)
    assert kept(file) < IMAGES


@pytest.mark.posix("Windows deletes no file that is open")
def test_two_galleries_and_a_service_share_a_file_that_all_write_at_once(
    library: Library, site: Site, file: Path
) -> None:
    half = IMAGES // 2
    with serving(library) as other, ThreadPoolExecutor(2) as pool:
        assert ask_for(site, range(1, half)) == {200}
        wait_for(lambda: kept(file), half - 1)
        assert ask_for(other, range(1, half)) == {200}
        assert gallery_of(other).children() == []  # it found them all
        asked = [pool.submit(ask_for, one, range(half, IMAGES + 1)) for one in (site, other)]
        with closing(ThumbnailFile(file, 100 * MEBIBYTE)) as service:
            for number in range(50):
                service.save([(f"{number:064x}", 1, 1, b"webp", "now")])
        assert [future.result() for future in asked] == [{200}, {200}]
        wait_for(lambda: kept(file), 50 + IMAGES)


@pytest.mark.posix("Windows knows no SIGKILL")
def test_a_gallery_that_is_killed_leaves_no_process_and_a_file_that_others_use(
    library: Library, file: Path
) -> None:
    with serving(library) as site, ExitStack() as stack:
        for image_id in range(1, IMAGES + 1):
            stack.enter_context(closing(connect(site, image_id)))
        wait_for(lambda: kept(file) > 0, expected=True)
        gallery = gallery_of(site)
        readers = gallery.children(recursive=True)
        os.kill(gallery.pid, signal.SIGKILL)
        wait_for(lambda: [one.pid for one in readers if is_alive(one)], [])
    assert len(readers) > 0
    with closing(ThumbnailFile(file, 100 * MEBIBYTE)) as service:
        service.save([("f" * 64, 1, 1, b"webp", "now")])
        assert service.find("f" * 64, 256) == (b"webp",)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


PICTURE = Thumbnail(256, 128, bytes(40_000))


def test_a_picture_is_found_from_the_moment_it_was_drawn(file: Path) -> None:
    pictures = KeptPictures(file, 100 * MEBIBYTE)

    async def run() -> list[Kept | None]:
        pictures.keep("a", 256, PICTURE)
        pictures.keep("b", 256, None)
        asked = (("a", 256), ("b", 256), ("a", 512), ("c", 256))
        at_once = [await pictures.find(*one) for one in asked]
        await asyncio.to_thread(wait_for, lambda: kept(file), 2)
        assert at_once == [await pictures.find(*one) for one in asked]
        return at_once

    assert asyncio.run(run()) == [Kept(PICTURE.webp), Kept(None), None, None]


def test_a_full_file_takes_new_pictures_and_keeps_its_bound(file: Path) -> None:
    pictures = KeptPictures(file, MEBIBYTE)

    async def run() -> list[Kept | None]:
        found = []
        for number in range(100):
            sha256 = f"{number * 41 % 256:02x}{number:062x}"
            pictures.keep(sha256, 512, PICTURE)
            await pictures.save()
            found.append(await pictures.find(sha256, 512))
        return found

    assert asyncio.run(run()) == [Kept(PICTURE.webp)] * 100
    assert file.stat().st_size < MEBIBYTE + 2 * len(PICTURE.webp)


def test_where_the_file_cannot_be_used_nothing_is_kept_and_nothing_is_stopped(file: Path) -> None:
    file.write_bytes(b"This is no database. " * 100)
    pictures = KeptPictures(file, MEBIBYTE)

    async def run() -> Kept | None:
        pictures.keep("a", 256, PICTURE)
        await pictures.save()
        return await pictures.find("a", 256)

    assert asyncio.run(run()) is None
    assert file.read_bytes() == b"This is no database. " * 100
