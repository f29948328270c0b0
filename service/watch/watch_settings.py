"""What a user may set about watching; the defaults are those of ``[watch]``."""

from service.config import Watch
from service.light_dataclasses import dataclass

DEFAULTS = Watch()


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """How folders are watched. All times are seconds."""

    settle_s: float = DEFAULTS.settle_seconds
    """How long size and modification time must have been still before a file is read."""
    empty_settle_s: float = DEFAULTS.empty_settle_seconds
    """The same for a file of no bytes: many programs create first and write later."""
    tell_after_s: float = 300.0
    """A file that still grows or cannot be opened after this is named in the log, once."""
    poll_s: float = DEFAULTS.poll_seconds
    """Between two looks at a folder that gives no events."""
    extensions: frozenset[str] = frozenset(DEFAULTS.extensions)
    """Lower case, with the dot. What a file really is, its first bytes tell later."""
    ignore: tuple[str, ...] = DEFAULTS.ignore
    """Shell patterns that are not watched, matched without regard to case.

    Against the file's name and the name of every folder between it and the root.
    """
    sidecars: tuple[str, ...] = DEFAULTS.sidecars
    """Endings of the texts that belong to the image beside them.

    None: such texts are left alone.
    """
    hidden: bool = DEFAULTS.hidden
    """Whether names that begin with a dot are watched too."""
    hold_missing_s: float = DEFAULTS.hold_missing_minutes * 60
    """For how long many files that are gone at once are held as present; 0 holds none."""
    max_waiting: int = 100_000
    """Paths held in memory; what comes beyond is left to a rescan."""

    @classmethod
    def from_config(cls, section: Watch) -> "WatchSettings":
        """Return the settings that ``[watch]`` states."""
        return cls(
            settle_s=section.settle_seconds,
            empty_settle_s=section.empty_settle_seconds,
            poll_s=section.poll_seconds,
            hold_missing_s=section.hold_missing_minutes * 60,
            extensions=frozenset(section.extensions),
            ignore=section.ignore,
            sidecars=section.sidecars,
            hidden=section.hidden,
        )

    def stillness_of(self, size: int) -> float:
        """Return how long a file of so many bytes must have been still before it is read."""
        return self.settle_s if size else self.empty_settle_s
