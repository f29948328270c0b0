"""Small pictures of images, drawn in a reader process: decoding is where hostile files bite."""

import os
import stat
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from service.errors import BadFileError, FileGoneError, TryAgainError
from service.extract import magic_numbers
from service.extract.signatures import FileState
from service.extract.video_pictures import is_video, read_first_picture

if TYPE_CHECKING:
    from PIL import Image

EDGE = 256
"""Pixels of the longer side."""

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "AVIF")
"""What Pillow decodes by itself; of an animation the first picture."""

DRAWN = frozenset({"image/apng", *(f"image/{name.lower()}" for name in FORMATS)})
"""The same, as ``magic_numbers`` names kinds."""

MILLION = 1_000_000
PIXELS = {"PNG": 24 * MILLION, "JPEG": 36 * MILLION}
"""The most that are decoded, which took up to 310 MiB; a reader may take 512."""
PIXELS_OF_OTHERS = 12 * MILLION
"""Their decoders take up to 16 bytes a pixel."""

QUALITY = 70

LARGEST = 512 * 1024
"""Bytes of a small picture: one of so many pixels has a tenth of it."""


class Thumbnail(NamedTuple):
    """A small picture."""

    width: int
    height: int
    webp: bytes


def draw_thumbnail(
    location: Path, size: int, mtime_ns: int, edge: int = EDGE, seconds: float = 2.0
) -> Thumbnail:
    """Return the small picture of a file that has this size and time; a video's in so many seconds.

    Raises BadFileError for what cannot be drawn or has too many pixels, FileGoneError where there
    is no such file, TooSlowError for a video that takes longer, and TryAgainError where it has
    changed.
    """
    try:
        state = FileState.of(location)
        if not stat.S_ISREG(os.lstat(location).st_mode):
            raise BadFileError("not a regular file")
    except OSError as error:
        raise FileGoneError(f"gone before it was drawn: {error.strerror}") from error
    if (state.size, state.mtime_ns) != (size, mtime_ns):
        raise TryAgainError("written since it was seen")
    from PIL import Image  # noqa: PLC0415  costs each start 10 ms, and many draw nothing

    try:
        with location.open("rb") as file:
            mime_type = magic_numbers.kind_of(file.read(magic_numbers.HEAD))
        if mime_type is not None and is_video(mime_type):
            source: Path | BytesIO = BytesIO(read_first_picture(location, mime_type, edge, seconds))
        else:
            source = location
        with Image.open(source, formats=FORMATS) as image:
            return _draw(image, edge)
    except (BadFileError, TryAgainError):
        raise
    except Exception as error:  # its decoders raise RuntimeError, struct.error, and what not
        raise BadFileError(f"cannot be drawn: {error}"[:300]) from error


def _draw(image: "Image.Image", edge: int) -> Thumbnail:
    from PIL import ImageOps  # noqa: PLC0415  as above

    cap = PIXELS.get(str(image.format), PIXELS_OF_OTHERS)
    if image.width * image.height > cap:
        raise BadFileError(f"{image.width} by {image.height} pixels are too many to be drawn")
    image.draft("RGB", (edge, edge))  # a JPEG is then decoded at an eighth of its size
    mode = "RGBA" if image.has_transparency_data else "RGB"
    small = image if image.mode == mode else image.convert(mode)
    small.thumbnail((edge, edge), reducing_gap=2.0)
    small = ImageOps.exif_transpose(small)
    out = BytesIO()
    small.save(out, "WEBP", quality=QUALITY)
    return Thumbnail(small.width, small.height, out.getvalue())
