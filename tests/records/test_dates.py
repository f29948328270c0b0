"""Dates as files write them, in one form."""

import pytest

from service.records.dates import iso_date


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024:02:08 15:30:21", "2024-02-08T15:30:21"),
        ("2024:02:08 15:30:21-05:00", "2024-02-08T15:30:21-05:00"),
        ("2024-05-06T07:08:09.1234567Z", "2024-05-06T07:08:09Z"),
        ("2024-05-06T07:08:09+00:00", "2024-05-06T07:08:09Z"),
        ("2024-05-06 07:08", "2024-05-06T07:08:00"),
        ("2024/05/06", "2024-05-06"),
        ("20:24:05 06:07:08", None),
        ("Mon, 14 Apr 2025 10:22:41 GMT", "2025-04-14T10:22:41Z"),
        ("Mon, 14 Apr 2025 10:22:41 +0200", "2025-04-14T10:22:41+02:00"),
        ("0000:00:00 00:00:00", None),
        ("1904:01:01 00:00:00", None),
        ("2024:13:40 00:00:00", None),
        ("2024:02:30", None),
        ("yesterday", None),
        ("5.9s", None),
        ("", None),
    ],
)
def test_a_date_is_written_as_iso_does_in_the_zone_that_is_stated(
    written: str, expected: str | None
) -> None:
    assert iso_date(written) == expected
