"""``smproj``: Stability Matrix's project, the state of the page that made the image.

``State`` has a card each for the model, sampler, prompt, seed and batch; ``Modules.$values`` are
the add-ons with ``IsEnabled``. A card states all its values; ``Is…Enabled`` says which of them were
used.

Stability Matrix (Inference): its own texts beside the ComfyUI graph that it made and ran.

PNG ``parameters`` (an infotext for other tools), ``parameters-json`` (the same as JSON, with
CivitAI version ids), ``smproj`` (the project with every card of the page) and ``prompt`` (the API
graph). UTF-8 stands in ``tEXt``, whose bytes ExifTool takes for Latin; ``blobs`` mends that. An
upscaled image's ``Size`` is the final one (corpus: stability-matrix-upscale.png), so the graph,
which ran, comes first, then the JSON, then the project; the infotext is read as a rival.

``Sampler`` is a display name with the schedule in it (``Euler Ancestral Karras``). FrameCount and
its like are 0 for stills.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.parse import comfyui
from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import JsonTable, Table
from service.parse.shared.model_files import model_file, model_name
from service.records import Blobs, Fact, Field, Generation, Resource, Sampling, Stated
from service.records.model_names import stem

SAMPLER: Table = (("steps", ("Steps",)),)

SWITCHED: tuple[tuple[str, tuple[tuple[Field, str], ...]], ...] = (
    ("IsCfgScaleEnabled", (("cfg_scale", "CfgScale"),)),
    ("IsDimensionsEnabled", (("width", "Width"), ("height", "Height"))),
    ("IsDenoiseStrengthEnabled", (("denoise", "DenoiseStrength"),)),
)
"""Switch of the sampler's card, and the fields it turns on."""

NAMED: tuple[tuple[str, Field, str], ...] = (
    ("IsSamplerSelectionEnabled", "sampler", "SelectedSampler"),
    ("IsSchedulerSelectionEnabled", "scheduler", "SelectedScheduler"),
)

_CARDS = ("Model", "Prompt", "Seed", "BatchSize")
_UPSCALER_MODEL = 2
"""``SelectedUpscaler.Type`` of a model file; 1 is arithmetic."""


def read_project(told: JsonTable) -> Generation:
    """Return what the project's cards say."""
    state = told.inside("State")
    if state is None:
        return Generation("stability_matrix", {}, unsettled=(f"{told.source} holds no state",))
    fields = dict(_fields(state))
    facts = tuple(fact for key in _CARDS if (card := state.inside(key)) for fact in card.facts())
    facts += tuple(_kind(told))
    return Generation(
        "stability_matrix", fields, tuple(_passes(state)), tuple(_project_resources(state)), facts
    )


def _kind(told: JsonTable) -> Iterator[Fact]:
    for key in ("Version", "ProjectType"):
        stated = told.stated(key)
        if stated is not None:
            yield Fact(key, str(stated.value), stated.source)


def _fields(state: JsonTable) -> Iterator[tuple[Field, Stated]]:
    prompt, seed, model = state.inside("Prompt"), state.inside("Seed"), state.inside("Model")
    if prompt:
        yield from prompt.fields(
            (("positive_prompt", ("Prompt",)), ("negative_prompt", ("NegativePrompt",)))
        ).items()
    if seed:
        yield from seed.fields((("seed", ("Seed",)),)).items()
    if model:
        yield from _model(model).items()
    sampler = state.inside("Sampler")
    if sampler:
        yield from _card(sampler).items()


def _model(model: JsonTable) -> dict[Field, Stated]:
    fields: dict[Field, Stated] = {}
    pairs: tuple[tuple[Field, str], ...] = (
        ("model", "SelectedModelName"),
        ("vae", "SelectedVaeName"),
    )
    for field, key in pairs:
        stated = model.stated(key)
        if stated and _file(stated.value):
            fields[field] = stated
    clip_skip = model.stated("ClipSkip")
    if clip_skip and model.data.get("IsClipSkipEnabled") is True:
        fields["clip_skip"] = clip_skip
    return fields


def _file(value: object) -> str | None:
    """Return a file's name; ``@none`` and ``@default`` are choices of the page."""
    name = model_name(value if isinstance(value, str) else None)
    return None if name is None or name.startswith("@") else name


def _card(sampler: JsonTable) -> dict[Field, Stated]:
    """Return what a sampler's card says that is switched on."""
    fields = sampler.fields(SAMPLER)
    for switch, pairs in SWITCHED:
        if sampler.data.get(switch) is True:
            fields |= sampler.fields(tuple((field, (key,)) for field, key in pairs))
    for switch, field, key in NAMED:
        chosen = sampler.inside(key)
        name = chosen.stated("Name") if chosen else None
        if name and sampler.data.get(switch) is True:
            fields[field] = name
    return fields


