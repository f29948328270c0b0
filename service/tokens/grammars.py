"""What brackets weigh, program by program.

The signs are much the same everywhere; what they mean is not: ``(x)`` is a tenth more in A1111
and nothing in InvokeAI, where ``(x)1.2`` and ``x+`` weigh; NovelAI's ``[x]`` is weaker than
A1111's.
"""

from service.records.record import record


@record(frozen=True, slots=True)
class Grammar:
    """How one program reads the brackets of a prompt."""

    round: float = 1.1
    """What ``(x)`` weighs where it says no number."""
    square: float = 1 / 1.1
    """``[x]``."""
    curly: float = 1.05
    """``{x}``; only NovelAI weighs by it, and nobody else means anything by it."""
    has_signs: bool = False
    """Whether ``x+``, ``x--``, ``(x)1.2`` and ``(a, b).blend(1, 2)`` mean something."""
    ends_with_prompt: bool = False
    """Whether ``1.5::x`` weighs without ``::`` behind it, to the end of the prompt."""


A1111 = Grammar()
INVOKEAI = Grammar(round=1.0, has_signs=True)
NOVELAI = Grammar(round=1.0, square=1 / 1.05, ends_with_prompt=True)

PLUS, MINUS = 1.1, 0.9
"""What each ``+`` and ``-`` of InvokeAI multiplies by."""

_BY_GENERATOR = {"invokeai": INVOKEAI, "novelai": NOVELAI, "naifu": NOVELAI}


def grammar_of(generator: str | None) -> Grammar:
    """Return the grammar of a generator's prompts; A1111's, which most know, where none is."""
    return _BY_GENERATOR.get(generator or "", A1111)
