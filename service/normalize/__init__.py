"""One vocabulary for all generators: from a generator's own words to ours."""

from service.normalize.image import VERSION, normalize

__all__ = ["VERSION", "normalize"]