def _passes(state: JsonTable) -> Iterator[Sampling]:
    for module in _modules(state):
        cards = list(module.each("$values"))
        sampler = next((card for card in cards if card.data.get("$type") == "Sampler"), None)
        if sampler is not None and module.data.get("$type") == "HiresFixModule":
            yield Sampling("hires", _card(sampler))
        elif module.data.get("$type") == "UpscalerModule":
            yield Sampling("upscale", {})


def _modules(state: JsonTable) -> Iterator[JsonTable]:
    modules = state.inside("Modules")
    for module in modules.each("$values") if modules else ():
        if module.data.get("IsEnabled") is True:
            yield module


def _project_resources(state: JsonTable) -> Iterator[Resource]:
    model = state.inside("Model")
    if model is not None:
        if name := _file(model.data.get("SelectedModelName")):
            yield model_file("checkpoint", name, model.place("SelectedModelName"))
        if name := _file(model.data.get("SelectedVaeName")):
            yield model_file("vae", name, model.place("SelectedVaeName"))
    for module in _modules(state):
        for card in module.each("$values"):
            upscaler = card.inside("SelectedUpscaler")
            if (
                upscaler
                and upscaler.data.get("Type") == _UPSCALER_MODEL
                and (name := upscaler.text("Name"))
            ):
                yield model_file("upscaler", name, upscaler.place("Name"))


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
        whole = _fill(whole, part)
    if all(field in whole.fields for field in CORE):
        return replace(whole, unsettled=())
    return whole


def _read_told(blobs: Blobs, role: str) -> JsonTable | None:
    return next((told for blob in blobs.all(role) if (told := JsonTable.of(blob))), None)


def _graph(blobs: Blobs) -> Generation | None:
    return comfyui.PARSER.parse(blobs) if comfyui.PARSER.claim(blobs) > Claim.NO else None


def _json(blobs: Blobs) -> Generation | None:
    told = _read_told(blobs, "parameters-json")
    if told is None:
        return None
    fields = told.fields(BASE)
    if "model" in fields and model_name(fields["model"].value) is None:
        del fields["model"]
    return Generation(NAME, fields, (), _resources(told), told.facts())


def _project(blobs: Blobs) -> Generation | None:
    told = _read_told(blobs, "smproj")
    return read_project(told) if told else None


def _resources(told: JsonTable) -> tuple[Resource, ...]:
    found: list[Resource] = []
    name = model_name(told.data.get("ModelName"))
    version = _id(told.data.get("ModelVersionId"))
    if name:
        checkpoint = model_file(
            "checkpoint", name, told.place("ModelName"), hash_=told.data.get("ModelHash")
        )
        found.append(replace(checkpoint, model_version_id=version))
    networks = told.data.get("ExtraNetworkModelVersionIds")
    for number in networks if isinstance(networks, list) else ():
        if (one := _id(number)) is not None:
            place = told.place("ExtraNetworkModelVersionIds")
            found.append(
                Resource("resource_ref", f"modelVersionId:{one}", place, model_version_id=one)
            )
    return tuple(found)


def _id(value: object) -> int | None:
    return (
        value
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53
        else None
    )


def _fill(whole: Generation, part: Generation) -> Generation:
    """Return the whole, with the part's words for what it does not say."""
    fields = {**part.fields, **whole.fields}
    if (
        "sampler" in whole.fields and "scheduler" not in whole.fields
    ):  # a schedule is of its own sampler
        fields.pop("scheduler", None)
    if (
        "model_hash" in part.fields
        and "model_hash" not in whole.fields
        and not _same_model(whole, part)
    ):
        fields.pop("model_hash", None)
    return Generation(
        NAME,
        fields,
        whole.passes or part.passes,
        _join_resources(whole.resources, part.resources),
        (*whole.facts, *part.facts),
        (*whole.unsettled, *part.unsettled),
    )


def _same_model(whole: Generation, part: Generation) -> bool:
    ours, theirs = whole.fields.get("model"), part.fields.get("model")
    return ours is None or (theirs is not None and stem(str(ours.value)) == stem(str(theirs.value)))


def _join_resources(
    ours: tuple[Resource, ...], theirs: tuple[Resource, ...]
) -> tuple[Resource, ...]:
    """Return ours with hashes and ids of theirs, and those of theirs whose kind is not among ours."""
    by_name: Mapping[tuple[str, str], Resource] = {
        (one.kind, stem(one.label)): one for one in theirs
    }
    kinds = {one.kind for one in ours}
    return (
        *(_enrich(one, by_name.get((one.kind, stem(one.label)))) for one in ours),
        *(one for one in theirs if one.kind not in kinds),
    )


def _enrich(ours: Resource, theirs: Resource | None) -> Resource:
    if theirs is None:
        return ours
    if ours.hash is None:
        ours = replace(ours, hash=theirs.hash, hash_kind=theirs.hash_kind)
    return replace(ours, model_version_id=ours.model_version_id or theirs.model_version_id)


PARSER = Parser(NAME, 2, claim, parse, covers=frozenset({"comfyui"}))
