"""How an image's rows were made: ``a1111@5 parsers@26 blobs@7 gate@1 …``, kept beside them."""

from collections.abc import Iterable, Mapping

SHARED = ("parsers", "blobs", "gate", "normalize", "tokens", "resources")
"""The stages that every image goes through."""


def write_recipe(parsers: Iterable[str], versions: Mapping[str, int]) -> str:
    """Return the recipe of an image that these parsers read."""
    return " ".join(f"{stage}@{versions[stage]}" for stage in (*parsers, *SHARED))


def is_current(recipe: str, versions: Mapping[str, int]) -> bool:
    """Return whether rows with this recipe would be made the same way by these versions."""
    stages: set[str] = set()
    for part in recipe.split():
        stage, _, version = part.partition("@")
        if str(versions.get(stage)) != version:
            return False
        stages.add(stage)
    return stages.issuperset(SHARED)
