"""What all tests share: the option that rewrites golden files."""

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-golden``."""
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write expected.json anew; read it before committing",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip on Windows what only POSIX systems have, each with its reason."""
    for item in items if os.name == "nt" else []:
        for mark in item.iter_markers("posix"):
            item.add_marker(pytest.mark.skip(reason=mark.args[0]))


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Return whether golden files are to be written instead of compared."""
    return bool(request.config.getoption("--update-golden"))
