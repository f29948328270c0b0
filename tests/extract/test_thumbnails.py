"""Small pictures: of every kind that can be drawn, and of nothing that would cost too much."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from service.errors import BadFileError, FileGoneError, TryAgainError
from service.extract.thumbnails import EDGE, LARGEST, Thumbnail, draw_thumbnail

RED, BLUE = (250, 10, 10), (10, 10, 250)


def draw(path: Path) -> Thumbnail:
    status = path.stat()
    return draw_thumbnail(path, status.st_size, status.st_mtime_ns)


def opened(drawn: Thumbnail) -> Image.Image:
    image = Image.open(BytesIO(drawn.webp))
    assert (image.format, image.size) == ("WEBP", (drawn.width, drawn.height))
    assert len(drawn.webp) < LARGEST // 10
    return image


def is_like(image: Image.Image, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = image.convert("RGB").getpixel(place)
    assert isinstance(found, tuple)
    return all(abs(a - b) < 60 for a, b in zip(found, colour, strict=True))


def two_halves(mode: str) -> Image.Image:
    """Return a picture of 800 by 400 pixels, red at the left and blue at the right."""
    image = Image.new("RGB", (800, 400), RED)
    image.paste(BLUE, (400, 0, 800, 400))
    return image.convert(mode)


@pytest.mark.parametrize(
    ("ending", "mode"),
    [
        ("png", "RGB"),
        ("png", "P"),
        ("png", "RGBA"),
        ("jpg", "RGB"),
        ("jpg", "CMYK"),
        ("webp", "RGBA"),
        ("gif", "P"),
        ("tif", "RGB"),
    ],
)
def test_every_kind_is_drawn_in_its_shape_and_colours(
    tmp_path: Path, ending: str, mode: str
) -> None:
    path = tmp_path / f"a.{ending}"
    two_halves(mode).save(path)
    image = opened(draw(path))
    assert image.size == (EDGE, EDGE // 2)
    assert (is_like(image, (20, 60), RED), is_like(image, (230, 60), BLUE)) == (True, True)


def test_a_small_image_stays_as_small_and_what_is_clear_stays_clear(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 20), (0, 0, 0, 0)).save(tmp_path / "a.png")
    image = opened(draw(tmp_path / "a.png"))
    assert (image.size, image.convert("RGBA").getpixel((5, 5))) == ((40, 20), (0, 0, 0, 0))


def test_a_photograph_that_was_held_upright_is_drawn_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    two_halves("RGB").save(tmp_path / "a.jpg", exif=exif)
    image = opened(draw(tmp_path / "a.jpg"))
    assert image.size == (EDGE // 2, EDGE)
    assert is_like(image, (60, 20), RED)


def png_of(width: int, height: int) -> bytes:
    """Return a PNG that states so many pixels and has none of them."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    parts = chunk(b"IHDR", head), chunk(b"IDAT", data), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (png_of(60_000, 60_000), "cannot be drawn|too many"),
        (png_of(8_000, 8_000), "8000 by 8000 pixels are too many"),
        (png_of(100, 100), "cannot be drawn"),
        (b"These are the minutes of the meeting.", "cannot be drawn"),
        (b"", "cannot be drawn"),
    ],
)
def test_what_has_too_many_pixels_or_none_is_refused(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(BadFileError, match=told):
        draw(path)


def test_what_a_decoder_raises_is_the_end_of_the_file_alone(tmp_path: Path) -> None:
    made = BytesIO()
    two_halves("RGB").save(made, "AVIF")
    path = tmp_path / "a.avif"
    path.write_bytes(made.getvalue()[:-60] + b"\xff" * 60)
    with pytest.raises(BadFileError, match="cannot be drawn"):
        draw(path)


def test_a_file_that_has_changed_or_gone_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    two_halves("RGB").save(path)
    with pytest.raises(TryAgainError, match="written since"):
        draw_thumbnail(path, path.stat().st_size, 1)
    with pytest.raises(FileGoneError):
        draw_thumbnail(tmp_path / "b.png", 1, 1)


@pytest.mark.posix("Windows has no named pipes in folders")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    import os  # noqa: PLC0415

    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(BadFileError, match="not a regular file"):
        draw(tmp_path / "a.png")
