"""Stability Matrix (Inference): its own texts beside the ComfyUI graph that it made and ran.

PNG ``parameters`` (an infotext for other tools), ``parameters-json`` (the same as JSON, with CivitAI version ids),
``smproj`` (the project with every card of the page) and ``prompt`` (the API graph). UTF-8 stands in ``tEXt``, whose
bytes ExifTool takes for Latin; ``blobs`` mends that. An upscaled image's ``Size`` is the final one (corpus:
stability-matrix-upscale.png), so the graph, which ran, comes first, then the JSON, then the project; the infotext is
read as a rival.

``Sampler`` is a display name with the schedule in it (``Euler Ancestral Karras``). FrameCount and its like are 0 for
stills.
"""

from collections.abc import Mapping
from dataclasses import replace

from service.parse import comfyui, stability_project
from service.parse.base import Claim, Parser
from service.parse.json_facts import Table, Told
from service.parse.model_files import model_file, named, stem
from service.records import Blobs, Field, Generation, Resource

NAME = "stability_matrix"

BASE: Table = (
    ("positive_prompt", ("PositivePrompt",)),
    ("negative_prompt", ("NegativePrompt",)),
    ("steps", ("Steps",)),
    ("sampler", ("Sampler",)),
    ("cfg_scale", ("CfgScale",)),
    ("seed", ("Seed",)),
    ("width", ("Width",)),
    ("height", ("Height",)),
    ("model", ("ModelName",)),
    ("model_hash", ("ModelHash",)),
)

CORE: tuple[Field, ...] = ("positive_prompt", "steps", "cfg_scale", "sampler", "seed", "model")


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a text has one of the two names that only Stability Matrix uses, read or not."""
    return Claim.MARKER if "parameters-json" in blobs.texts or "smproj" in blobs.texts else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the graph, the JSON and the project say together."""
    parts = [part for part in (_graph(blobs), _json(blobs), _project(blobs)) if part is not None]
    whole = Generation(NAME, {})
    for part in parts:
        whole = _filled(whole, part)
    if all(field in whole.fields for field in CORE):
        return replace(whole, unsettled=())
    return whole


def _told(blobs: Blobs, role: str) -> Told | None:
    return next((told for blob in blobs.all(role) if (told := Told.of(blob))), None)


def _graph(blobs: Blobs) -> Generation | None:
    return comfyui.PARSER.parse(blobs) if comfyui.PARSER.claim(blobs) > Claim.NO else None


def _json(blobs: Blobs) -> Generation | None:
    told = _told(blobs, "parameters-json")
    if told is None:
        return None
    fields = told.fields(BASE)
    if "model" in fields and named(fields["model"].value) is None:
        del fields["model"]
    return Generation(NAME, fields, (), _resources(told), told.facts())


def _project(blobs: Blobs) -> Generation | None:
    told = _told(blobs, "smproj")
    return stability_project.read(told) if told else None


def _resources(told: Told) -> tuple[Resource, ...]:
    found: list[Resource] = []
    name = named(told.data.get("ModelName"))
    version = _id(told.data.get("ModelVersionId"))
    if name:
        checkpoint = model_file("checkpoint", name, told.place("ModelName"), hash_=told.data.get("ModelHash"))
        found.append(replace(checkpoint, model_version_id=version))
    networks = told.data.get("ExtraNetworkModelVersionIds")
    for number in networks if isinstance(networks, list) else ():
        if (one := _id(number)) is not None:
            place = told.place("ExtraNetworkModelVersionIds")
            found.append(Resource("resource_ref", f"modelVersionId:{one}", place, model_version_id=one))
    return tuple(found)


def _id(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53 else None


def _filled(whole: Generation, part: Generation) -> Generation:
    """Return the whole, with the part's words for what it does not say."""
    fields = {**part.fields, **whole.fields}
    if "sampler" in whole.fields and "scheduler" not in whole.fields:  # a schedule is of its own sampler
        fields.pop("scheduler", None)
    if "model_hash" in part.fields and "model_hash" not in whole.fields and not _same_model(whole, part):
        fields.pop("model_hash", None)
    return Generation(
        NAME,
        fields,
        whole.passes or part.passes,
        _joined(whole.resources, part.resources),
        (*whole.facts, *part.facts),
        (*whole.unsettled, *part.unsettled),
    )


def _same_model(whole: Generation, part: Generation) -> bool:
    ours, theirs = whole.fields.get("model"), part.fields.get("model")
    return ours is None or (theirs is not None and stem(str(ours.value)) == stem(str(theirs.value)))


def _joined(ours: tuple[Resource, ...], theirs: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """Return ours with hashes and ids of theirs, and those of theirs whose kind is not among ours."""
    by_name: Mapping[tuple[str, str], Resource] = {(one.kind, stem(one.label)): one for one in theirs}
    kinds = {one.kind for one in ours}
    return (
        *(_enriched(one, by_name.get((one.kind, stem(one.label)))) for one in ours),
        *(one for one in theirs if one.kind not in kinds),
    )


def _enriched(ours: Resource, theirs: Resource | None) -> Resource:
    if theirs is None:
        return ours
    if ours.hash is None:
        ours = replace(ours, hash=theirs.hash, hash_kind=theirs.hash_kind)
    return replace(ours, model_version_id=ours.model_version_id or theirs.model_version_id)


PARSER = Parser(NAME, 2, claim, parse, covers=frozenset({"comfyui"}))
