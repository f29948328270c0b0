"""Charts are pictures that show every name, and nothing in a name is obeyed."""

import re
import sys
from pathlib import Path

import pytest
from PIL import Image

from service.errors import StartError
from service.export.charts import NO_FONT, Bars, Stacks, write_charts
from service.paths import how_to_install

CHARTS = (
    Stacks("images by month", ("2025-01", "2025-02"), {"a1111": (3, 4), "comfyui": (0, 7)}),
    Bars(
        "models",
        (("$x_1$ & <b>", 9), ("漢字 model", 4), ("a\nname", 3), ("n" * 60, 1), ("w" * 200, 1)),
    ),
    Bars("LoRAs", ()),
)


def test_a_png_is_drawn_and_the_same_numbers_are_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra [plot]")
    target = tmp_path / "charts" / "a.png"
    assert write_charts(CHARTS, target).changed
    assert not write_charts(CHARTS, target).changed
    with Image.open(target) as picture:
        assert (picture.format, picture.width > 1000, picture.height > 500) == ("PNG", True, True)
        assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 10


def test_an_svg_names_what_was_counted(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra [plot]")
    target = tmp_path / "a.svg"
    assert write_charts(CHARTS, target).changed
    assert not write_charts(CHARTS, target).changed
    shown = re.findall(
        r"<text [^>]*>(?:\s*<tspan[^>]*>)?([^<]*)<", target.read_text(encoding="utf-8")
    )
    names = {
        "images by month",
        "models",
        "LoRAs",
        "2025-01",
        "2025-02",
        "a1111",
        "comfyui",
        "a name",
    }
    names |= {"$x_1$ &amp; &lt;b&gt;", "漢字 model", "n" * 60}
    assert names - set(shown) == set()


def test_letters_that_no_font_here_has_are_told_for_a_png_and_kept_in_an_svg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra [plot]")
    monkeypatch.setattr("service.export.charts.CJK_FONTS", ())
    notes: list[str] = []
    for name in ("a.png", "a.svg"):
        write_charts(CHARTS, tmp_path / name, notes.append)
    assert notes == [NO_FONT]


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartError) as raised:
        write_charts(CHARTS, tmp_path / "a.jpg")
    assert (
        str(raised.value)
        == f"{tmp_path / 'a.jpg'}: charts are written as .png or .svg; name the file so"
    )


def test_without_matplotlib_the_mend_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(StartError) as raised:
        write_charts(CHARTS, tmp_path / "a.png")
    assert (
        str(raised.value)
        == f"charts need the package matplotlib; {how_to_install('plot', 'matplotlib')}"
    )
    assert list(tmp_path.iterdir()) == []
