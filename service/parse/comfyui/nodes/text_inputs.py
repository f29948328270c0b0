"""Which inputs hold texts, or the parts of which a node builds them: the fallback, by names.

A class that names its inputs otherwise gets a record with aliases.
"""

import re

from service.light_patterns import light_pattern

ENCODER_TEXTS = (
    "populated_text",
    "text",
    "text_g",
    "prompt_g",
    "t5xxl",
    "clip_g",
    "prompt",
    "user_prompt",
    "Text",
    "mt5xl",
    "clip_l",
    "text_l",
    "prompt_l",
    "caption",
    "tags",
    "positive_prompt",
    "prompt_text",
    "text_clip",
    "text_t5",
    "bert",
    "qwen25_7b",
    "llama",
    "global_prompt",
    "base_prompt",
    "base_text",
    "current_prompt",
    "prompt_a",
    "wildcard_text",
)
"""The text inputs of encoders in order; the first that is not blank is the prompt.

What wildcards became comes first, and ``text_g`` before ``text_l``.
"""

_POSITIVE_TEXTS = (
    "positive_populated_text",
    "positive",
    "positive_prompt",
    "text_positive",
    "positive_text",
    "pos_prompt",
    "positive_main_prompt",
    "pos",
    "pos_text",
    "pos_g",
    "positive_g",
    "text_positive_g",
)

_NEGATIVE_TEXTS = tuple(
    name.replace("positive", "negative").replace("pos", "neg") for name in _POSITIVE_TEXTS
)

SIDE_TEXTS = {
    "positive": (*_POSITIVE_TEXTS, "main_prompt"),
    "negative": (*_NEGATIVE_TEXTS, "n_prompt", "prompt_neg", "uncond_prompt"),
}
"""Text inputs of nodes that hold both prompts."""

SECTIONS = light_pattern(
    r"^(front|start|begin|first|head|prefix|pre|mid|middle|main|body|end|last|tail|suffix|post)"
    r"_(?:text|prompt|section)$",
    re.IGNORECASE,
)
"""Text boxes of an encoder that are the parts of one prompt, in the order of the node."""
SECTION_ORDER = (
    ("front", "start", "begin", "first", "head", "prefix", "pre"),
    ("mid", "middle", "main", "body"),
    ("end", "last", "tail", "suffix", "post"),
)
LEAST_SECTIONS = 2
SECTION_DELIMITER = ", "


def section_place(word: str) -> int:
    """Return where in a prompt a section of this name is."""
    for place, words in enumerate(SECTION_ORDER):
        if word.lower() in words:
            return place
    return len(SECTION_ORDER)


NAMED_DELIMITERS = {
    "comma": ", ",
    "space": " ",
    "newline": "\n",
    "new line": "\n",
    "semicolon": "; ",
    "period": ". ",
    "none": "",
}
"""Delimiters that are chosen from a list by their names."""

ADDED = light_pattern(r"^(?:pre|app|prefix|suffix|prepend|append)_?text(?:_[GL])?$", re.IGNORECASE)
"""Texts that are put before or behind an encoder's own."""

LITERALS = (
    "text_0",
    "populated_text",
    "value",
    "Value",
    "text",
    "Text",
    "string",
    "String",
    "prompt",
    "prompt_text",
    "content",
    "wildcard_text",
    "int",
    "float",
    "number",
    "boolean",
    "boolean_number",
    "source",
    "input",
    "any",
    "anything",
    "choice",
    "any_value",
    "any_01",
    "str",
    "STRING",
    "air",
)
"""Inputs whose value a node hands on unchanged, in order."""

NUMBERS = ("seed", "noise_seed", "select")
"""Such inputs where a number is asked for."""

TOGGLES = "toggle_trigger_words"
"""The input of LoRA Manager's node that hands on those of its words that are switched on."""

CHANGED = ("string", "text", "prompt", "input")
"""Inputs whose text a node cuts, or sets in other letters."""

POPULATED = ("populated_text", "wildcard_text")
"""What a text with wildcards became, and the text."""
FIRST_LINE, LINE_COUNT = "start_index", "max_rows"
"""Which of its lines a node gives on."""

SHOWN = ("text_0", "text2", "preview", "preview_text")
"""Widgets in which a box keeps the text that it showed: at times of the run before its link's."""

JOINED = light_pattern(
    r"^(?:text|string|str|prompt|part|input|value|arg)?[_ ]?(?:[a-h]|\d{1,2})?$"
    r"|^(?:prefix|text|suffix|append)$",
    re.IGNORECASE,
)
"""Inputs of a joining node that are its parts."""
NUMBERED = light_pattern(r"^(?:text|string|str|prompt|part|arg)_?(?:[a-h]|\d{1,2})$", re.IGNORECASE)
"""Such inputs that are surely parts, since they are numbered."""
COMMAS = light_pattern(r"[ ]?,(?:[ ]?,)+")
"""What ``tidy_tags`` makes one comma of."""

DELIMITERS = ("delimiter", "separator", "delim", "sep", "glue")

TEMPLATES = ("template", "format", "format_string", "f_string", "text", "string")
HOLE = light_pattern(r"(?<!\{)\{(\w{1,40})\}(?!\})")

POINTS = light_pattern(
    r"file|path|dir|folder|url|name|key|id$|preset|style|pixel|scale|factor|ratio|percent|multip"
    r"|index|count|batch|max|min|delim|separator|glue",
    re.IGNORECASE,
)
"""Inputs that only point at what is given, or by which it is computed."""
CHOSEN = frozenset({"sampler_name", "scheduler", "ckpt_name", "unet_name", "lora_name", "vae_name"})
"""Inputs that hold one of a list, which a node that gives one holds as it is."""

REPLACED = ("string", "text", "input", "prompt", "source")
FIND = light_pattern(
    r"^(?:find|old|search|target|to_replace)(?:[_ ]?\w+?)??[_ ]?(\d*)$",
    re.IGNORECASE,
)
REPLACEMENTS = ("replace", "replacement", "new", "replace_with", "replace_text")

SELECTORS = (
    "ANY",
    "switch",
    "boolean",
    "select",
    "selector",
    "index",
    "condition",
    "cond",
    "Input",
    "value",
    "input",
)
TRUE_INPUTS = ("on_true", "true", "tt_value", "if_true", "true_value", "input_true", "IF_TRUE", "a")
FALSE_INPUTS = (
    "on_false",
    "false",
    "ff_value",
    "if_false",
    "false_value",
    "input_false",
    "IF_FALSE",
    "b",
)

MAX_TEXT = 200_000
"""Characters. 64 nodes that each double a text would fill the memory; real prompts have 20,000."""

MAX_BUILT = 2_000_000
"""Characters of all texts that one graph builds."""
