"""The one row an image that the ``v_images`` views show: core parameters and joined lists."""

from collections.abc import Iterable

from service.records import ImageRows, Resource
from service.store.binding import integer, lines, optional, text
from service.store.identity import split, stable_id

Bound = str | int | float | bytes | None

OWN_COLUMN = {
    "checkpoint": "checkpoints",
    "lora": "loras",
    "embedding": "embeddings",
    "vae": "vaes",
}
OWN_COLUMN |= {"upscaler": "upscalers"}
"""Resource kind → the column that lists it; every other kind stands in other_resources."""


def columns(rows: ImageRows, *, now: str, from_disk: bool) -> dict[str, Bound]:
    """Return the values of an image's row by parameter name."""
    raw, image, base = rows.raw, rows.image, rows.image.base
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
        "now": now,
        "from_disk": int(from_disk),
        "generator": optional(image.generator),
        "model": optional(base.model),
        "model_hash": optional(base.model_hash),
        "sampler": optional(base.sampler),
        "sampler_norm": optional(base.sampler_norm),
        "scheduler": optional(base.scheduler),
        "scheduler_norm": optional(base.scheduler_norm),
        "steps": integer(base.steps),
        "cfg_scale": base.cfg_scale,
        "seed": optional(base.seed),
        "width": integer(base.width),
        "height": integer(base.height),
        "clip_skip": integer(image.clip_skip),
        "denoise": base.denoise,
        "vae": optional(image.vae),
        "upscaler": optional(image.upscaler),
        "warnings": text("\n".join(image.warnings)) or None,
        "positive_prompt": optional(base.positive_prompt),
        "negative_prompt": optional(base.negative_prompt),
        **join_resources(rows.resources),
    }


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
