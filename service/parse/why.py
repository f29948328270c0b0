"""Why a file was read as it was: which parsers claimed it, and what came of each claim."""

from service.parse import ParserAnswers, claims_of, read_blobs
from service.parse.base import Claim, Parser
from service.parse.blobs import SIDECAR
from service.records import Blobs, Generation
from service.records.record import record


@record(frozen=True, slots=True)
class Judgement:
    """One parser's part in the answer, for people who ask why."""

    parser: str
    claim: str
    """How sure it was: ``names itself``, ``has its form`` or ``nobody knows better``."""
    part: str
    """What came of its claim."""
    generator: str | None
    because: str
    read_from: tuple[str, ...]
    """The texts that its answer was read from."""


CLAIMS = {
    Claim.MARKER: "names itself",
    Claim.SHAPE: "has its form",
    Claim.FALLBACK: "nobody knows better",
}


def judge_parsers(blobs: Blobs) -> tuple[Judgement, ...]:
    """Return every parser that claimed the file, the one that was believed first.

    Those whose claim was only a fallback and came to nothing are left out.
    """
    reading = read_blobs(blobs)
    if reading is None:
        return ()
    claims = _claims_as_read(blobs)
    answers: dict[str, Generation] = {reading.parser.name: reading.generation}
    parsers = [reading.parser]
    for rival, generation in reading.rivals:
        answers[rival.name] = generation
        parsers.append(rival)
    for parser, claim in claims.items():
        if claim > Claim.FALLBACK and parser.name not in answers:
            parsers.append(parser)
    return tuple(
        _judge(parser, claims[parser], reading, answers.get(parser.name)) for parser in parsers
    )


def _claims_as_read(blobs: Blobs) -> dict[Parser, Claim]:
    """Return each parser's highest claim, the texts beside the image read apart as always."""
    parts = blobs.parted(SIDECAR) if SIDECAR in blobs.texts else (blobs,)
    claims: dict[Parser, Claim] = {}
    for part in parts:
        for parser, claim in claims_of(part).items():
            claims[parser] = max(claim, claims.get(parser, claim))
    return claims


def _judge(
    parser: Parser, claim: Claim, reading: ParserAnswers, answer: Generation | None
) -> Judgement:
    if parser is reading.parser:
        part = "taken"
    elif answer is not None:
        part = "fills gaps, shows conflicts"
    elif parser.name in reading.parser.covers:
        part = f"left to {reading.parser.name}"
    else:
        part = "not asked"
    if answer is None:
        return Judgement(parser.name, CLAIMS[claim], part, None, "", ())
    return Judgement(
        parser.name, CLAIMS[claim], part, answer.generator, answer.because, _read_from(answer)
    )


def _read_from(answer: Generation) -> tuple[str, ...]:
    sources = [stated.source for stated in answer.fields.values()]
    sources += [resource.source for resource in answer.resources]
    texts: dict[str, None] = {}
    for source in sources:
        texts[source.partition("#")[0]] = None
    texts.pop("", None)
    return tuple(texts)
