"""A search planned from its terms: which index of words leads, and what is asked beside it."""

from collections.abc import Iterable, Iterator

from service.light_dataclasses import dataclass
from service.store.search.conditions import Condition, any_condition, condition_of, fragment
from service.store.search.lexing import Group
from service.store.search.words import AskedWords, WordIndex, is_word, read_words, word_condition


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """A search, ready to be put to the database."""

    lead: WordIndex | None
    """Whose index of words leads; None where no word must be there."""
    match: str
    """What it is asked."""
    conditions: tuple[Condition, ...]
    in_texts: tuple[Condition, ...] = ()
    """The same, the words looked for in the texts.

    For a search that something else leads to a few images.
    """

    @property
    def by_reading(self) -> "SearchPlan":
        """Return the search that asks no index of words."""
        return SearchPlan(None, "", self.in_texts, self.in_texts)


def plan_search(asked: Iterable[Group]) -> SearchPlan:
    """Return the search of what is asked.

    Raises StartError that names the word which cannot be searched for.
    """
    words: list[AskedWords] = []
    conditions: list[Condition] = []
    names_a_state = False
    for group in asked:
        of_words = read_words(group)
        if of_words is not None:
            words.append(of_words)
        else:
            conditions.append(_condition_of_group(group))
        names_a_state = names_a_state or any(one.field == "state" for one in group)
    if not names_a_state:
        conditions.append(Condition(fragment("present")))
    lead = _choose_lead(words)
    match = ""
    if lead is not None:
        match = _match([one for one in words if one.prompt == lead])
    by_index = [*_conditions(words, lead), *conditions]
    by_reading = [*(one.in_the_text() for one in words), *conditions]
    return SearchPlan(lead, match, tuple(by_index), tuple(by_reading))


def _condition_of_group(group: Group) -> Condition:
    conditions = [word_condition(one) if is_word(one) else condition_of(one) for one in group]
    return conditions[0] if len(conditions) == 1 else any_condition(conditions)


def _choose_lead(words: Iterable[AskedWords]) -> WordIndex | None:
    """Return whose index leads: the positive one wherever a word of it must be there."""
    wanted = {one.prompt for one in words if not one.negated}
    if "positive" in wanted:
        return "positive"
    return "negative" if wanted else None


def _match(words: Iterable[AskedWords]) -> str:
    """Return a MATCH expression of all that one index can answer.

    A phrase that must not be there is none of it.
    """
    wanted, unwanted = [], []
    for one in words:
        if not one.negated:
            wanted.append(f"({one.match})")
        elif one.is_for_the_index:
            unwanted.append(one.match)
    return " NOT ".join([f"({' AND '.join(wanted)})", *unwanted])


def _conditions(words: Iterable[AskedWords], lead: WordIndex | None) -> Iterator[Condition]:
    """Yield what the words ask beside the index that leads."""
    for one in words:
        if one.prompt != lead and (one.is_for_the_index or not one.negated):
            yield one.in_the_index()
        if not one.is_for_the_index:
            yield one.in_the_text()
