"""What is known of models from outside the images.

Exports of CivitAI, the user's maps, sidecars, model folders: each source is streamed into
``KnownModel`` records, and nothing is asked online. Begin with ``sources.py`` (a file: is an object
a model version?) and ``describe.py`` (a version: an entry for each of its files). ``folders.py``
reads folders of models, ``safetensors.py`` their headers, ``json_stream.py`` JSON of any size,
``fields.py`` one object's values.
"""
