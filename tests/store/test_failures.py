from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import LATER, NOW, odd_image

from service.errors import BadFileError
from service.records import WatchedFile
from service.store.failures import Failure, KnownFailure, next_try
from service.store.status import Counts
from service.store.writer import Store

FILE = WatchedFile(root="Input", path="bad.png", size=5, mtime_ns=7)
BAD = Failure.of(FILE, "extract", BadFileError("no image"))


def known(failure: Failure) -> Failure:
    return replace(failure, size=None, mtime_ns=None)


def test_an_unreadable_file_is_counted_and_tried_again_later_and_later(store: Store) -> None:
    store.save_unreadable([BAD], now=NOW)
    store.save_unreadable([replace(BAD, message="still none")], now="2026-01-31T12:01:00Z")
    expected = KnownFailure(
        known(replace(BAD, message="still none")),
        2,
        NOW,
        "2026-01-31T12:01:00Z",
        "2026-01-31T12:03:00Z",
    )
    assert store.failures() == [expected]
    assert store.due_failures("2026-01-31T12:02:59Z") == []
    assert store.due_failures("2026-01-31T12:03:00Z") == [expected]
    assert store.counts() == Counts(1, 0, {"unreadable": 1}, {"": 1}, 1)
    assert store.recipes() == set()


def test_a_file_that_is_read_at_last_is_no_failure_any_more(store: Store) -> None:
    store.save_unreadable([BAD], now=NOW)
    store.save([odd_image("bad.png")], now=LATER)
    assert store.counts() == Counts(1, 0, {"partial": 1}, {"comfyui": 1}, 0)


def test_a_changed_file_that_can_no_longer_be_read_loses_the_rows_of_its_old_content(
    store: Store,
) -> None:
    (image_id,) = store.save([odd_image("bad.png")], now=NOW)
    store.save_unreadable([replace(BAD, size=6)], now=LATER)
    shown = store.image(image_id)
    assert shown is not None
    assert (shown.image["status"], shown.image["model"], shown.facts, shown.tokens) == (
        "unreadable",
        None,
        (),
        (),
    )
    assert store.raw_record(image_id) is None


def test_an_unchanged_file_that_fails_a_second_reading_keeps_its_rows(store: Store) -> None:
    rows = odd_image("bad.png")
    (image_id,) = store.save([rows], now=NOW)
    before = store.image(image_id)
    store.save_unreadable([replace(BAD, mtime_ns=rows.raw.file.mtime_ns)], now=LATER)
    assert store.image(image_id) == before
    assert store.counts().failures == 1


def test_a_batch_writes_its_failures_with_its_rows(store: Store) -> None:
    store.save(
        [odd_image("good.png")],
        now=NOW,
        failed=[BAD, Failure("Input", "gone.png", "parse", "Bug", "x")],
    )
    assert [one.failure.path for one in store.failures()] == ["bad.png", "gone.png"]
    assert store.counts().by_status == {"partial": 1, "unreadable": 1}


def test_a_missing_file_is_no_failure(store: Store) -> None:
    store.save_unreadable([BAD], now=NOW)
    store.mark_missing("Input", ["bad.png"], LATER)
    assert store.counts() == Counts(0, 1, {}, {}, 0)


def test_a_message_of_megabytes_is_cut(store: Store) -> None:
    store.save_unreadable([replace(BAD, message="\0" * 5_000_000)], now=NOW)
    assert [len(one.failure.message) for one in store.failures()] == [2000]


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        (1, "2026-01-31T12:01:00Z"),
        (2, "2026-01-31T12:02:00Z"),
        (11, "2026-02-01T05:04:00Z"),
        (12, "2026-02-01T12:00:00Z"),
        (10**9, "2026-02-01T12:00:00Z"),
    ],
)
def test_the_wait_doubles_from_a_minute_to_a_day(attempts: int, expected: str) -> None:
    assert next_try(NOW, attempts) == expected


@given(st.integers(1, 10**6))
def test_the_wait_never_shrinks(attempts: int) -> None:
    assert next_try(NOW, attempts) <= next_try(NOW, attempts + 1)
