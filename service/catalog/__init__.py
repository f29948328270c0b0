"""What is known of models from outside the images.

Exports of CivitAI, the user's maps, sidecars, model folders.

Each source is read into ``KnownModel`` records, streamed, and nothing is asked online. ``sources``
reads files, ``folders`` reads folders of models.
"""
