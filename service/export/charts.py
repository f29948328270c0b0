"""Charts of a collection, as PNG or SVG."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.cells import cell_len, chop_cells

from service.errors import StartError
from service.export.atomic import update_file
from service.export.report import Written
from service.light_dataclasses import dataclass
from service.paths import how_to_install

FORMATS = (".png", ".svg")
LABEL, SMALL_LABEL = 28, 60
"""Columns of a name in a line: of the usual size, and of the small one that longer names get."""
LINES = 2
"""Of a name. What is longer, no chart has room for."""
COLUMNS = 2
WIDTH, HEIGHT = 7.5, 4.2
"""Inches of one chart."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart with a bar a name, the first at the top."""

    title: str
    bars: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Stacks:
    """A chart with a column a place, made of parts that are named."""

    title: str
    places: Sequence[str]
    parts: Mapping[str, Sequence[int]]
    """Name → its count at each place."""


CJK_FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans JP",
    "Noto Sans SC",
    "Noto Sans KR",
    "Source Han Sans",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "IPAGothic",
    "Microsoft YaHei",
    "Yu Gothic",
    "MS Gothic",
    "Malgun Gothic",
    "SimHei",
    "Hiragino Sans",
    "Hiragino Sans GB",
    "PingFang SC",
    "Apple SD Gothic Neo",
    "Arial Unicode MS",
)
"""Fonts of the systems that have Chinese, Japanese or Korean letters; matplotlib's own has none."""

NO_FONT = (
    "some letters are drawn as boxes, since no font here has them: write an .svg, which shows them "
    "wherever there is such a font, or install one, like Noto Sans CJK"
)


def write_charts(
    charts: Sequence[Bars | Stacks],
    target: Path,
    on_note: Callable[[str], None] = lambda _: None,
) -> Written:
    """Write all charts into one picture.

    ``on_note`` is told where a name could not be drawn whole. Raises StartError where it is no PNG
    or SVG, or matplotlib is missing.
    """
    kind = target.suffix.lower()
    if kind not in FORMATS:
        raise StartError(
            f"{target}: charts are written as {' or '.join(FORMATS)}; name the file so"
        )
    rows = -(-len(charts) // COLUMNS)
    figure = _figure()(figsize=(COLUMNS * WIDTH, rows * HEIGHT), layout="constrained")
    with warnings.catch_warnings(record=True) as complaints, update_file(target) as update:
        warnings.simplefilter("always", UserWarning)
        for number, chart in enumerate(charts, 1):
            _draw(figure.add_subplot(rows, COLUMNS, number), chart)
        # No date and no random ids in it: the same charts are the same bytes.
        own_key = "Date" if kind == ".svg" else "Software"
        figure.savefig(update.out, format=kind[1:], metadata={own_key: None})
    if kind == ".png" and any("missing from" in str(one.message) for one in complaints):
        on_note(NO_FONT)
    return Written(len(charts), changed=update.changed)


def _figure() -> Any:
    try:
        import matplotlib as mpl  # noqa: PLC0415  # an extra, and slow to import
        from matplotlib.figure import Figure  # noqa: PLC0415  # not pyplot: it looks for a screen
        from matplotlib.font_manager import fontManager  # noqa: PLC0415
    except ImportError:
        raise StartError(
            f"charts need the package matplotlib; {how_to_install('plot', 'matplotlib')}"
        ) from None
    mpl.rcParams["svg.hashsalt"] = "aiimagepipe"
    mpl.rcParams["svg.fonttype"] = "none"  # letters, not outlines: any viewer finds fonts for them
    installed = {font.name for font in fontManager.ttflist}
    known = [name for name in CJK_FONTS if name in installed]
    mpl.rcParams["font.family"] = ["DejaVu Sans", *known]
    return Figure


def _draw(axes: Any, chart: Bars | Stacks) -> None:
    axes.set_title(chart.title)
    axes.spines[["top", "right"]].set_visible(False)
    if isinstance(chart, Bars):
        _draw_bars(axes, chart)
    else:
        _draw_stacks(axes, chart)


def _draw_bars(axes: Any, chart: Bars) -> None:
    counts = [count for _, count in chart.bars]
    places = range(len(counts))
    axes.barh(places, counts)
    names = [_printable(name) for name, _ in chart.bars]
    is_small = any(cell_len(name) > LABEL for name in names)
    # Not parsed: a $ in a name would begin a formula.
    axes.set_yticks(
        places,
        labels=[_in_lines(name) for name in names],
        parse_math=False,
        fontsize="x-small" if is_small else "medium",
    )
    axes.invert_yaxis()
    axes.locator_params(axis="x", integer=True)


def _draw_stacks(axes: Any, chart: Stacks) -> None:
    below = [0] * len(chart.places)
    for name, counts in chart.parts.items():
        axes.bar(range(len(below)), counts, bottom=below, label=name)
        below = [one + other for one, other in zip(below, counts, strict=True)]
    step = max(1, len(chart.places) // 12)
    places = range(0, len(chart.places), step)
    axes.set_xticks(places, labels=[chart.places[at] for at in places], rotation=45, ha="right")
    if chart.parts:
        axes.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    axes.locator_params(axis="y", integer=True)


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else " " for char in name)


def _in_lines(name: str) -> str:
    """Return a name whole, in several lines where it is long."""
    lines = chop_cells(name, SMALL_LABEL) if name else [""]
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], f"{lines[LINES - 1]}…"]
    return "\n".join(lines)
