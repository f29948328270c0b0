"""Every model file that an image was made with, one entry a file.

Begin with ``collect``: what the generator states and what the prompts name, as one list. ``merge``
says which entries are one file, ``air`` reads CivitAI's names for models. ``resolve`` finds the
real name of an entry among ``known_models``, which are known from outside the images.
"""

from service.resources.collect import VERSION, collect_resources, mark_embeddings

__all__ = ["VERSION", "collect_resources", "mark_embeddings"]
