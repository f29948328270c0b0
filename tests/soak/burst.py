"""Write tens of thousands of files at once beside the running service: every one has its row.

    python tests/soak/burst.py [--files 50000] [--in FOLDER]

Prints how long it took and the most memory. Exit code 1: a file has no row, or one of another
content; the folder is kept.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path
from random import Random

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS.parent), str(TESTS), str(TESTS / "service"), str(TESTS / "store")]

from asked import count  # noqa: E402  # found by the line above
from campaign import CONFIG  # noqa: E402
from disturbances import Service  # noqa: E402
from drawn_contents import Contents  # noqa: E402
from gauges import Sample, take_sample  # noqa: E402
from patience import PATIENCE_S  # noqa: E402
from random_places import ROOTS  # noqa: E402
from running_service import Place  # noqa: E402
from soak_model import Model  # noqa: E402
from truth_checks import find_damage, find_half_images, find_tracebacks, read_rows  # noqa: E402

IN_A_FOLDER = 1000
SHOWN = 20
LOOK_S = 1.0


class Burst:
    """A service in a folder of its own, and the files that are written beside it."""

    def __init__(self, top: Path) -> None:
        self._place = Place(top)
        for root in ROOTS:
            (top / root).mkdir()
        self._place.config.write_text(CONFIG.replace("batch_size = 8", ""), encoding="utf-8")
        self._model = Model()
        self._service = Service(self._place)
        self.samples: list[Sample] = []

    def run(self, files: int) -> list[str]:
        """Write so many files, wait for their rows, and return what is wrong, if anything."""
        self._service.start()
        try:
            began = time.monotonic()
            self._write(files)
            written = time.monotonic() - began
            self._wait_for_rows(files)
            print(
                f"written in {written:.0f} s, all rows there after {time.monotonic() - began:.0f} s"
            )
            self._service.stop()
        finally:
            self._service.kill()
        database = self._place.database
        found = self._model.find_differences(read_rows(database))
        found += find_half_images(database) + find_damage(database)
        return found + find_tracebacks(self._place)

    def _write(self, files: int) -> None:
        contents = Contents(Random(files))  # noqa: S311  # nothing of it is secret
        for number in range(files):
            content = contents.like("text")
            place = f"Input/{number // IN_A_FOLDER:03}/{number:06}.png"
            path = self._place.top / place
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content.data)
            self._model.write(place, content)

    def _wait_for_rows(self, files: int) -> None:
        """Wait as long as rows keep coming."""
        last, since = 0, time.monotonic()
        while (there := count(self._place.database)) < files:
            if there > last:
                last, since = there, time.monotonic()
            if time.monotonic() - since > PATIENCE_S or self._service.find_death():
                return  # the comparison says which are not there
            sample = self._service.pid and take_sample(self._service.pid, self._place.database)
            self.samples += [sample] if sample else []
            time.sleep(LOOK_S)


def main(arguments: argparse.Namespace) -> int:
    """Do one burst and return the exit code."""
    top = Path(tempfile.mkdtemp(prefix="burst-", dir=arguments.folder))
    burst = Burst(top)
    found = burst.run(arguments.files)
    for name in ("main_mib", "readers_mib", "log_mib"):
        print(f"most {name}: {max(getattr(sample, name) for sample in burst.samples):.0f}")
    print(f"{arguments.files:,} files, {len(found)} not as they must be")
    print(*found[:SHOWN], sep="\n")
    if not found:
        shutil.rmtree(top)
    return int(bool(found))


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    PARSER.add_argument("--files", type=int, default=50_000)
    PARSER.add_argument("--in", dest="folder", help="the folder in which it makes its own")
    sys.exit(main(PARSER.parse_args()))
