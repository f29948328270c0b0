"""What a safetensors file says of itself in its header.

Nothing is unpickled, and no tensor is read.
"""

from collections.abc import Iterable
from dataclasses import field
from pathlib import Path

import orjson

from service.catalog.fields import ANY_LENGTH, hex_digits
from service.light_dataclasses import dataclass
from service.records import ResourceKind
from service.resources.known_models import CLAIMED_HASH

MAX_HEADER = 32 << 20
"""Bytes. The format allows 100 MB; the largest real ones (LoRAs with every caption of their
training) have a few."""

SUFFIXES = (".safetensors", ".sft")

LENGTH_BYTES = 8
SHORTEST_HEADER = len("{}")


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one file."""

    data_start: int
    """Byte at which the tensors begin: AutoV3 is the hash of everything from here."""
    metadata: dict[str, str] = field(default_factory=dict)
    """``__metadata__``: what the trainer or the merging tool wrote."""
    kind: ResourceKind | None = None
    """By the metadata, else by the tensors' names."""


def read_header(path: Path, size: int) -> Header | None:
    """Return the header of a file of this size, or None where it has none that can be believed."""
    if size < LENGTH_BYTES:
        return None
    with path.open("rb") as file:
        length = int.from_bytes(file.read(LENGTH_BYTES), "little")
        if not SHORTEST_HEADER <= length <= min(MAX_HEADER, size - LENGTH_BYTES):
            return None
        data = file.read(length)
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict):
        return None
    stated = found.get("__metadata__")
    metadata: dict[str, str] = {}
    if isinstance(stated, dict):
        metadata = {key: value for key, value in stated.items() if isinstance(value, str)}
    return Header(LENGTH_BYTES + length, metadata, kind_of_file(metadata, found))


def kind_of_file(metadata: dict[str, str], tensors: Iterable[str]) -> ResourceKind | None:
    """Return what sort of model has such metadata and tensors, or None where they do not tell."""
    architecture = metadata.get("modelspec.architecture", "").lower()
    if "ss_network_module" in metadata or architecture.endswith("/lora"):
        return "lora"
    if architecture.endswith("/textual-inversion"):
        return "embedding"
    return _kind_by_tensors([name for name in tensors if name != "__metadata__"])


_TENSORS: tuple[tuple[ResourceKind, tuple[str, ...]], ...] = (
    (
        "lora",
        (
            "lora_up",
            "lora_down",
            "lora_A",
            "lora_B",
            "hada_w1",
            "lokr_w",
            "oft_blocks",
            "dora_scale",
        ),
    ),
    ("controlnet", ("control_model.", "controlnet_", "zero_convs.")),
    ("ip_adapter", ("ip_adapter.",)),
    ("motion", ("motion_modules.",)),
    (
        "checkpoint",
        ("model.diffusion_model.", "double_blocks.", "joint_blocks.", "single_transformer_blocks."),
    ),
    ("vae", ("first_stage_model.", "decoder.conv_in.", "decoder.mid.")),
    ("clip_vision", ("vision_model.",)),
    (
        "text_encoder",
        ("text_model.", "encoder.block.0.layer.0.SelfAttention", "model.embed_tokens."),
    ),
    ("embedding", ("emb_params", "string_to_param")),
)
"""Kind → parts of tensor names that only it has, the more special kinds first.

A ControlNet has a UNET's too.
"""

_EMBEDDING_KEYS = frozenset({"clip_g", "clip_l", "clip_h", "t5xxl", "emb_params"})


def _kind_by_tensors(names: list[str]) -> ResourceKind | None:
    if names and _EMBEDDING_KEYS.issuperset(names):
        return "embedding"
    for kind, parts in _TENSORS:
        for name in names:
            if any(part in name for part in parts):
                return kind
    return None


def describe_metadata(metadata: dict[str, str]) -> dict[str, str]:
    """Return what a trainer's metadata says under our names.

    ``model_name``, ``base_model`` and ``sshs_model_hash`` where stated.
    """
    name = metadata.get("modelspec.title") or metadata.get("ss_output_name")
    architecture = metadata.get("modelspec.architecture", "")
    base_model = metadata.get("ss_base_model_version") or architecture.partition("/")[0]
    claimed = hex_digits(metadata.get(CLAIMED_HASH)) or ""
    stated = {"model_name": name, "base_model": base_model}
    if len(claimed) in ANY_LENGTH:
        stated[CLAIMED_HASH] = claimed
    return {key: value for key, value in stated.items() if value}
