"""From a file's texts to what one generator says of the image, in its own words.

Begin with ``read_blobs``. ``blobs`` sorts a file's tags into texts by role; ``generators`` is the
parsers, one module or folder a generator, ``comfyui`` that of ComfyUI's graphs; ``infotext`` reads
the text block of A1111 that many write, ``shared`` what several parsers read alike; ``gate`` leaves
out what cannot be true; ``why`` says how the parsers were judged. To add a generator: one module,
one line in PARSERS, one fixture.
"""

from dataclasses import replace
from operator import itemgetter

from service.light_dataclasses import dataclass
from service.parse import comfyui
from service.parse.base import Claim, Parser
from service.parse.blobs import SIDECAR
from service.parse.generators import (
    a1111,
    ai_labels,
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
    mochi_diffusion,
    naifu,
    novelai,
    ruinedfooocus,
    stability_matrix,
    stable_diffusion_cpp,
    swarmui,
    sygil,
    tensorart,
    unread,
)
from service.records import Blobs, Generation

PARSERS: tuple[Parser, ...] = (
    civitai.PARSER,  # the first four claim the graph beside their own texts
    tensorart.PARSER,
    stability_matrix.PARSER,
    swarmui.PARSER,
    # before the infotexts: a graph is what ran, a text beside it is what a saver made of it
    comfyui.PARSER,
    drawthings.PARSER,
    fooocus.PARSER,  # these two write A1111's form as well, under their own name
    dreamstudio.PARSER,
    easydiffusion.PARSER,  # its lines look like settings of an infotext
    stable_diffusion_cpp.PARSER,
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
    mochi_diffusion.PARSER,
    civitai_meta.PARSER,
    hf_space.PARSER,
    c2pa.PARSER,  # a signature says who, so whoever says how comes first
    ai_labels.PARSER,
    unread.PARSER,
)


@dataclass(frozen=True, slots=True)
class ParserAnswers:
    """What the parsers made of one file."""

    parser: Parser
    claim: Claim
    """How sure the parser was."""
    generation: Generation
    rivals: tuple[tuple[Parser, Generation], ...] = ()
    """Other parsers that found their own text in the same file; they fill gaps, show conflicts."""


def read_blobs(blobs: Blobs) -> ParserAnswers | None:
    """Return the best parser's answer and its rivals'; None where no parser claims the file.

    What a text beside the file says is a rival of what the file itself says, unless that is hardly
    anything.
    """
    if SIDECAR not in blobs.texts:
        return _read_together(blobs)
    own, beside = (_read_together(part) for part in blobs.parted(SIDECAR))
    if own is None or beside is None:
        return own or beside
    if own.claim == Claim.FALLBACK < beside.claim:
        own, beside = beside, own
    known = {own.parser.name, *own.parser.covers, *(parser.name for parser, _ in own.rivals)}
    rivals = list(own.rivals)
    for parser, generation in ((beside.parser, beside.generation), *beside.rivals):
        if parser.name not in known:
            rivals.append((parser, generation))
    return replace(own, rivals=tuple(rivals))


def _read_together(blobs: Blobs) -> ParserAnswers | None:
    """Return what the parsers make of texts that all have the same standing."""
    claims = claims_of(blobs)
    if not claims:
        return None
    best, surest = max(claims.items(), key=itemgetter(1))  # the first of equals
    rivals: list[tuple[Parser, Generation]] = []
    for parser, claim in claims.items():
        is_known = parser.name == best.name or parser.name in best.covers
        if claim >= Claim.SHAPE and not is_known:
            rivals.append((parser, parser.read(blobs)))
    return ParserAnswers(best, surest, best.read(blobs), tuple(rivals))


def choose_parser(blobs: Blobs) -> Parser | None:
    """Return the parser with the highest claim (the first of equals), or None without a claim."""
    claims = claims_of(blobs)
    return max(claims, key=claims.__getitem__, default=None)


def claims_of(blobs: Blobs) -> dict[Parser, Claim]:
    """Return the parsers that claim a file, and how sure each is."""
    if not blobs.texts:
        return {}
    claims: dict[Parser, Claim] = {}
    roles = blobs.texts.keys()
    has_object = any(isinstance(blob.data, dict) for blob in blobs.all())
    for parser in PARSERS:
        if parser.roles and roles.isdisjoint(parser.roles):
            continue
        if parser.needs_object and not has_object:
            continue
        claim = parser.claim(blobs)
        if claim > Claim.NO:
            claims[parser] = claim
    return claims
