"""ExifTool's version, remembered from one run to the next.

Its start takes as long as reading a thousand plain files, and of these it is only asked how it
speaks: for its version. What it said once is believed as long as all files that decide it are the
same: the program, the Perl that runs it, and the library, which Perl takes from the first of its
folders that has one. ExifTool names these folders itself. Where anything else may decide (a program
that starts another one, a folder that is not absolute, a file that was written just now), nothing
is remembered, and ExifTool is asked each time.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import orjson

from service.errors import ExtractorMissingError
from service.extract.exiftool_settings import NO_CONFIG, ExifToolSettings, check_version
from service.extract.signatures import FileState
from service.process_tree import ProcessTree
from service.records.json_values import JsonValue

"""Of the file beside the database, behind the database's name."""

_LARGEST = 65_536
"""Bytes of what is remembered, which has some hundred."""

_SAY_ALL = ("-ver", "-v2")
_ASK_S = 10.0
"""For the second start, of which the files are in the system's cache."""
_VERSION = "ExifTool version "
_FOLDERS = "Include directories:"
_LIBRARY = Path("Image", "ExifTool.pm")
_ENVIRONMENT = ("PATH", "PERL5LIB", "PERLLIB", "PERL5OPT")
"""What decides which Perl runs, and which folders it has."""
JUST_NOW_NS = 60 * 10**9
"""A file that was changed since so long before ExifTool was asked may be another one than ran."""


class VersionMemory:
    """The version of one program, in a file of its own."""

    def __init__(self, place: Path, program: Path) -> None:
        """Take the file in which it is kept, and the program's absolute path."""
        self._place = place
        self._program = program

    def recall(self) -> str | None:
        """Return the version that the program has said, None where it is to be asked."""
        try:
            if not self._place.is_file() or self._place.stat().st_size > _LARGEST:
                return None
            kept = orjson.loads(self._place.read_bytes())
            version, files = str(kept["version"]), dict(kept["files"])
            if kept != self._record(version, [Path(name) for name in files]):
                return None
            return check_version(version, self._program)
        except (OSError, ValueError, TypeError, KeyError, ExtractorMissingError):
            return None

    def learn(self, version: str, settings: ExifToolSettings) -> None:
        """Remember what the program has just said, where nothing else decides it.

        It is run once more, to name its folders.
        """
        began_ns = time.time_ns()
        perl = find_perl(self._program)
        if perl is None:
            return
        said = self._ask(settings)
        libraries = find_libraries(said) if said.startswith(f"{_VERSION}{version}\n") else []
        if libraries and not any(
            _changed_after(file, began_ns - JUST_NOW_NS)
            for file in (self._program, perl, libraries[-1])
        ):
            self._keep(self._record(version, [self._program, perl, *libraries]))

    def _record(self, version: str, files: Sequence[Path]) -> JsonValue:
        """Return what is kept: all that was so when the program said its version."""
        return {
            "program": str(self._program),
            "version": version,
            "environment": {name: os.environ.get(name) for name in _ENVIRONMENT},
            "files": {str(file): _state_of(file) for file in files},
        }

    def _ask(self, settings: ExifToolSettings) -> str:
        argv = [str(self._program), *NO_CONFIG, *_SAY_ALL]
        try:
            process = ProcessTree(argv, settings.memory_limit, own_group=settings.own_group)
        except OSError:
            return ""
        answer = process.communicate(_ASK_S)
        return answer[0].decode("utf-8", "replace") if answer else ""

    def _keep(self, record: JsonValue) -> None:
        temporary = self._place.with_name(f"{self._place.name}.{os.getpid()}.tmp")
        with contextlib.suppress(OSError, orjson.JSONEncodeError):  # asked again the next time
            try:
                temporary.write_bytes(orjson.dumps(record))
                temporary.replace(self._place)
            finally:
                temporary.unlink(missing_ok=True)


def find_perl(program: Path) -> Path | None:
    """Return the Perl that runs a script; None for any other program, and where Perl is a script.

    Such a one chooses among several.
    """
    words = _first_line(program)
    if len(words) == 2 and words == ["/usr/bin/env", "perl"]:  # noqa: PLR2004 (both words)
        found = shutil.which("perl")
    elif words and Path(words[0]).name.startswith("perl"):
        found = words[0]
    else:
        return None
    if found is None or not Path(found).is_absolute() or _first_line(Path(found)):
        return None
    return Path(found)


def _first_line(program: Path) -> list[str]:
    """Return the words behind ``#!``, none where a program is no script."""
    try:
        with program.open("rb") as file:
            line = file.readline(256)
    except OSError:
        return []
    return os.fsdecode(line[2:]).split() if line.startswith(b"#!") else []


def find_libraries(said: str) -> list[Path]:
    """Return where Perl looks for ExifTool's library, up to the first place that has one.

    None where no place has it, or one is not absolute.
    """
    places: list[Path] = []
    for folder in said.partition(f"{_FOLDERS}\n")[2].splitlines():
        place = Path(folder.strip()) / _LIBRARY
        if not place.is_absolute():
            return []
        places.append(place)
        if place.exists():
            return places
    return []


def _state_of(file: Path) -> list[JsonValue] | None:
    """Return by what it is seen that a file is the same; None where there is none."""
    try:
        return [*FileState.of(Path(os.path.realpath(file)))]
    except OSError:
        return None


def _changed_after(file: Path, moment_ns: int) -> bool:
    """Return whether a file was changed, or put there, after a moment, or is not there."""
    try:
        state = FileState.of(Path(os.path.realpath(file)))
    except OSError:
        return True
    return max(state.mtime_ns, state.ctime_ns) > moment_ns
