"""Values that no column of ours would hold: in DB Browser anybody may write any into any."""

import math
import sqlite3
from dataclasses import replace
from typing import Any

from service.store.one_image import ImageRecord, read_image


def as_text(value: object) -> str | None:
    """Return what stands where a text should: a blob's bytes as text, NULL as None."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return None if value is None else str(value)


def as_number(value: object) -> int | float | None:
    """Return a number that JSON can say too, None for whatever else stands in its place."""
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    return None


def readable(value: Any) -> Any:
    """Return a value as it is, or as a text where JSON could not say it."""
    is_odd = isinstance(value, bytes) or (isinstance(value, float) and not math.isfinite(value))
    return as_text(value) if is_odd else value


def read_readable(connection: sqlite3.Connection, image_id: int) -> ImageRecord | None:
    """Return all rows of an image, the one of ``images`` readable; None where there is none."""
    image = read_image(connection, image_id)
    if image is None:
        return None
    row = {name: readable(value) for name, value in image.image.items()}
    return replace(image, image=row)
