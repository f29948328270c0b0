"""Small pictures and files over HTTP: what is shown, what is refused, and what is said of it."""

import http.client
import os
import shutil
import sqlite3
import struct
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson
import pytest
from PIL import Image
from running_gallery import Library, Site, serving

RED, BLUE = (250, 10, 10), (10, 10, 250)

ODD_NAME = 'ein "Größen"-Test; x.png'

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NO_VIDEO = b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(400)

pytestmark = pytest.mark.posix("Windows has no links and pipes for everybody")


class Answer(NamedTuple):
    """What the gallery answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def reason(self) -> tuple[int, str]:
        """Return the status, and why there is no picture."""
        return self.status, self.headers.get("x-no-picture", "")


def ask(site: Site, address: str, method: str = "GET", **headers: str) -> Answer:
    """Return an answer; `_` in a header's name is `-`."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.address).port)
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(connection):
        connection.request(method, address, None, {"Host": urlsplit(site.address).netloc, **said})
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, told, answer.read())


def two_halves(left: tuple[int, int, int] = RED) -> Image.Image:
    """Return a picture of 1200 by 600 pixels."""
    image = Image.new("RGB", (1200, 600), left)
    image.paste(BLUE, (600, 0, 1200, 600))
    return image


def bomb(width: int, height: int) -> bytes:
    """Return a PNG that states so many pixels and has none of them."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(10_000))), (b"IEND", b""))
    whole = [
        struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


class Pictures(NamedTuple):
    """A library with a file of each sort, its gallery, and its rows."""

    site: Site
    ids: dict[str, int]

    @property
    def database(self) -> Path:
        """Return the images' database."""
        return self.site.library.database

    def tamper(self, name: str, **columns: object) -> int:
        """Write into a row what no service would; return its id."""
        told = ", ".join(f"{column} = ?" for column in columns)
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(
                f"UPDATE images SET {told} WHERE id = ?",  # noqa: S608  # names of ours
                (*columns.values(), self.ids[name]),
            )
        return self.ids[name]


def fill(folder: Path) -> None:
    """Write a file of each sort."""
    folder.mkdir()
    for ending in ("png", "jpg", "webp", "avif", "tif"):
        two_halves().save(folder / f"plain.{ending}")
    shutil.copy(folder / "plain.png", folder / "copy.png")
    shutil.copy(folder / "plain.jpg", folder / ODD_NAME)
    two_halves().save(
        folder / "moving.gif", save_all=True, append_images=[two_halves(BLUE)], duration=100
    )
    whole = (folder / "plain.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "bomb.png").write_bytes(bomb(60_000, 60_000))
    (folder / "large.png").write_bytes(bomb(8_000, 8_000))
    (folder / "broken.mp4").write_bytes(NO_VIDEO)
    (folder / "model.glb").write_bytes(b"glTF\x02\0\0\0\x14\0\0\0" + bytes(8))
    for number in range(12):
        two_halves((number, 0, 0)).save(folder / f"victim{number}.png")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pictures]:
    """Return the gallery of such a library."""
    top = tmp_path_factory.mktemp("pictures")
    library = Library(top / "Input", top / "out" / "images.db")
    fill(library.folder)
    library.database.parent.mkdir()
    library.read()
    with closing(sqlite3.connect(library.database)) as connection:
        ids = dict(connection.execute("SELECT file_name, id FROM images"))
    with serving(library) as site:
        yield Pictures(site, ids)


def opened(answer: Answer) -> Image.Image:
    assert (answer.status, answer.headers["content-type"]) == (200, "image/webp")
    image = Image.open(BytesIO(answer.body))
    image.load()
    return image


