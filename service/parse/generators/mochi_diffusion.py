"""Mochi Diffusion (macOS): one line of labels and values in IPTC ``Caption-Abstract``.

::

    Include in Image: …; Exclude from Image: …; Model: …; Steps: 18; Guidance Scale: 8.5; Seed: 1;
    Size: 512x768; Upscaler: …; Scheduler: DPM-Solver++; ML Compute Unit: …; Generator: Mochi …

``OriginatingProgram`` is ``Mochi Diffusion``; forks write the same line under their own name.
Scheduler is the sampler. A prompt may hold semicolons, so a value ends at the next label of the
app's own; a prompt that holds one ends at ``Exclude from Image`` all the same. Source: the app's
own code.
"""

from collections.abc import Iterator

from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.infotext.field_names import read_size
from service.parse.shared.model_files import checkpoint_of_fields, model_file, names_nothing
from service.records import Blob, Blobs, Fact, Field, Generation, Resource, Stated

NAME = "mochi-diffusion"
ROLES = ("caption-abstract", "description", "imagedescription")

FIELDS: dict[str, Field] = {
    "Include in Image": "positive_prompt",
    "Exclude from Image": "negative_prompt",
    "Model": "model",
    "Steps": "steps",
    "Guidance Scale": "cfg_scale",
    "Seed": "seed",
    "Scheduler": "sampler",
    "Upscaler": "upscaler",
}
OTHERS = (
    "Size",
    "Date",
    "Quality",
    "Strength",
    "Starting Image",
    "ControlNet Image",
    "Input Images",
    "LoRAs",
    "ML Compute Unit",
    "Generator",
)

_START = "Include in Image:"
_SECOND = "Exclude from Image"
"""The label that follows the prompt: others before it are words of the prompt."""
_LABEL = light_pattern(rf"(?:\A|;)\s{{0,9}}({'|'.join((*FIELDS, *OTHERS))}):[ \t]?")


def claim(blobs: Blobs) -> Claim:
    """Claim a caption that begins with Mochi's first label and has another of them."""
    if _find_line(blobs):
        return Claim.MARKER
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the line says."""
    line = _find_line(blobs)
    if line is None:
        return Generation(NAME, {}, unsettled=("no caption has Mochi Diffusion's labels",))
    values = dict(_values(line.text))
    fields: dict[Field, Stated] = {}
    for label, field in FIELDS.items():
        value = values.get(label)
        if value is not None and (field.endswith("_prompt") or not names_nothing(value)):
            fields[field] = Stated(value, line.source)
    fields |= read_size(values.get("Size"), line.source)
    facts = tuple(Fact(label, value, line.source) for label, value in values.items())
    return Generation(NAME, fields, (), tuple(_resources(fields)), facts)


def _find_line(blobs: Blobs) -> Blob | None:
    for blob in blobs.all(*ROLES):
        if blob.text.lstrip().startswith(_START) and len(dict(_values(blob.text))) > 1:
            return blob
    return None


def _values(text: str) -> Iterator[tuple[str, str]]:
    """Yield label and value, the first of each label."""
    labels = list(_LABEL.finditer(text))
    for number, label in enumerate(labels):
        if label[1] == _SECOND:
            labels[1:number] = []
            break
    found: set[str] = set()
    for number, label in enumerate(labels):
        end = labels[number + 1].start() if number + 1 < len(labels) else len(text)
        if label[1] not in found:
            found.add(label[1])
            yield label[1], text[label.end() : end].strip("; \n")


def _resources(fields: dict[Field, Stated]) -> Iterator[Resource]:
    yield from checkpoint_of_fields(fields)
    upscaler = fields.get("upscaler")
    if upscaler is not None:
        yield model_file("upscaler", str(upscaler.value), upscaler.source)


PARSER = Parser(NAME, 2, claim, parse, roles=frozenset(ROLES))
