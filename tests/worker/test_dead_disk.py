"""A disk that does not answer: a share or a FUSE mount whose other end has gone."""

import errno
import os
from pathlib import Path

import pytest
from commands import run
from drawn_images import draw, draw_many
from working_by_hand import Door

STATES = "SELECT root, state, COUNT(*) FROM images GROUP BY 1, 2"


def let_die(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be learnt of a folder and what is in it any more."""
    for name in ("stat", "lstat", "scandir"):
        real = getattr(os, name)

        def ask(path: object = ".", *rest: object, real: object = real, **named: object) -> object:
            if isinstance(path, str | os.PathLike) and Path(path).is_relative_to(folder):
                raise OSError(errno.ENOTCONN, "Transport endpoint is not connected", str(path))
            return real(path, *rest, **named)  # type: ignore[operator]

        monkeypatch.setattr(os, name, ask)


@pytest.mark.posix("Windows names such disks otherwise")
def test_a_root_on_a_dead_disk_keeps_its_images_and_ends_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = door.place.top / "Other"
    other.mkdir()
    text = door.place.config.read_text(encoding="utf-8")
    second = f'\n[[root]]\nname = "Other"\npath = "{other}"\n'
    door.place.config.write_text(text + second, encoding="utf-8")
    draw_many(door.place.input, 2)
    draw(other / "a.png", 7)
    house = door.open()
    house.work()
    with monkeypatch.context() as dead:
        let_die(other, dead)
        draw(door.place.input / "copy.png", 7)
        house.work()
        house = door.open()
        house.work()
        assert "Other: " in run(door.place, "doctor").out
    assert house.rows(STATES) == [("Input", "present", 3), ("Other", "present", 1)]
    (note,) = house.rows("SELECT online, note FROM roots WHERE name = 'Other'")
    assert (note[0], "Transport endpoint" in str(note[1])) == (0, True)
