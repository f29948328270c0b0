"""A parser that is not asked about a file would have claimed nothing there."""

import pytest
from golden_cases import Case, find_cases

from service.parse import PARSERS, claims_of
from service.parse.base import Claim, Parser
from service.records import Blobs

ROLES = sorted(frozenset[str]().union(*(parser.roles for parser in PARSERS), {"prompt", "model"}))


def claims_of_all(blobs: Blobs) -> dict[Parser, Claim]:
    """Return the claims where every parser is asked."""
    claims = {parser: parser.claim(blobs) for parser in PARSERS}
    return {parser: claim for parser, claim in claims.items() if claim > Claim.NO}


@pytest.mark.parametrize("case", find_cases(), ids=lambda case: case.name)
def test_whoever_claims_a_file_is_asked_wherever_its_texts_are(case: Case) -> None:
    blobs = case.read_blobs()
    moved = [Blobs({role: texts}) for role in ROLES for texts in [*blobs.texts.values()][:2]]
    for one in (blobs, *moved):
        assert claims_of(one) == claims_of_all(one)
