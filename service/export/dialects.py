"""What a line may not hold, program by program. None of them has an escape that works.

Found by reading the programs and running what could be run: see docs/wildcards.md.
"""

import re
from typing import Self

from service.config.export import Dialect, Export, OnUnsafe
from service.export.one_line import one_line
from service.light_dataclasses import dataclass

ROUNDS = 3
"""A replacement may bring two halves together: of ``/*/`` it makes ``//``.

What is not sound after so many rounds is left out.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that a program would not read as it is."""

    pattern: re.Pattern[str]
    reason: str
    instead: str = " "


def _rule(pattern: str, reason: str, instead: str = " ") -> Rule:
    return Rule(re.compile(pattern), reason, instead)


_COMMENT = _rule(r"\A#+", "a line that begins with # is dropped")
_BRACES = _rule(r"[{}]", "braces begin a choice")
_REFERENCE = _rule(r"__+", "__ begins a reference to another list", "_")
_COUNT = _rule(r"\$", "$ begins a variable, $$ a count")

RULES: dict[Dialect, tuple[Rule, ...]] = {
    "plain": (),
    "dynamicprompts": (
        _BRACES,
        _rule(r"#", "# begins a comment"),
        _COUNT,
        _rule(r"%", "% begins a wrapped prompt"),
        _rule(r"//+|/\*", "// and /* begin a comment", "/"),
        _REFERENCE,
    ),
    "impact": (
        _BRACES,
        _rule(r"\|", "| parts the choices of a list inside braces"),
        _COUNT,
        _REFERENCE,
        _COMMENT,
    ),
    "swarm": (
        _rule(r"#", "a line is cut at #"),
        _rule(r"\\n", r"\n becomes a line break"),
    ),
    "a1111": (
        _REFERENCE,
        _rule(r"--", "-- makes the line a command of 'Prompts from file'", "-"),
    ),
}

NOT_ASCII = _rule(
    r"[^\x00-\x7f]", "text files are read as Latin-1, which garbles this; a .yaml file carries it"
)
"""Impact Pack reads ``.txt`` as ISO-8859-1 first, which never fails."""
IN_CHOICE = (
    _rule(r"\|", "| parts the choices"),
    _rule(r"::", ":: ends a choice's weight", ":"),
    _COUNT,
    _BRACES,
)
"""What an item may not hold where all items are in one pair of braces."""

AS_WEIGHT = _rule(r"\A\d[^:]*::", "digits before :: are taken for a weight")

NO_TAG = _rule(
    r"\A(?!<lora:[^<>:]+:-?[\d.]+>(?:,|\Z))",
    "a LoRA of which only an id or a hash is known has no <lora:…>",
)
"""``<lora:modelVersionId:210873:1>`` would ask for the LoRA modelVersionId, 210,873 strong."""


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What becomes of a text."""

    line: str | None
    """What is written; None where nothing is."""
    reason: str | None = None
    """Why the text as it is is unsafe; None where it is safe."""


def _rules_of_form(dialect: Dialect, *, is_yaml: bool, weighted: bool) -> tuple[Rule, ...]:
    """Return what holds in a dialect only for YAML, for text, or for a weighted choice."""
    if is_yaml:
        return (AS_WEIGHT,) if dialect == "dynamicprompts" else ()
    rules = IN_CHOICE if weighted and dialect != "plain" else ()
    return (NOT_ASCII, *rules) if dialect == "impact" else rules


class ReaderRules:
    """How one program reads one kind of file."""

    def __init__(
        self, dialect: Dialect, *, is_yaml: bool, weighted: bool, of_tags: bool = False
    ) -> None:
        rules = [*RULES[dialect], *_rules_of_form(dialect, is_yaml=is_yaml, weighted=weighted)]
        if of_tags:
            rules.append(NO_TAG)
        self._rules = tuple(rules)
        self._any: re.Pattern[str] | None = None
        """Whatever meets any rule: one look at most lines instead of one a rule."""
        if rules:
            self._any = re.compile("|".join(f"(?:{rule.pattern.pattern})" for rule in rules))

    @classmethod
    def of(cls, export: Export) -> Self:
        """Return how the file of an export is read."""
        return cls(
            export.dialect,
            is_yaml=export.is_yaml,
            weighted=export.with_counts,
            of_tags=export.form == "tag",
        )

    @property
    def takes_all(self) -> bool:
        """Whether any line is read as it is."""
        return self._any is None

    def flaw(self, line: str) -> str | None:
        """Return why a line would not be read as it is, or None."""
        if self._any is None or self._any.search(line) is None:
            return None
        return next((rule.reason for rule in self._rules if rule.pattern.search(line)), None)

    def judge(self, line: str, on_unsafe: OnUnsafe) -> LineVerdict:
        """Return what is written for a line of ``one_line``."""
        reason = self.flaw(line)
        if reason is None:
            return LineVerdict(line)
        if on_unsafe == "raw":
            return LineVerdict(line, reason)
        if on_unsafe == "replace":
            return LineVerdict(self._repair(line), reason)
        return LineVerdict(None, reason)

    def _repair(self, line: str) -> str | None:
        """Return the line with what is unsafe replaced, or None where nothing sound is left."""
        for _ in range(ROUNDS):
            for rule in self._rules:
                line = rule.pattern.sub(rule.instead, line)
            line = one_line(line)
            if self.flaw(line) is None:
                return line or None
        return None
