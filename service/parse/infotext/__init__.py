"""The text block that A1111 invented and half the field writes.

::

    the prompt, over any number of lines
    Negative prompt: the negative, likewise
    Steps: 20, Sampler: Euler a, Schedule type: Automatic, CFG scale: 7, Seed: 1, Size: 512x768

Begin with ``layout``, which cuts it; ``key_values`` reads its last part. ``field_names``,
``passes``, ``models`` and ``networks`` say what the settings mean; ``dialects`` who wrote them.
"""
