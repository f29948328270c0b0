"""The generators, one module or folder each: what each embeds and where, and how it is read.

A module's docstring begins with what the generator embeds and where. Each has ``claim`` (how sure
it is that a file is this generator's), ``parse`` (what the file says) and ``PARSER``, which
``service/parse/__init__.py`` lists. Read ``fooocus_mre`` first: it is short and plain.
"""
