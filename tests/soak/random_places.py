"""Places chosen at random: of a file that is there, of a new one, of a folder."""

import os
from collections.abc import Callable
from random import Random

from drawn_contents import Content
from soak_model import Model

ROOTS = ("Input", "Second")
NAMES = ("{n:06}.png", "{n:06}.PNG", "Café {n}.png", "fox's [{n}] 50%.png")
NAMES += ("雪 {n}.png", "-{n}.webp")

FOLDERS = ("alps", "Brückén", "c d", "deep/er/est")
MOST_IN_FOLDER = 25
"""Files that go or move with one folder: fewer than are held back as a loss."""


class Places:
    """Chooses places among those that can be reached now."""

    def __init__(self, dice: Random, model: Model, next_number: Callable[[], int]) -> None:
        self._dice = dice
        self._model = model
        self._next_number = next_number
        self.volumes: list[str] = list(ROOTS)
        """Folders that may be written to now; nothing is renamed from one disk to another."""

    def volume(self) -> str:
        """Return any volume."""
        return self._dice.choice(self.volumes)

    def volume_of(self, place: str) -> str:
        """Return the volume of a place: the longest one, since a disk may be below a root."""
        return max((each for each in self.volumes if f"{place}/".startswith(f"{each}/")), key=len)

    def any(
        self,
        is_fit: Callable[[Content], bool] = lambda _: True,
        volumes: tuple[str, ...] = (),
    ) -> str | None:
        """Return the place of a file that fits, None where there is none."""
        places = self._model.choose_from(
            lambda place, content: (
                is_fit(content) and (not volumes or self.volume_of(place) in volumes)
            )
        )
        return self._dice.choice(places) if places else None

    def new(self, folder: str | None = None) -> str:
        """Return a place that never had a file."""
        name = self._dice.choice(NAMES).format(n=self._next_number())
        return f"{self.folder() if folder is None else folder}/{name}"

    def new_folder(self) -> str:
        """Return the name of a folder that never was."""
        return f"{self._dice.choice(FOLDERS)} {self._next_number()}"

    def folder(self) -> str:
        """Return a volume, or a folder that has files."""
        volume = self.volume()
        return self._dice.choice([volume, *self._folders_of(volume)])

    def other_folder(self, place: str) -> str:
        """Return a folder to which a file can be renamed."""
        volume = self.volume_of(place)
        if volume in ROOTS:
            volume = self._dice.choice(ROOTS)
        return self._dice.choice([volume, *self._folders_of(volume)])

    def small_folder(self) -> str | None:
        """Return a folder of few files, None where there is none."""
        folders = self._folders_of(self.volume())
        small = [one for one in folders if len(self.below(one)) <= MOST_IN_FOLDER]
        return self._dice.choice(small) if small else None

    def below(self, folder: str) -> list[str]:
        """Return the places at any depth below a folder."""
        return self._model.choose_from(lambda place, _: place.startswith(f"{folder}/"))

    def _folders_of(self, volume: str) -> list[str]:
        """Return the folders of a volume that have files themselves, in the order they came."""
        places = self._model.choose_from(lambda place, _: self.volume_of(place) == volume)
        folders = dict.fromkeys(folder_of(place) for place in places)
        return [folder for folder in folders if folder != volume]


def folder_of(place: str) -> str:
    """Return the folder of a place."""
    return os.path.dirname(place)  # noqa: PTH120  # a place is no path of this system
