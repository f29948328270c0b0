"""Texts that cost a careless reader far more than they cost their writer.

Each is made on demand, since some have tens of megabytes.
"""

from collections.abc import Callable, Mapping

MILLION = 1_000_000

SETTINGS = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, Version: v1.9.4"

INFOTEXT = f"a red fox, snow\nNegative prompt: blurry\n{SETTINGS}"

Text = Callable[[], str]

RUNS: Mapping[str, str] = {
    "blanks": " ",
    "tabs": "\t",
    "newlines": "\n",
    "carriage-returns": "\r",
    "no-break-spaces": "\u00a0",
    "round-brackets": "(",
    "closing-brackets": ")",
    "square-brackets": "[",
    "curly-brackets": "{",
    "brackets-of-all-kinds": "([{",
    "empty-pairs": "()",
    "bars": "|",
    "commas": ",",
    "commas-and-blanks": " ,",
    "quotes": '"',
    "quoted-colons": '":',
    "escaped-quotes": '\\"',
    "apostrophes": "'",
    "colons": ":",
    "colons-and-digits": ":1",
    "backslashes": "\\",
    "less-than-signs": "<",
    "opened-tags": "<lora:",
    "underscores": "_",
    "wildcards": "__a",
    "hyphens": "-",
    "digits": "9",
    "letters": "a",
    "zeros-and-dots": "0.",
    "keys": "a: ",
    "steps": "Steps: ",
    "negatives": "Negative prompt: ",
    "negative-lines": "\nNegative prompt: ",
    "settings": "\nSteps: 20, ",
    "breaks": "BREAK ",
    "ands": "AND ",
    "embeddings": "embedding:",
    "lora-key": "Lora hashes: ",
    "airs": "urn:air:",
    "escapes": "\\u0000",
    "entities": "&lt;",
    "x-es": "1x",
    "weights": "(a:1.1)",
    "schedules": "[a:b:0.5]",
    "choices": "{a|b}",
    "dashes": "--a ",
    "hidden-signs": "\u200b",
    "stacked-marks": "\u0301\u0327",
    "stacked-letters": "e\u0301\u0327",
    "numbers-of-entities": "&#9",
    "dots": ".",
    "signs-and-dots": "!.",
    "python-quotes": "\\'",
}
"""Name → the piece that is repeated a million times; linear readers do not care which."""


def run_of(name: str, size: int = MILLION) -> str:
    """Return a run of ``size`` characters of the piece of this name."""
    piece = RUNS[name]
    return (piece * (size // len(piece) + 1))[:size]


def before(name: str, size: int = MILLION) -> Text:
    """Return the maker of a run before a whole infotext."""
    return lambda: run_of(name, size) + "\n" + INFOTEXT


def after(name: str, size: int = MILLION) -> Text:
    """Return the maker of a run behind a whole infotext, as the value of its last setting."""
    return lambda: f"{INFOTEXT}, Note: {run_of(name, size)}"


def within(name: str, size: int = MILLION) -> Text:
    """Return the maker of a run within the prompt of an infotext."""
    return lambda: f"a red fox, {run_of(name, size)} snow\nNegative prompt: blurry\n{SETTINGS}"


def long_prompt(megabytes: int) -> Text:
    """Return the maker of an infotext with a prompt of so many megabytes of sentences."""
    sentence = "a red fox crosses the snow at dawn, "
    return lambda: sentence * (megabytes * MILLION // len(sentence)) + "\n" + SETTINGS


def many_tags(count: int) -> Text:
    """Return the maker of an infotext of so many different tags."""
    return lambda: ", ".join(f"tag number {each}" for each in range(count)) + "\n" + SETTINGS


def many_loras(count: int) -> Text:
    """Return the maker of an infotext that names so many different LoRAs."""
    return lambda: " ".join(f"<lora:name{each}:0.8>" for each in range(count)) + "\n" + SETTINGS


def same_loras(count: int) -> Text:
    """Return the maker of an infotext that names one LoRA so often, with different weights."""
    return lambda: " ".join(f"<lora:a:0.{each}>" for each in range(count)) + "\n" + SETTINGS


def many_settings(count: int) -> Text:
    """Return the maker of an infotext with so many settings."""
    return lambda: f"{INFOTEXT}, " + ", ".join(f"Key {each}: {each}" for each in range(count))


def many_hashes(count: int) -> Text:
    """Return the maker of an infotext that lists so many LoRAs by hash."""
    return lambda: (
        f'{INFOTEXT}, Lora hashes: "' + ", ".join(f"n{n}: {n:012x}" for n in range(count)) + '"'
    )


def many_units(count: int) -> Text:
    """Return the maker of an infotext with so many units of ADetailer, each a pass."""
    return lambda: (
        f"{INFOTEXT}, "
        + ", ".join(
            f"ADetailer model {n}th: face.pt, ADetailer steps {n}th: 9" for n in range(count)
        )
    )


def deep(opening: str, depth: int, closing: str = "") -> Text:
    """Return the maker of a JSON text nested so deep, closed only where a closing is given."""
    return lambda: opening * depth + ("1" + closing * depth if closing else "")


def wide_object(count: int) -> Text:
    """Return the maker of one JSON object of so many keys."""
    return lambda: "{" + ", ".join(f'"key{each}": {each}' for each in range(count)) + "}"


def wide_array(count: int) -> Text:
    """Return the maker of one JSON array of so many objects."""
    return lambda: "[" + ", ".join(f'{{"name": {each}}}' for each in range(count)) + "]"
