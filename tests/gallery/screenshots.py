"""``python tests/gallery/screenshots.py``: the pictures of the gallery's pages in docs/pictures.

Each page in light and dark, of a library drawn for it (``pretty_library.py``), as a small WebP.
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent)]

from pretty_library import COUNT, write_pretty_library  # noqa: E402
from running_gallery import CHROMIUM, FLAGS, Library, Site, serving  # noqa: E402

PICTURES = HERE.parents[1] / "docs" / "pictures"

PAGES = {
    "grid": "/",
    "image": "/image/{0}?q=lighthouse",
    "compare": "/compare?ids={0},{1},{2}",
    "statistics": "/statistics",
    "lists": "/lists?q=lighthouse",
    "sql": "/images?sql=SELECT+image_id,+file_name,+model,+steps+FROM+v_images_search+LIMIT+12",
}
WIDTH, HEIGHT = 1280, 800
QUALITY = 70


MARKS = (
    {"ids": [*range(1, COUNT + 1, 5)], "rating": 4},
    {"ids": [*range(3, COUNT + 1, 11)], "rating": 5, "favourite": True},
    {"q": "lighthouse sunset", "rating": 5, "add_tags": ["print"]},
    {"q": "castle snow", "rating": 3},
    {"q": "lighthouse sea", "rating": 4, "favourite": True, "add_tags": ["calendar", "print"]},
)
"""What somebody thinks of them."""


POST = "mark => import('/static/gallery.js').then(shared => shared.post('/marks', mark))"


def set_marks(page: Page) -> None:
    """Rate some of the pictures, as the pages do."""
    page.goto("/")
    for mark in MARKS:
        page.evaluate(POST, mark)


def take_all(browser: Browser, site: Site) -> None:
    """Save a picture of every page."""
    PICTURES.mkdir(exist_ok=True)
    for scheme in ("light", "dark"):
        with browser.new_context(
            base_url=site.address,
            color_scheme=scheme,
            viewport={"width": WIDTH, "height": HEIGHT},
            reduced_motion="reduce",
        ) as context:
            page = context.new_page()
            set_marks(page)
            shown = page.request.get("/grid.json?q=lighthouse+sea&count=3").json()["images"]
            for name, address in PAGES.items():
                page.goto(address.format(*(image["id"] for image in shown)))
                if name == "grid":
                    page.click("#facets-button")
                save(page, PICTURES / f"gallery-{name}-{scheme}.webp")


def save(page: Page, path: Path) -> None:
    """Save what a page shows when everything in it has come."""
    page.wait_for_load_state("networkidle")
    page.wait_for_selector("[aria-busy=true]", state="detached")
    page.wait_for_timeout(500)
    shown = Image.open(io.BytesIO(page.screenshot()))
    shown.convert("RGB").save(path, quality=QUALITY, method=6)
    print(f"{path.name}: {path.stat().st_size // 1024} KB")


def main() -> None:
    """Draw a library, run the gallery on it, take its pictures."""
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder, "Input"), Path(folder, "out", "images.db"))
        write_pretty_library(library.folder)
        library.database.parent.mkdir()
        library.read()
        with serving(library) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            take_all(browser, site)
            browser.close()


if __name__ == "__main__":
    main()
