"""The first picture of a video, read by ffmpeg where that is installed.

ffmpeg reads hundreds of formats, and some of them name other files or addresses to be read. So it
is told which of two formats a file has, may open no more than that file, and decodes only what
generators write. It runs in a reader, within that one's memory, and ends with it.
"""

import shutil
from pathlib import Path

from service.errors import BadFileError, TooSlowError, TryAgainError
from service.process_tree import ProcessTree

_FORMATS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
}
"""Kind → the only format of ffmpeg that it is read as."""

VIDEOS = frozenset(_FORMATS)

_CODECS = "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,mjpeg,prores,ffv1"

_QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1")
_ONE_FILE = ("-protocol_whitelist", "file", "-codec_whitelist", _CODECS)
_ONE_PICTURE = ("-map", "0:V:0", "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "pipe:1")

MEMORY_LIMIT = 512 * 1024 * 1024
"""Bytes. Videos of 3840 by 2160 took 113 MB, H.264, H.265 and AV1 alike."""


def is_video(mime_type: str | None) -> bool:
    """Tell whether a kind is one of videos."""
    return mime_type in VIDEOS


def find_ffmpeg() -> str | None:
    """Return the ffmpeg that is on PATH; None where there is none."""
    found = shutil.which("ffmpeg")
    # Windows looks into the working folder, too, which may be full of strangers' files.
    return found if found is not None and Path(found).is_absolute() else None


def read_first_picture(location: Path, mime_type: str, edge: int, seconds: float) -> bytes:
    """Return the first picture of a video as PNG, with at most so many pixels on its longer side.

    Raises BadFileError where there is none, TooSlowError where it takes longer than so many
    seconds, and TryAgainError where no ffmpeg is there: one may come.
    """
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        raise TryAgainError("a video, and no ffmpeg is there to read it")
    shape = f"scale=min({edge}\\,iw):min({edge}\\,ih):force_original_aspect_ratio=decrease"
    read = ("-f", _FORMATS[mime_type], "-i", f"file:{location.absolute()}")
    command = (ffmpeg, *_QUIET, *_ONE_FILE, *read, "-vf", shape, *_ONE_PICTURE)
    try:
        process = ProcessTree(command, MEMORY_LIMIT, own_group=False)
    except OSError as error:
        raise TryAgainError(f"ffmpeg cannot be started: {error.strerror}") from error
    answer = process.communicate(seconds)
    if answer is None:
        raise TooSlowError("ffmpeg took too long over it")
    png, complaint = answer
    if not png:
        said = complaint.decode("utf-8", "replace").strip().rpartition(": ")[2]
        raise BadFileError(f"ffmpeg finds no picture in it ({said[-200:]})")
    return png
