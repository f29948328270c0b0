"""How a transfer went."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Done:
    """How a transfer went."""

    count: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Path or line, and the reason."""
