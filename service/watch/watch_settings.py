"""What a user may set about watching."""

from dataclasses import dataclass

from service import sidecars

EXTENSIONS = frozenset(
    ".png .apng .jpg .jpeg .jpe .jfif .webp .avif .heic .heif .jxl .gif .tif .tiff "
    ".mp4 .m4v .mov .webm .mkv .glb".split(),
)
"""Lower case, with the dot. What a file really is, is told later by its first bytes."""

IGNORE = (
    "*.tmp",
    "*.temp",
    "*.part",
    "*.partial",
    "*.crdownload",
    "~*",
    "._*",  # macOS lays these beside every file on a foreign disk
    "Thumbs.db",
    "desktop.ini",
    "@eaDir",  # Synology's thumbnails
    "#recycle",
    "$RECYCLE.BIN",
    "System Volume Information",
    ".stversions",  # Syncthing's old copies
    ".stfolder",
    "*.swarmpreview.jpg",  # SwarmUI's own thumbnails, without metadata
)
"""Shell patterns, matched without regard to case against the file's name and every folder's below the root."""


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """How folders are watched. All times are seconds."""

    settle_s: float = 0.5
    """How long size and modification time must have been still before a file is read."""
    empty_settle_s: float = 10.0
    """The same for a file of no bytes: many programs create first and write later."""
    tell_after_s: float = 300.0
    """A file that still grows or cannot be opened after this is told in the log, once."""
    poll_s: float = 30.0
    """Between two looks at a folder that gives no events."""
    extensions: frozenset[str] = EXTENSIONS
    ignore: tuple[str, ...] = IGNORE
    sidecars: tuple[str, ...] = sidecars.ENDINGS
    """Endings of the texts that belong to the image beside them.

    None: such texts are left alone.
    """
    hidden: bool = False
    """Whether names that begin with a dot are watched too."""
    max_waiting: int = 100_000
    """Paths held in memory; what comes beyond is left to a rescan."""
