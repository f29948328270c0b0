"""What the timed exports remember of themselves."""

from dataclasses import asdict

import apsw

from service.light_dataclasses import dataclass
from service.store.binding import optional, text
from service.store.sql import sql


@dataclass(frozen=True, slots=True)
class ExportState:
    """A row of ``export_state``: an export's last run."""

    out: str
    """Absolute."""
    kind: str
    settings: str
    """As JSON."""
    data_version: int | None
    """What it has seen; None where it failed."""
    last_run_at: str
    seconds: float
    items: int | None = None
    """None: it failed, and what the run before it wrote is still there."""
    unsafe: int | None = None
    changed_at: str | None = None
    error: str | None = None
    digest: str | None = None
    """What its files were when it wrote them; None: it never did, or an older program did."""


class ExportBook:
    """The timed exports as the database knows them."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def data_version(self) -> int:
        """Return a number that is another one whenever anything about images was written since."""
        return int(self._connection.execute(sql("data_version")).get or 0)

    def states(self) -> list[ExportState]:
        """Return the last run of every export."""
        return [ExportState(*row) for row in self._connection.execute(sql("exports"))]


def set_export(connection: apsw.Connection, state: ExportState) -> None:
    """Write an export's last run.

    Of one that failed, what was there before stays beside its error.
    """
    texts = {
        "out": text(state.out),
        "settings": text(state.settings),
        "error": optional(state.error),
    }
    row = asdict(state) | texts
    digest = row.pop("digest")
    connection.execute(sql("set_export"), row)
    if digest is not None:
        connection.execute(sql("set_export_files"), {"out": row["out"], "digest": digest})


def drop_export(connection: apsw.Connection, out: str) -> None:
    """Forget an export that is no longer configured."""
    connection.execute(sql("drop_export"), (text(out),))
    connection.execute(sql("drop_export_files"), (text(out),))
