"""LoRAs as a prompt calls them: with the weight they are used with, and the words beside them.

A word goes with a LoRA where its images have it more often than all images do (its lift), and a
good part of them have it at all: so ``masterpiece`` goes with none, and ``ink wash`` with one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from service.export.one_line import sameness
from service.records.model_names import base_name
from service.store.export_rows import Listed, ListReader

LEAST_IMAGES = 3
"""Of a LoRA that so few images have nobody can tell what goes with it."""
LEAST_SHARE = 0.25
"""Part of a LoRA's images that have the word."""
LEAST_LIFT = 1.5
"""How much more often than all images they have it."""


class _Lora(NamedTuple):
    """A LoRA in one of the lists."""

    model: str
    month: str
    same: str


def list_lora_tags(listing: ListReader, words: int) -> Iterator[Listed]:
    """Yield every LoRA as ``<lora:name:0.8>``, with up to so many words that go with it."""
    names: dict[_Lora, Counter[str]] = {}
    weights: dict[_Lora, list[float]] = {}
    images: dict[str, list[int]] = {}
    for used in listing.loras():
        name = base_name(used.label)
        lora = _Lora(used.model, used.month, sameness(name))
        names.setdefault(lora, Counter())[name] += 1
        if used.weight is not None:
            weights.setdefault(lora, []).append(used.weight)
        if words:
            images.setdefault(lora.same, []).append(used.image_id)
    neighbours = _find_neighbours(listing, images, words)
    for lora, spellings in names.items():
        weight = _median_low(weights[lora]) if lora in weights else 1.0
        tag = lora_tag(_commonest(spellings), weight)
        text = ", ".join((tag, *neighbours.get(lora.same, ())))
        yield Listed(lora.model, lora.month, text, spellings.total())


def lora_tag(label: str, weight: float) -> str:
    """Return a LoRA's label as a prompt names it: its file without folders and ending."""
    return f"<lora:{base_name(label)}:{weight:g}>"


def _commonest(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda name: (-spellings[name], name))


def _find_neighbours(
    listing: ListReader, images: Mapping[str, list[int]], words: int
) -> dict[str, list[str]]:
    """Return the words that go with each LoRA, those with the greatest lift first."""
    if not words:
        return {}
    of_all = listing.count_images()
    found = {}
    for name, ids in images.items():
        unique = sorted(set(ids))
        if len(unique) >= LEAST_IMAGES:
            found[name] = _neighbours(listing, unique, of_all)[:words]
    return found


def _neighbours(listing: ListReader, images: list[int], of_all: int) -> list[str]:
    ranked: list[tuple[float, int, str]] = []
    for term, (text, times) in listing.words_of(images).items():
        if times < LEAST_SHARE * len(images):
            continue
        lift = (times / len(images)) / (listing.count_images_with(term) / of_all)
        if lift >= LEAST_LIFT:
            ranked.append((-lift, -times, text))
    return [text for *_, text in sorted(ranked)]


def _median_low(values: Sequence[float]) -> float:
    """Return the value in the middle, or the lower of the two there.

    Python's ``statistics`` does, too, but takes 10 ms of each start.
    """
    return sorted(values)[(len(values) - 1) // 2]
