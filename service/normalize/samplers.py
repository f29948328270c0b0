"""Sampler and scheduler names of every generator in ComfyUI's spelling."""

import re
from functools import lru_cache

from service.normalize.sampler_names import SAMPLER_ALIASES, SAMPLERS, SCHEDULER_ALIASES, SCHEDULERS

_BLANKS = re.compile(r"[\s_-]+")
_SCHEDULE_SUFFIXES = tuple(
    sorted({*SCHEDULERS, *SCHEDULER_ALIASES} - {"automatic", "auto", "k"}, key=len, reverse=True)
)
_LONGEST = 100  # characters; the cache is not to hold what only poses as a name
_SPACINGS = ("_trailing", "_substep")
"""Draw Things' timestep spacings: no schedule that ComfyUI knows, and no part of the sampler's name."""


def split(sampler: str | None, scheduler: str | None) -> tuple[str | None, str | None]:
    """Return both names in ComfyUI's spelling; None for what is not stated or has no such name.

    A schedule folded into the sampler's name is split out; one stated by itself wins over it.
    """
    return _split(_plausible(sampler), _plausible(scheduler))


def _plausible(name: str | None) -> str | None:
    return name if name and len(name) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _split(sampler: str | None, scheduler: str | None) -> tuple[str | None, str | None]:
    name, folded = _sampler(fold(sampler)) if sampler else (None, None)
    return name, (scheduler_norm(scheduler) if scheduler else None) or folded


def fold(text: str) -> str:
    """Return a name in lower case with ``_`` for blanks and hyphens and ``pp`` for ``++``."""
    return _BLANKS.sub("_", text.strip().lower().replace("++", "pp"))


def _sampler(name: str) -> tuple[str | None, str | None]:
    """Return a folded name's sampler and the schedule it ends with."""
    whole = sampler_norm(name)
    if whole:
        return whole, None
    if name.endswith("_k"):  # InvokeAI's mark for karras
        return sampler_norm(name[:-2]), "karras"
    for suffix in _SCHEDULE_SUFFIXES:
        if name.endswith(f"_{suffix}"):
            return sampler_norm(name[: -len(suffix) - 1]), scheduler_norm(suffix)
    return None, None


def sampler_norm(name: str) -> str | None:
    """Return the sampler of a folded name without schedule."""
    for prefix in ("k_", "sample_"):
        name = name.removeprefix(prefix)
    for suffix in (*_SPACINGS, "_gpu"):
        name = name.removesuffix(suffix)
    name = SAMPLER_ALIASES.get(name, name)
    return name if name in SAMPLERS else None


def scheduler_norm(text: str) -> str | None:
    """Return a schedule's name, given its own, a display name, or the class of a sigma node."""
    name = fold(text)
    name = SCHEDULER_ALIASES.get(name, name)
    return name if name in SCHEDULERS else None
