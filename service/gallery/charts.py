"""Charts: numbers with names, drawn as SVG by pygal, each bar a link to the images it counts."""

from collections.abc import Mapping
from dataclasses import field
from math import ceil
from typing import Any, Literal
from xml.etree import ElementTree as ET

import pygal
from markupsafe import Markup
from pygal.style import Style

from service.light_dataclasses import dataclass

Form = Literal["bars", "stacks", "columns", "lines"]
"""Bars lie, columns stand; several series are stacked in ``stacks`` and ``columns``."""

Number = int | float | None

WIDTH = 720
ROW = 26
"""Height of a bar that lies."""
STANDING = 300
"""Height of a chart whose bars stand."""
LEGEND = 22
"""Height of a line of the legend, and of the room above it."""
IN_A_LINE = 4
"""Names of the legend."""
MARGIN = 6

_DRAWN = {
    "bars": pygal.HorizontalBar,
    "stacks": pygal.HorizontalStackedBar,
    "columns": pygal.StackedBar,
    "lines": pygal.Line,
}


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart, and the table beside it."""

    title: str
    form: Form
    labels: tuple[str, ...]
    """Along the axis."""
    series: Mapping[str, tuple[Number, ...]]
    """A number for each label, by the name of the series."""
    links: Mapping[tuple[str, str], str | None] = field(default_factory=dict)
    """Series and label → the address that shows these images."""
    note: str = ""
    """What is counted, where the title does not say it."""
    unit: str = "images"

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to be drawn."""
        return not any(any(numbers) for numbers in self.series.values())


def draw(chart: Chart) -> Markup:
    """Return the chart as an SVG element, without any style of its own: charts.css has it."""
    lies = chart.form in {"bars", "stacks"}
    height = ROW * len(chart.labels) + 60 if lies else STANDING
    has_legend = len(chart.series) > 1
    legend = LEGEND * (1 + ceil(len(chart.series) / IN_A_LINE)) if has_legend else 0
    drawn = _DRAWN[chart.form](
        style=Style(font_family="inherit", label_font_size=12, major_label_font_size=12),
        css=[],
        js=[],
        width=WIDTH,
        height=height + legend,
        disable_xml_declaration=True,
        show_legend=has_legend,
        legend_at_bottom=True,
        legend_at_bottom_columns=IN_A_LINE,
        truncate_legend=24,
        truncate_label=26,
        x_label_rotation=0 if lies or len(chart.labels) <= 12 else 35,  # noqa: PLR2004  # they fit so
        margin=MARGIN,
        # The library keeps no room for a line of the legend that is not full.
        margin_bottom=MARGIN + LEGEND * (has_legend and len(chart.series) % IN_A_LINE > 0),
        spacing=8,
        dots_size=3,
        allow_interruptions=True,
    )
    # What lies is drawn from below.
    order = range(len(chart.labels))[:: -1 if lies else 1]
    drawn.x_labels = [chart.labels[place] for place in order]
    for name, numbers in chart.series.items():
        drawn.add(name, [_point(chart, name, place, numbers[place]) for place in order])
    svg = drawn.render_tree()
    _make_plain(svg, chart.title)
    return Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704  # the library escapes it


def _point(chart: Chart, name: str, place: int, number: Number) -> Any:
    link = chart.links.get((name, chart.labels[place]))
    if number is None:
        return None
    return {"value": number, "xlink": {"href": link, "target": "_top"}} if link else number


def _make_plain(svg: ET.Element, name: str) -> None:
    """Leave shapes, texts and links alone: a strict policy allows no style or script in a page.

    What the library says of a bar for its script becomes the bar's title, which browsers show.
    """
    for parent in list(svg.iter()):
        parent.attrib.pop("id", None)
        if parent.attrib.pop("style", None):
            parent.set("class", f"{parent.get('class', '')} unseen".strip())
        said = {child.get("class"): child.text or "" for child in parent if _tag(child) == "desc"}
        for child in list(parent):
            if _tag(child) in {"", "defs", "desc", "title"}:
                parent.remove(child)
        if said:
            title = ET.SubElement(parent, "title")
            title.text = f"{said.get('x_label', '')}: {said.get('value', '')}"
    svg.set("role", "group")
    svg.set("aria-label", name)


def _tag(element: ET.Element) -> str:
    """Return an element's name without its namespace; '' for a comment."""
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""
