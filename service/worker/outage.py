"""ExifTool cannot be started: for how long nothing is begun, and what is said of it."""

import structlog

from service.errors import ExtractorMissingError
from service.worker.steps import Outcome

log = structlog.get_logger()

WAIT_S = 5.0
"""Between two tries. Its files keep their place meanwhile, and none of them counts as failed."""


class Outage:
    """Begins with a batch for which ExifTool could not be started, ends with one that it has read."""

    def __init__(self) -> None:
        self.until = 0.0
        """Before this time nothing is worth beginning."""
        self.note: str | None = None
        """What is missing, and the mend."""

    def learn(self, outcome: Outcome, now: float) -> None:
        """Begin, prolong or end, as a finished batch shows."""
        missing = next((error for _, error in outcome.later if isinstance(error, ExtractorMissingError)), None)
        if missing is not None:
            self.until = now + WAIT_S
            if self.note is None:
                log.error("exiftool_missing", reason=str(missing))
            self.note = str(missing)
        elif outcome.rows and self.note is not None:
            log.info("exiftool_back")
            self.note = None
