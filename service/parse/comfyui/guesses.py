"""Names for the widget values of classes that stand in no table.

Told by their types and by what the node gives.

A node that gives a VAE and holds one file loads that file; an int before ``randomize`` is a seed; a
sampler's numbers stand in KSampler's order. What none of these rules fits stays unnamed.
"""

import re
from itertools import pairwise

from pydantic import JsonValue

from service.parse.comfyui.form.graph import Raw, objects, unwrap, word
from service.parse.comfyui.form.widgets import CONTROLS, paired
from service.parse.comfyui.orders import ORDERS
from service.records.model_names import is_model_file

Values = list[JsonValue]
Found = dict[str, JsonValue]

TEXTUAL = re.compile(r"(?<!kon)(?<!con)text|string|prompt|literal|constant|primitive")
"""Classes that hold a text; neither a context nor Flux Kontext is one."""

ON_OFF = ("On", "Off", True, False)
SCHEDULER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

NO_NAMES = re.compile(r"sampler|ode", re.IGNORECASE)
"""Samplers that are named by their class.

The text they hold is a solver, or where their noise is made.
"""

LOADED = (
    ("VAE", "vae_name"),
    ("CLIP", "clip_name"),
    ("UPSCALE_MODEL", "model_name"),
    ("CONTROL_NET", "control_net_name"),
    ("CLIP_VISION", "clip_name"),
    ("IPADAPTER", "ipadapter_file"),
    ("STYLE_MODEL", "style_model_name"),
)
"""What a loader gives, and the input that names its file in ComfyUI's own loaders."""

CHOSEN_TYPES = ("COMBO", "*", "")
"""Outputs that hold one of a list; editors before 2025 wrote the list itself as their type."""
NUMBER_TYPES = ("INT", "FLOAT", "BOOLEAN", "STRING", *CHOSEN_TYPES)


def guessed(raw: Raw, *, told: bool) -> Found:
    """Return the values of a node whose widgets nothing names, as far as a rule does.

    ``told``: a text comes into it by link, so that its own is of some time before.
    """
    values = raw.get("widgets_values")
    if not isinstance(values, list) or not values:
        return {}
    values = [unwrap(value) for value in values]
    for rule in (_sampler, _loras, _files, _sigmas, _size, _literal):
        found = rule(raw, values)
        if found:
            return found
    return _seed(raw, values) | ({} if told else _texts(raw, values))


def _types(raw: Raw, side: str) -> set[str]:
    return {word(one.get("type")) for one in objects(raw.get(side))}


def _sampler(raw: Raw, values: Values) -> Found:
    """Return the values of a sampler whose widgets follow KSampler's order, as most packs' do."""
    makes = _types(raw, "outputs") & {"LATENT", "IMAGE"} and {"MODEL", "CONDITIONING"} <= _types(
        raw, "inputs"
    )
    if not makes and "sampler" not in word(raw.get("type")).lower():
        return {}
    for at in range(len(values) - 5):
        match values[at : at + 8]:
            case [int(), str(control), int(), int() | float(), str(), str(), int(), int()] if (
                control in CONTROLS
            ):
                return paired(ORDERS["KSamplerAdvanced"][1:], values[at:])
            case [
                int(),
                str(control),
                int(),
                int() | float(),
                str(),
                str(),
                int() | float(),
                *_,
            ] if control in CONTROLS:
                return paired(ORDERS["KSampler"], values[at : at + 7])
            case _:
                pass
    return {}


def _loras(raw: Raw, values: Values) -> Found:
    """Return the files of a LoRA loader or stack, each with the one or two numbers behind it and its switch.

    The switch stands before its file where the list begins with one, else behind the weights.
    """
    if "lora" not in word(raw.get("type")).lower():
        return {}
    found: Found = {}
    for at, value in enumerate(values):
        if not _is_file(value):
            continue
        weights = _numbers(values[at + 1 : at + 4])
        found[f"lora_name_{at}"] = value
        if len(weights) <= 2:  # noqa: PLR2004  the model's and the text encoder's; of more nobody knows which
            names = (f"strength_model_{at}", f"strength_clip_{at}")
            found |= dict(zip(names, weights, strict=False))
        switch = at - 1 if _is_switch(values[0]) else at + 1 + len(weights)
        if switch < len(values) and _is_switch(values[switch]):
            found[f"switch_{at}"] = values[switch]
    return found


def _is_switch(value: JsonValue) -> bool:
    return isinstance(value, bool | str) and value in ON_OFF


def _numbers(values: Values) -> Values:
    found: Values = []
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            break
        found.append(value)
    return found


