"""Midjourney and Niji: the prompt as typed, in PNG ``Description`` or XMP ``dc:description``.

::

    paper lanterns over a canal --ar 3:2 --no boats --v 6.1 Job ID: 0a1b2c3d-…

Files saved from the web site hold it (with ``Author``, ``Creation Time`` and XMP
``DigitalImageGUID``, the job's id); those saved from Discord hold nothing. Parameters end the text;
each takes all words up to the next, and ``--no`` is the negative. Niji is Midjourney's anime model,
``--niji 6`` in place of ``--v 6``. Phones turn ``--`` into a dash. Sources: the corpus
(rf_support_troll, midjourney-open) and the parameter list in Midjourney's documentation.
"""

import re
from collections.abc import Iterator

from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.records import Blob, Blobs, Fact, Field, Generation, Stated

NAME = "midjourney"
ROLES = (
    "description",
    "imagedescription",
    "caption-abstract",
    "usercomment",
    "comment",
    "xpcomment",
    "title",
)

PARAMETERS = (
    "aspect|ar|chaos|c|character|cref|cw|draft|exp|fast|hd|image-weight|iw|loop|motion|niji|no|"
    "oref|ow|personalize|profile|p|quality|q|raw|relax|repeat|r|seed|sameseed|sref|stop|style|"
    "stylize|s|sv|sw|test|testp|tile|turbo|upalpha|upanime|upbeta|uplight|version|v|video|vibe|"
    "weird|w|creative|stealth|public|hq|width|w|height|h|bs|end"
)
"""Every parameter that Midjourney has known; ``--`` before another word is the prompt's own."""

_DASHES = ("--", "—", "–")  # noqa: RUF001 - as phones write it
_PARAMETER = light_pattern(
    rf"(?:^|(?<=\s))(?:{'|'.join(_DASHES)})({PARAMETERS})(?=\s|$)", re.IGNORECASE
)
_JOB = light_pattern(r"\bJob ID: ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*\Z", re.IGNORECASE)

ABOUT = ("author", "creator", "creationtime", "digitalimageguid", "digimageguid")
"""Roles of the texts that say where the file is from and nothing of its making."""


def claim(blobs: Blobs) -> Claim:
    """Claim a text with a job's id, or one with a version parameter."""
    return _surest_text(blobs)[0]


def parse(blobs: Blobs) -> Generation:
    """Return prompt, negative, seed and model version; every parameter is a fact, too."""
    _, blob = _surest_text(blobs)
    if blob is None:
        return Generation(NAME, {}, unsettled=("no text of this file is Midjourney's",))
    text, job = blob.text, _JOB.search(blob.text)
    if job:
        text = text[: job.start()]
    prompt, parameters = cut_parameters(text)
    fields: dict[Field, Stated] = {"positive_prompt": Stated(prompt, blob.source)}
    for field, value in _fields(parameters):
        fields[field] = Stated(value, blob.source)
    facts = [Fact(f"--{name}", value, blob.source) for name, value in parameters]
    if job:
        facts.append(Fact("Job ID", job[1], blob.source))
    facts += [_fact(about) for about in blobs.all(*ABOUT)]
    return Generation(NAME, fields, facts=tuple(facts))


def _fact(blob: Blob) -> Fact:
    return Fact(blob.source.rpartition(":")[2], blob.text, blob.source)


def cut_parameters(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the prompt and its parameters in order, each with its words (none for a switch)."""
    if not any(map(text.__contains__, _DASHES)):  # as most texts of all programs
        return text.strip(), ()
    parameters: list[tuple[str, str]] = []
    end = len(text)
    for mark in reversed([*_PARAMETER.finditer(text)]):
        parameters.append((mark[1].lower(), text[mark.end() : end].strip()))
        end = mark.start()
    return text[:end].strip(), tuple(reversed(parameters))


def _fields(parameters: tuple[tuple[str, str], ...]) -> Iterator[tuple[Field, str]]:
    for name, value in parameters:
        if name == "no":
            yield "negative_prompt", value
        elif name == "seed" and value.isdecimal():
            yield "seed", value
        elif name in ("v", "version") and value:
            yield "model", f"v{value}"
        elif name == "niji":
            yield "model", f"niji {value}".strip()


def _surest_text(blobs: Blobs) -> tuple[Claim, Blob | None]:
    """Return the text that is most surely Midjourney's (the first of equals), and how surely."""
    surest: tuple[Claim, Blob | None] = (Claim.NO, None)
    for blob in blobs.all(*ROLES):
        claim_ = _claim_text(blob.text) if blob.data is None else Claim.NO
        if claim_ > surest[0]:
            surest = (claim_, blob)
    return surest


def _claim_text(text: str) -> Claim:
    if _JOB.search(text):
        return Claim.MARKER
    prompt, parameters = cut_parameters(text)
    if prompt and _has_version(parameters):
        return Claim.SHAPE
    return Claim.NO


def _has_version(parameters: tuple[tuple[str, str], ...]) -> bool:
    """Return whether a version shows that this is a prompt and no command line.

    ``--v 6`` and ``--niji`` are Midjourney's, ``--version 6`` anybody's.
    """
    versions = {name for name, value in parameters if name == "niji" or value[:1].isdecimal()}
    return not versions.isdisjoint({"v", "niji"}) or ("version" in versions and len(parameters) > 1)


PARSER = Parser(NAME, 2, claim, parse, roles=frozenset(ROLES))
