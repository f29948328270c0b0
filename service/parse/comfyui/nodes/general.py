"""What a class is by its name: the fallback for all classes whose record does not say it.

Node packs call their nodes after what these do, as ComfyUI does, so that most classes need no
record. Where a name misleads, the class gets a record with its roles, and nothing here is asked.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from service.light_patterns import light_pattern
from service.parse.comfyui.nodes.record import NodeRecord, Role

_NAMES: Mapping[Role, str] = {
    # What samples, and what samples on from an image; others that take one give an empty latent of
    # its size.
    "sampler": r"(?<!up)sampler(?!.*(select|config|provider|setting|preset|option|scheduler|name))"
    r"|detailer(?!.*(hook|provider|pipe\b.*edit))|ultimatesdupscale|iterative(latent|image)upscale",
    "iterate": r"^iterative(latent|image)upscale",
    "encode image": r"encode|^Inpaint.*Conditioning|^InstructPix|^SVD_img2vid|^StableZero123",
    "measure": r"marigold",
    # What writes or shows an image, and what pastes a detailer's part back into it.
    "saver": r"save|vhs_videocombine|image ?output|send ?image.*websocket|sdpromptsaver|export",
    "preview": r"preview|show ?image|display|compare",
    "paste": r"^segs ?paste",
    # What hands on one of many, or the same again and again.
    "switch": r"(?<!inversed)switch|^if any|if.?else|conditional.?branch|select(or)?\b.*any"
    r"|indexswitch|router",
    "loop": r"(for|while) ?loop",
    # What calculates, and what makes a text of others.
    "math": r"math|(?<!image)(?<!image )compare$|logic"
    r"|^JW(integer|float)(add|sub|mul|div)|(number|int|integer|float) ?operation"
    r"|evaluate ?(int|float)|arithmetic",
    "join": r"concat|join|^StringFunction|combine(?!.*cond)|merge.*(text|string|prompt)|append",
    "format": r"string ?format|format ?(string|text)|text ?(template|format)",
    "replace": r"replace",
    "change": r"^string ?(trim|strip|substring)|^(case ?converter|text ?case)|truncat",
    # What holds or shows a text, or has one made by the run, which no file states.
    "text": r"text|string|prompt|literal|constant|primitive|\bnote\b",
    "show": r"show ?(text|any)|display ?(text|any|string)|preview ?(any|text)",
    "run only": r"textgenerat|llm|gpt|ollama|gemini|claude|florence|caption|tagger|interrogat|blip"
    r"|joycaption|translat|load ?preset|text ?file|load ?line|from ?file|llava|qwen.*vl|vlm|groq"
    r"|openai|deepseek|random|regex|tipo|string ?selector|\bagent\b",
    "fill wildcards": r"^DP(random|comb)",
    "load tags": r"lora|wildcard ?encode|power ?prompt",
}
NAMED = {role: re.compile(names, re.IGNORECASE) for role, names in _NAMES.items()}
"""Role → what the names of its classes look like. Other roles are given by records alone."""

NO_SAMPLER = light_pattern(
    r"^(Model|Sampler(?!Custom)|ODE|VAE)|Upscaler?Provider|pre ?(k?sampl|detailer)|^ToDetailer"
    r"|Scheduler|save|settings",
    re.IGNORECASE,
)
"""Classes that only offer something to samplers, whatever their inputs."""

NAMES_KEPT = 8192
"""Answers that are kept ready, about twenty a class."""


def plays(record: NodeRecord, role: Role) -> bool:
    """Return whether a node has a role: as its record says, else as its name does."""
    if record.roles is not None:
        return role in record.roles
    return _sounds_like(record.class_type, role)


@lru_cache(maxsize=NAMES_KEPT)
def _sounds_like(class_type: str, role: Role) -> bool:
    pattern = NAMED.get(role)
    return pattern is not None and pattern.search(class_type) is not None
