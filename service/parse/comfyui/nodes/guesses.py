"""Names for values by their types and by what the node gives: the last resort.

It is asked where neither a record nor a definition fits. A node that gives a VAE and holds one file
loads that file; an int before ``randomize`` is a seed; a sampler's numbers are in KSampler's order.
What none of these rules fits stays unnamed.
"""

import re
from itertools import pairwise

from service.light_patterns import light_pattern
from service.parse.comfyui.form.editor_json import Raw, objects, word
from service.parse.comfyui.form.widgets import list_values
from service.parse.comfyui.nodes.file_inputs import LOADED
from service.parse.comfyui.nodes.fitting import fits_type, is_control
from service.parse.comfyui.nodes.guessed_texts import (
    PAIR,
    NamedValues,
    ValueList,
    guess_texts,
    new_types,
    texts_among,
    types_of,
)
from service.records.json_values import JsonValue
from service.records.model_names import is_model_file

ON_OFF = ("On", "Off", True, False)
SCHEDULER = light_pattern(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

NO_NAMES = light_pattern(r"sampler|ode", re.IGNORECASE)
"""Samplers that are named by their class: their text is a solver, or where their noise is made."""

CHOSEN_TYPES = ("COMBO", "*", "")
"""Outputs that hold one of a list; editors before 2025 wrote the list itself as their type."""
NUMBER_TYPES = ("INT", "FLOAT", "BOOLEAN", "STRING", *CHOSEN_TYPES)

ADVANCED = (
    "noise_seed steps cfg sampler_name scheduler start_at_step end_at_step",
    "int int float string string int int",
)
SIMPLE = (
    "seed steps cfg sampler_name scheduler denoise",
    "int int float string string float",
)
"""The widgets of KSamplerAdvanced and KSampler in order, the control left out, and their types."""
SHORTEST = 7
"""ValueList of a sampler that are needed to know it, the control behind its seed included."""

SMALLEST = 64
"""Pixels of a side. Smaller numbers of a node that makes a latent are no size."""

PRESET = light_pattern(r"\b\d{3,5} ?[xX\u00d7] ?\d{3,5}\b")
"""A size that is chosen as a text: ``832 x 1216 (portrait)``."""

DRAWN = frozenset({"IMAGE", "VIDEO"})
MODEL_PARTS = frozenset({"MODEL", "CLIP", "VAE", "CONDITIONING", "LATENT"})
"""What a node gives that asks a service, and what it does not take."""
MODEL_NAME = light_pattern(
    r"[A-Za-z][A-Za-z./-]{2}[\w ./()\[\]-]{0,40}\d[\w .()\[\]-]{0,20}", re.ASCII
)
"""``seedream 5.0 pro``, ``gpt-image-1.5``; neither ``720p`` nor ``mp4``."""
SENTENCE = 5
"""Words. No model, preset or voice has a name of so many."""

MOST_STEPS = 1000
"""More is no count of steps, but a side of an image (a node of presets for size and steps)."""


def guess_names(raw: Raw, *, text_comes_in: bool) -> NamedValues:
    """Return the values of a node by name, as far as a rule gives them names.

    ``text_comes_in``: by link, so that the node's own text is of some time before.
    """
    values = list_values(raw)
    if not values:
        return {}
    for rule in RULES:
        found = rule(raw, values)
        if found:
            return found
    found = _seed(raw, values)
    if not text_comes_in:
        found |= guess_texts(raw, values)
    return found


def _sampler(raw: Raw, values: ValueList) -> NamedValues:
    """Return the values of a sampler whose widgets follow KSampler's order, as most packs' do."""
    draws = not types_of(raw, "outputs").isdisjoint({"LATENT", "IMAGE"})
    samples = draws and types_of(raw, "inputs") >= {"MODEL", "CONDITIONING"}
    if not samples and "sampler" not in word(raw.get("type")).lower():
        return {}
    for at in range(len(values) - SHORTEST + 1):
        if _is_behind_seed(values[at + 1]):
            found = _in_order([values[at], *values[at + 2 :]])
            if found:
                return found
    return {}


def _is_behind_seed(value: JsonValue) -> bool:
    """Return whether a value is what editors save behind a seed.

    A control, early in 2023 a switch.
    """
    return value is None or isinstance(value, bool) or is_control(value)


def _in_order(values: ValueList) -> NamedValues:
    """Return a sampler's values, without the control behind its seed, by KSampler's names."""
    for names, types in (ADVANCED, SIMPLE):
        needed = types.split()
        given = values[: len(needed)]
        if len(given) < len(needed) or None in given:
            continue
        if all(map(fits_type, given, needed)):
            return dict(zip(names.split(), given, strict=True))
    return {}


def _loras(raw: Raw, values: ValueList) -> NamedValues:
    """Return the files of a LoRA loader or stack, each with one or two weights and its switch.

    The switch is before its file where the list begins with one, else behind the weights.
    """
    if "lora" not in word(raw.get("type")).lower():
        return {}
    found: NamedValues = {}
    for at, value in enumerate(values):
        if not _is_file(value):
            continue
        weights = _leading_numbers(values[at + 1 : at + 4])
        found[f"lora_name_{at}"] = value
        if len(weights) <= PAIR:  # the model's and the text encoder's; of more nobody knows which
            names = (f"strength_model_{at}", f"strength_clip_{at}")
            found |= dict(zip(names, weights, strict=False))
        switch = at + 1 + len(weights)
        if _is_switch(values[0]):
            switch = at - 1
        if switch < len(values) and _is_switch(values[switch]):
            found[f"switch_{at}"] = values[switch]
    return found


def _is_switch(value: JsonValue) -> bool:
    return isinstance(value, (bool, str)) and value in ON_OFF


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_count(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _leading_numbers(values: ValueList) -> ValueList:
    found: ValueList = []
    for value in values:
        if not _is_number(value):
            break
        found.append(value)
    return found


def _is_file(value: JsonValue) -> bool:
    return isinstance(value, str) and is_model_file(value)


def _files(raw: Raw, values: ValueList) -> NamedValues:
    """Return the files of a loader by what it gives: a model, or one of its parts alone."""
    files = [value for value in values if _is_file(value)]
    given = types_of(raw, "outputs")
    if not files or given & types_of(raw, "inputs"):
        return {}
    if "MODEL" in given:
        has_parts = bool(given & {"CLIP", "VAE"})
        return {"ckpt_name" if has_parts else "unet_name": files[0]}
    for type_, name in LOADED:
        if type_ in given:
            return _name_files(name, files)
    return {}


def _name_files(name: str, files: ValueList) -> NamedValues:
    """Return the files of a loader of model parts; of text encoders it may load several."""
    if name == "clip_name" and len(files) > 1:
        return {f"clip_name{at}": file for at, file in enumerate(files, start=1)}
    return {name: files[0]}


def _sigmas(raw: Raw, values: ValueList) -> NamedValues:
    """Return the steps and schedule of a node that gives sigmas, or the name of a sampler."""
    given = new_types(raw)
    if given == {"SAMPLER"} and not NO_NAMES.match(word(raw.get("type"))):
        names = texts_among(values)
        if len(names) == 1:
            return {"sampler_name": names[0]}
    if "SIGMAS" not in given:
        return {}
    found: NamedValues = {}
    for value in values:
        if isinstance(value, int) and _is_count(value) and value <= MOST_STEPS:
            found.setdefault("steps", value)
        elif isinstance(value, str) and SCHEDULER.fullmatch(value):
            found.setdefault("scheduler", value)
    return found


def _size(raw: Raw, values: ValueList) -> NamedValues:
    """Return the size of an empty latent, from a node that takes nothing in.

    It is a text that states both sides, or the first two numbers.
    """
    if "LATENT" not in types_of(raw, "outputs"):
        return {}
    if any(one.get("link") for one in objects(raw.get("inputs"))):
        return {}
    presets = [value for value in values if isinstance(value, str) and PRESET.search(value)]
    if len(presets) == 1:
        return {"dimensions": presets[0]}
    sides = _leading_numbers(values)[:PAIR]
    if len(sides) < PAIR or not all(map(_is_side, sides)):
        return {}
    return {"width": sides[0], "height": sides[1]}


def _is_side(value: JsonValue) -> bool:
    """Return whether a number can be pixels of a side."""
    return isinstance(value, int) and value >= SMALLEST


def _literal(raw: Raw, values: ValueList) -> NamedValues:
    """Return the one value that a node gives on, or the seed that one makes."""
    given = types_of(raw, "outputs")
    if not given or not given.issubset(NUMBER_TYPES):
        return {}
    value = values[0]
    if _is_number(value) and "seed" in word(raw.get("type")).lower():
        return {"seed": value}
    if len(values) > PAIR or (len(values) == PAIR and not is_control(values[1])):
        return {}
    is_chosen = isinstance(value, str) and given.issubset(CHOSEN_TYPES)
    if is_chosen or isinstance(value, (bool, int, float)) or _is_file(value):
        return {"value": value}
    return {}


def _seed(raw: Raw, values: ValueList) -> NamedValues:
    """Return the number before a control, of a node that draws no image by itself."""
    if "IMAGE" in types_of(raw, "outputs"):
        return {}
    return _seed_before_control(values)


def _service(raw: Raw, values: ValueList) -> NamedValues:
    """Return what a service is asked for an image or a video, of a node that takes no model.

    Its model and its seed are known by their looks; the prompt is the first text of a sentence's
    length, before a negative one and before what the service is told of itself.
    """
    draws = not types_of(raw, "outputs").isdisjoint(DRAWN)
    if not draws or not types_of(raw, "inputs").isdisjoint(MODEL_PARTS):
        return {}
    texts = texts_among(values)
    prompts = [text for text in texts if len(text.split()) >= SENTENCE]
    found = _seed_before_control(values)
    names = [text for text in texts if MODEL_NAME.fullmatch(text)]
    if len(names) == 1:
        found["model"] = names[0]
    if not prompts or not found:
        return {}
    sizes = [text for text in texts if PRESET.search(text) and text not in prompts]
    if len(sizes) == 1:
        found["size"] = sizes[0]
    return {**found, "prompt": prompts[0]}


def _seed_before_control(values: ValueList) -> NamedValues:
    """Return the number before a control."""
    for value, control in pairwise(values):
        if _is_count(value) and is_control(control):
            return {"seed": value}
    return {}


RULES = (_sampler, _loras, _files, _sigmas, _size, _service, _literal)
"""The first that gives a name to anything is followed."""
