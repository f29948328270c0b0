"""Nothing rather than a wrong value: what no sampler, prompt, number or file can be is left out.

Every parser's answer passes here (``Parser.read``), whatever it was read from. A value that is
of another kind than its field means that a parser went astray: a sentence where a sampler should
be, a number where a prompt should be. Such a value is no fact of the image, and a wrong one in a
database is worse than none. ``RULES`` says what a field can hold; ComfyUI's rules ask the same
questions while they look for a value, so that they can look further.
"""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.records import Field, Generation, Resource, Sampling, Scalar, Stated
from service.records.model_names import is_model_file

VERSION = 2

METHOD = light_pattern(r"(?!.*:$)(?=.*[A-Za-z]{2})[\w+\-./() \[\]:]{2,60}", re.ASCII)
"""A sampler or schedule: ``multistep/res_2m``, ``[Forge] Flux Realistic``, ``DPM++ 2M (a)``."""
METHOD_WORDS = light_pattern(
    r"euler|dpm|ddim|ddpm|(?<![a-z])p?lms|pndm|heun|uni_?pc|lcm|tcd|\bres\b|deis|sde|solver"
    r"|restart|karras|ancestral|multistep|schedule|sampler|flow(?!er)|flux|ays|align|sigma|expo"
    r"|(?:sgm|ddim|turbo)[ _]uniform|beta|simple(?! background)|normal|linear|quadratic|optimal"
    r"|tangent|turbo|trailing|discrete|custom|cfg|\bk-|gradient est|\bseeds\b|\bode\b|stork"
    r"|sinus|cosine|bogacki|dormand|ralston|runge|kutta|norsett|langevin|lobatto|lawson",
    re.IGNORECASE,
)
"""Of these a method's name of several words holds one, and a prompt of as many words hardly."""

NO_FILE = re.compile(
    r"(?:none|off|null|undefined|unknown|n/a|choose|auto|automatic|default(?: \(model\))?"
    r"|baked[ _-]?(?:in[ _-]?)?vae|built[ -]?in|from (?:model|checkpoint)|use_?ckpt_?\w*)?",
    re.IGNORECASE,
)
"""What a list of files says where none of them is chosen."""
LONGEST_FILE = 255
MOST_WORDS = 12
MOST_COMMAS = 1
"""Of a model's name. ``WAI NSFW illustrious SDXL v16`` has five."""

PLACEHOLDERS = frozenset(
    {"clip_g", "clip_l", "positive prompt:", "negative prompt:", "undefined", "[object object]"}
)
"""What a text box or a template holds before anybody has written into it, in lower case."""
LETTERS = re.compile(r"[^\W\d_]{2}|[^\x00-\x7f]")
"""A word, or a sign that is one in itself."""
CALCULATES = light_pattern(r"[()\[\]{}+*/=<>]|^[\d\s.,:;-]+$")
"""What makes a number or a formula of a text without words. ``3d`` is a prompt."""
MEDIA = light_pattern(r"\.(?:png|jpe?g|webp|gif|mp4|webm|txt|json|ya?ml|wav|mp3)$", re.IGNORECASE)
LONGEST_FORMULA = 200
FORMULA = light_pattern(r"(?=.*\d)(?!.*(?:\w\s+\w|\d[A-Za-z]))[\w\s.()+*/%-]+", re.ASCII)
"""No two words follow each other in one, as they do in nearly every prompt, and no ``3d``."""
NUMBERED_NAME = light_pattern(r"(?:[A-Za-z]{3,}-)+\d+", re.ASCII)
"""``apollo-13``: a name with a number, where a formula would have blanks or short letters."""

ANSWERS_KEPT = 4096
"""Names that are judged once: a folder of images has few samplers and models."""

NUMBER = re.compile(r"\s*[+-]?\d{1,40}(?:[.,]\d{0,40})?\s*")


def is_method(value: Scalar) -> bool:
    """Return whether a value can name a sampler or a schedule."""
    return isinstance(value, str) and len(value) <= LONGEST_FILE and _is_method(value.strip())


@lru_cache(maxsize=ANSWERS_KEPT)
def _is_method(name: str) -> bool:
    if METHOD.fullmatch(name) is None or is_model_file(name):
        return False
    return " " not in name or METHOD_WORDS.search(name) is not None


def is_prompt(value: Scalar) -> bool:
    """Return whether a value can be a prompt; one that is blank can."""
    if not isinstance(value, str):
        return False
    text = value.strip(" \t\r\n,;.")
    if not text:
        return True
    if _is_lone_file(text):
        return False
    if len(text) > LONGEST_FORMULA:
        return True
    if LETTERS.search(text) is None:
        return CALCULATES.search(text) is None
    return value.strip().lower() not in PLACEHOLDERS and not _is_formula(text)


def _is_formula(text: str) -> bool:
    """Return whether a text calculates with numbers (``(width * 2) + 8``)."""
    if "," in text or NUMBERED_NAME.fullmatch(text) or FORMULA.fullmatch(text) is None:
        return False
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return isinstance(tree, ast.BinOp) and any(map(_is_number, ast.walk(tree)))