def _is_file(value: JsonValue) -> bool:
    return isinstance(value, str) and is_model_file(value)


def _files(raw: Raw, values: Values) -> Found:
    """Return the files of a loader by what it gives: a model, or one of its parts alone."""
    files = [value for value in values if _is_file(value)]
    given, taken = _types(raw, "outputs"), _types(raw, "inputs")
    if not files or given & taken:
        return {}
    if "MODEL" in given:
        return {"ckpt_name" if given & {"CLIP", "VAE"} else "unet_name": files[0]}
    name = next((name for type_, name in LOADED if type_ in given), None)
    if name == "clip_name" and len(files) > 1:
        return {f"clip_name{at}": file for at, file in enumerate(files, start=1)}
    return {name: files[0]} if name else {}


def _sigmas(raw: Raw, values: Values) -> Found:
    """Return the steps and the schedule of a node that gives sigmas, or the name of one that gives a sampler."""
    made = _types(raw, "outputs") - _types(raw, "inputs")
    names = [value for value in values if isinstance(value, str)]
    if "SAMPLER" in made and len(names) == 1 and not NO_NAMES.match(word(raw.get("type"))):
        return {"sampler_name": names[0]}
    if "SIGMAS" not in made:
        return {}
    counts = (value for value in values if isinstance(value, int) and not isinstance(value, bool))
    words_ = (value for value in values if isinstance(value, str) and SCHEDULER.fullmatch(value))
    found: Found = {"steps": next(counts, None), "scheduler": next(words_, None)}
    return {name: value for name, value in found.items() if value is not None}


def _size(raw: Raw, values: Values) -> Found:
    """Return the size of an empty latent.

    The first two numbers of a node that makes one of nothing.
    """
    if "LATENT" not in _types(raw, "outputs") or any(
        one.get("link") for one in objects(raw.get("inputs"))
    ):
        return {}
    sides = _numbers(values)[:2]
    fit = len(sides) == 2 and all(isinstance(side, int) and side >= 64 for side in sides)  # noqa: PLR2004
    return {"width": sides[0], "height": sides[1]} if fit else {}


def _literal(raw: Raw, values: Values) -> Found:
    """Return the one value that a node gives on, or the seed that one makes."""
    given = _types(raw, "outputs")
    if not given or not given.issubset(NUMBER_TYPES) or not values:
        return {}
    alone = len(values) == 1 or (len(values) == 2 and str(values[1]) in CONTROLS)  # noqa: PLR2004
    value = values[0]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and "seed" in word(raw.get("type")).lower():
        return {"seed": value}
    chosen = isinstance(value, str) and given.issubset(CHOSEN_TYPES)
    return (
        {"value": value}
        if alone and (is_number or chosen or isinstance(value, bool) or _is_file(value))
        else {}
    )


def _seed(raw: Raw, values: Values) -> Found:
    """Return the number before what the editor puts after a seed, of a node that draws no image by itself."""
    values = [] if "IMAGE" in _types(raw, "outputs") else values
    for value, control in pairwise(values):
        if isinstance(value, int) and not isinstance(value, bool) and str(control) in CONTROLS:
            return {"seed": value}
    return {}


def _texts(raw: Raw, values: Values) -> Found:
    """Return the texts of an encoder or box: what text it holds is what it gives."""
    texts = [value for value in values if isinstance(value, str)]
    kind = word(raw.get("type")).lower()
    encodes = {"CONDITIONING"} <= _types(raw, "outputs") - _types(
        raw, "inputs"
    ) and "CLIP" in _types(raw, "inputs")
    if encodes and "textencode" not in kind:
        # Its text comes first, and what follows it are options, of one word each; else nobody knows
        # which it is.
        options = not any(" " in text.strip() for text in texts[1:])
        return (
            {"text": texts[0]}
            if len(texts) == 1 or (options and texts and " " in texts[0].strip())
            else {}
        )
    if (
        "textencode" in kind
        and texts
        and (len(texts) <= len(_sides(raw)) or " " in texts[0].strip())
    ):
        return dict(zip(_sides(raw), texts, strict=False))
    if len(texts) == 1 and len(values) <= 2 and TEXTUAL.search(kind):  # noqa: PLR2004
        return {"text": texts[0]}
    return {}


def _sides(raw: Raw) -> tuple[str, ...]:
    """Return the names of an encoder's texts.

    One, or both prompts where it gives both conditionings.
    """
    names = {word(one.get("name")) for one in objects(raw.get("outputs"))}
    return (
        ("positive_prompt", "negative_prompt") if {"positive", "negative"} <= names else ("text",)
    )
