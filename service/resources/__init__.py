"""Every model file an image was made with, stated by the generator or in the prompts, one entry a file."""

from service.resources.collect import VERSION, collect

__all__ = ["VERSION", "collect"]