def is_like(image: Image.Image, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = image.convert("RGB").getpixel(place)
    assert isinstance(found, tuple)
    return all(abs(a - b) < 60 for a, b in zip(found, colour, strict=True))


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "avif", "tif"])
def test_every_kind_has_a_small_picture_and_a_larger_one(pictures: Pictures, ending: str) -> None:
    address = f"/thumb/{pictures.ids[f'plain.{ending}']}"
    small, large = (opened(ask(pictures.site, address + size)) for size in ("", "?size=512"))
    assert (small.size, large.size) == ((256, 128), (512, 256))
    assert (is_like(small, (20, 60), RED), is_like(large, (480, 60), BLUE)) == (True, True)


def test_an_animation_is_its_first_picture(pictures: Pictures) -> None:
    image = opened(ask(pictures.site, f"/thumb/{pictures.ids['moving.gif']}"))
    assert (is_like(image, (20, 60), RED), getattr(image, "n_frames", 1)) == (True, 1)


def test_copies_are_one_picture_also_where_the_file_of_one_is_gone(pictures: Pictures) -> None:
    first = ask(pictures.site, f"/thumb/{pictures.ids['plain.png']}")
    gone = pictures.tamper("copy.png", file_name="gone.png")
    copy = ask(pictures.site, f"/thumb/{gone}")
    assert (copy.status, copy.body, copy.headers["etag"]) == (
        200,
        first.body,
        first.headers["etag"],
    )
    assert ask(pictures.site, f"/file/{gone}").reason == (404, "missing")


def test_an_address_that_names_the_content_is_never_asked_again(pictures: Pictures) -> None:
    address = f"/thumb/{pictures.ids['plain.png']}"
    etag = ask(pictures.site, address).headers["etag"]
    sha256 = etag.strip('"')[:8]
    caching = {
        one: ask(pictures.site, address + one).headers["cache-control"]
        for one in ("", f"?v={sha256}", "?v=00000000")
    }
    forever, again = "private, max-age=31536000, immutable", "private, no-cache"
    assert caching == {"": again, f"?v={sha256}": forever, "?v=00000000": again}
    unchanged = ask(pictures.site, address, If_None_Match=etag)
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert ask(pictures.site, f"{address}?size=512", If_None_Match=etag).status == 200


@pytest.mark.parametrize(
    ("name", "expected", "text"),
    [
        ("cut.jpg", (404, "broken"), "It cannot be drawn: image"),
        ("bomb.png", (404, "broken"), "It cannot be drawn: Image size"),
        ("large.png", (404, "broken"), "8000 by 8000 pixels are too many"),
        ("model.glb", (404, "kind"), "not drawn (model/gltf-binary)"),
    ],
)
def test_what_cannot_be_drawn_says_why_each_time(
    pictures: Pictures, name: str, expected: tuple[int, str], text: str
) -> None:
    first, again = (ask(pictures.site, f"/thumb/{pictures.ids[name]}") for _ in range(2))
    assert (first.reason, again.reason) == (expected, expected)
    assert (text in first.body.decode(), first.headers["cache-control"]) == (True, "no-store")


def test_what_no_image_is_has_no_picture(pictures: Pictures) -> None:
    answers = [ask(pictures.site, f"/{page}/999999999").reason for page in ("thumb", "file")]
    assert answers == [(404, "unknown"), (404, "unknown")]
    assert ask(pictures.site, "/thumb/1e3").status == 404


