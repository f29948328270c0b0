"""What Fooocus's ``log.html`` says of one image: a table of labels and values, since v2.1.8 with a button holding JSON.

The button's JSON has the keys of the metadata scheme; the table has the page's labels (``Guidance Scale``), its values
as HTML with ``</br>`` for line breaks (Fooocus' private_logger.py).
"""

import html
import re
from urllib.parse import unquote

from pydantic import JsonValue

from service.parse.blobs import SIDECAR, parsed
from service.parse.json_facts import Told
from service.records import Blob, Blobs

_MARK = 'class="image-container"'
_BUTTON = re.compile(r"to_clipboard\('([^']+)'\)")
# No value runs past the next cell, and blanks around a break are stripped, not matched: both would cost the square.
_ROW = re.compile(
    r"<td class='(?:key|label)'>([^<\n]{1,80})</td>\s{0,9}<td class='value'>"
    r"((?:(?!<td class=|</td>\s{0,9}</tr>).)*)</td>",
    re.DOTALL,
)
_BREAK = re.compile(r"</?br\s{0,9}/?>")


def told(blobs: Blobs) -> Told | None:
    """Return what the page says of this image, by the button's keys or by the labels; None where there is no page."""
    blob = next((blob for blob in blobs.all(SIDECAR) if _MARK in blob.text[:400]), None)
    if blob is None:
        return None
    data = _of_button(blob) or _of_table(blob)
    return Told(data, blob.source) if data else None


def _of_button(blob: Blob) -> dict[str, JsonValue] | None:
    button = _BUTTON.search(blob.text)
    data = parsed(unquote(button[1])) if button else None
    return data if isinstance(data, dict) else None


def _of_table(blob: Blob) -> dict[str, JsonValue]:
    return {label: html.unescape(_unbroken(value)) for label, value in _ROW.findall(blob.text)}


def _unbroken(value: str) -> str:
    return "\n".join(part.strip() for part in _BREAK.split(value))
