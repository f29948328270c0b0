"""The page of statistics: what images were made with, as charts that lead to them."""

import sqlite3
from bisect import bisect
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from datasette.utils.asgi import Request, Response

from service.errors import StartError
from service.gallery import charts
from service.gallery.answers import Asked, read_asked
from service.gallery.charts import Chart
from service.gallery.orders import which_images
from service.gallery.page import Gallery, Route
from service.gallery.searches import address_of, field_search, join_searches
from service.gallery.word_statistics import best_images, pairs_over_time, words_over_time
from service.light_dataclasses import dataclass
from service.store.sql import statements

NAMES = 12
"""Names in one chart."""

MODELS, SAMPLERS = 8, 6

GENERATORS = 7
"""With a colour of their own."""

MONTHS = 36
"""The last months that are shown."""

BANDS = ("below 0.3", "0.3 to 0.7", "0.7 to 0.9", "0.9 to 1.1", "above 1.1")
BOUNDS = (0.3, 0.7, 0.9, 1.1)
"""Weights of a LoRA that are drawn together."""

KEPT = 64
"""Charts kept, some ten kilobytes each."""

Line = str
"""A search's line, for the links: what the bar counts is asked beside it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The images that are counted."""

    connection: sqlite3.Connection
    line: Line
    ids: Sequence[int] | None
    """None for all whose files are there."""

    def rows(self, name: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        """Return the rows of a statement of gallery_statistics.sql, one after the other."""
        condition, named = which_images(self.ids)
        text = statements("gallery_statistics.sql")[name].replace("/* chosen */", condition)
        return map(tuple, self.connection.execute(text, {**named, **values}))

    def link(self, *terms: str | None) -> str | None:
        """Return the address of those among them that meet these terms, too."""
        return address_of(join_searches(self.line, *terms))


Question = Callable[[Chosen], Chart]


def count_months(chosen: Chosen) -> Chart:
    """Count images by the month they were written in, and by generator."""
    by_month: dict[str, dict[str, int]] = {}
    totals: dict[str, int] = {}
    for month, generator, count in chosen.rows("months"):
        by_month.setdefault(month, {})[generator or "none named"] = count
    months = sorted(by_month)[-MONTHS:]
    for month in months:
        for generator, count in by_month[month].items():
            totals[generator] = totals.get(generator, 0) + count
    named = sorted(totals, key=lambda one: (-totals[one], one))
    shown, rest = named[:GENERATORS], named[GENERATORS:]
    series = {one: tuple(by_month[month].get(one, 0) for month in months) for one in shown}
    if rest:
        series["others"] = tuple(
            sum(by_month[month].get(one, 0) for one in rest) for month in months
        )
    links = {
        (one, month): chosen.link(field_search("generator", one), f"date:{month}")
        for one in shown
        if one != "none named"
        for month in months
    }
    return Chart("Images by month and generator", "columns", tuple(months), series, links)


def count_models(chosen: Chosen) -> Chart:
    """Count images by model."""
    return _ranking(chosen, "Models", "models", "model")


def count_sizes(chosen: Chosen) -> Chart:
    """Count images by the size that was sampled."""
    rows = list(chosen.rows("sizes", names=NAMES))
    links = {
        ("images", label): chosen.link(f"width:{width}", f"height:{height}")
        for label, _, width, height in rows
    }
    return Chart(
        "Sizes",
        "bars",
        tuple(label for label, *_ in rows),
        {"images": tuple(row[1] for row in rows)},
        links,
    )


def count_steps(chosen: Chosen) -> Chart:
    """Count images by steps, the commonest in their order."""
    return _numbers(chosen, "Steps", "steps", "steps")


def count_cfg(chosen: Chosen) -> Chart:
    """Count images by CFG scale, the commonest in their order."""
    return _numbers(chosen, "CFG scale", "cfg", "cfg")


def count_loras(chosen: Chosen) -> Chart:
    """Count the uses of each LoRA, and the weights they have."""
    uses: dict[str, list[int]] = {}
    for name, weight, count in chosen.rows("loras"):
        if name not in uses and len(uses) == NAMES:
            break
        uses.setdefault(name, [0] * len(BANDS))[bisect(BOUNDS, weight)] += count
    names = tuple(uses)
    series = {
        band: tuple(uses[name][place] for name in names)
        for place, band in enumerate(BANDS)
        if any(uses[name][place] for name in names)
    }
    links = {
        (band, name): chosen.link(field_search("lora", name)) for band in series for name in names
    }
    return Chart("LoRAs and their weights", "stacks", names, series, links)


def count_samplers(chosen: Chosen) -> Chart:
    """Count samplers by model."""
    by_model: dict[str, dict[str, int]] = {}
    models: dict[str, int] = {}
    samplers: dict[str, int] = {}
    for model, sampler, count in chosen.rows("samplers"):
        by_model.setdefault(model, {})[sampler] = count
        models[model] = models.get(model, 0) + count
        samplers[sampler] = samplers.get(sampler, 0) + count
    shown = tuple(sorted(models, key=lambda one: (-models[one], one))[:MODELS])
    series = {}
    links = {}
    for sampler in sorted(samplers, key=lambda one: (-samplers[one], one))[:SAMPLERS]:
        series[sampler] = tuple(by_model[model].get(sampler, 0) for model in shown)
        for model in shown:
            links[sampler, model] = chosen.link(
                field_search("model", model), field_search("sampler", sampler)
            )
    return Chart("Samplers by model", "stacks", shown, series, links)


def _ranking(chosen: Chosen, title: str, statement: str, field: str) -> Chart:
    rows = list(chosen.rows(statement, names=NAMES))
    links = {("images", name): chosen.link(field_search(field, name)) for name, _ in rows}
    numbers = {"images": tuple(count for _, count in rows)}
    return Chart(title, "bars", tuple(name for name, _ in rows), numbers, links)


def _numbers(chosen: Chosen, title: str, statement: str, field: str) -> Chart:
    rows = sorted(chosen.rows(statement, names=NAMES))
    labels = tuple(f"{number:g}" for number, _ in rows)
    links = {("images", label): chosen.link(f"{field}:{label}") for label in labels}
    return Chart(title, "columns", labels, {"images": tuple(count for _, count in rows)}, links)


CHARTS: dict[str, Question] = {
    "months": count_months,
    "models": count_models,
    "loras": count_loras,
    "samplers": count_samplers,
    "words": words_over_time,
    "pairs": pairs_over_time,
    "best": best_images,
    "sizes": count_sizes,
    "steps": count_steps,
    "cfg": count_cfg,
}
"""The name of each chart in addresses, in the order of the page."""


class Statistics:
    """Answers the page and its charts, one by one; a chart is kept while nobody writes."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._kept: OrderedDict[tuple[str, Asked, int], Chart] = OrderedDict()

    async def page(self, request: Request) -> Response:
        """Return the page, whose script asks for the charts."""
        what = {"asked": read_asked(request.args), "charts": list(CHARTS)}
        return await self._gallery.page(request, "statistics.html", what)

    async def chart(self, request: Request) -> Response:
        """Return one chart and its table, as a part of the page."""
        name = request.url_vars["name"]
        try:
            chart = await self._find(name, read_asked(request.args))
        except StartError as error:
            return Response.text(str(error), status=400)
        what = {"name": name, "chart": chart, "drawn": charts.draw(chart)}
        return await self._gallery.page(request, "chart.html", what)

    async def _find(self, name: str, asked: Asked) -> Chart:
        answer = await self._gallery.answers.find(asked)
        ids = answer.ids if asked.line else None
        key = (name, asked, answer.version)
        async with self._gallery.answers.slow:
            if key not in self._kept:
                self._kept[key] = await self._gallery.ask(
                    lambda connection: CHARTS[name](Chosen(connection, asked.line, ids))
                )
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def routes(gallery: Gallery) -> list[Route]:
    """Return the addresses of this page."""
    statistics = Statistics(gallery)
    names = "|".join(CHARTS)
    return [
        (r"^/statistics$", statistics.page),
        (rf"^/statistics/(?P<name>{names})$", statistics.chart),
    ]