def _is_number(part: ast.AST) -> bool:
    return isinstance(part, ast.Constant) and isinstance(part.value, (int, float))


def _is_lone_file(text: str) -> bool:
    """Return whether a text is the name of a file and nothing besides."""
    if "," in text or "\n" in text or "<" in text:
        return False
    return is_model_file(text) or (" " not in text and MEDIA.search(text) is not None)


def is_file(value: Scalar) -> bool:
    """Return whether a value can name a model's file, or the model itself."""
    return isinstance(value, str) and len(value) <= LONGEST_FILE and _is_file(value.strip())


@lru_cache(maxsize=ANSWERS_KEPT)
def _is_file(name: str) -> bool:
    if NO_FILE.fullmatch(name.lstrip(".")) is not None:
        return False
    if "\n" in name or not any(map(str.isalnum, name)):
        return False
    if is_model_file(name):
        return True
    return name.count(",") <= MOST_COMMAS and len(name.split()) <= MOST_WORDS


def _is_within(least: float, most: float) -> Callable[[Scalar], bool]:
    """Return the question whether a number is within bounds; what is no number, nobody asks."""

    def is_within(value: Scalar) -> bool:
        if isinstance(value, str):
            if NUMBER.fullmatch(value) is None:
                return True
            value = float(value.replace(",", "."))
        return least <= value <= most

    return is_within


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field can hold, and what is wrong with a value that it cannot."""

    fits: Callable[[Scalar], bool]
    complaint: str


_METHOD = Rule(is_method, "is no such name")
_PROMPT = Rule(is_prompt, "is no prompt")
_FILE = Rule(is_file, "names no file")

RULES: Mapping[Field, Rule] = {
    "positive_prompt": _PROMPT,
    "negative_prompt": _PROMPT,
    "sampler": _METHOD,
    "scheduler": _METHOD,
    "steps": Rule(_is_within(1, 1000), "is no count of steps"),
    "cfg_scale": Rule(_is_within(-100, 200), "is no CFG scale"),
    "guidance": Rule(_is_within(-100, 200), "is no guidance"),
    "seed": Rule(_is_within(-(2**63), 2**64), "is no seed"),
    "width": Rule(_is_within(1, 65536), "is no width"),
    "height": Rule(_is_within(1, 65536), "is no height"),
    "frames": Rule(_is_within(1, 1_000_000), "is no count of frames"),
    "fps": Rule(_is_within(0.01, 1000), "is no rate of frames"),
    "seconds": Rule(_is_within(0, 86_400), "is no duration"),
    "model": _FILE,
    "vae": _FILE,
}
"""ComfyUI's own widgets have narrower bounds: 10,000 steps, of which nobody takes a tenth."""

AS_BEFORE = "0"
"""Steps of a pass after the base pass: as many as that one's. It is a setting and no mistake."""

MOST_SHOWN = 60
"""Characters of a value that a warning repeats."""


def keep_plausible(answer: Generation) -> Generation:
    """Return a parser's answer without what its fields cannot hold, with a warning for each."""
    warnings: list[str] = []
    fields = _keep_fields(answer.fields, warnings)
    passes = tuple(_keep_pass(one, warnings) for one in answer.passes)
    resources = tuple(filter(_is_resource, answer.resources))
    if not warnings and (passes, resources) == (answer.passes, answer.resources):
        return answer
    return replace(
        answer,
        fields=fields,
        passes=passes,
        resources=resources,
        unsettled=tuple(dict.fromkeys((*answer.unsettled, *warnings))),
    )


def _keep_pass(one: Sampling, warnings: list[str]) -> Sampling:
    fields = one.fields
    steps = fields.get("steps")
    if steps is not None and str(steps.value).strip() == AS_BEFORE:
        fields = {name: stated for name, stated in fields.items() if name != "steps"}
    kept = _keep_fields(fields, warnings)
    return one if kept is one.fields else Sampling(one.role, kept)


def _keep_fields(fields: Mapping[Field, Stated], warnings: list[str]) -> Mapping[Field, Stated]:
    """Return the fields that can be true: the same mapping where all are, as nearly always."""
    refused: set[Field] = set()
    for name, stated in fields.items():
        rule = RULES.get(name)
        if rule is not None and not rule.fits(stated.value):
            refused.add(name)
            warnings.append(_complain(name, stated, rule))
    if not refused:
        return fields
    return {name: stated for name, stated in fields.items() if name not in refused}


def _complain(name: Field, stated: Stated, rule: Rule) -> str:
    """Return what was left out, and where: ``PNG:Prompt#12.inputs.text`` names node 12."""
    shown = str(stated.value)[:MOST_SHOWN]
    return f"the {name} at {stated.source} is left out: {shown!r} {rule.complaint}"


def _is_resource(resource: Resource) -> bool:
    return resource.kind not in ("checkpoint", "vae") or is_file(resource.label)
