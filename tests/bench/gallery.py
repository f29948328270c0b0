"""What the gallery's pages cost at 200,000 images, and what it costs the service."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import apsw
import psutil
from bench_million import FIRST, fill
from figures import Figure, median
from PIL import Image
from running_gallery import Library, Site, serving

IMAGES = 200_000
ROUNDS = 15
TILES = "count=120"
SEARCHES = (
    "{word}",
    "{word} -neg:blurry",
    "lora:somelora_{number}",
    "model:somemodel_v{number}* steps:20..40",
    "sampler:lcm after:2024-01-{number}",
)
"""Each is asked for once: an answer that is kept would say nothing of a search."""
COMMITS = 100
BETWEEN_COMMITS_S = 0.05
LARGE = 300
EDGE = 2_048
MB = 1_000_000
FIRST_PAGE_MS, SEARCH_MS, MEMORY_MB, BUSY_MS = 100.0, 80.0, 150.0, 250.0


def measure(folder: Path) -> Iterator[Figure]:
    """Yield the times of pages, of a writer beside them, and the memory of small pictures."""
    library = Library(folder / "Input", folder / "out" / "images.db")
    for made in (library.folder, library.database.parent):
        made.mkdir()
    fill(library.database, IMAGES)
    with serving(library) as site:
        yield from _measure_pages(site)
        yield from _measure_writer(site)
    pictures = Library(folder / "large" / "Input", folder / "large" / "out" / "images.db")
    _draw_large(pictures)
    with serving(pictures) as site:
        yield from _measure_memory(site)


def _measure_pages(site: Site) -> Iterator[Figure]:
    how = f"{IMAGES:,} images, {ROUNDS} requests"
    first = _times(site, ("/", f"/grid.json?{TILES}"))
    yield median("gallery, first page", first, "ms", f"page and tiles, {how}", FIRST_PAGE_MS)
    searches = [
        moment
        for number in range(11, 14)
        for address in _searches(number)
        for moment in _times(site, (f"{address}&quick=1",), rounds=1)
    ]
    told = f"first tiles of {len(searches)} different searches, {IMAGES:,} images"
    yield median("gallery, search", searches, "ms", told, SEARCH_MS)
    image = _times(site, (f"/image/{IMAGES // 2}",))
    yield median("gallery, one image", image, "ms", f"its page, {how}")


def _searches(number: int) -> Iterator[str]:
    """Yield the addresses of searches that no other number has."""
    for line in SEARCHES:
        asked = line.format(word=FIRST[number % len(FIRST)], number=number)
        yield f"/grid.json?{TILES}&q={quote(asked)}"


def _times(site: Site, addresses: tuple[str, ...], rounds: int = ROUNDS) -> list[float]:
    """Return the milliseconds of several rounds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        for address in addresses:
            _read(site, address)
        times.append((time.perf_counter() - began) * 1_000)
    return times


def _read(site: Site, address: str) -> bytes:
    with urlopen(site.address + address) as answer:  # noqa: S310  # ours
        return bytes(answer.read())


def _measure_writer(site: Site) -> Iterator[Figure]:
    """Commit one row after the other while pages are asked for."""
    stop = threading.Event()
    numbers = count(4)

    def look() -> None:
        while not stop.is_set():
            for address in _searches(next(numbers) % 90 + 10):
                _read(site, address)

    reader = threading.Thread(target=look)
    reader.start()
    connection = apsw.Connection(str(site.library.database))
    waits = []
    for number in range(1, COMMITS + 1):
        began = time.perf_counter()
        connection.execute(
            "UPDATE images SET ingested_at = ingested_at || '' WHERE id = ?", (number,)
        )
        waits.append((time.perf_counter() - began) * 1_000)
        time.sleep(BETWEEN_COMMITS_S)
    stop.set()
    reader.join()
    connection.close()
    how = f"{COMMITS} commits, none refused, beside searches"
    yield Figure("a commit beside the gallery, the longest", max(waits), "ms", how, BUSY_MS)


def _draw_large(library: Library) -> None:
    library.folder.mkdir(parents=True)
    library.database.parent.mkdir()
    noise = Image.effect_noise((EDGE, EDGE), 60).convert("RGB")
    for number in range(LARGE):
        # Shifted, so that each has a content of its own.
        shifted = noise.transform(noise.size, Image.Transform.AFFINE, (1, 0, number, 0, 1, 0))
        shifted.save(library.folder / f"{number:03d}.jpg", quality=90)
    library.read()


def _measure_memory(site: Site) -> Iterator[Figure]:
    for number in range(1, LARGE + 1):
        _read(site, f"/thumb/{number}")
    served = _find_server(site)
    own = served.memory_info().rss / MB
    children = sum(child.memory_info().rss for child in served.children(recursive=True)) / MB
    how = f"RSS after {LARGE} cold small pictures of {EDGE} by {EDGE}"
    yield Figure("gallery, memory", own, "MB", how, MEMORY_MB)
    yield Figure("gallery, memory of what decodes", children, "MB", how)


def _find_server(site: Site) -> psutil.Process:
    """Return the process that listens there."""
    port = site.address.rpartition(":")[2]

    def serves(process: psutil.Process) -> bool:
        return port in process.cmdline() and "gallery" in process.cmdline()

    return _only(psutil.Process().children(), serves)


def _only(
    processes: list[psutil.Process], is_meant: Callable[[psutil.Process], bool]
) -> psutil.Process:
    (found,) = filter(is_meant, processes)
    return found
