"""Charts of what prompts say: words and pairs of them over time, what the best images share.

They read the newest images of a search alone: all words of a large collection would take minutes.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, combinations, groupby
from operator import itemgetter
from typing import Any, Protocol

import orjson

from service.gallery.charts import Chart
from service.gallery.searches import field_search

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

    def rows(self, name: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        """Return the rows of a statement, one after the other."""
        ...

    def link(self, *terms: str | None) -> str | None:
        """Return the address of those that meet terms."""
        ...


def words_over_time(chosen: Asking) -> Chart:
    """Return the share of each month's images that have each of the commonest words."""
    months = _read_months(chosen)
    words = _read_words(chosen, months)
    common = [word for word, _ in _count(words).most_common(WORDS)]
    wanted = set(common)
    having: dict[int, Counter[str]] = defaultdict(Counter)
    for image, found in words.items():
        for word in wanted.intersection(found):
            having[word][months[image]] += 1
    named = _names(chosen, common)
    series = {named[word]: having[word] for word in common if word in named}
    links = {name: (field_search("token", name),) for name in series}
    return _over_time(chosen, "Words over time", months, series, links)


def pairs_over_time(chosen: Asking) -> Chart:
    """Return the same of pairs of words that stand in one prompt."""
    months = _read_months(chosen)
    words = _read_words(chosen, months)
    wanted = {word for word, _ in _count(words).most_common(PAIRED)}
    having: dict[tuple[int, ...], Counter[str]] = defaultdict(Counter)
    for image, found in words.items():
        for pair in combinations(sorted(wanted.intersection(found)), 2):
            having[pair][months[image]] += 1
    common = sorted(having, key=lambda pair: (-having[pair].total(), pair))[:PAIRS]
    named = _names(chosen, {word for pair in common for word in pair})
    series, links = {}, {}
    for one, other in common:
        name = f"{named[one]} + {named[other]}"
        series[name] = having[one, other]
        links[name] = (field_search("token", named[one]), field_search("token", named[other]))
    return _over_time(chosen, "Pairs of words over time", months, series, links)


def best_images(chosen: Asking) -> Chart:
    """Return what images rated 4 or more, or favourite, have more often than all others."""
    best = [image for (image,) in chosen.rows("best", images=NEWEST)]
    newest = list(_read_months(chosen))
    among = {trait: count for trait, count in _traits(chosen, best).items() if count >= FEWEST}
    everywhere = _traits(chosen, newest) if among else Counter[Trait]()
    names = _names(chosen, {value for field, value in among if field == "token"})
    found = []
    for (field, value), count in among.items():
        share, usual = count / len(best), everywhere[field, value] / max(1, len(newest))
        if usual and share > usual and (field != "token" or value in names):
            found.append((round(share / usual, 2), (field, str(names.get(value, value)))))
    found.sort(key=lambda one: (-one[0], one[1]))
    shown = found[:TRAITS]
    labels = tuple(_label(*trait) for _, trait in shown)
    links = {
        ("times as often", _label(*trait)): chosen.link("rating:4..", field_search(*trait))
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


Trait = tuple[str, Any]
"""A field of a search, and its value; of a word its number."""


def _traits(chosen: Asking, images: Iterable[int]) -> Counter[Trait]:
    """Return how many of these images have what."""
    images = list(images)
    listed = orjson.dumps(images).decode()
    found: Counter[Trait] = Counter()
    for field, value, _ in set(chosen.rows("traits", newest=listed)):
        found[field, value] += 1
    for word, count in _count(_read_words(chosen, images)).items():
        found["token", word] = count
    return found


def _read_months(chosen: Asking) -> dict[int, str]:
    """Return the month of each of the newest images."""
    return dict(chosen.rows("newest", images=NEWEST))


def _read_words(chosen: Asking, images: Iterable[int]) -> dict[int, "array[int]"]:
    """Return the different words of images, packed: a million of them are 8 MB."""
    rows = chosen.rows("words", newest=orjson.dumps(list(images)).decode())
    return {
        image: array("q", {word for _, word in found})
        for image, found in groupby(rows, itemgetter(0))
    }


def _count(words: Mapping[int, "array[int]"]) -> Counter[int]:
    return Counter(chain.from_iterable(words.values()))


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
