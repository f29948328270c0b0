"""Midjourney and Niji.

The prompt as typed with its parameters, in PNG ``Description`` or XMP ``dc:description``.

::

    paper lanterns over a canal --ar 3:2 --stylize 250 --no boats --v 6.1 Job ID: 0a1b2c3d-0001-4002-8003-0a1b2c3d4e5f

Files saved from the web site hold it (with ``Author``, ``Creation Time`` and XMP
``DigitalImageGUID``, the job's id); those saved from Discord hold nothing. Parameters end the text;
each takes all words up to the next, and ``--no`` is the negative. Niji is Midjourney's anime model,
``--niji 6`` in place of ``--v 6``. Phones turn ``--`` into a dash. Sources: the corpus
(rf_support_troll, midjourney-open) and the parameter list in Midjourney's documentation.
"""

import re
from collections.abc import Iterator

from service.parse.base import Claim, Parser
from service.records import Blob, Blobs, Fact, Field, Generation, Stated

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
    "aspect|ar|chaos|c|character|cref|cw|draft|exp|fast|hd|image-weight|iw|loop|motion|niji|no|oref|ow|personalize|"
    "profile|p|quality|q|raw|relax|repeat|r|seed|sameseed|sref|stop|style|stylize|s|sv|sw|test|testp|tile|turbo|upalpha|"
    "upanime|upbeta|uplight|version|v|video|vibe|weird|w|creative|stealth|public|hq|width|w|height|h|bs|end"
)
"""Every parameter that Midjourney has known.

A prompt's own ``--`` before another word is no parameter.
"""

_PARAMETER = re.compile(rf"(?:^|(?<=\s))(?:--|[—–])({PARAMETERS})(?=\s|$)", re.IGNORECASE)  # noqa: RUF001 - as phones write it
_JOB = re.compile(r"\bJob ID: ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*\Z", re.IGNORECASE)

ABOUT = ("author", "creator", "creationtime", "digitalimageguid", "digimageguid")
"""Roles of the texts that tell the file's origin and nothing of its making."""


def claim(blobs: Blobs) -> Claim:
    """Claim a text with a job's id, or one with a version parameter."""
    return max((_claim(blob) for blob in _texts(blobs)), default=Claim.NO)


def parse(blobs: Blobs) -> Generation:
    """Return prompt, negative, seed and model version.

    Every parameter is a fact under its own name.
    """
    blob = max(_texts(blobs), key=_claim, default=None)
    if blob is None:
        return Generation("midjourney", {}, unsettled=("no text of this file is Midjourney's",))
    job = _JOB.search(blob.text)
    text = blob.text[: job.start()] if job else blob.text
    prompt, parameters = cut_parameters(text)
    facts = [Fact(f"--{name}", value, blob.source) for name, value in parameters]
    if job:
        facts.append(Fact("Job ID", job[1], blob.source))
    facts += [
        Fact(one.source.rpartition(":")[2], one.text, one.source) for one in blobs.all(*ABOUT)
    ]
    stated: dict[Field, Stated] = {"positive_prompt": Stated(prompt, blob.source)}
    stated |= {field: Stated(value, blob.source) for field, value in _fields(parameters)}
    return Generation("midjourney", stated, facts=tuple(facts))


def cut_parameters(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the prompt and its parameters in order, each with its words (none for a switch)."""
    marks = list(_PARAMETER.finditer(text))
    if not marks:
        return text.strip(), ()
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    parameters = tuple(
        (mark[1].lower(), text[mark.end() : end].strip())
        for mark, end in zip(marks, ends, strict=True)
    )
    return text[: marks[0].start()].strip(), parameters


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


def _texts(blobs: Blobs) -> Iterator[Blob]:
    return (blob for blob in blobs.all(*ROLES) if blob.data is None and _claim(blob) > Claim.NO)


def _claim(blob: Blob) -> Claim:
    if _JOB.search(blob.text):
        return Claim.MARKER
    prompt, parameters = cut_parameters(blob.text)
    return Claim.SHAPE if prompt and _names_a_version(parameters) else Claim.NO


def _names_a_version(parameters: tuple[tuple[str, str], ...]) -> bool:
    """Tell a prompt from a command line.

    ``--v 6`` and ``--niji`` are Midjourney's, ``--version 6`` anybody's.
    """
    versions = {name for name, value in parameters if name == "niji" or value[:1].isdecimal()}
    return not versions.isdisjoint({"v", "niji"}) or ("version" in versions and len(parameters) > 1)


PARSER = Parser("midjourney", 2, claim, parse)
