"""Stability Matrix (Inference): PNG texts of its own beside the ComfyUI graph that it made and ran.

PNG ``parameters`` (an infotext for other tools), ``parameters-json`` (the same as JSON, with
CivitAI version ids), ``smproj`` (the project, the state of the page that made the image) and
``prompt`` (the API graph). UTF-8 is in ``tEXt``, whose bytes ExifTool takes for Latin; ``blobs``
repairs that. An upscaled image's ``Size`` is the final one (corpus: stability-matrix-upscale.png),
so the graph, which ran, comes first, then the JSON, then the project; the infotext is read as a
rival.

``Sampler`` is a display name with the schedule in it (``Euler Ancestral Karras``). FrameCount and
its like are 0 for stills. The project's ``State`` has a card each for the model, sampler, prompt,
seed and batch; ``Modules.$values`` are the add-ons with ``IsEnabled``. A card states all its
values; ``Is…Enabled`` says which of them were used.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.parse import comfyui
from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_table
from service.parse.shared.model_files import model_file, model_name
from service.parse.shared.numbers import id_number
from service.records import Blobs, Fact, Field, Generation, Resource, ResourceKind, Sampling, Stated
from service.records.json_values import JsonValue
from service.records.model_names import stem

NAME = "stability_matrix"
OWN_ROLES = frozenset({"parameters-json", "smproj"})

BASE: FieldKeys = (
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

CORE: frozenset[Field] = frozenset(
    {"positive_prompt", "steps", "cfg_scale", "sampler", "seed", "model"}
)

CARD_FIELDS: Mapping[str, FieldKeys] = {
    "Prompt": (("positive_prompt", ("Prompt",)), ("negative_prompt", ("NegativePrompt",))),
    "Seed": (("seed", ("Seed",)),),
}
"""Cards of the project whose values always count."""

SWITCHED: tuple[tuple[str, FieldKeys], ...] = (
    ("IsCfgScaleEnabled", (("cfg_scale", ("CfgScale",)),)),
    ("IsDimensionsEnabled", (("width", ("Width",)), ("height", ("Height",)))),
    ("IsDenoiseStrengthEnabled", (("denoise", ("DenoiseStrength",)),)),
)
"""Switch of the sampler's card, and the fields it turns on."""

SELECTED: tuple[tuple[str, Field, str], ...] = (
    ("IsSamplerSelectionEnabled", "sampler", "SelectedSampler"),
    ("IsSchedulerSelectionEnabled", "scheduler", "SelectedScheduler"),
)
"""Switch of the sampler's card, the field it turns on, and the object that names its value."""

_CARDS = ("Model", "Prompt", "Seed", "BatchSize")
_UPSCALER_MODEL = 2
"""``SelectedUpscaler.Type`` of a model file; 1 is arithmetic."""


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a text has a name that only Stability Matrix uses, read or not."""
    return Claim.NO if OWN_ROLES.isdisjoint(blobs.texts) else Claim.MARKER


def parse(blobs: Blobs) -> Generation:
    """Return what the graph, the JSON and the project say together."""
    whole = Generation(NAME, {})
    for part in (_read_graph(blobs), _read_json(blobs), _read_smproj(blobs)):
        if part is not None:
            whole = _fill(whole, part)
    if whole.fields.keys() >= CORE:
        return replace(whole, unsettled=())
    return whole


def _read_graph(blobs: Blobs) -> Generation | None:
    if comfyui.PARSER.claim(blobs) > Claim.NO:
        return comfyui.PARSER.parse(blobs)
    return None


def _read_json(blobs: Blobs) -> Generation | None:
    settings = find_table(blobs, "parameters-json")
    if settings is None:
        return None
    fields = settings.fields(BASE)
    if "model" in fields and model_name(fields["model"].value) is None:
        del fields["model"]
    return Generation(NAME, fields, (), tuple(_models(settings)), settings.facts())


def _models(settings: JsonTable) -> Iterator[Resource]:
    name = model_name(settings.data.get("ModelName"))
    if name:
        hash_ = settings.data.get("ModelHash")
        checkpoint = model_file("checkpoint", name, settings.place("ModelName"), hash_=hash_)
        version = _version_id(settings.data.get("ModelVersionId"))
        yield replace(checkpoint, model_version_id=version)
    place = settings.place("ExtraNetworkModelVersionIds")
    for number in settings.items("ExtraNetworkModelVersionIds"):
        version = _version_id(number)
        if version is not None:
            label = f"modelVersionId:{version}"
            yield Resource("resource_ref", label, place, model_version_id=version)


def _version_id(value: JsonValue) -> int | None:
    if isinstance(value, str):
        return None
    return id_number(value)


def _fill(whole: Generation, part: Generation) -> Generation:
    """Return the whole, with the part's words for what it does not say."""
    fields = {**part.fields, **whole.fields}
    # A schedule belongs to its own sampler, a hash to its own model.
    if "sampler" in whole.fields and "scheduler" not in whole.fields:
        fields.pop("scheduler", None)
    if "model_hash" not in whole.fields and not _is_same_model(whole, part):
        fields.pop("model_hash", None)
    return Generation(
        NAME,
        fields,
        whole.passes or part.passes,
        tuple(_join_resources(whole.resources, part.resources)),
        (*whole.facts, *part.facts),
        (*whole.unsettled, *part.unsettled),
    )


