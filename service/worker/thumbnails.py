"""Small pictures of all images, made by a reader while nothing else is to be done."""

from collections.abc import Mapping, Sequence

from service.clock import Clock
from service.errors import TryAgainError
from service.event_log import get_logger
from service.extract.thumbnails import Thumbnail
from service.light_dataclasses import dataclass
from service.paths import Root
from service.readers.messages import Answer
from service.readers.readers import Question, Readers
from service.store.file_rows import HashedFile
from service.store.thumbnail_file import ThumbnailFile, ThumbnailRow
from service.store.writer import Store

log = get_logger(__name__)

AT_ONCE = 16
"""A reader draws them in half a second or so; an image that comes meanwhile waits as long."""
PAGE = 2_000
"""Images of which is asked at once whether they lack one: some milliseconds."""
ROUND_S = 3_600.0
"""Between two rounds over all images. What came since is met without one."""
MOST_BYTES = 200_000_000
"""A larger file is none that is drawn."""
AFTER_TROUBLE_S = 600.0


@dataclass(frozen=True, slots=True)
class _Asked:
    question: Question
    hashes: tuple[str, ...]


class Thumbnails:
    """Makes what lacks, and removes what belongs to no image. Without a file it does nothing."""

    def __init__(
        self,
        file: ThumbnailFile | None,
        store: Store,
        readers: Readers,
        roots: Mapping[str, Root],
        clock: Clock,
    ) -> None:
        self._file = file
        self._store = store
        self._readers = readers
        self._roots = roots
        self._clock = clock
        self._asked: _Asked | None = None
        self._position = 0
        """The id of the image up to which all have their row."""
        self._swept: str | None = ""
        """The content up to which a round has swept; None where it is done."""
        self._next_round = 0.0
        self._not_before = 0.0
        self._is_full = False

    def look(self, now: float, *, is_quiet: bool) -> None:
        """Do the next piece of it. To be called about once a second; it never waits."""
        if self._file is None or now < self._not_before:
            return
        try:
            self._take_answers(self._file)
            if is_quiet and self._asked is None:
                self._go_on(self._file, now)
        except TryAgainError as error:
            log.warning("thumbnails_wait", reason=str(error))
            self._asked = None
            self._position = 0
            self._not_before = now + AFTER_TROUBLE_S

    def _go_on(self, file: ThumbnailFile, now: float) -> None:
        if file.reopen_if_replaced() or now >= self._next_round:
            self._next_round = now + ROUND_S
            self._position = 0
            self._swept = ""
        page = self._store.hashed_files(self._position, PAGE)
        if page and not self._is_full_now(file):
            self._ask(file, page)
        elif self._swept is not None:
            self._sweep(file, self._swept)

    def _is_full_now(self, file: ThumbnailFile) -> bool:
        is_full = file.is_full
        if is_full and not self._is_full:
            fix = "raise [thumbnails] max_megabytes, or delete the file to begin anew"
            log.warning("thumbnails_full", path=str(file.path), what_to_do=fix)
        self._is_full = is_full
        return is_full

    def _ask(self, file: ThumbnailFile, page: Sequence[HashedFile]) -> None:
        """Have the next ones drawn of a page of images."""
        lacking = file.lacking({row.sha256 for row in page})
        chosen: dict[str, HashedFile] = {}
        for row in page:
            self._position = row.image_id
            if row.sha256 in lacking and row.file.root in self._roots:
                chosen.setdefault(row.sha256, row)
            if len(chosen) == AT_ONCE:
                break
        rows = [row for row in chosen.values() if row.file.size <= MOST_BYTES]
        self._save(file, [(sha, None) for sha in chosen.keys() - {row.sha256 for row in rows}])
        if rows:
            files = [(self._roots[row.file.root].locate(row.file.path), row.file) for row in rows]
            hashes = tuple(row.sha256 for row in rows)
            self._asked = _Asked(self._readers.draw(files), hashes)

    def _take_answers(self, file: ThumbnailFile) -> None:
        asked = self._asked
        if asked is None or not asked.question.is_answered:
            return
        self._asked = None
        answers = zip(asked.hashes, asked.question.answers(), strict=True)
        self._save(file, [(sha, _drawn(answer)) for sha, answer in answers if _is_final(answer)])

    def _save(self, file: ThumbnailFile, drawn: Sequence[tuple[str, Thumbnail | None]]) -> None:
        now = self._clock.stamp()
        rows: list[ThumbnailRow] = []
        for sha, one in drawn:
            rows.append((sha, None, None, None, now) if one is None else (sha, *one, now))
        if rows:
            file.save(rows)

    def _sweep(self, file: ThumbnailFile, after: str) -> None:
        """Remove those of the next contents that no image has."""
        hashes = file.hashes(after, PAGE)
        self._swept = hashes[-1] if hashes else None
        if unknown := self._store.unknown_contents(hashes):
            file.remove(unknown)

    def close(self) -> None:
        """Close the file; what is being drawn is drawn again after the next start."""
        if self._file is not None:
            self._file.close()


def _is_final(answer: Answer | Question) -> bool:
    """Tell whether a file will not be drawn better soon: it may just have changed or gone."""
    return not isinstance(answer, TryAgainError)


def _drawn(answer: Answer | Question) -> Thumbnail | None:
    """Return a small picture; None for a file that is refused, breaks its reader, or is slow."""
    return answer if isinstance(answer, Thumbnail) else None
