"""The first picture of a video, where ffmpeg is there; it reads that file as a video or not."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from service.errors import BadFileError, TooSlowError, TryAgainError
from service.extract.thumbnails import Thumbnail, draw_thumbnail
from service.extract.video_pictures import find_ffmpeg, read_first_picture

NEEDS_FFMPEG = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg here")

PLENTY_S = 60.0


def draw(path: Path) -> Thumbnail:
    status = path.stat()
    return draw_thumbnail(path, status.st_size, status.st_mtime_ns, seconds=PLENTY_S)


def make_video(path: Path) -> Path:
    """Write a red video of 320 by 180 pixels."""
    source = "color=red:size=320x180:rate=10:duration=0.3,format=yuv420p"
    command = ["ffmpeg", "-nostdin", "-y", "-f", "lavfi", "-i", source, "-c:v", "mpeg4"]
    subprocess.run([*command, f"file:{path}"], check=True, capture_output=True)
    return path


@NEEDS_FFMPEG
@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.m4v", "a.mkv", "-y http:a.mp4"])
def test_a_video_is_drawn_whatever_its_name_looks_like(tmp_path: Path, name: str) -> None:
    drawn = draw(make_video(tmp_path / name))
    image = Image.open(BytesIO(drawn.webp)).convert("RGB")
    found = image.getpixel((100, 70))
    assert isinstance(found, tuple)
    assert image.size == (256, 144)
    assert (found[0] > 200, found[1] < 60, found[2] < 60) == (True, True, True)


@NEEDS_FFMPEG
def test_a_small_video_stays_as_small(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4")
    png = read_first_picture(video, "video/mp4", 512, PLENTY_S)
    assert Image.open(BytesIO(png)).size == (320, 180)


@NEEDS_FFMPEG
def test_a_video_that_is_cut_off_is_a_bad_file(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4")
    video.write_bytes(video.read_bytes()[:200])
    with pytest.raises(BadFileError, match="ffmpeg finds no picture in it"):
        draw(video)


@NEEDS_FFMPEG
def test_a_video_that_takes_long_is_left(tmp_path: Path) -> None:
    with pytest.raises(TooSlowError):
        read_first_picture(make_video(tmp_path / "a.mp4"), "video/mp4", 256, 0.0)


@NEEDS_FFMPEG
@pytest.mark.parametrize("kind", ["video/mp4", "video/webm"])
def test_a_list_of_other_files_is_read_as_none(tmp_path: Path, kind: str) -> None:
    """By itself ffmpeg would open what an HLS list or a concat script names."""
    other = make_video(tmp_path / "secret.mp4")
    texts = (f"#EXTM3U\n#EXTINF:1,\nfile:{other}\n", f"ffconcat version 1.0\nfile 'file:{other}'\n")
    for text in texts:
        listed = tmp_path / "a.mp4"
        listed.write_text(text, encoding="utf-8")
        with pytest.raises(BadFileError, match="finds no picture"):
            read_first_picture(listed, kind, 256, PLENTY_S)
        with pytest.raises(BadFileError, match="cannot be drawn"):
            draw(listed)


def test_without_ffmpeg_a_video_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "a.mp4").write_bytes(b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(100))
    assert find_ffmpeg() is None
    with pytest.raises(TryAgainError, match="no ffmpeg is there"):
        draw(tmp_path / "a.mp4")


@pytest.mark.posix("Windows runs no script without an ending")
def test_an_ffmpeg_of_the_working_folder_is_never_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ffmpeg").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "ffmpeg").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ".")
    assert find_ffmpeg() is None
