"""Two to four images side by side: what differs between them is marked."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from datasette.utils.asgi import BadRequest, NotFound, Request, Response

from service.gallery.answers import is_number, read_asked
from service.gallery.odd_values import read_readable
from service.gallery.page import Gallery, Route
from service.gallery.shown import Chip, ShownImage, show_image
from service.records import SamplingPass, Side

FEWEST, MOST = 2, 4

ADVICE = "Compare two to four images: /compare?ids=12,57"


class Cell(NamedTuple):
    """What is known of an image, and what of it is compared: Euler a is euler_ancestral."""

    shown: str = ""
    compared: str = ""


class Row(NamedTuple):
    """One thing, of each image; an empty cell where it is not known."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Return whether it is not the same of all."""
        return len({one.compared for one in self.cells}) > 1


class ComparedChip(NamedTuple):
    """A token, and whether all images have it with this weight."""

    chip: Chip
    is_common: bool


class ComparedPrompt(NamedTuple):
    """One side of each image's prompts; None where an image states none."""

    side: Side
    columns: tuple[tuple[ComparedChip, ...] | None, ...]

    @property
    def differs(self) -> bool:
        """Return whether it is not the same of all."""
        chips = [one for column in self.columns for one in column or ()]
        is_stated = {column is not None for column in self.columns}
        return len(is_stated) > 1 or not all(one.is_common for one in chips)


def compare_prompts(images: Sequence[ShownImage]) -> Iterator[ComparedPrompt]:
    """Yield both sides, where any image states one."""
    sides: tuple[Side, ...] = ("pos", "neg")
    for side in sides:
        prompts = [next((p for p in one.prompts if p.side == side), None) for one in images]
        if not any(prompts):
            continue
        tokens = [{_key(chip) for chip in one.chips} if one else set() for one in prompts]
        common = set.intersection(*tokens)
        columns = [
            tuple(ComparedChip(chip, _key(chip) in common) for chip in one.chips) if one else None
            for one in prompts
        ]
        yield ComparedPrompt(side, tuple(columns))


def _key(chip: Chip) -> tuple[str, float, str]:
    return chip.token.t_norm, chip.token.weight, chip.token.kind


def compare_rows(images: Sequence[ShownImage]) -> Iterator[Row]:
    """Yield what is known of any of the images, in the order in which the pages have it."""
    listed = [_cells(one) for one in images]
    for name in dict.fromkeys(name for one in listed for name in one):
        yield Row(name, tuple(one.get(name, Cell()) for one in listed))


_FILE = ("generator", "pixels", "size_bytes", "modified_at", "mime_type", "sha256")


def _cells(image: ShownImage) -> dict[str, Cell]:
    found = {one.name: _cell(one.value, one.also) for one in image.parameters}
    if "model" in found:
        found["model"] = found["model"]._replace(compared=str(image.image.image["model_norm"]))
    for kind, used in image.resources.items():
        entries = [_entry(one.resource.label, one.resource.weight) for one in used]
        found[f"{kind} files"] = _cell("\n".join(entries))
    if len(image.image.passes) > 1:
        found["passes"] = _cell("\n".join(map(_pass, image.image.passes)))
    return found | {one.name: _cell(one.value) for one in image.file if one.name in _FILE}


def _cell(value: str, also: str = "") -> Cell:
    return Cell(value, (also or value).casefold())


def _pass(one: SamplingPass) -> str:
    steps = "" if one.steps is None else f", {one.steps} steps"
    denoise = "" if one.denoise is None else f", denoise {one.denoise:g}"
    return f"{one.role}{steps}{denoise}"


def _entry(label: str, weight: float | None) -> str:
    return label if weight is None else f"{label} {weight:.4g}"


def routes(gallery: Gallery) -> list[Route]:
    """Return the addresses of this page."""

    async def page(request: Request) -> Response:
        ids = read_compared(request.args.get("ids") or "")
        images = await gallery.ask(lambda connection: _read(connection, ids))
        what = {
            "asked": read_asked(request.args),
            "images": images,
            "moves": [_moves(ids, at) for at in range(len(ids))],
            "prompts": list(compare_prompts(images)),
            "rows": list(compare_rows(images)),
        }
        return await gallery.page(request, "compare.html", what)

    return [(r"^/compare$", page)]


def read_compared(text: str) -> list[int]:
    """Return the images that an address names, each once.

    Raises BadRequest where they are too few, too many, or none.
    """
    named = [one.strip() for one in text.split(",") if one.strip()]
    if not all(map(is_number, named)):
        raise BadRequest(ADVICE)
    ids = list(dict.fromkeys(map(int, named)))
    if not FEWEST <= len(ids) <= MOST:
        raise BadRequest(ADVICE)
    return ids


def _read(connection: sqlite3.Connection, ids: Sequence[int]) -> list[ShownImage]:
    found: list[ShownImage] = []
    for image_id in ids:
        image = read_readable(connection, image_id)
        if image is None:
            raise NotFound(f"There is no image {image_id}.")
        found.append(show_image(image, ""))
    return found


class Moves(NamedTuple):
    """The ids of the page where an image is one place further left, or is none of them."""

    left: str | None
    without: str | None


def _moves(ids: Sequence[int], at: int) -> Moves:
    swapped = list(ids)
    if at:
        swapped[at - 1 : at + 1] = ids[at], ids[at - 1]
    others = [*ids[:at], *ids[at + 1 :]]
    return Moves(_line(swapped) if at else None, _line(others) if len(ids) > FEWEST else None)


def _line(ids: Sequence[int]) -> str:
    return ",".join(map(str, ids))
