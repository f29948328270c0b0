"""A library of images with its database, the gallery in its own process, and a real browser."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.append(str(Path(__file__).parent))

from running_gallery import CHROMIUM, FLAGS, Library, Site, serving  # found by the line above

from service.demo import write_samples


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return a library of the samples, shared by tests that only look."""
    top = tmp_path_factory.mktemp("library")
    made = Library(top / "Input", top / "out" / "images.db")
    list(write_samples(made.folder))
    made.database.parent.mkdir()
    made.read()
    return made


@pytest.fixture(scope="session")
def site(library: Library) -> Iterator[Site]:
    """Return the gallery of that library, running."""
    with serving(library) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium, headless.

    Not for the whole session: as long as playwright runs, this thread has a running event loop, in
    which other tests could start none.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """Return a fresh page of the running gallery; what its console complains of fails the test."""
    context = browser.new_context(base_url=site.address)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console", lambda line: complaints.append(line.text) if line.type == "error" else None
    )
    yield opened
    context.close()
    assert complaints == []
