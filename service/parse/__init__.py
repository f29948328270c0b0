"""From texts to one generator's words.

To add a generator: one module, one line in PARSERS, one fixture.
"""

from dataclasses import dataclass, replace

from service.parse import comfyui
from service.parse.base import Claim, Parser
from service.parse.blobs import SIDECAR
from service.parse.generators import (
    a1111,
    c2pa,
    civitai,
    civitai_meta,
    diffusionbee,
    drawthings,
    dreamstudio,
    easydiffusion,
    fooocus,
    fooocus_mre,
    hf_space,
    imaginairy,
    invokeai,
    midjourney,
    naifu,
    novelai,
    ruinedfooocus,
    stability_matrix,
    swarmui,
    sygil,
    tensorart,
    unread,
)
from service.records import Blobs, Generation

PARSERS: tuple[Parser, ...] = (
    civitai.PARSER,  # these four name the graph beside which they stand as their own
    tensorart.PARSER,
    stability_matrix.PARSER,
    swarmui.PARSER,
    # before the infotexts: a graph is what ran, a text beside it is what a saver made of it
    comfyui.PARSER,
    drawthings.PARSER,
    fooocus.PARSER,  # these two write A1111's form as well, under their own name
    dreamstudio.PARSER,
    easydiffusion.PARSER,  # its lines look like settings of an infotext
    a1111.PARSER,
    invokeai.PARSER,
    naifu.PARSER,  # before NovelAI, whose texts it writes
    novelai.PARSER,
    fooocus_mre.PARSER,
    ruinedfooocus.PARSER,
    imaginairy.PARSER,
    sygil.PARSER,
    diffusionbee.PARSER,
    midjourney.PARSER,
    civitai_meta.PARSER,
    hf_space.PARSER,
    c2pa.PARSER,  # a signature says who, so whoever says how comes first
    unread.PARSER,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the parsers made of one file."""

    parser: Parser
    claim: Claim
    """How sure the parser was."""
    generation: Generation
    rivals: tuple[tuple[Parser, Generation], ...] = ()
    """Other parsers that found their own text in the same file.

    They fill gaps and show conflicts.
    """


def choose_parser(blobs: Blobs) -> Parser | None:
    """Return the parser with the highest claim (the first of equals), or None where none claims the file."""
    claims = claims_of(blobs)
    return max(claims, key=claims.__getitem__, default=None)


def read(blobs: Blobs) -> Reading | None:
    """Return the best parser's answer and those of its rivals, or None where the file has no such metadata.

    What a text beside the file says is a rival of what the file itself says, unless that is hardly
    anything.
    """
    if SIDECAR not in blobs.texts:
        return _read(blobs)
    own, beside = (_read(part) for part in blobs.parted(SIDECAR))
    if own is None or beside is None:
        return own or beside
    if own.claim == Claim.FALLBACK < beside.claim:
        own, beside = beside, own
    known = {own.parser.name, *own.parser.covers, *(parser.name for parser, _ in own.rivals)}
    more = ((beside.parser, beside.generation), *beside.rivals)
    return replace(
        own, rivals=(*own.rivals, *(rival for rival in more if rival[0].name not in known))
    )


def _read(blobs: Blobs) -> Reading | None:
    claims = claims_of(blobs)
    if not claims:
        return None
    best = max(claims, key=claims.__getitem__)
    known = {best.name} | best.covers
    rivals = [
        parser
        for parser, claim in claims.items()
        if parser.name not in known and claim >= Claim.SHAPE
    ]
    return Reading(
        best,
        claims[best],
        best.parse(blobs),
        tuple((rival, rival.parse(blobs)) for rival in rivals),
    )


def claims_of(blobs: Blobs) -> dict[Parser, Claim]:
    """Return the parsers that claim a file, and how sure each is."""
    claims = {parser: parser.claim(blobs) for parser in PARSERS} if blobs.texts else {}
    return {parser: claim for parser, claim in claims.items() if claim > Claim.NO}
