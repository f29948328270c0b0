"""The text block that A1111 invented and half the field writes.

``layout`` cuts it, ``settings`` reads its last part.

::

    the prompt, over any number of lines
    Negative prompt: the negative, likewise
    Steps: 20, Sampler: Euler a, Schedule type: Automatic, CFG scale: 7, Seed: 1, Size: 512x768, Version: v1.10.1

``fields``, ``passes``, ``models`` and ``civitai`` say what the settings mean; ``dialects`` says who
wrote them.
"""
