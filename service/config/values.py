"""The types of settings that pydantic does not know: paths, extensions, patterns, processes.

``Section`` is what every part of the configuration is made of, ``refusal`` how a value is refused.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from service import paths


class Section(BaseModel):
    """A part of the configuration: immutable, every key known, every type as written."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        validate_default=True,
        allow_inf_nan=False,
        # A section's own validator is made when it is used: as a rule only that of the whole is.
        defer_build=True,
    )


GivenValues = TypeVar("GivenValues", bound=tuple[object, ...])


def refusal(reason: str) -> PydanticCustomError:
    """Return the error that refuses a value; the user reads the reason as it is."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason})


def _anchor(flaw: Callable[[str], str | None]) -> Callable[[object, ValidationInfo], object]:
    def anchor(value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str | Path):
            return value
        reason = flaw(str(value))
        if reason:
            raise refusal(reason)
        base = (info.context or {}).get("base") or paths.project_root()
        return paths.anchor(str(value), base)

    return anchor


def _check_program(value: object, info: ValidationInfo) -> object:
    return None if value == "" else _anchor(paths.flaw)(value, info)


def _check_optional_folder(value: object, info: ValidationInfo) -> object:
    return None if value == "" else _anchor(paths.output_flaw)(value, info)


def _check_extension(value: object) -> object:
    if not isinstance(value, str):
        return value
    lower = value.lower()
    if not _EXTENSION.fullmatch(lower):
        raise refusal(f'expected an extension with its dot, like ".png", got {value!r}')
    return lower


def _check_ending(value: object) -> object:
    if isinstance(value, str) and not _ENDING.fullmatch(value):
        raise refusal(
            "expected what follows an image's name, in lower case, "
            f'like ".txt" or ".swarm.json", got {value!r}'
        )
    return value


def not_empty(values: GivenValues) -> GivenValues:
    """Return the values; refuse none at all.

    pydantic's own check also counts refused values as missing.
    """
    if not values:
        raise refusal("expected at least one")
    return values


def _check_pattern(value: object) -> object:
    if isinstance(value, str) and (not value or "/" in value or "\\" in value):
        raise refusal(f'expected a pattern for one name, like "*.tmp" (no slashes), got {value!r}')
    return value


def _check_processes(value: object) -> object:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if value == "auto" or (is_whole and value in range(1, MAX_PROCESSES + 1)):
        return value
    raise refusal(f'expected "auto" or a whole number from 1 to {MAX_PROCESSES}, got {value!r}')


def _check_name(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not value or value.strip() != value or paths.CONTROL.search(value):
        raise refusal(
            f"expected a name without blanks at its ends or control characters, got {value!r}"
        )
    return value


def _check_categories(value: object) -> object:
    categories = value if isinstance(value, Mapping) else {}
    for name, words in categories.items():
        if not CATEGORY.fullmatch(str(name)):
            raise refusal(f'a category is named like "clothing" or "hair-color", got {name!r}')
        if not _is_list_of_words(words):
            raise refusal(f'{name}: expected a list of words, like ["hanfu", "kimono"]')
    return value


def _is_list_of_words(value: object) -> bool:
    if not isinstance(value, list | tuple):
        return False
    return all(isinstance(word, str) and word.strip() for word in value)


CATEGORY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EXTENSION = re.compile(r"\.[a-z0-9]+")
_ENDING = re.compile(r"(\.[a-z0-9_-]+)+")

MAX_PROCESSES = 8
"""Past these one writer cannot follow, and more only take memory."""

InputFolder = Annotated[Path, BeforeValidator(_anchor(paths.flaw))]
OutputPath = Annotated[Path, BeforeValidator(_anchor(paths.output_flaw))]
OptionalFolder = Annotated[Path | None, BeforeValidator(_check_optional_folder)]
Program = Annotated[Path | None, BeforeValidator(_check_program)]
Processes = Annotated[int | Literal["auto"], BeforeValidator(_check_processes)]
RootName = Annotated[str, BeforeValidator(_check_name)]
Extensions = Annotated[
    tuple[Annotated[str, BeforeValidator(_check_extension)], ...],
    Field(strict=False),
    AfterValidator(not_empty),
]
SidecarEndings = Annotated[
    tuple[Annotated[str, BeforeValidator(_check_ending)], ...], Field(strict=False)
]
Patterns = Annotated[
    tuple[Annotated[str, BeforeValidator(_check_pattern)], ...], Field(strict=False)
]
Categories = Annotated[
    Mapping[str, Annotated[tuple[str, ...], Field(strict=False)]],
    BeforeValidator(_check_categories),
]
"""Name of a category → words, or several words as one text, that belong to it."""
