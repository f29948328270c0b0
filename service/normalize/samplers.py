"""Sampler and scheduler names of every generator in ComfyUI's spelling."""

from functools import lru_cache

from service.light_patterns import light_pattern
from service.normalize.sampler_names import SAMPLER_ALIASES, SAMPLERS, SCHEDULER_ALIASES, SCHEDULERS

_BLANKS = light_pattern(r"[\s_-]+")
_UNSPLIT = light_pattern(r"dpm2?pp_?(?=[23])")  # SD.Next calls them 'DPM2++ 2M FlowMatch'
_SCHEDULE_SUFFIXES = tuple(
    sorted({*SCHEDULERS, *SCHEDULER_ALIASES} - {"auto", "ddim"}, key=len, reverse=True)
)
_PLAIN_WORDS = frozenset(
    {"automatic", "normal", "simple", "beta", "turbo", "uniform", "native", "vp", "discrete"}
)
"""Schedules that an unknown sampler's own name may end with by chance."""
_LONGEST = 100  # characters; the cache shall not hold texts that are no names
_ENDINGS = ("_trailing", "_substep", "_flowmatch", "_gpu")
"""Neither part of the sampler's name nor a schedule that ComfyUI knows: Draw Things' timestep
spacings, SD.Next's word for a sampler of a flow model, and where the noise is made."""


def split_sampler(sampler: str | None, scheduler: str | None) -> tuple[str | None, str | None]:
    """Return both names in ComfyUI's spelling; None for what is not stated or has no such name.

    A schedule folded into the sampler's name is split out; one stated by itself wins over it.
    """
    return _split(_short_name(sampler), _short_name(scheduler))


def _short_name(name: str | None) -> str:
    if name and len(name) <= _LONGEST:
        return name
    return ""


@lru_cache(maxsize=4096)
def _split(sampler: str, scheduler: str) -> tuple[str | None, str | None]:
    # Krita's presets are 'Default - DPM++ 2M', 'Flux - Euler simple'.
    name, schedule_in_name = _split_folded(fold_name(sampler.rpartition(" - ")[2]))
    return name, scheduler_norm(scheduler) or schedule_in_name


def fold_name(text: str) -> str:
    """Return a name in lower case with ``_`` for blanks and hyphens and ``pp`` for ``++``.

    ``DPM++2M`` gets a ``_`` before its ``2M``, too.
    """
    name = _BLANKS.sub("_", text.strip().lower().replace("++", "pp"))
    return _UNSPLIT.sub("dpmpp_", name).replace("_cfgpp", "_cfg_pp")


def _split_folded(name: str) -> tuple[str | None, str | None]:
    """Return a folded name's sampler and the schedule it ends with."""
    whole = sampler_norm(name)
    if whole:
        return whole, None
    if name.endswith("_k"):  # InvokeAI's mark for karras
        return sampler_norm(name[:-2]), "karras"
    for suffix in _SCHEDULE_SUFFIXES:
        if name.endswith(f"_{suffix}"):
            sampler = sampler_norm(name[: -len(suffix) - 1])
            if sampler is None and suffix in _PLAIN_WORDS:
                return None, None
            return sampler, scheduler_norm(suffix)
    return None, None


def sampler_norm(name: str) -> str | None:
    """Return the sampler of a folded name without schedule."""
    for prefix in ("k_", "sample_"):
        name = name.removeprefix(prefix)
    for suffix in _ENDINGS:
        name = name.removesuffix(suffix)
    name = SAMPLER_ALIASES.get(name, name)
    if name in SAMPLERS:
        return name
    return None


def scheduler_norm(text: str) -> str | None:
    """Return a schedule's name, given its own, a display name, or the class of a sigma node."""
    name = fold_name(text)
    name = SCHEDULER_ALIASES.get(name, name)
    if name in SCHEDULERS:
        return name
    return None
