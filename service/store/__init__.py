"""The database: one writer, one transaction a batch, and every statement in ``queries.sql``.

``writer.Store`` is what the worker holds; ``reading.Reader`` is the half of it that only looks, for
commands that run beside the service. ``connection`` opens, checks and upgrades the file;
``checkpoint`` keeps the log beside it small.
"""
