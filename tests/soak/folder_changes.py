"""What people and programs do with files, at random; each change is told to the model."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from drawn_contents import Content, Contents, text_beside
from random_places import ROOTS, Places, folder_of
from soak_model import Model
from told_files import ToldFiles

ENOUGH = 500
"""Files. Where there are more, fewer are added than go."""
GROWING = ("add", "add_some", "add_slowly", "add_pair", "copy", "bring_back")
SLOW_S = 0.15
"""Between two pieces of a file that is written slowly: longer than it takes to settle."""


class FolderChanges:
    """Changes files below the roots of one place."""

    def __init__(self, top: Path, dice: Random, model: Model) -> None:
        self._dice = dice
        self._model = model
        self._files = ToldFiles(top, dice, model)
        self.contents = Contents(dice)
        self.places = Places(dice, model, self.contents.next_number)
        self._outside = top / "outside"
        self._outside.mkdir()
        self._taken: list[tuple[str, Content]] = []
        """What was moved out of the roots: where it was, and what it is."""
        self.changes: dict[Callable[[], bool], int] = {
            self.add: 10,
            self.add_some: 3,
            self.add_slowly: 1,
            self.add_pair: 2,
            self.copy: 1,
            self.overwrite: 3,
            self.overwrite_same_size: 4,
            self.replace: 4,
            self.rename: 5,
            self.rename_onto: 1,
            self.rename_case: 2,
            self.rename_folder: 2,
            self.change_text: 2,
            self.delete_text: 1,
            self.delete: 7,
            self.delete_folder: 1,
            self.take_out: 2,
            self.bring_back: 2,
        }
        """Each returns whether there was anything to do it with; how often each is chosen."""

    def change(self) -> None:
        """Do one change."""
        is_enough = len(self._model.present) > ENOUGH
        weights = [
            weight / 8 if is_enough and change.__name__ in GROWING else weight
            for change, weight in self.changes.items()
        ]
        while True:
            (change,) = self._dice.choices(list(self.changes), weights)
            if change():  # there was something to do it with
                self._model.counts[change.__name__] += 1
                return

    def add(self) -> bool:
        """Write a new file at its place, in one go."""
        place, content = self.places.new(), self.contents.any()
        self._files.note("add", place)
        self._files.write(place, content)
        return True

    def add_some(self) -> bool:
        """Write several files into one folder, most often a new one."""
        folder = self._dice.choice(
            (f"{self.places.volume()}/{self.places.new_folder()}", self.places.folder())
        )
        for _ in range(self._dice.randint(3, 20)):
            place, content = self.places.new(folder), self.contents.any()
            self._files.note("add_some", place)
            self._files.write(place, content)
        return True

    def add_slowly(self) -> bool:
        """Write a new file in pieces, with pauses in which it may look settled."""
        place, content = self.places.new(), self.contents.any()
        self._files.note("add_slowly", place)
        path = self._files.path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        middle = len(content.data) // 2
        with path.open("wb", buffering=0) as out:
            for piece in (content.data[:middle], content.data[middle:]):
                time.sleep(SLOW_S)
                out.write(piece)
        self._model.write(place, content)
        return True

    def add_pair(self) -> bool:
        """Write an image without metadata and the text beside it that has them."""
        place = self.places.new()
        content, text = self.contents.pair()
        self._files.note("add_pair", place)
        is_text_first = self._dice.random() < 0.5
        if is_text_first:
            self._files.write_text(place, text)
        self._files.write(place, content)
        if not is_text_first:
            self._files.write_text(place, text)
        return True

    def copy(self) -> bool:
        """Copy a file, with its time."""
        source = self.places.any(lambda content: content.kind in ("text", "graph"))
        if source is None:
            return False
        target = self.places.new(folder_of(source))
        self._files.note(f"copy {source} to {target}", source, target)
        shutil.copy2(self._files.path(source), self._files.path(target))
        self._model.copy(source, target)
        return True

    def overwrite(self) -> bool:
        """Write another content into the same file."""
        return self._overwrite("overwrite", self.contents.any())

    def overwrite_same_size(self) -> bool:
        """Write another content of as many bytes into the same file."""
        kind = self._dice.choice(("text", "graph"))
        content = self.contents.like(kind)
        size = len(content.data)
        return self._overwrite("overwrite_same_size", content, lambda old: len(old.data) == size)

    def _overwrite(
        self, what: str, content: Content, is_fit: Callable[[Content], bool] = lambda _: True
    ) -> bool:
        place = self.places.any(lambda old: old.kind != "pair" and is_fit(old))
        if place is None:
            return False
        self._files.note(what, place)
        with self._files.path(place).open("r+b", buffering=0) as out:
            out.truncate(len(content.data))
            out.write(content.data)
        self._model.write(place, content)
        return True

    def replace(self) -> bool:
        """Write another content beside a file and rename it onto that, as careful programs do."""
        place = self.places.any(lambda old: old.kind != "pair")
        if place is None:
            return False
        content = self.contents.any()
        self._files.note("replace", place)
        path = self._files.path(place)
        temporary = path.with_name(f"{path.name}.tmp")
        temporary.write_bytes(content.data)
        temporary.replace(path)
        self._model.write(place, content)
        return True

    def rename(self) -> bool:
        """Give a file another name, in the same folder or in another one, also of another root."""
        source = self.places.any()
        if source is None:
            return False
        folder = self._dice.choice((folder_of(source), self.places.other_folder(source)))
        self._files.move(f"rename from {source}", source, self.places.new(folder))
        return True

    def rename_onto(self) -> bool:
        """Rename a file onto another one."""
        source = self.places.any(lambda content: content.kind != "pair")
        if source is None:
            return False
        volume = self.places.volume_of(source)
        target = self.places.any(lambda content: content.kind != "pair", (volume,))
        if target is None or target == source:
            return False
        self._files.move(f"rename from {source}", source, target)
        return True

    def rename_case(self) -> bool:
        """Change only the case of a file's name."""
        source = self.places.any(lambda content: content.kind != "pair")
        if source is None:
            return False
        folder, _, name = source.rpartition("/")
        target = f"{folder}/{name.swapcase()}"
        if target in self._model.present:
            return False
        self._files.move(f"rename_case from {source}", source, target)
        return True

    def rename_folder(self) -> bool:
        """Give a folder another name."""
        folder = self.places.small_folder()
        if folder is None:
            return False
        target = f"{self.places.volume_of(folder)}/{self.places.new_folder()}"
        self._files.path(target).parent.mkdir(parents=True, exist_ok=True)
        below = self.places.below(folder)
        self._files.note(f"rename_folder {folder} to {target}", *below)
        self._files.path(folder).rename(self._files.path(target))
        for source in below:
            moved = target + source.removeprefix(folder)
            self._files.note(f"rename_folder from {source}", moved)
            self._model.move(source, moved)
        return True

    def change_text(self) -> bool:
        """Write another text beside an image."""
        place = self.places.any(lambda content: content.kind == "pair")
        if place is None:
            return False
        content, text = self.contents.pair(self._model.present[place])
        self._files.note("change_text", place)
        self._files.write_text(place, text)
        self._model.change_text(place, content)
        return True

    def delete_text(self) -> bool:
        """Delete the text beside an image that was read: what it said stays true."""
        places = self._model.choose_from(
            lambda place, content: (
                content.kind == "pair"
                and self._model.is_settled(place)
                and text_beside(self._files.path(place)).exists()
            )
        )
        if not places:
            return False
        place = self._dice.choice(places)
        self._files.note("delete_text", place)
        text_beside(self._files.path(place)).unlink()
        return True

    def delete(self) -> bool:
        """Delete a file."""
        place = self.places.any()
        if place is None:
            return False
        self._files.note("delete", place)
        self._files.delete(place)
        return True

    def delete_folder(self) -> bool:
        """Delete a folder with all that is in it."""
        folder = self.places.small_folder()
        if folder is None:
            return False
        below = self.places.below(folder)
        self._files.note(f"delete_folder {folder}", *below)
        shutil.rmtree(self._files.path(folder))
        for place in below:
            self._model.delete(place)
        return True

    def take_out(self) -> bool:
        """Move a file out of all roots."""
        place = self.places.any(lambda content: content.kind in ("text", "graph"), ROOTS)
        if place is None:
            return False
        content = self._model.present[place]
        self._files.note("take_out", place)
        self._files.path(place).rename(self._outside / str(content.number))
        self._model.delete(place)
        self._taken.append((place, content))
        return True

    def bring_back(self) -> bool:
        """Move a file back that was taken out, to any place."""
        if not self._taken:
            return False
        former, content = self._taken.pop(self._dice.randrange(len(self._taken)))
        target = self.places.new(f"{self._dice.choice(ROOTS)}/{self.places.new_folder()}")
        self._files.note(f"bring_back from {former} to {target}", former, target)
        self._files.path(target).parent.mkdir(parents=True, exist_ok=True)
        (self._outside / str(content.number)).rename(self._files.path(target))
        self._model.come_back(former, target, content)
        return True
