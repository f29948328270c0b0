"""Whatever a model is called, its file lies in the folder and can be made on every system."""

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.export.slugs import PLACE, place, slug
from service.paths import output_flaw


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dreamshaper_8.safetensors", "dreamshaper-8"),
        (r"SDXL 1.0\top5_v10.safetensors", "top5-v10"),
        ("a/b/../../etc/passwd", "passwd"),
        ("..", "5ec1f7"),
        ("", "unknown"),
        ("mix", "mix"),
        ("mix+", "mix-f86b4e"),
        ("CON", "model-con"),
        ("nul.safetensors", "model-nul"),
        ("COM1", "model-com1"),
        ("console", "console"),
        ("模型", "c98e11"),
        ("x" * 300, f"{'x' * 80}-0d4e2c"),
    ],
)
def test_a_model_has_a_harmless_name(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.text(), st.text(max_size=8))
def test_a_place_is_always_below_its_folder(model: str, month: str) -> None:
    where = place(model, month, by_model=True, by_month=True)
    assert PLACE.fullmatch(where)
    assert output_flaw(f"{where}.txt") is None
    assert not PurePosixPath(where).is_absolute()
    assert not PureWindowsPath(where).is_absolute()


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ("2026-01", "m/2026/01"),
        ("", "m/unknown"),
        ("-471-12", "m/unknown"),
        ("٢٠٢٦-01", "m/unknown"),
    ],
)
def test_a_month_is_two_folders(month: str, expected: str) -> None:
    assert place("m", month, by_model=True, by_month=True) == expected
