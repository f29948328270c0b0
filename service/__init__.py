"""AIImageMetaPipe: keeps one SQLite database true to folders of AI-generated images.

The way an image takes::

    Input/ ─ watch ─▶ inbox ─▶ worker ─▶ extract ─▶ parse ─▶ normalize ─▶ tokens ─▶ resources ─▶ store
                ▲                       (ExifTool)  └────────── pure functions ──────────────┘
                └── rescan: disk against database

``records`` holds every record that crosses a stage; ``pipeline.py`` joins the pure stages;
``worker`` takes one batch at a time through the whole house; ``supervisor.py`` starts it, waits,
and stops it.
"""

__version__ = "0.1.0"
