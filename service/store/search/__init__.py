"""Searching: one line of words and ``field:value`` becomes a query that reads the fewest rows.

``masterpiece -neg:blurry lora:detail sampler:euler_ancestral model:pony* steps:20..40
before:2025-01-01``

``lexing.py`` cuts the line into terms, ``conditions.py`` knows the fields and makes a condition of
each term, whose value ``values.py`` reads (``moments.py`` those that are dates); ``words.py`` does
it for the words of prompts. ``plan.py`` plans the search, ``query.py`` asks the database,
``hints.py`` says why nothing was found. The grammar for users is in docs/queries.md.
"""