def _is_same_model(whole: Generation, part: Generation) -> bool:
    ours, theirs = whole.fields.get("model"), part.fields.get("model")
    if ours is None:
        return True
    return theirs is not None and stem(str(ours.value)) == stem(str(theirs.value))


def _join_resources(ours: tuple[Resource, ...], theirs: tuple[Resource, ...]) -> Iterator[Resource]:
    """Yield ours with hashes and ids of theirs, and theirs whose kind is not among ours."""
    by_name = {(one.kind, stem(one.label)): one for one in theirs}
    for one in ours:
        yield _enrich(one, by_name.get((one.kind, stem(one.label))))
    kinds = {one.kind for one in ours}
    for one in theirs:
        if one.kind not in kinds:
            yield one


def _enrich(ours: Resource, theirs: Resource | None) -> Resource:
    if theirs is None:
        return ours
    if ours.hash is None:
        ours = replace(ours, hash=theirs.hash, hash_kind=theirs.hash_kind)
    return replace(ours, model_version_id=ours.model_version_id or theirs.model_version_id)


def _read_smproj(blobs: Blobs) -> Generation | None:
    """Return what the project's cards say."""
    project = find_table(blobs, "smproj")
    if project is None:
        return None
    state = project.inside("State")
    if state is None:
        return Generation(NAME, {}, unsettled=(f"{project.source} holds no state",))
    fields = _fields_of_cards(state)
    resources = tuple(_files_of_cards(state))
    facts = tuple(_facts_of_cards(project, state))
    return Generation(NAME, fields, tuple(_passes(state)), resources, facts)


def _facts_of_cards(project: JsonTable, state: JsonTable) -> Iterator[Fact]:
    for key in _CARDS:
        yield from state.part(key).facts()
    for key in ("Version", "ProjectType"):
        stated = project.stated(key)
        if stated is not None:
            yield Fact(key, str(stated.value), stated.source)


def _fields_of_cards(state: JsonTable) -> dict[Field, Stated]:
    fields: dict[Field, Stated] = {}
    for key, keys_of_fields in CARD_FIELDS.items():
        fields |= state.part(key).fields(keys_of_fields)
    fields |= _fields_of_model(state.part("Model"))
    return fields | _fields_of_sampler(state.part("Sampler"))


def _fields_of_model(model: JsonTable) -> dict[Field, Stated]:
    fields: dict[Field, Stated] = {}
    names: tuple[tuple[Field, str], ...] = (
        ("model", "SelectedModelName"),
        ("vae", "SelectedVaeName"),
    )
    for field, key in names:
        stated = model.stated(key)
        if stated and _file_name(stated.value):
            fields[field] = stated
    clip_skip = model.stated("ClipSkip")
    if clip_skip and model.data.get("IsClipSkipEnabled") is True:
        fields["clip_skip"] = clip_skip
    return fields


def _file_name(value: JsonValue) -> str | None:
    """Return a file's name; ``@none`` and ``@default`` are choices of the page."""
    name = model_name(value)
    if name is None or name.startswith("@"):
        return None
    return name


def _fields_of_sampler(sampler: JsonTable) -> dict[Field, Stated]:
    """Return what a sampler's card says that is switched on."""
    fields = sampler.fields((("steps", ("Steps",)),))
    for switch, keys_of_fields in SWITCHED:
        if sampler.data.get(switch) is True:
            fields |= sampler.fields(keys_of_fields)
    for switch, field, key in SELECTED:
        name = sampler.part(key).stated("Name")
        if name and sampler.data.get(switch) is True:
            fields[field] = name
    return fields


def _passes(state: JsonTable) -> Iterator[Sampling]:
    for module in _modules(state):
        type_ = module.data.get("$type")
        sampler = _sampler_card(module)
        if type_ == "HiresFixModule" and sampler is not None:
            yield Sampling("hires", _fields_of_sampler(sampler))
        elif type_ == "UpscalerModule":
            yield Sampling("upscale", {})


def _modules(state: JsonTable) -> Iterator[JsonTable]:
    """Yield the add-ons that are switched on."""
    for module in state.part("Modules").each("$values"):
        if module.data.get("IsEnabled") is True:
            yield module


def _sampler_card(module: JsonTable) -> JsonTable | None:
    for card in module.each("$values"):
        if card.data.get("$type") == "Sampler":
            return card
    return None


def _files_of_cards(state: JsonTable) -> Iterator[Resource]:
    model = state.part("Model")
    names: tuple[tuple[ResourceKind, str], ...] = (
        ("checkpoint", "SelectedModelName"),
        ("vae", "SelectedVaeName"),
    )
    for kind, key in names:
        name = _file_name(model.data.get(key))
        if name:
            yield model_file(kind, name, model.place(key))
    for module in _modules(state):
        for card in module.each("$values"):
            upscaler = card.part("SelectedUpscaler")
            name = upscaler.text("Name")
            if name and upscaler.data.get("Type") == _UPSCALER_MODEL:
                yield model_file("upscaler", name, upscaler.place("Name"))


PARSER = Parser(NAME, 2, claim, parse, covers=frozenset({"comfyui"}), roles=OWN_ROLES)
