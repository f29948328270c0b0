"""Resolving all of one image: its resources, and the models that its passes name."""

from dataclasses import replace

from service.records import ImageRows, NormalizedImage
from service.resources.known import Known
from service.resources.merge import merged
from service.resources.resolve import resolve


def resolved_rows(rows: ImageRows, known: Known) -> ImageRows:
    """Return an image's rows with every resource resolved as far as it is known; what the file said stays in kv."""
    done = tuple(resolve(resource, known).resource for resource in rows.resources)
    if done == rows.resources:
        return rows
    names = {
        before.label: after.label
        for before, after in zip(rows.resources, done, strict=True)
        if before.label != after.label
    }
    # Merged again: a reference and a named file may turn out to be one.
    return replace(rows, resources=merged(done), image=renamed(rows.image, names) if names else rows.image)


def renamed(image: NormalizedImage, names: dict[str, str]) -> NormalizedImage:
    """Return an image whose models bear their new names."""
    return replace(
        image,
        passes=tuple(replace(one, model=names.get(one.model or "", one.model)) for one in image.passes),
        vae=names.get(image.vae or "", image.vae),
        upscaler=names.get(image.upscaler or "", image.upscaler),
    )
