"""AIImageMetaPipe: keeps one SQLite database true to folders of AI-generated images.

The way an image takes::

    Input/ ─▶ watch ─▶ worker ─▶ extract ─▶ parse ─▶ normalize ─▶ tokens ─▶ resources ─▶ store
                                 (ExifTool) └────────────── pure functions ─────────────┘

Begin with ``worker/loop.py`` (one turn of the worker), ``pipeline.py`` (the pure stages in order)
and ``records/`` (every record that crosses a stage). ``supervisor.py`` starts all of it, waits, and
stops it. docs/architecture.md says what is in each folder.
"""

__version__ = "0.1.0"
