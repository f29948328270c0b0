"""Watching folders.

What was heard of, what has settled, and what the disk says against the database.

``observer`` hears of changes and only enqueues; ``inbox`` holds what was heard until ``settle``
finds it quiet; ``rescan`` compares the disk with the database, since events are hints and get lost;
``marker`` tells an emptied folder from one that is away; ``ignore`` says which names are watched at
all.
"""
