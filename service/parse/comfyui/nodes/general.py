"""What a class is by its name: the fallback for all classes whose record does not say it.

Node packs call their nodes after what these do, as ComfyUI does, so that most classes need no
record. Where a name misleads, the class gets a record with its roles, and nothing here is asked.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from service.light_patterns import light_pattern
from service.parse.comfyui.nodes.definitions import CLASSES_KEPT
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


class Roles(dict[Role, bool]):
    """Whether a class has each role: as its record says, else as its name does, once asked."""

    def __init__(self, class_type: str, stated: tuple[Role, ...] | None) -> None:
        super().__init__()
        self._class_type = class_type
        self._stated = stated

    def __missing__(self, role: Role) -> bool:
        """Return what is asked for the first time."""
        names = NAMED.get(role)
        if self._stated is not None:
            has_role = role in self._stated
        else:
            has_role = names is not None and names.search(self._class_type) is not None
        self[role] = has_role
        return has_role


@lru_cache(maxsize=CLASSES_KEPT)
def _roles_of_class(class_type: str, stated: tuple[Role, ...] | None) -> Roles:
    return Roles(class_type, stated)


def roles_of(record: NodeRecord) -> Roles:
    """Return what nodes of a class are."""
    return _roles_of_class(record.class_type, record.roles)