def refused(pictures: Pictures, image_id: int) -> tuple[tuple[int, str], tuple[int, str]]:
    """Return what is said of an image's picture and of its file."""
    thumb, file = (ask(pictures.site, f"/{page}/{image_id}") for page in ("thumb", "file"))
    return thumb.reason, file.reason


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"folder": "../", "file_name": "secret.png"}, (403, "refused")),
        ({"folder": "a/../../", "file_name": "secret.png"}, (403, "refused")),
        ({"folder": "", "file_name": "../secret.png"}, (403, "refused")),
        ({"folder": "", "file_name": ".."}, (403, "refused")),
        ({"folder": "", "file_name": ""}, (403, "refused")),
        ({"folder": "/etc/", "file_name": "passwd"}, (403, "refused")),
        ({"folder": "linked/", "file_name": "secret.png"}, (403, "refused")),
        ({"folder": "", "file_name": "link.png"}, (403, "refused")),
        ({"folder": "", "file_name": "pipe.png"}, (403, "refused")),
        ({"folder": "", "file_name": "folder.png"}, (403, "refused")),
        ({"folder": "", "file_name": "a\0b.png"}, (403, "refused")),
        ({"root": "Elsewhere"}, (403, "refused")),
        ({"folder": "plain.png/", "file_name": "a.png"}, (404, "missing")),
        ({"folder": "", "file_name": "not there.png"}, (404, "missing")),
    ],
)
def test_a_row_that_leads_out_of_its_folder_or_to_no_file_is_refused(
    pictures: Pictures, columns: dict[str, object], expected: tuple[int, str]
) -> None:
    folder = pictures.site.library.folder
    two_halves().save(folder.parent / "secret.png")
    if not (folder / "pipe.png").exists():
        os.mkfifo(folder / "pipe.png")
        (folder / "folder.png").mkdir()
        (folder / "link.png").symlink_to(folder.parent / "secret.png")
        (folder / "linked").symlink_to(folder.parent)
    place = {"root": "Input", "folder": "", "sha256": None}
    victim = pictures.tamper("victim0.png", **{**place, **columns})
    assert refused(pictures, victim) == (expected, expected)


def test_a_folder_that_is_away_is_said_to_be_away(pictures: Pictures) -> None:
    folder = pictures.site.library.folder
    folder.rename(folder.with_name("away"))
    try:
        said = refused(pictures, pictures.ids["victim1.png"])
        kept = ask(pictures.site, f"/thumb/{pictures.ids['plain.png']}").status
    finally:
        folder.with_name("away").rename(folder)
    assert (said, kept) == (((404, "offline"), (404, "offline")), 200)


def test_a_file_that_was_written_since_is_shown_and_not_kept_as_the_old_one(
    pictures: Pictures,
) -> None:
    image_id = pictures.ids["victim2.png"]
    Image.new("RGB", (500, 100), BLUE).save(pictures.site.library.folder / "victim2.png")
    with closing(sqlite3.connect(pictures.database)) as connection:
        ((sha256,),) = connection.execute("SELECT sha256 FROM images WHERE id = ?", (image_id,))
    answer = ask(pictures.site, f"/thumb/{image_id}?v={sha256[:8]}")
    assert (opened(answer).size, answer.headers["cache-control"]) == ((256, 51), "no-store")


