"""InvokeAI 1 and 2, lstein's Stable Diffusion before: ``sd-metadata`` and the ``Dream`` command.

Both hold the prompt with the negative in brackets: ``a cat [blurry, text]``. ``sd-metadata`` keeps
it as a text (1.14) or as a list of ``{"prompt", "weight"}`` (2.0 on); ``image`` was a list
``images`` at first, and the model ``model_id`` (``model`` is the family). The command line takes
its values with or without a blank (``-s 50``, ``-s50``); ``-f`` is the strength of an init image
(InvokeAI's docs, CLI).
"""

import re
from collections.abc import Iterator

from service.light_patterns import light_pattern
from service.parse.generators.invokeai.metadata import embeddings_of_prompts
from service.parse.shared.json_facts import FieldKeys, JsonTable
from service.parse.shared.model_files import checkpoint_of_fields, model_file
from service.records import Blob, Fact, Field, Generation, Resource, Sampling, Stated

NAME = "invokeai"

IMAGE: FieldKeys = (
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

_BRACKETED = light_pattern(r" ?\[([^\[\]]*)\]")
_LORA = light_pattern(r"withLora\(([^,()]{1,300})(?:, ?(-?[\d.]{1,20}))?\)")
_OPTION = light_pattern(r"(--[A-Za-z_]\w*|-(?:cf|ft|[A-Za-z]))(.*)", re.DOTALL)
_UPSCALES = frozenset({"-U", "--upscale"})
_ESRGAN = "esrgan"


def is_dream(text: str) -> bool:
    """Return whether a text is such a command line."""
    _, rest = _split_options(text)
    return any(option in OPTIONS for option, _ in _options(rest))


def read_dream(blob: Blob) -> Generation:
    """Return what the command line says; it names no model."""
    prompt, rest = _split_options(blob.text)
    fields = _prompts(prompt, blob.source)
    facts: list[Fact] = []
    for option, value in _options(rest):
        source = f"{blob.source}#{option}"
        facts.append(Fact(option, value, source))
        if option in OPTIONS and value:
            fields.setdefault(OPTIONS[option], Stated(value, source))
    is_enlarged = any(fact.key in _UPSCALES for fact in facts)
    passes = (Sampling("upscale", {}),) if is_enlarged else ()
    resources = (*_loras(fields), *embeddings_of_prompts(fields))
    return Generation(NAME, fields, passes, resources, tuple(facts))


def read_sd_metadata(table: JsonTable) -> Generation:
    """Return what ``sd-metadata`` says."""
    image = table.inside("image") or next(table.each("images"), None) or table
    prompt = _written_prompt(image)
    fields = _prompts(str(prompt.value), prompt.source) if prompt else {}
    fields |= image.fields(IMAGE)
    if image.data.get("type") == "txt2img":
        fields.pop("denoise", None)  # the form's default: there is no image it could apply to
    model = table.stated("model_weights", "model_id")
    hash_ = table.stated("model_hash")
    if model is not None:
        fields["model"] = model
    if hash_ is not None:
        fields["model_hash"] = hash_
    is_enlarged = any(step.data.get("type") == _ESRGAN for step in image.each("postprocessing"))
    passes = (Sampling("upscale", {}),) if is_enlarged else ()
    embeddings = embeddings_of_prompts(fields)
    resources = (*checkpoint_of_fields(fields), *_loras(fields), *embeddings)
    return Generation(NAME, fields, passes, resources, table.facts())


def _loras(fields: dict[Field, Stated]) -> Iterator[Resource]:
    """Yield the LoRAs that a prompt of version 2.3 calls: ``withLora(oil,0.7)``."""
    prompt = fields.get("positive_prompt")
    if prompt is None:
        return
    for name, weight in _LORA.findall(str(prompt.value)):
        if name.strip():
            yield model_file("lora", name.strip(), prompt.source, weight=weight or None)


def _written_prompt(image: JsonTable) -> Stated | None:
    """Return the prompt; of weighted prompts, all of them in order."""
    plain = image.stated("prompt", empty=True)
    if plain is not None:
        return plain
    parts: list[str] = []
    for entry in image.each("prompt"):
        stated = entry.stated("prompt")
        if stated:
            parts.append(str(stated.value))
    if parts:
        return Stated("\n".join(parts), image.place("prompt"))
    return None


def _prompts(prompt: str, source: str) -> dict[Field, Stated]:
    """Return the prompt, and what is in brackets as the negative."""
    negatives = [text for text in map(str.strip, _BRACKETED.findall(prompt)) if text]
    if not negatives:
        return {"positive_prompt": Stated(prompt.strip(), source)}
    return {
        "positive_prompt": Stated(_BRACKETED.sub("", prompt).strip(), source),
        "negative_prompt": Stated(" ".join(negatives), source),
    }


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
    prompt, _, options = text.partition(" -")
    return prompt, f" -{options}" if options else ""


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
        name, values = option[1], []
        if option[2]:
            values.append(option[2].lstrip("="))
    if name:
        yield name, " ".join(values)
