"""Names for model files, from what is known of models outside the images.

``learn.py`` reads sources into the database, ``findings.py`` says what can be resolved,
``resolve_rows.py`` gives one image's rows their real names.
"""
