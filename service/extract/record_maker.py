"""A file's tags made its record: with the texts that hide in it, and those beside it."""

import tempfile
from dataclasses import replace
from pathlib import Path

from service import sidecars
from service.errors import ExtractorError, TryAgainError
from service.extract import c2pa_blocks, extra_texts, stealth
from service.extract.answers import Tags, tags_by_name
from service.extract.direct.reading import DIRECT, DirectReader
from service.extract.exiftool_settings import ExifToolSettings
from service.extract.file_to_read import FileToRead
from service.extract.keeper import ExifToolKeeper
from service.extract.signatures import check_unchanged
from service.records import RawRecord

CANNOT_OPEN = "Error opening file"
"""ExifTool's words when a writer locked the file after it was inspected (a share violation, on
Windows)."""


class RecordMaker:
    """Makes records of the tags that ExifTool, or the direct reader, has found."""

    def __init__(
        self, keeper: ExifToolKeeper, settings: ExifToolSettings, direct: DirectReader | None
    ) -> None:
        self._keeper = keeper
        self._settings = settings
        self._direct = direct

    def of_exiftool(self, each: FileToRead, tags: Tags) -> RawRecord:
        """Return the record of what ExifTool says of a file. Raises TryAgainError."""
        if tags.get("ExifTool:Error") == CANNOT_OPEN:
            raise TryAgainError(
                "ExifTool could not open it, though we could: another program holds it"
            )
        return self._make_record(each, tags, f"exiftool {self._keeper.version}")

    def of_direct(self, each: FileToRead, tags: Tags) -> RawRecord:
        """Return the record of what the direct reader says of a file. Raises TryAgainError."""
        return self._make_record(each, tags, DIRECT)

    def _make_record(self, each: FileToRead, tags: Tags, extractor: str) -> RawRecord:
        if each.signature.mime_type == extra_texts.GLB_MIME_TYPE:
            tags |= extra_texts.glb_texts(each.location)
        if self._settings.stealth and stealth.may_hide_text(each.signature, tags):
            tags |= stealth.hidden_texts(each.location, each.signature)
        if c2pa_blocks.may_hold_block(each.signature.mime_type, tags):
            tags |= self._read_block(each)
        texts = dict(each.kept_texts)
        if each.file.sidecars:
            texts |= sidecars.read_texts(each.location, each.file.sidecars)
        tags |= {f"Sidecar:{sidecars.ending_of(stamp)}": text for stamp, text in texts.items()}
        if entry := extra_texts.folder_log_entry(each.location):
            tags[f"Sidecar:{extra_texts.FOLDER_LOG}"] = entry
        check_unchanged(each.location, each.signature.state)
        return RawRecord(
            file=replace(each.file, sidecars=tuple(texts)),
            mime_type=each.signature.mime_type,
            sha256=each.signature.sha256,
            extractor=extractor,
            tags=tags,
        )

    def _read_block(self, each: FileToRead) -> Tags:
        """Return the tags of a manifest that ExifTool reads only where it stands in a PNG."""
        block = c2pa_blocks.find_block(each.location, each.signature.mime_type)
        if block is None:
            return {}
        picture = c2pa_blocks.make_png(block)
        if self._direct is not None:
            read = self._direct.read_bytes(picture, "image/png", each.location)
            if read is not None:
                return c2pa_blocks.tags_of_block(read)
        allowed = self._settings.deadline(len(block))
        try:
            with tempfile.TemporaryDirectory(prefix="aiimagepipe-") as folder:
                place = Path(folder, "manifest.png")
                place.write_bytes(picture)
                name = place.as_posix()
                answer = self._keeper.lease(1).begin([name], allowed).result(allowed)
            tags = tags_by_name(answer.stdout, [name])
        except (ExtractorError, OSError):  # the file's other tags are there all the same
            return {}
        return c2pa_blocks.tags_of_block(tags.get(name, {}))
