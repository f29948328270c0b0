"""Names of files made from names of models.

Whatever a stranger called his model, only a harmless name comes out.
"""

import hashlib
import re
from functools import lru_cache

from service.records.model_names import base_name
from service.records.unicode_forms import normalize_unicode

LONGEST = 80
UNKNOWN = "unknown"
"""For images that name no model, or have no time."""

_PLAIN = re.compile(r"[A-Za-z0-9 _.-]*")
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\Z")
"""Windows opens the device, whatever the suffix."""


@lru_cache(maxsize=4096)
def slug(name: str) -> str:
    """Return ``[a-z0-9-]`` for a model's label: its last part without the suffix.

    What cannot be written so is told apart by a few digits of its hash: two names in Chinese stay
    two files, and so do ``mix`` and ``mix+``.
    """
    base = base_name(normalize_unicode("NFC", name))
    plain = normalize_unicode("NFKD", base).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if not base.strip():
        return UNKNOWN
    if len(words) > LONGEST or not _PLAIN.fullmatch(base) or not words:
        words = (
            f"{words[:LONGEST].strip('-')}-{hashlib.sha256(base.encode()).hexdigest()[:6]}".lstrip(
                "-"
            )
        )
    return f"model-{words}" if _DEVICE.match(words) else words


def place(model: str, month: str, *, by_model: bool, by_month: bool) -> str:
    """Return where a split list is below its folder, without suffix.

    ``dreamshaper-8/2026/01``; '' unsplit.
    """
    parts = [slug(model)] if by_model else []
    if by_month:
        parts += month.split("-") if _MONTH.fullmatch(month) else [UNKNOWN]
    return "/".join(parts)


PLACE = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+){0,3}")
"""What ``place`` can return, and a category behind it."""
