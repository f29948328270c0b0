"""ExifTool's JSON, told apart by file name.

A batch of three with one missing file gives two objects, so the order of asking tells nothing.
"""

import json
from collections.abc import Sequence

import orjson

from service.errors import ExtractorError
from service.light_patterns import light_pattern
from service.records.json_depth import is_too_deep, measure_value
from service.records.json_values import JsonValue
from service.records.limits import LEFT_OUT, MAX_DEPTH, MAX_SENTENCES, VALUE_TOO_DEEP

Tags = dict[str, JsonValue]

_LONG_INTEGER = light_pattern(rb'": \d{19}(?<!\\": \d{19})')
"""A bare number that orjson might round. ExifTool 12.57 quotes all of more than 15 digits; others
need not."""

_NOT_THE_IMAGES = ("System:Directory", "System:FileAccessDate", "System:FileInodeChangeDate")
"""Where the file was on this machine, and times that its mere reading changes: none of them is the
image's."""


_OF_THE_FILE = "System:"
_OF_EXIFTOOL = "ExifTool:ExifToolVersion"


def of_the_image(tags: Tags) -> Tags:
    """Return the tags that say something of the image: all that a direct reader can say."""
    return {
        name: value
        for name, value in tags.items()
        if not name.startswith(_OF_THE_FILE) and name != _OF_EXIFTOOL
    }


def tags_by_name(answer: bytes, asked: Sequence[str]) -> dict[str, Tags]:
    """Return the tags of each file answered for.

    Raises ExtractorError for junk and for files not asked for.
    """
    found: dict[str, Tags] = {}
    for tags in load_objects(answer):
        name = tags.pop("SourceFile", None)
        if not isinstance(name, str):
            raise ExtractorError("ExifTool's answer names no file")
        found[name] = tags
    if strangers := found.keys() - set(asked):
        raise ExtractorError(f"ExifTool answered for a file it was not asked for: {min(strangers)}")
    return found


def tags_of_one_file(answer: bytes) -> Tags | None:
    """Return the tags of the one file that was asked for, None where there are none.

    Its name cannot be compared: it is one that no line can hold.
    """
    found = load_objects(answer)
    if len(found) != 1:
        return None
    found[0].pop("SourceFile", None)
    return found[0]


def load_objects(answer: bytes) -> list[Tags]:
    """Return ExifTool's objects, without what is not the image's.

    Raises ExtractorError for anything else.
    """
    if not answer:
        return []
    found = _load(answer)
    if not isinstance(found, list):
        raise ExtractorError("ExifTool's answer is not a JSON array")
    objects = [item for item in found if isinstance(item, dict)]
    if len(objects) != len(found):
        raise ExtractorError("ExifTool's answer holds more than objects")
    for tags in objects:
        for name in _NOT_THE_IMAGES:
            tags.pop(name, None)
        _remove_deep_values(tags)
    return objects


def _remove_deep_values(tags: Tags) -> None:
    """Leave out what is nested too deep to be checked and kept, and say so among the tags."""
    sentences: list[JsonValue] = []
    for name, value in list(tags.items()):
        if isinstance(value, dict | list) and measure_value(value)[1] > MAX_DEPTH:
            del tags[name]
            sentences.append(VALUE_TOO_DEEP.format(name=name))
    if sentences:
        tags[LEFT_OUT] = sentences[:MAX_SENTENCES]


def _load(answer: bytes) -> JsonValue:
    if _LONG_INTEGER.search(answer) is None:
        try:
            quick: JsonValue = orjson.loads(answer)
        except orjson.JSONDecodeError:
            pass
        else:
            return quick
    # Bytes that are not UTF-8 cost their own characters, not the batch; NaN is no JSON and says
    # nothing.
    text = answer.decode("utf-8", "replace")
    if is_too_deep(text):  # json would raise at a depth that differs from Python to Python
        raise ExtractorError("ExifTool's answer is nested too deep")
    try:
        slow: JsonValue = json.loads(text, strict=False, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise ExtractorError(f"ExifTool's answer is not JSON: {answer[:60]!r}") from error
    return slow


def first_complaint(stderr: bytes) -> str:
    """Return ExifTool's own words about a file, or that it had none."""
    lines = stderr.decode("utf-8", "replace").splitlines()
    for line in lines:
        if line.startswith(("Error", "Warning")):
            return f"ExifTool: {line.strip()[:300]}"
    return "ExifTool gave no answer for this file"
