"""Why a file was read as it was: which parsers claimed it, and what came of each claim.

For people who ask.
"""

from dataclasses import dataclass

from service.parse import Reading, claims_of, read
from service.parse.base import Claim, Parser
from service.parse.blobs import SIDECAR
from service.records import Blobs, Generation


@dataclass(frozen=True, slots=True)
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

    Not those that only stood by.
    """
    reading = read(blobs)
    if reading is None:
        return ()
    answers = {
        reading.parser.name: reading.generation,
        **{rival.name: found for rival, found in reading.rivals},
    }
    claims: dict[Parser, Claim] = {}
    for part in blobs.parted(SIDECAR) if SIDECAR in blobs.texts else (blobs,):  # as they were read
        for parser, claim in claims_of(part).items():
            claims[parser] = max(claim, claims.get(parser, claim))
    others = [
        parser
        for parser, claim in claims.items()
        if claim > Claim.FALLBACK and parser.name not in answers
    ]
    made = (reading.parser, *(parser for parser, _ in reading.rivals), *others)
    return tuple(
        _judge(parser, claims[parser], reading, answers.get(parser.name)) for parser in made
    )


def _judge(parser: Parser, claim: Claim, reading: Reading, answer: Generation | None) -> Judgement:
    if parser is reading.parser:
        part = "taken"
    elif answer is not None:
        part = "fills gaps, shows conflicts"
    else:
        part = (
            f"left to {reading.parser.name}"
            if parser.name in reading.parser.covers
            else "not asked"
        )
    generator, because = (answer.generator, answer.because) if answer else (None, "")
    return Judgement(
        parser.name, CLAIMS[claim], part, generator, because, _read_from(answer) if answer else ()
    )


def _read_from(answer: Generation) -> tuple[str, ...]:
    sources = [stated.source for stated in answer.fields.values()]
    sources += [resource.source for resource in answer.resources]
    return tuple(dict.fromkeys(source.partition("#")[0] for source in sources if source))
