"""docs/generators.md says which parsers there are."""

import generators_page
import pytest
from generators_page import PAGE
from measured import Cell


def test_the_page_lists_the_parsers_there_are_in_the_order_in_which_they_are_asked() -> None:
    assert (
        generators_page.part(PAGE.read_text(encoding="utf-8"), "parsers")
        == generators_page.parsers()
    )


def test_only_the_named_part_of_the_page_is_replaced() -> None:
    begin, end = "<!-- parsers: made by make accuracy -->", "<!-- end of parsers -->"
    page = f"before\n{begin}\nold\n{end}\nafter\n"
    assert (
        generators_page.replaced(page, "parsers", "new") == f"before\n{begin}\nnew\n{end}\nafter\n"
    )


def test_a_page_without_the_part_is_refused() -> None:
    with pytest.raises(ValueError, match="no part 'parsers'"):
        generators_page.replaced("nothing", "parsers", "new")


def test_a_field_that_was_read_wrong_shows_how_often() -> None:
    cell = Cell(2, 3, 4)
    cell.right.update({"seed": 2, "model_name": 1})
    cell.known.update({"seed": 2, "model_name": 2, "vae": 1})
    assert generators_page.measured({("comfyui", "png"): cell}).splitlines()[-1] == (
        "| comfyui | png | 2 | 3 of 4 | seed, model (1 of 2) |"
    )
