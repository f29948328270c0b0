"""Names of model files: which endings they have, and what is left of a name without them.

Every room takes the endings from here, so that ``x.gguf`` is the same model in a graph, a list of
hashes, a model folder and the name of an export.
"""

import re
from pathlib import PurePath

from service.light_patterns import light_pattern

ENDINGS = (
    ".safetensors",
    ".sft",
    ".ckpt",
    ".pt",
    ".pth",
    ".bin",
    ".gguf",
    ".onnx",
    ".engine",  # TensorRT, as ComfyUI's loader names it
)
"""Of model files, in lower case. A dot alone is no ending: ``dreamshaper_v1.5`` is a whole name."""

_COMPILED = ".engine"
_LONGEST = max(map(len, ENDINGS))
_ENDING = re.compile(rf"(?:{'|'.join(map(re.escape, ENDINGS))})\Z", re.IGNORECASE)
_AIR = re.compile(r"\s*(?:urn:|air:|civitai:\d)", re.IGNORECASE)
_HASH = light_pattern(r"(?:0x)?(?:sha256:)?(blake3:)?([0-9a-f]{4,128})", re.IGNORECASE)
_HASH_BEHIND = re.compile(r"\s\[[0-9a-f]{8,64}\]\Z", re.IGNORECASE)
"""A1111's ``control_canny [1a2b3c4d]``; the name is the same elsewhere without it."""
_FOLDER = re.compile(r"[\\/]")


def is_model_file(name: str) -> bool:
    """Tell whether a name ends as a model file does."""
    return name[-_LONGEST:].casefold().endswith(ENDINGS)


def is_shared_model_file(path: PurePath) -> bool:
    """Tell whether a file on disk is a model that others may have, too, byte for byte.

    A TensorRT engine is compiled on each machine, so its hashes tell nothing.
    """
    ending = path.suffix.lower()
    return ending in ENDINGS and ending != _COMPILED


def base_name(name: str) -> str:
    """Return a model's file name without folders and ending, as it is written."""
    return _ENDING.sub("", _FOLDER.split(name.strip())[-1])


def name_norm(name: str) -> str:
    """Return the name under which a model is counted: no folder, ending or hash, case folded.

    Versions stay, since they are other models. An AIR is a name as a whole.
    """
    if _AIR.match(name):
        return name.strip().casefold()
    bare = base_name(_HASH_BEHIND.sub("", name.strip()))
    return " ".join(bare.casefold().split()) or name.strip().casefold()


def hash_form(digits: str) -> str:
    """Return a model's hash in one form: lower case, without ``0x``.

    ``blake3:`` stays, as nothing else tells it from SHA-256. What is no hash stays as it is.
    """
    match = _HASH.fullmatch(digits.strip())
    if match is None:
        return digits
    return f"{(match[1] or '').lower()}{match[2].lower()}"


def stem(name: str) -> str:
    """Return a model's file name without folders and ending, in lower case, to compare names by."""
    return base_name(name).lower()
