"""A timed export, and when it may run next."""

import json
from dataclasses import dataclass

from service.config import Export
from service.export.report import files_before
from service.paths import to_stored
from service.store.exports import ExportState

LOOK_S = 30.0
"""Between two looks whether all files of a split list or of templates are there: there may be thousands."""


@dataclass(slots=True)
class Entry:
    """An export of the configuration, and when it may run next."""

    export: Export
    state: ExportState | None
    """Its last run; None where it never ran."""
    not_before: float
    next_look: float = 0.0

    @property
    def out(self) -> str:
        """Return what it writes, as the database knows it."""
        return to_stored(self.export.out)

    def is_due(self, now: float, version: int) -> bool:
        """Tell whether it is time, and its files are not what they would be now."""
        if now < self.not_before:
            return False
        state = self.state
        is_same = state is not None and (state.settings, state.data_version) == (settings_of(self.export), version)
        return not (is_same and self._is_whole(now))

    def _is_whole(self, now: float) -> bool:
        """Tell whether everything that it wrote is there."""
        if not self.export.out.exists():
            return False
        if self.export.is_folder and now >= self.next_look:
            if not all(file.exists() for file in files_before(self.export)):
                return False
            self.next_look = now + LOOK_S
        return True


def settings_of(export: Export) -> str:
    """Return the settings that decide what is written, as JSON."""
    told = export.model_dump(mode="json", exclude_defaults=True, exclude={"every", "out"})
    return json.dumps(told, sort_keys=True, ensure_ascii=False)
