"""While ExifTool cannot be started, only what it has read says that it is back."""

from pathlib import Path

import pytest
import store_samples

from service.errors import ExtractorGoneError, ExtractorMissingError
from service.paths import Root
from service.records import WatchedFile
from service.watch.arrivals import Arrival
from service.worker.batch import FileOutcome
from service.worker.housekeeping import OUTAGE_WAIT_S, ExifToolOutage

GONE = "there is no exiftool"


def missed(path: str = "cat.heic") -> FileOutcome:
    """Return the outcome of a batch whose file ExifTool was to read, and could not."""
    place = Path("/pictures").absolute()
    file = WatchedFile(root="Input", path=path, size=1, mtime_ns=1)
    arrival = Arrival(Root("Input", place), file, place / path)
    return FileOutcome(later=[(arrival, ExtractorMissingError(GONE))])


def read() -> FileOutcome:
    return FileOutcome(rows=[store_samples.image(1)])


def test_plain_files_do_not_end_an_outage() -> None:
    outage = ExifToolOutage()
    outage.learn(missed(), 0.0, is_plain=False)
    outage.learn(read(), 1.0, is_plain=True)
    assert outage.note == GONE
    outage.learn(read(), 2.0, is_plain=False)
    assert outage.note is None


def test_a_pass_that_ends_for_it_says_why_whatever_plain_files_it_still_writes() -> None:
    outage = ExifToolOutage()
    outage.learn(missed(), 0.0, is_plain=False)
    outage.learn(missed(), OUTAGE_WAIT_S, is_plain=False)
    outage.learn(read(), OUTAGE_WAIT_S, is_plain=True)
    with pytest.raises(ExtractorGoneError, match=f"^{GONE}; the files that need it wait"):
        outage.refuse()


def test_an_outage_after_another_is_given_its_own_second_try() -> None:
    outage = ExifToolOutage()
    outage.learn(missed(), 0.0, is_plain=False)
    outage.learn(read(), 1.0, is_plain=False)
    outage.learn(missed(), 100.0, is_plain=False)
    assert not outage.is_lasting
