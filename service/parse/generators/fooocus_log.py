"""``log.html``: Fooocus's page of a folder's images, where these say nothing themselves.

A table of labels and values as HTML, with ``</br>`` for line breaks, since v2.1.8 with a button
that holds the JSON (Fooocus' private_logger.py). The first versions wrote lines ``Style: <b>…</b>,
Performance: <b>…</b>``.
"""

import re
from urllib.parse import unquote

from service.light_patterns import light_pattern
from service.parse.blobs import SIDECAR
from service.parse.json_texts import parse_json
from service.parse.shared.json_facts import JsonTable
from service.records import Blob, Blobs
from service.records.json_values import JsonValue

_MARKS = ('class="image-container"', "<p>Prompt: <b>")
_BUTTON = light_pattern(r"to_clipboard\('([^']+)'\)")
# No value runs past the next cell, and blanks around a break are stripped, not matched: both would
# take time that grows with the square of the text.
_ROW = light_pattern(
    r"<td class='(?:key|label)'>([^<\n]{1,80})</td>\s{0,9}<td class='value'>"
    r"((?:(?!<td class=|</td>\s{0,9}</tr>).)*)</td>",
    re.DOTALL,
)
_OLDEST = light_pattern(
    r"(?:<p>|, )([A-Z][\w \-.\[\]]{0,200}): <b>((?:(?!</?b>).)*)</b>", re.DOTALL
)
_BREAK = light_pattern(r"</?br\s{0,9}/?>")


def read_log(blobs: Blobs) -> JsonTable | None:
    """Return what the log's page says of this image; None where there is no page."""
    for blob in blobs.all(SIDECAR):
        if any(mark in blob.text[:400] for mark in _MARKS):
            data = _read_button(blob) or _read_rows(blob)
            if data:
                return JsonTable(data, blob.source)
            return None
    return None


def _read_button(blob: Blob) -> dict[str, JsonValue] | None:
    button = _BUTTON.search(blob.text)
    data = parse_json(unquote(button[1])) if button else None
    if isinstance(data, dict):
        return data
    return None


def _read_rows(blob: Blob) -> dict[str, JsonValue]:
    import html  # noqa: PLC0415  its table of entities costs a start; such pages are rare

    rows: dict[str, JsonValue] = {}
    for label, value in _ROW.findall(blob.text) or _OLDEST.findall(blob.text):
        text = "\n".join(line.strip() for line in _BREAK.split(value))
        try:
            rows[label] = html.unescape(text)
        except ValueError:  # an entity of more than 4,300 digits, which Python does not convert
            rows[label] = text
    return rows
