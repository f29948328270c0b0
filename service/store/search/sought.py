"""All that a line asks: what the full-text indexes are asked, and the conditions besides."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from service.store.search.conditions import Condition, condition_of, fragment, known_field
from service.store.search.lexing import Asked
from service.store.search.wording import Wording, wording

Prompt = Literal["positive", "negative"]


@dataclass(frozen=True, slots=True)
class Sought:
    """A search, ready to be put to the database."""

    lead: Prompt | None
    """Whose index of words leads; None where none is asked for a word that must be there."""
    match: str
    """What it is asked."""
    conditions: tuple[Condition, ...]
    in_texts: tuple[Condition, ...] = ()
    """The same, the words looked for in the texts: for a search that something else leads to a few images."""

    @property
    def by_reading(self) -> "Sought":
        """Return the search that asks no index of words."""
        return Sought(None, "", self.in_texts)


@dataclass(frozen=True, slots=True)
class _Said:
    """Words that stand, or do not stand, in a prompt."""

    prompt: Prompt
    wording: Wording
    negated: bool


def sought(asked: Iterable[Asked]) -> Sought:
    """Return the search of what is asked. Raises StartError that names the word which cannot be searched for."""
    said, conditions, states = [], [], 0
    for one in asked:
        if not one.field or known_field(one).form == "words":
            said.append(_said(one))
        else:
            conditions.append(condition_of(one))
            states += one.field == "state"
    if not states:
        conditions.append(Condition(fragment("present")))
    lead = next((one.prompt for one in sorted(said, key=lambda one: one.prompt != "positive") if not one.negated), None)
    match = "" if lead is None else _match(one for one in said if one.prompt == lead)
    in_texts = (*map(_in_the_text, said), *conditions)
    return Sought(lead, match, (*_conditions(said, lead), *conditions), in_texts)


def _said(asked: Asked) -> _Said:
    words = wording(asked.value)
    if words is None:
        raise asked.refused("there is no word in it")
    return _Said("negative" if asked.field == "neg" else "positive", words, asked.negated)


def _match(said: Iterable[_Said]) -> str:
    """Return a MATCH expression of all that one index can answer: a phrase that must not be there is none of it."""
    wanted, unwanted = [], []
    for one in said:
        if not one.negated:
            wanted.append(one.wording.match)
        elif len(one.wording.words) == 1:
            unwanted.append(one.wording.match)
    return " NOT ".join([f"({' AND '.join(wanted)})", *unwanted])


def _conditions(said: Iterable[_Said], lead: Prompt | None) -> Iterator[Condition]:
    for one in said:
        single = len(one.wording.words) == 1
        in_the_index = Condition(
            fragment(f"{one.prompt}_within"),
            (one.wording.match,),
            one.negated,
            fragment(f"{one.prompt}_ids"),
            within=True,
        )
        if one.prompt != lead and (single or not one.negated):
            yield in_the_index
        if not single:
            yield _in_the_text(one)


def _in_the_text(one: _Said) -> Condition:
    return Condition(fragment(f"{one.prompt}_says"), (one.wording.phrase,), one.negated)
