"""The file of small pictures: two sizes of each content, a bound, and two programs that write."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from service.errors import TryAgainError
from service.store.thumbnail_file import CROWDED_OUT, ThumbnailFile, ThumbnailRow

SMALL, LARGE = 256, 512
PLENTY = 100_000_000
WEBP = bytes(20_000)


def rows(numbers: range, webp: bytes | None = WEBP) -> list[ThumbnailRow]:
    """Return pictures of contents, whose hashes are spread as hashes are."""
    return [(f"{one * 7919 % 4096:03x}{one:061x}", 256, 128, webp, "now") for one in numbers]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ThumbnailFile]:
    with closing(ThumbnailFile(tmp_path / "images.thumbnails.db", PLENTY)) as made:
        yield made


def count(file: ThumbnailFile) -> tuple[int, int]:
    """Return how many small and how many large pictures there are."""
    with closing(apsw.Connection(str(file.path))) as connection:
        small = connection.execute("SELECT COUNT(*) FROM thumbnails").get
        return small, connection.execute("SELECT COUNT(*) FROM large_thumbnails").get


def test_each_size_of_a_content_is_kept_by_itself(file: ThumbnailFile) -> None:
    (first,) = rows(range(1))
    sha256 = first[0]
    file.save([first], LARGE)
    assert (file.find(sha256, SMALL), file.find(sha256, LARGE)) == (None, (WEBP,))
    assert file.lacking([sha256]) == {sha256}
    file.save(rows(range(1), None))
    assert (file.find(sha256, SMALL), file.find(sha256, LARGE)) == ((None,), (WEBP,))


def test_both_sizes_are_swept(file: ThumbnailFile) -> None:
    file.save(rows(range(3)), SMALL)
    file.save(rows(range(2, 5)), LARGE)
    hashes = file.hashes("", 10)
    assert hashes == sorted(row[0] for row in rows(range(5)))
    assert file.hashes(hashes[1], 2) == hashes[2:4]
    file.remove(hashes)
    assert count(file) == (0, 0)


def test_in_a_full_file_the_larger_pictures_make_room_first(tmp_path: Path) -> None:
    bound = 3 * CROWDED_OUT * len(WEBP)
    with closing(ThumbnailFile(tmp_path / "images.thumbnails.db", bound)) as file:
        file.make_room()
        file.save(rows(range(2 * CROWDED_OUT)), SMALL)
        file.save(rows(range(2 * CROWDED_OUT)), LARGE)
        file.make_room()
        small, large = count(file)
        assert (small, large < CROWDED_OUT, file.is_full) == (2 * CROWDED_OUT, True, False)


def test_new_pictures_are_kept_in_a_full_file_and_its_bound_too(tmp_path: Path) -> None:
    bound = 2 * CROWDED_OUT * len(WEBP)
    with closing(ThumbnailFile(tmp_path / "images.thumbnails.db", bound)) as file:
        for start in range(0, 20 * CROWDED_OUT, 16):
            file.make_room()
            new = rows(range(start, start + 16))
            file.save(new)
            assert file.lacking(row[0] for row in new) == set()
        small, _ = count(file)
        assert CROWDED_OUT // 2 < small <= 2 * CROWDED_OUT + 16


def test_a_bound_that_was_lowered_is_reached(tmp_path: Path) -> None:
    path = tmp_path / "images.thumbnails.db"
    with closing(ThumbnailFile(path, PLENTY)) as file:
        file.save(rows(range(10 * CROWDED_OUT)))
    with closing(ThumbnailFile(path, 1_000_000)) as file:
        file.make_room()
        assert (file.is_full, count(file)[0] < 50) == (False, True)
    with closing(ThumbnailFile(path, 1)) as file:
        file.make_room()
        assert (file.is_full, count(file)) == (True, (0, 0))


def test_what_another_program_holds_is_read_meanwhile_and_written_later(
    file: ThumbnailFile,
) -> None:
    (first,) = rows(range(1))
    file.save([first])
    with closing(apsw.Connection(str(file.path))) as other:
        other.execute("BEGIN IMMEDIATE")
        assert file.find(first[0], SMALL) == (WEBP,)
        with pytest.raises(TryAgainError, match="cannot be used now"):
            file.save(rows(range(1, 2)))
        other.execute("ROLLBACK")
    file.save(rows(range(1, 2)))
    assert count(file) == (2, 0)