@pytest.mark.parametrize(
    ("name", "mime_type"),
    [
        ("plain.png", "image/png"),
        ("plain.jpg", "image/jpeg"),
        ("plain.webp", "image/webp"),
        ("plain.avif", "image/avif"),
        ("moving.gif", "image/gif"),
        ("broken.mp4", "video/mp4"),
    ],
)
def test_a_picture_or_a_video_is_shown_as_it_is(
    pictures: Pictures, name: str, mime_type: str
) -> None:
    address = f"/file/{pictures.ids[name]}"
    answer = ask(pictures.site, address)
    content = (pictures.site.library.folder / name).read_bytes()
    assert (answer.status, answer.body) == (200, content)
    assert answer.headers["content-type"] == mime_type
    assert (
        answer.headers["content-disposition"]
        == f"inline; filename=\"{name}\"; filename*=UTF-8''{name}"
    )
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    saved = ask(pictures.site, f"{address}?download=1").headers["content-disposition"]
    assert saved.startswith("attachment; ")
    head = ask(pictures.site, address, "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(content)))


@pytest.mark.parametrize("content", [SVG, b"<!DOCTYPE html><script>alert(1)</script>", b"", b"MZ"])
def test_what_is_no_picture_is_saved_as_bytes_whatever_its_name_says(
    pictures: Pictures, content: bytes
) -> None:
    (pictures.site.library.folder / "page.png").write_bytes(content)
    answer = ask(pictures.site, f"/file/{pictures.tamper('victim3.png', file_name='page.png')}")
    assert (answer.status, answer.body) == (200, content)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_a_name_is_told_in_full_and_breaks_no_header(pictures: Pictures) -> None:
    answer = ask(pictures.site, f"/file/{pictures.ids[ODD_NAME]}")
    plain = 'inline; filename="ein _Gr__en_-Test_ x.png"; '
    coded = "filename*=UTF-8''ein%20%22Gr%C3%B6%C3%9Fen%22-Test%3B%20x.png"
    assert answer.headers["content-disposition"] == plain + coded


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-", 206, slice(0, None)),
        ("bytes=5-9", 206, slice(5, 10)),
        ("bytes=5-999999999", 206, slice(5, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=-999999999", 206, slice(0, None)),
        ("bytes=999999999-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
        ("bytes=9-5", 200, slice(0, None)),
        ("bytes=-", 200, slice(0, None)),
        ("bytes=0-1,4-5", 200, slice(0, None)),
        ("lines=0-1", 200, slice(0, None)),
        ("bytes=0-99999999999999999999999", 200, slice(0, None)),
    ],
)
def test_a_part_of_a_file_is_sent(pictures: Pictures, asked: str, status: int, part: slice) -> None:
    content = (pictures.site.library.folder / "plain.png").read_bytes()
    answer = ask(pictures.site, f"/file/{pictures.ids['plain.png']}", Range=asked)
    start, end, _ = part.indices(len(content))
    told = {206: f"bytes {start}-{end - 1}/{len(content)}", 416: f"bytes */{len(content)}"}
    expected = (status, told.get(status), content[part])
    assert (answer.status, answer.headers.get("content-range"), answer.body) == expected


def test_a_part_of_another_version_is_the_whole_file(pictures: Pictures) -> None:
    address = f"/file/{pictures.ids['plain.png']}"
    etag = ask(pictures.site, address).headers["etag"]
    same, other = (
        ask(pictures.site, address, Range="bytes=0-3", If_Range=one).status for one in (etag, '"x"')
    )
    unchanged = ask(pictures.site, address, If_None_Match=etag)
    assert (same, other, unchanged.status, unchanged.body) == (206, 200, 304, b"")


def test_a_video_that_is_none_has_no_picture(pictures: Pictures) -> None:
    expected = "video" if shutil.which("ffmpeg") is None else "broken"
    answer = ask(pictures.site, f"/thumb/{pictures.ids['broken.mp4']}")
    assert answer.reason == (404, expected)


def test_without_ffmpeg_a_video_says_that_it_needs_it(
    pictures: Pictures, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    video = pictures.tamper("broken.mp4", sha256=None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with serving(pictures.site.library) as site:
        answer = ask(site, f"/thumb/{video}")
        tiles = orjson.loads(ask(site, "/grid.json?count=500").body)["images"]
    text = b"A video; its first picture needs ffmpeg.\n"
    assert (answer.reason, answer.body) == ((404, "video"), text)
    drawn = {tile["name"]: tile["drawn"] for tile in tiles}
    assert (drawn["broken.mp4"], drawn["model.glb"], drawn["plain.png"]) == (False, False, True)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg here")
@pytest.mark.parametrize("name", ["video.mp4", "video.mkv", "-i video.webm"])
def test_a_video_is_its_first_picture(pictures: Pictures, name: str) -> None:
    path = pictures.site.library.folder / name
    source = "color=red:size=640x360:rate=10:duration=0.2,format=yuv420p"
    codec = "libvpx" if name.endswith("webm") else "mpeg4"
    command = ["ffmpeg", "-nostdin", "-y", "-f", "lavfi", "-i", source, "-c:v", codec]
    subprocess.run([*command, f"file:{path}"], check=True, capture_output=True)
    image_id = pictures.tamper("victim4.png", file_name=name, sha256=None)
    image = opened(ask(pictures.site, f"/thumb/{image_id}?size=512"))
    assert (image.size, is_like(image, (100, 100), (250, 0, 0))) == ((512, 288), True)
