"""One sampling pass in our vocabulary."""

from collections.abc import Mapping

from service.normalize.coerce import Coercion, text
from service.normalize.samplers import split
from service.records import Field, PassRole, SamplingPass, Scalar, Stated

Fields = Mapping[Field, Stated]


def sampling_pass(role: PassRole, fields: Fields, coercion: Coercion) -> SamplingPass:
    """Return the pass; what is unusable is None and stands in the coercion's warnings."""

    def stated(name: Field) -> Scalar | None:
        return fields[name].value if name in fields else None

    def words(name: Field) -> str | None:
        return text_of(fields, name)

    sampler, scheduler = words("sampler"), words("scheduler")
    sampler_norm, scheduler_norm = split(sampler, scheduler)
    return SamplingPass(
        role=role,
        positive_prompt=words("positive_prompt"),
        negative_prompt=words("negative_prompt"),
        steps=coercion.whole("steps", stated("steps")),
        start_step=coercion.whole("start_step", stated("start_step")),
        end_step=coercion.whole("end_step", stated("end_step")),
        cfg_scale=coercion.real("cfg_scale", stated("cfg_scale")),
        guidance=coercion.real("guidance", stated("guidance")),
        sampler=sampler,
        scheduler=scheduler,
        sampler_norm=sampler_norm,
        scheduler_norm=scheduler_norm,
        seed=coercion.seed("seed", stated("seed")),
        denoise=coercion.real("denoise", stated("denoise"), least=0, most=1),
        width=coercion.whole("width", stated("width"), least=1),
        height=coercion.whole("height", stated("height"), least=1),
        model=words("model"),
        model_hash=words("model_hash"),
    )


def text_of(fields: Fields, name: Field) -> str | None:
    """Return a field as storable text; empty means nothing, except for prompts, which may be empty."""
    if name not in fields:
        return None
    found = text(fields[name].value)
    return found if found.strip() or name.endswith("_prompt") else None
