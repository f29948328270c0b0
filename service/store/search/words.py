"""Words that must be, or must not be, in a prompt, as the indexes of words are asked for them."""

from collections.abc import Iterable, Sequence
from typing import Literal

from service.light_dataclasses import dataclass
from service.store.characters import unspaced_characters
from service.store.images_row import Bound
from service.store.search.conditions import Condition, fragment, known_field
from service.store.search.lexing import Term, WordPattern, cut_words
from service.store.search.values import pattern

WordIndex = Literal["positive", "negative"]


@dataclass(frozen=True, slots=True)
class AskedWords:
    """Words of one prompt; one of the wordings is enough."""

    prompt: WordIndex
    wordings: tuple[WordPattern, ...]
    negated: bool = False

    @property
    def is_for_the_index(self) -> bool:
        """Return whether the index answers alone: it knows no places of words."""
        return all(len(one.words) == 1 for one in self.wordings)

    @property
    def match(self) -> str:
        """Return an expression for MATCH."""
        return " OR ".join(f"({one.match})" for one in self.wordings)

    def in_the_index(self) -> Condition:
        """Return the condition that the index answers."""
        return Condition(
            fragment(f"{self.prompt}_within"),
            (self.match,),
            self.negated,
            fragment(f"{self.prompt}_ids"),
            within=True,
        )

    def in_the_text(self) -> Condition:
        """Return the condition that looks into the prompt."""
        tests = " OR ".join([fragment(f"{self.prompt}_says")] * len(self.wordings))
        return Condition(tests, tuple(one.phrase for one in self.wordings), self.negated)


def is_word(asked: Term) -> bool:
    """Tell whether a term is one of a prompt. Raises StartError where its field is not known."""
    return not asked.field or known_field(asked).form == "words"


def read_words(group: Sequence[Term]) -> AskedWords | None:
    """Return what one index of words can be asked for all of a group; None where it cannot."""
    if not all(map(is_word, group)) or any(unspaced_characters(one.value) for one in group):
        return None
    prompts = {_prompt_of(one) for one in group}
    if len(prompts) > 1 or (len(group) > 1 and any(one.negated for one in group)):
        return None
    return AskedWords(prompts.pop(), tuple(map(_wording, group)), group[0].negated)


def word_condition(asked: Term) -> Condition:
    """Return the condition of one term of a prompt, which no index leads."""
    characters = unspaced_characters(asked.value)
    if characters:
        return _inside(asked, characters)
    return AskedWords(_prompt_of(asked), (_wording(asked),), asked.negated).in_the_text()


def _inside(asked: Term, characters: Iterable[str]) -> Condition:
    """Return the condition of a word that may be anywhere within another one."""
    prompt, wording = _prompt_of(asked), _wording(asked)
    like = f"%{'%'.join(map(pattern, wording.words))}%"
    rare = [(one, int(prompt == "negative")) for one in characters][:MOST]
    leads = " INTERSECT ".join([fragment("with_character")] * len(rare))
    test = fragment(f"{prompt}_inside")
    ids = fragment("inside_ids").replace("/* characters */", leads).replace("/* test */", test)
    of_ids: list[Bound] = []
    for one in rare:
        of_ids += one
    return Condition(test, (like,), asked.negated, ids, id_values=(*of_ids, like))


MOST = 4
"""Characters of a word that the index is asked for. Few prompts have these and not the word."""


def _prompt_of(asked: Term) -> WordIndex:
    return "negative" if asked.field == "neg" else "positive"


def _wording(asked: Term) -> WordPattern:
    wording = cut_words(asked.value)
    if wording is None:
        raise asked.refusal("there is no word in it")
    return wording
