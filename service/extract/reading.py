"""A batch that ExifTool is reading.

Each file gets its own outcome, whatever becomes of the batch.
"""

from collections.abc import Sequence

import structlog

from service import sidecars
from service.errors import BadFileError, ExtractorError, ExtractorMissingError, TryAgainError
from service.extract import folder_log, glb, stealth
from service.extract.alone import ask, read_alone
from service.extract.answers import Tags, by_name
from service.extract.candidates import Candidate, Outcome
from service.extract.exiftool import Request
from service.extract.pool import Pool
from service.extract.settings import ExifToolSettings
from service.records import RawRecord

log = structlog.get_logger()

EMPTY: Tags = {"ExifTool:Error": "File is empty"}
"""What ExifTool would say of a file without bytes; it is not asked."""

CANNOT_OPEN = "Error opening file"
"""ExifTool's words when a writer locked the file after it was inspected (a share violation, on Windows)."""


class Pending:
    """A batch that was begun.

    Its result waits for ExifTool, and reads again one by one what failed together.
    """

    def __init__(self, files: Sequence[Candidate], pool: Pool, settings: ExifToolSettings) -> None:
        """Ask ExifTool at once, so that it works while the caller does other things."""
        self._files = tuple(files)
        self._pool = pool
        self._settings = settings
        self._missing: ExtractorMissingError | None = None
        self._request = self._begin([each for each in self._files if each.file.size and each.plain])
        self._outcomes: list[Outcome] | None = None

    def _begin(self, together: list[Candidate]) -> Request | None:
        try:
            return ask(together, self._pool, self._settings) if together else None
        except ExtractorMissingError as error:
            self._missing = error
            return None

    def result(self, deadline_s: float | None = None) -> list[Outcome]:
        """Return one outcome for each file, in the order of asking.

        ``deadline_s`` overrides the time that the settings allow to the batch, and to each file
        that is read alone.
        """
        if self._outcomes is None:
            answered = self._answered(deadline_s)
            self._outcomes = [
                (each, self._outcome(each, answered.get(each.asked_as), deadline_s))
                for each in self._files
            ]
        return self._outcomes

    def _answered(self, allowed: float | None) -> dict[str, Tags]:
        """Return the tags by name; nothing where the batch failed as a whole."""
        if self._request is None:
            return {}
        try:
            return by_name(
                self._request.result(allowed).stdout, [each.asked_as for each in self._files]
            )
        except ExtractorError:  # the culprit, if there is one, shows when it is read alone
            return {}

    def _outcome(
        self, each: Candidate, tags: Tags | None, allowed: float | None
    ) -> RawRecord | BadFileError | TryAgainError:
        try:
            return self._record(each, self._tags(each, tags, allowed))
        except ExtractorMissingError as error:
            self._missing = error  # nor will it start for the rest of this batch
            return error
        except (BadFileError, TryAgainError) as error:
            return error
        except (
            Exception
        ) as error:  # one odd file must not stop the service, nor again after each restart
            log.exception("bug_in_reading", path=each.file.path, root=each.file.root)
            return BadFileError(f"a bug met this file: {error!r}")

    def _tags(self, each: Candidate, tags: Tags | None, allowed: float | None) -> Tags:
        if not each.file.size:
            return dict(EMPTY)
        if tags is not None:
            return tags
        if self._missing is not None:
            raise self._missing
        return read_alone(each, self._pool, self._settings, allowed)

    def _record(self, each: Candidate, tags: Tags) -> RawRecord:
        if tags.get("ExifTool:Error") == CANNOT_OPEN:
            raise TryAgainError(
                "ExifTool could not open it, though we could: another program holds it"
            )
        if each.signature.mime_type == glb.MIME_TYPE:
            tags |= glb.texts(each.location)
        if self._settings.stealth and stealth.wanted(each.signature, tags):
            tags |= stealth.texts(each.location, each.signature)
        texts = dict(each.kept_texts)
        texts |= (
            sidecars.read_texts(each.location, each.file.sidecars) if each.file.sidecars else {}
        )
        tags |= {f"Sidecar:{sidecars.ending_of(stamp)}": text for stamp, text in texts.items()}
        if logged := folder_log.entry(each.location):
            tags[f"Sidecar:{folder_log.NAME}"] = logged
        return RawRecord(
            file=each.file.model_copy(update={"sidecars": tuple(texts)}),
            mime_type=each.signature.mime_type,
            sha256=each.signature.sha256,
            extractor=f"exiftool {self._pool.version}",
            tags=tags,
        )
