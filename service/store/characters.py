"""Characters of the scripts that put no blanks between words, by which words inside are found.

The index of words takes ``夜の港`` for one word, in which ``港`` is not found, and FTS5's own index
of parts begins with three characters. So ``character_rows`` has a row for each such character of a
prompt. It is never asked alone: what it leads to is compared with the prompt. So a row may stay
that is true no more, and none has to be deleted.
"""

import json
import re
from collections.abc import Iterable

import apsw

from service.store.images_row import Bound
from service.store.many_rows import write_rows

_UNSPACED = (
    "[\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003134f]"
)
"""Chinese, Japanese and Korean; the last has blanks, but its words have endings."""


def unspaced_characters(text: Bound) -> tuple[str, ...]:
    """Return the different characters of such scripts in a text, in the order of their numbers."""
    if not isinstance(text, str) or text.isascii():
        return ()
    # Compiled, and remembered by re, when it is first met: that takes as long as two images.
    return tuple(sorted(set(re.findall(_UNSPACED, text))))


def add_characters(
    connection: apsw.Connection, prompts: Iterable[tuple[int, Bound, Bound]]
) -> None:
    """Write the rows of a batch: the id, the positive and the negative prompt of each image."""
    rows: list[tuple[str, int, int]] = []
    for image_id, *sides in prompts:
        for negative, text in enumerate(sides):
            rows += [(char, negative, image_id) for char in unspaced_characters(text)]
    # In the table's order, so that each of its pages is met once: a fifth less time.
    values: list[Bound] = []
    for row in sorted(rows):
        values += row
    write_rows(connection, "add_character", values)


def register_for_upgrade(connection: apsw.Connection) -> None:
    """Let the migration that makes the table know the function it asks."""
    connection.create_scalar_function("unspaced_characters", _as_json, 1, deterministic=True)


def _as_json(*arguments: object) -> str:
    (text,) = arguments
    return json.dumps(unspaced_characters(text if isinstance(text, str) else None))
