"""The one row an image that the ``v_images`` views show: core parameters and joined lists."""

from collections.abc import Iterable

from service.records import ImageRows, NormalizedImage, Resource, SamplingPass
from service.records.image_fields import IMAGES_COLUMNS, ImageField
from service.records.model_names import name_norm
from service.store.binding import integer, lines, optional, text
from service.store.identity import split, stable_id

Bound = str | int | float | bytes | None

OWN_COLUMN = {
    "checkpoint": "checkpoints",
    "lora": "loras",
    "embedding": "embeddings",
    "vae": "vaes",
    "upscaler": "upscalers",
}
"""Resource kind → the column that lists it; every other kind is listed in other_resources."""


def image_columns(rows: ImageRows) -> dict[str, Bound]:
    """Return the values of an image's row by column."""
    raw, image = rows.raw, rows.image
    folder, file_name = split(text(raw.file.path))
    return {
        "stable_id": stable_id(raw.file.root, raw.file.path),
        "root": text(raw.file.root),
        "folder": folder,
        "file_name": file_name,
        "size_bytes": raw.file.size,
        "mtime_ns": integer(raw.file.mtime_ns),
        "sha256": raw.sha256,
        "mime_type": raw.mime_type,
        "file_width": integer(image.file_width),
        "file_height": integer(image.file_height),
        "status": image.status,
        "recipe": rows.recipe,
        "sidecars": lines(raw.file.sidecars),
        "generator": optional(image.generator),
        "warnings": text("\n".join(image.warnings)) or None,
        **bind_fields(IMAGES_COLUMNS, image.shown, image),
        **join_resources(rows.resources),
        "model_norm": norm_of(image.base.model),
        "created_at": optional(image.created_at),
    }


def norm_of(model: Bound) -> str | None:
    """Return the name under which a model is counted; None where there is none."""
    return text(name_norm(model)) or None if isinstance(model, str) else None


def bind_fields(
    fields: Iterable[ImageField], sampled: SamplingPass, image: NormalizedImage
) -> dict[str, Bound]:
    """Return the values of these fields by column, in the form of each."""
    values: dict[str, Bound] = {}
    for field in fields:
        value = getattr(image if field.of_image else sampled, field.name)
        if isinstance(value, str):
            value = text(value)
        elif isinstance(value, int):
            value = integer(value)
        values[field.name] = value
    return values


def join_resources(resources: Iterable[Resource]) -> dict[str, str | None]:
    """Return the resource columns: what was used, by kind, joined by ``, ``.

    None where there is none.
    """
    lists: dict[str, list[str]] = {name: [] for name in (*OWN_COLUMN.values(), "other_resources")}
    for resource in resources:
        if resource.used:
            lists[OWN_COLUMN.get(resource.kind, "other_resources")].append(_entry(resource))
    return {name: text(", ".join(entries)) or None for name, entries in lists.items()}


def _entry(resource: Resource) -> str:
    if resource.kind == "lora" and resource.weight is not None:
        return f"{resource.label}:{resource.weight:.6g}"
    return resource.label if resource.kind in OWN_COLUMN else f"{resource.kind}:{resource.label}"
