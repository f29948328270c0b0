"""Files below the roots; what is done with them here is told to the model."""

from contextlib import suppress
from pathlib import Path
from random import Random

from drawn_contents import Content, text_beside
from soak_model import Model


class ToldFiles:
    """Writes, moves and deletes files, with the texts beside them."""

    def __init__(self, top: Path, dice: Random, model: Model) -> None:
        self._top = top
        self._dice = dice
        self._model = model

    def note(self, what: str, *places: str) -> None:
        """Tell the model what is about to be done with places."""
        self._model.note(what, *places)

    def path(self, place: str) -> Path:
        """Return where a place is on the disk."""
        return self._top / place

    def write(self, place: str, content: Content) -> None:
        """Write a file in one go, and its folder where there is none."""
        path = self.path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.data)
        self._model.write(place, content)

    def write_text(self, place: str, text: str) -> None:
        """Write the text beside an image; the model is told of it with the image."""
        path = text_beside(self.path(place))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def move(self, what: str, source: str, target: str) -> None:
        """Rename a file, and the text beside it before or after."""
        self.note(f"moves to {target}", source)
        self.note(what, target)
        old, new = self.path(source), self.path(target)
        new.parent.mkdir(parents=True, exist_ok=True)
        pairs = [(old, new), (text_beside(old), text_beside(new))]
        if self._model.present[source].kind != "pair":
            pairs.pop()
        self._dice.shuffle(pairs)
        for one, other in pairs:
            with suppress(FileNotFoundError):  # the text may have been deleted
                one.rename(other)
        self._model.move(source, target)

    def delete(self, place: str) -> None:
        """Delete a file, and the text beside it."""
        path = self.path(place)
        if self._model.present[place].kind == "pair":
            text_beside(path).unlink(missing_ok=True)
        path.unlink()
        self._model.delete(place)
