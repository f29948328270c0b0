"""NAIFU: NovelAI's PNG texts of 2022, from the stand-alone server of the leaked NovelAI weights.

Its web page is NovelAI's, and its PNGs hold NovelAI's texts of that time: Title, Description (the
prompt), Software, Source, and ``Comment`` with steps, sampler, seed, strength, noise, scale and uc
(readers such as SD Prompt Reader list it and read it by NovelAI's rules). Only a file that names
NAIFU is told apart; any other is NovelAI's.
"""

from service.parse.base import Claim, Parser
from service.parse.generators import novelai
from service.records import Blobs, Generation

NAME = "naifu"


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a text beside the settings names NAIFU."""
    is_named = any(NAME in blob.text.lower() for blob in blobs.all("software", "source"))
    if is_named and novelai.texts_of(blobs).comment is not None:
        return Claim.MARKER
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what NovelAI's texts say, under NAIFU's name."""
    return novelai.read_texts(novelai.texts_of(blobs), NAME)


PARSER = Parser(
    NAME,
    1,
    claim,
    parse,
    covers=frozenset({"novelai"}),
    roles=frozenset({"software", "source"}),
)
