"""Names for the texts of an encoder or a text box, where nothing else knows them.

Beside the guesses for numbers and files, which ask the same of a node: what it takes and gives.
"""

from service.light_patterns import light_pattern
from service.parse.comfyui.form.editor_json import Raw, objects, word
from service.records.json_values import JsonValue

ValueList = list[JsonValue]
NamedValues = dict[str, JsonValue]

TEXTUAL = light_pattern(r"(?<!kon)(?<!con)text|string|prompt|literal|constant|primitive")
"""Classes that hold a text; neither a context nor Flux Kontext is one."""

SCHEDULE = light_pattern(r"\s{0,9}\"\d{1,6}\"\s{0,9}:")
"""How a schedule of prompts by frames begins: ``"0": "a mill", "16": "a barn"``."""

PAIR = 2


def types_of(raw: Raw, side: str) -> set[str]:
    """Return the types of a node's ``inputs`` or ``outputs``."""
    return _words_of(raw, side, "type")


def _words_of(raw: Raw, side: str, member: str) -> set[str]:
    return {word(one.get(member)) for one in objects(raw.get(side))}


def new_types(raw: Raw) -> set[str]:
    """Return the types that a node gives and does not take."""
    return types_of(raw, "outputs") - types_of(raw, "inputs")


def guess_texts(raw: Raw, values: ValueList) -> NamedValues:
    """Return the texts of an encoder or box: what text it holds is what it gives."""
    texts = texts_among(values)
    if not texts:
        return {}
    kind = word(raw.get("type")).lower()
    if "textencode" in kind:
        names = _text_names(raw)
        if len(texts) <= len(names) or _has_words(texts[0]):
            return dict(zip(names, texts, strict=False))
    elif "CONDITIONING" in new_types(raw) and "CLIP" in types_of(raw, "inputs"):
        if not _is_prompt_first(texts):
            return {}
        return {"text": texts[0]}
    if len(texts) == 1 and len(values) <= PAIR and TEXTUAL.search(kind):
        return {"text": texts[0]}
    return {}


def texts_among(values: ValueList) -> list[str]:
    """Return those values that are texts."""
    return [value for value in values if isinstance(value, str)]


def _is_prompt_first(texts: list[str]) -> bool:
    """Return whether the first of an encoder's texts is surely its prompt.

    What follows a prompt are options, of one word each; else nobody knows which text it is.
    """
    if len(texts) == 1 or SCHEDULE.match(texts[0]):
        return True
    return _has_words(texts[0]) and not any(map(_has_words, texts[1:]))


def _has_words(text: str) -> bool:
    """Return whether a text is of more than one word."""
    return " " in text.strip()


def _text_names(raw: Raw) -> tuple[str, ...]:
    """Return the names of an encoder's texts: two where it gives both conditionings, else one."""
    if _words_of(raw, "outputs", "name") >= {"positive", "negative"}:
        return ("positive_prompt", "negative_prompt")
    return ("text",)
