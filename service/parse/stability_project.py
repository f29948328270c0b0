"""``smproj``: Stability Matrix's project, the state of the page that made the image.

``State`` has a card each for the model, sampler, prompt, seed and batch; ``Modules.$values`` are the add-ons with
``IsEnabled``. A card states all its values; ``Is…Enabled`` says which of them were used.
"""

from collections.abc import Iterator

from service.parse.json_facts import Table, Told
from service.parse.model_files import model_file, named
from service.records import Fact, Field, Generation, Resource, Sampling, Stated

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


def read(told: Told) -> Generation:
    """Return what the project's cards say."""
    state = told.inside("State")
    if state is None:
        return Generation("stability_matrix", {}, unsettled=(f"{told.source} holds no state",))
    fields = dict(_fields(state))
    facts = tuple(fact for key in _CARDS if (card := state.inside(key)) for fact in card.facts())
    facts += tuple(_kind(told))
    return Generation("stability_matrix", fields, tuple(_passes(state)), tuple(_resources(state)), facts)


def _kind(told: Told) -> Iterator[Fact]:
    for key in ("Version", "ProjectType"):
        stated = told.stated(key)
        if stated is not None:
            yield Fact(key, str(stated.value), stated.source)


def _fields(state: Told) -> Iterator[tuple[Field, Stated]]:
    prompt, seed, model = state.inside("Prompt"), state.inside("Seed"), state.inside("Model")
    if prompt:
        yield from prompt.fields((("positive_prompt", ("Prompt",)), ("negative_prompt", ("NegativePrompt",)))).items()
    if seed:
        yield from seed.fields((("seed", ("Seed",)),)).items()
    if model:
        yield from _model(model).items()
    sampler = state.inside("Sampler")
    if sampler:
        yield from _card(sampler).items()


def _model(model: Told) -> dict[Field, Stated]:
    fields: dict[Field, Stated] = {}
    pairs: tuple[tuple[Field, str], ...] = (("model", "SelectedModelName"), ("vae", "SelectedVaeName"))
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
    name = named(value if isinstance(value, str) else None)
    return None if name is None or name.startswith("@") else name


def _card(sampler: Told) -> dict[Field, Stated]:
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


def _passes(state: Told) -> Iterator[Sampling]:
    for module in _modules(state):
        cards = list(module.each("$values"))
        sampler = next((card for card in cards if card.data.get("$type") == "Sampler"), None)
        if sampler is not None and module.data.get("$type") == "HiresFixModule":
            yield Sampling("hires", _card(sampler))
        elif module.data.get("$type") == "UpscalerModule":
            yield Sampling("upscale", {})


def _modules(state: Told) -> Iterator[Told]:
    modules = state.inside("Modules")
    for module in modules.each("$values") if modules else ():
        if module.data.get("IsEnabled") is True:
            yield module


def _resources(state: Told) -> Iterator[Resource]:
    model = state.inside("Model")
    if model is not None:
        if name := _file(model.data.get("SelectedModelName")):
            yield model_file("checkpoint", name, model.place("SelectedModelName"))
        if name := _file(model.data.get("SelectedVaeName")):
            yield model_file("vae", name, model.place("SelectedVaeName"))
    for module in _modules(state):
        for card in module.each("$values"):
            upscaler = card.inside("SelectedUpscaler")
            if upscaler and upscaler.data.get("Type") == _UPSCALER_MODEL and (name := upscaler.text("Name")):
                yield model_file("upscaler", name, upscaler.place("Name"))
