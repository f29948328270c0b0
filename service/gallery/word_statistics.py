"""Charts of what prompts say: words and pairs of them over time, what the best images share.

They read the newest images of a search alone: all words of a large collection would take minutes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, Protocol

import orjson

from service.gallery.charts import Chart
from service.gallery.terms import term

NEWEST = 20_000
"""Images whose words are counted."""

WORDS = 7
PAIRED = 60
"""Words among whose pairs the commonest are looked for."""

PAIRS = 6

FEWEST = 3
"""Images that a trait needs among the best, so that it says something."""

TRAITS = 12


IN_A_HUNDRED = "in a hundred images"


class Asking(Protocol):
    """The images that are counted."""

    def rows(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        ...

    def link(self, *terms: str | None) -> str | None:
        """Return the address of those that meet terms."""
        ...


def words_over_time(chosen: Asking) -> Chart:
    """Return the share of each month's images that have each of the commonest words."""
    months, words = _read_words(chosen)
    common = [word for word, _ in _count(words).most_common(WORDS)]
    having = {word: Counter(months[image] for image in words[word]) for word in common}
    named = _names(chosen, common)
    series = {named[word]: having[word] for word in common if word in named}
    links = {name: (term("token", name),) for name in series}
    return _over_time(chosen, "Words over time", months, series, links)


def pairs_over_time(chosen: Asking) -> Chart:
    """Return the same of pairs of words that stand in one prompt."""
    months, words = _read_words(chosen)
    by_image: dict[int, list[int]] = defaultdict(list)
    for word, _ in _count(words).most_common(PAIRED):
        for image in words[word]:
            by_image[image].append(word)
    pairs = Counter(pair for found in by_image.values() for pair in combinations(sorted(found), 2))
    common = [pair for pair, _ in pairs.most_common(PAIRS)]
    named = _names(chosen, {word for pair in common for word in pair})
    series, links = {}, {}
    for one, other in common:
        name = f"{named[one]} + {named[other]}"
        series[name] = Counter(months[image] for image in words[one] & words[other])
        links[name] = (term("token", named[one]), term("token", named[other]))
    return _over_time(chosen, "Pairs of words over time", months, series, links)


def best_images(chosen: Asking) -> Chart:
    """Return what images rated 4 or more, or favourite, have more often than all others."""
    best = [image for (image,) in chosen.rows("best", images=NEWEST)]
    newest = [image for image, _ in chosen.rows("newest", images=NEWEST)]
    everywhere, among = _traits(chosen, newest), _traits(chosen, best)
    found = []
    for trait, images in among.items():
        share = len(images) / len(best)
        usual = len(everywhere.get(trait, ())) / max(1, len(newest))
        if len(images) >= FEWEST and usual and share > usual:
            found.append((round(share / usual, 2), trait))
    found.sort(key=lambda one: (-one[0], one[1]))
    shown = found[:TRAITS]
    labels = tuple(_label(*trait) for _, trait in shown)
    links = {
        ("times as often", _label(*trait)): chosen.link("rating:4..", term(*trait))
        for _, trait in shown
    }
    return Chart(
        "What your best images have in common",
        "bars",
        labels,
        {"times as often": tuple(times for times, _ in shown)},
        links,
        note=f"{len(best):,} images rated 4 or 5 or favourite, beside the newest {len(newest):,}.",
        unit="times as often as usual",
    )


def _label(field: str, value: str) -> str:
    return value if field == "token" else f"{field} {value}"


Trait = tuple[str, str]
"""A field of a search, and its value."""


def _traits(chosen: Asking, images: Iterable[int]) -> Mapping[Trait, set[int]]:
    listed = orjson.dumps(list(images)).decode()
    found: dict[Trait, set[int]] = defaultdict(set)
    for field, value, image in chosen.rows("traits", newest=listed):
        found[field, value].add(image)
    words: dict[int, set[int]] = defaultdict(set)
    for image, word in chosen.rows("words", newest=listed):
        words[word].add(image)
    common = [word for word, having in words.items() if len(having) >= FEWEST]
    for word, name in _names(chosen, common).items():
        found["token", name] = words[word]
    return found


def _read_words(chosen: Asking) -> tuple[dict[int, str], dict[int, set[int]]]:
    """Return the month of each of the newest images, and the images of each word."""
    months = dict(chosen.rows("newest", images=NEWEST))
    words: dict[int, set[int]] = defaultdict(set)
    for image, word in chosen.rows("words", newest=orjson.dumps(list(months)).decode()):
        words[word].add(image)
    return months, words


def _count(words: Mapping[int, set[int]]) -> Counter[int]:
    return Counter({word: len(images) for word, images in words.items()})


def _names(chosen: Asking, words: Iterable[int]) -> dict[int, str]:
    return dict(chosen.rows("terms", terms=orjson.dumps(list(words)).decode()))


def _over_time(
    chosen: Asking,
    title: str,
    months: Mapping[int, str],
    series: Mapping[str, Counter[str]],
    terms: Mapping[str, tuple[str | None, ...]],
) -> Chart:
    """Return lines of how many in a hundred of each month's images have something."""
    totals = Counter(months.values())
    labels = tuple(sorted(totals))
    numbers = {
        name: tuple(round(100 * having[month] / totals[month], 1) for month in labels)
        for name, having in series.items()
    }
    note = f"Of a month's images, so many in a hundred; counted in the newest {len(months):,}."
    if len(labels) == 1:  # no time has passed: a line would be a point
        named = {name: chosen.link(*terms[name]) for name in series}
        return Chart(
            title,
            "bars",
            tuple(series),
            {IN_A_HUNDRED: tuple(values[0] for values in numbers.values())},
            {(IN_A_HUNDRED, name): link for name, link in named.items()},
            note,
            unit=IN_A_HUNDRED,
        )
    links = {
        (name, month): chosen.link(*terms[name], f"date:{month}")
        for name in series
        for month in labels
    }
    return Chart(title, "lines", labels, numbers, links, note, unit=IN_A_HUNDRED)
