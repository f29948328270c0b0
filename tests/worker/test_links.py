"""Links to folders, from the configuration to the rows."""

from pathlib import Path

import pytest
from commands import run
from drawn_images import draw
from structlog.testing import capture_logs
from working_by_hand import Door

pytestmark = pytest.mark.posix("Windows lets few users make links, and Wine none")

PATHS = "SELECT path, state FROM images ORDER BY path"
EVENT = "links_to_folders_not_followed"


def link_away(door: Door) -> str:
    """Put an image behind a link in the watched folder, and one beside it; return the link."""
    away = door.place.top / "away"
    away.mkdir()
    draw(away / "behind.png", 1)
    draw(door.place.input / "here.png", 2)
    link = door.place.input / "linked"
    link.symlink_to(away)
    return link.as_posix()


def follow_links(door: Door) -> None:
    """Have links followed from the next start on."""
    text = door.place.config.read_text(encoding="utf-8")
    changed = text.replace('name = "Input"', 'name = "Input"\nlinks = true')
    assert changed != text
    door.place.config.write_text(changed, encoding="utf-8")


def test_a_link_that_is_not_followed_is_told_once_in_the_log_and_by_doctor(door: Door) -> None:
    link = link_away(door)
    house = door.open()
    with capture_logs() as logs:
        house.work()
        house.work()
    told = [(one["root"], one["count"], one["first"]) for one in logs if one["event"] == EVENT]
    assert told == [("Input", 1, link)]
    assert house.rows(PATHS) == [("here.png", "present")]
    said = run(door.place, "doctor").out
    assert f"links to folders are not followed, such as {link}" in said
    assert "set links = true in its [[root]]" in said


def test_a_link_that_is_followed_has_its_images_read_and_they_are_missing_without_it(
    door: Door,
) -> None:
    link_away(door)
    follow_links(door)
    house = door.open()
    house.work()
    assert house.rows(PATHS) == [("here.png", "present"), ("linked/behind.png", "present")]
    assert "links to folders are not followed" not in run(door.place, "doctor").out
    (door.place.input / "linked").unlink()
    house.work()
    assert house.rows(PATHS) == [("here.png", "present"), ("linked/behind.png", "missing")]


def test_a_copy_takes_no_row_of_an_image_behind_a_link_whose_target_is_away(door: Door) -> None:
    link_away(door)
    follow_links(door)
    house = door.open()
    house.work()
    away = door.place.top / "away"
    (door.place.input / "copy.png").write_bytes((away / "behind.png").read_bytes())
    away.rename(door.place.top / "unplugged")
    house.work()
    assert house.rows(PATHS) == [
        ("copy.png", "present"),
        ("here.png", "present"),
        ("linked/behind.png", "present"),
    ]


def test_a_copy_takes_no_row_of_an_image_in_a_folder_that_may_not_be_entered(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.exists

    def exists(path: Path) -> bool:
        if path.name == "first.png":
            raise PermissionError(13, "Permission denied")
        return real(path)

    first = draw(door.place.input / "first.png", 1)
    house = door.open()
    house.work()
    monkeypatch.setattr(Path, "exists", exists)
    (door.place.input / "copy.png").write_bytes(first.read_bytes())
    house.work()
    assert house.rows(PATHS) == [("copy.png", "present"), ("first.png", "present")]
