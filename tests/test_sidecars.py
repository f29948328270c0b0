"""Texts beside an image: which belong to it, what is news of them, and what they say."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.sidecars import ENDINGS, LARGEST, FolderTexts, has_news, images_of, read_texts, stamps

WHEN_NS = 1_690_000_000_000_000_000
ALL = sorted([*ENDINGS, *(f".png{ending}" for ending in ENDINGS)])


def put(path: Path, data: bytes = b"x") -> Path:
    path.write_bytes(data)
    os.utime(path, ns=(WHEN_NS, WHEN_NS))
    return path


def test_an_image_has_the_texts_that_are_named_like_it_with_or_without_its_ending(
    tmp_path: Path,
) -> None:
    for name in (
        "cat.txt",
        "cat.swarm.json",
        "cat.png.json",
        "cat2.txt",
        "cat.md",
        "dog.txt",
        "cat.jpg.txt",
    ):
        put(tmp_path / name, name.encode())
    (tmp_path / "cat.json").mkdir()
    assert stamps(tmp_path / "cat.png", ENDINGS) == (
        f".txt 7 {WHEN_NS}",
        f".png.json 12 {WHEN_NS}",
        f".swarm.json 14 {WHEN_NS}",
    )


@pytest.mark.posix("a link needs rights on Windows")
def test_a_link_an_empty_text_and_one_too_large_are_none(tmp_path: Path) -> None:
    put(tmp_path / "other", b"a text")
    (tmp_path / "cat.txt").symlink_to(tmp_path / "other")
    put(tmp_path / "cat.json", b"")
    with (tmp_path / "cat.civitai.info").open("wb") as large:
        large.truncate(LARGEST + 1)
    assert stamps(tmp_path / "cat.png", ENDINGS) == ()


def test_the_images_own_ending_is_told_in_lower_case_and_found_as_it_is_written(
    tmp_path: Path,
) -> None:
    put(tmp_path / "cat.PNG.txt", b"a text")
    stamped = stamps(tmp_path / "cat.PNG", ENDINGS)
    with os.scandir(tmp_path) as entries:
        beside = FolderTexts(list(entries), ENDINGS)
    assert stamped == beside.stamps("cat.PNG") == (f".png.txt 6 {WHEN_NS}",)
    assert read_texts(tmp_path / "cat.PNG", stamped) == {stamped[0]: "a text"}


def test_a_text_that_may_not_be_read_is_none_until_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "cat.txt")
    monkeypatch.setattr("service.sidecars.os.access", lambda *_: False)
    assert stamps(tmp_path / "cat.png", ENDINGS) == ()


def test_an_image_has_room_for_so_many_bytes_of_texts_and_plain_ones_are_small(
    tmp_path: Path,
) -> None:
    for name, size in (
        ("cat.txt", 2 << 20),
        ("cat.json", 5 << 20),
        ("cat.swarm.json", 5 << 20),
        ("cat.png.json", 9),
    ):
        with (tmp_path / name).open("wb") as text:
            text.truncate(size)
    found = [stamp.split(" ")[0] for stamp in stamps(tmp_path / "cat.png", ENDINGS)]
    assert found == [".json", ".png.json"]


def test_a_name_that_cannot_be_looked_for_is_of_no_image(tmp_path: Path) -> None:
    assert list(images_of(tmp_path / f"{'y' * 251}.txt", ENDINGS, (".png", ".webp"))) == []


def test_a_new_or_a_changed_text_is_news_and_one_that_went_is_none() -> None:
    known = (".txt 1 2", ".json 3 4")
    found = {
        "new": (*known, ".swarm.json 5 6"),
        "changed": (".txt 1 9",),
        "gone": (".json 3 4",),
        "same": known,
    }
    assert {name: has_news(known, now) for name, now in found.items()} == {
        "new": True,
        "changed": True,
        "gone": False,
        "same": False,
    }


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("ein Fräulein\r\nSteps: 1".encode(), "ein Fräulein\nSteps: 1"),
        ("\ufeff猫".encode(), "猫"),
        ("猫".encode("utf-16"), "猫"),
        ("猫".encode("utf-16-be").join([b"\xfe\xff", b""]), "猫"),
        (b"caf\xe9", "caf\ufffd"),
    ],
    ids=[
        "UTF-8 with Windows' line ends",
        "UTF-8 with its mark",
        "UTF-16",
        "UTF-16 the other way",
        "neither",
    ],
)
def test_a_text_is_read_in_the_encoding_that_it_shows(
    tmp_path: Path, data: bytes, said: str
) -> None:
    put(tmp_path / "cat.txt", data)
    stamped = stamps(tmp_path / "cat.png", ENDINGS)
    assert read_texts(tmp_path / "cat.png", stamped) == {stamped[0]: said}


def test_a_text_that_went_before_it_was_read_is_left_out(tmp_path: Path) -> None:
    put(tmp_path / "cat.txt")
    stamped = stamps(tmp_path / "cat.png", ENDINGS)
    (tmp_path / "cat.txt").unlink()
    assert read_texts(tmp_path / "cat.png", stamped) == {}


def test_a_text_leads_to_every_image_it_lies_beside(tmp_path: Path) -> None:
    for name in ("cat.png", "cat.jpg", "cat.swarm.png", "dog.png", "cat.png.jpg"):
        put(tmp_path / name)
    found = {
        name: sorted(
            {image.name for image in images_of(tmp_path / name, ENDINGS, (".png", ".jpg"))}
        )
        for name in ("cat.txt", "cat.swarm.json", "cat.png.json", "bird.txt", "cat.md")
    }
    assert found == {
        "cat.txt": ["cat.jpg", "cat.png"],
        "cat.swarm.json": ["cat.jpg", "cat.png"],
        "cat.png.json": ["cat.png", "cat.png.jpg"],
        "bird.txt": [],
        "cat.md": [],
    }


def test_an_image_is_found_once_and_by_its_own_spelling(tmp_path: Path) -> None:
    put(tmp_path / "cat.PNG")
    put(tmp_path / "cat.txt")
    assert list(images_of(tmp_path / "cat.txt", ENDINGS, (".png", ".jpg"))) == [
        tmp_path / "cat.PNG"
    ]


def test_where_case_makes_no_difference_an_image_is_found_once_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "cat.PNG")
    put(tmp_path / "cat.txt")
    lstat, is_file = Path.lstat, Path.is_file

    def folded(path: Path) -> Path:
        alike = [one for one in tmp_path.iterdir() if one.name.casefold() == path.name.casefold()]
        return alike[0] if alike else path

    monkeypatch.setattr(Path, "lstat", lambda path: lstat(folded(path)))
    monkeypatch.setattr(Path, "is_file", lambda path: is_file(folded(path)))
    assert list(images_of(tmp_path / "cat.txt", ENDINGS, (".png", ".jpg"))) == [
        tmp_path / "cat.PNG"
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("listed")


@given(there=st.lists(st.sampled_from(ALL), unique=True))
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_folders_listing_tells_the_same_as_asking_for_each_text(
    folder: Path, there: list[str]
) -> None:
    for old in folder.iterdir():
        old.unlink()
    for ending in there:
        put(folder / f"cat{ending}")
    with os.scandir(folder) as entries:
        beside = FolderTexts(list(entries), ENDINGS)
    assert beside.stamps("cat.png") == stamps(folder / "cat.png", ENDINGS)
    assert sorted(ending.split(" ")[0] for ending in beside.stamps("cat.png")) == sorted(there)
    assert beside.stamps("dog.png") == ()
