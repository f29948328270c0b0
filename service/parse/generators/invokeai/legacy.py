"""InvokeAI 1 and 2 (lstein's Stable Diffusion before).

``sd-metadata`` and the ``Dream`` command line.

Both hold the prompt with the negative in brackets: ``a cat [blurry, text]``. ``sd-metadata`` keeps
it as a text (1.14) or as a list of ``{"prompt", "weight"}`` (2.0 on); ``image`` was a list
``images`` at first. The command line takes its values with or without a blank (``-s 50``,
``-s50``); ``-f`` is the strength of an init image (InvokeAI's docs, CLI).
"""

import re
from collections.abc import Iterator

from service.parse.shared.json_facts import JsonTable, Table
from service.parse.shared.model_files import model_file
from service.records import Blob, Fact, Field, Generation, Resource, Sampling, Stated

NAME = "invokeai"

IMAGE: Table = (
    ("steps", ("steps",)),
    ("cfg_scale", ("cfg_scale",)),
    ("sampler", ("sampler",)),
    ("seed", ("seed",)),
    ("width", ("width",)),
    ("height", ("height",)),
    ("denoise", ("strength",)),
)

OPTIONS: dict[str, Field] = {
    "-s": "steps",
    "--steps": "steps",
    "-S": "seed",
    "--seed": "seed",
    "-W": "width",
    "--width": "width",
    "-H": "height",
    "--height": "height",
    "-C": "cfg_scale",
    "--cfg_scale": "cfg_scale",
    "-A": "sampler",
    "-m": "sampler",
    "--sampler": "sampler",
    "-f": "denoise",
    "--strength": "denoise",
}

_BRACKETED = re.compile(r" ?\[([^\[\]]*)\]")
_LORA = re.compile(r"withLora\(([^,()]{1,300})(?:, ?(-?[\d.]{1,20}))?\)")
_OPTION = re.compile(r"(--[A-Za-z_]\w*|-(?:cf|ft|[A-Za-z]))(.*)", re.DOTALL)
_ESRGAN = "esrgan"


def is_dream(text: str) -> bool:
    """Return whether a text is such a command line."""
    _, rest = _split_options(text)
    return any(option in OPTIONS for option, _ in _options(rest))


def from_dream(blob: Blob) -> Generation:
    """Return what the command line says; it names no model."""
    prompt, rest = _split_options(blob.text)
    options = list(_options(rest))
    fields: dict[Field, Stated] = _prompts(prompt, blob.source)
    for option, value in options:
        if option in OPTIONS and value:
            fields.setdefault(OPTIONS[option], Stated(value, f"{blob.source}#{option}"))
    facts = tuple(Fact(option, value, f"{blob.source}#{option}") for option, value in options)
    passes = (
        (Sampling("upscale", {}),)
        if any(option in ("-U", "--upscale") for option, _ in options)
        else ()
    )
    return Generation(NAME, fields, passes, tuple(_loras(fields)), facts)


def from_json(told: JsonTable) -> Generation:
    """Return what ``sd-metadata`` says."""
    image = told.inside("image") or next(told.each("images"), None) or told
    prompt = _written_prompt(image)
    fields = _prompts(str(prompt.value), prompt.source) if prompt else {}
    fields |= image.fields(IMAGE)
    model, hash_ = told.stated("model_weights"), told.stated("model_hash")
    if model is not None:
        fields["model"] = model
    if hash_ is not None:
        fields["model_hash"] = hash_
    enlarged = any(one.data.get("type") == _ESRGAN for one in image.each("postprocessing"))
    passes = (Sampling("upscale", {}),) if enlarged else ()
    return Generation(NAME, fields, passes, (*_checkpoint(fields), *_loras(fields)), told.facts())


def _loras(fields: dict[Field, Stated]) -> Iterator[Resource]:
    """Yield the LoRAs that a prompt of version 2.3 calls: ``withLora(oil,0.7)``."""
    prompt = fields.get("positive_prompt")
    for name, weight in _LORA.findall(str(prompt.value)) if prompt else ():
        if name.strip() and prompt:
            yield model_file("lora", name.strip(), prompt.source, weight=weight or None)


def _checkpoint(fields: dict[Field, Stated]) -> Iterator[Resource]:
    model, hash_ = fields.get("model"), fields.get("model_hash")
    if model is not None:
        yield model_file(
            "checkpoint", str(model.value), model.source, hash_=hash_.value if hash_ else None
        )


def _written_prompt(image: JsonTable) -> Stated | None:
    """Return the prompt; of weighted prompts, all of them in order."""
    plain = image.stated("prompt", empty=True)
    if plain is not None:
        return plain
    parts = [str(stated.value) for one in image.each("prompt") if (stated := one.stated("prompt"))]
    return Stated("\n".join(parts), image.place("prompt")) if parts else None


def _prompts(prompt: str, source: str) -> dict[Field, Stated]:
    """Part the prompt from what stands in brackets."""
    negatives = [text.strip() for text in _BRACKETED.findall(prompt) if text.strip()]
    positive = _BRACKETED.sub("", prompt).strip() if negatives else prompt.strip()
    fields: dict[Field, Stated] = {"positive_prompt": Stated(positive, source)}
    if negatives:
        fields["negative_prompt"] = Stated(" ".join(negatives), source)
    return fields


def _split_options(text: str) -> tuple[str, str]:
    """Return the prompt and the options.

    The prompt may hold quotes; the options hold none after it.
    """
    text = text.strip()
    if text.startswith('"'):
        end = text.rfind('" -')
        if end > 0:
            return text[1:end], text[end + 1 :]
        return text.strip('"'), ""
    start = text.find(" -")
    return (text, "") if start < 0 else (text[:start], text[start:])


def _options(text: str) -> Iterator[tuple[str, str]]:
    """Yield each option with its values, joined by blanks where it has several (``-U 4 0.95``)."""
    name, values = "", list[str]()
    for word in text.split():
        option = _OPTION.fullmatch(word)
        if option is None:
            values.append(word)
            continue
        if name:
            yield name, " ".join(values)
        name, values = option[1], [option[2].lstrip("=")] if option[2] else []
    if name:
        yield name, " ".join(values)
