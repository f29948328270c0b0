"""Named places in the program at which a test ends the process, as a power cut does.

Nothing in the program knows of them: a point is a function of it, and the moment before or after
its call. A point ends one process once, the first that comes by ``passes`` times; the file
``spent`` is there afterwards.
"""

import importlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

VARIABLE = "SOAK_FAULT_AT"
"""How readers are told: ``NAME:PASSES:SPENT``."""


@dataclass(frozen=True, slots=True)
class FaultPoint:
    """A moment at which the process ends."""

    when: Literal["before", "after"]
    module: str
    function: str
    """With its class: ``Store.save``."""


POINTS = {
    "a batch is taken": FaultPoint("after", "service.worker.intake", "Intake.next_work"),
    "a batch is sorted": FaultPoint("after", "service.worker.loop", "Worker._sort_batch"),
    "a row is half written": FaultPoint("after", "service.store.writer", "Store._save_wide"),
    "before a commit": FaultPoint("after", "service.store.long_tables", "LongTables.write"),
    "after a commit": FaultPoint("after", "service.store.writer", "Store.save"),
    "an image has moved": FaultPoint("after", "service.store.writer", "Store.relocate"),
    "files are marked missing": FaultPoint("after", "service.store.writer", "Store.mark_missing"),
    "models are learnt": FaultPoint("after", "service.store.model_writer", "ModelWriter.learn"),
    "a version is migrated": FaultPoint("after", "service.store.schema", "_step"),
    "a copy is half made": FaultPoint("before", "service.store.backups", "_check"),
    "a file is to be replaced": FaultPoint("before", "pathlib", "Path.replace"),
    "a file is replaced": FaultPoint("after", "pathlib", "Path.replace"),
    "a table is salvaged": FaultPoint("after", "service.store.salvage", "_DamagedTable.copy_into"),
    "it is confirmed": FaultPoint("after", "service.store.writer", "Store.confirm_missing"),
}
"""In the main process."""

READER_POINTS = {
    "a file is hashed": FaultPoint("after", "service.extract.direct.reading", "inspect_held"),
    "tags are read": FaultPoint("after", "service.extract.direct.reading", "tags_of"),
    "texts are collected": FaultPoint("after", "service.pipeline", "collect_blobs"),
    "a text is parsed": FaultPoint("after", "service.parse", "read_blobs"),
    "values are normalized": FaultPoint("after", "service.pipeline", "normalize"),
    "a prompt is split": FaultPoint("after", "service.pipeline", "split_prompt"),
    "resources are collected": FaultPoint("after", "service.pipeline", "collect_resources"),
    "rows are packed": FaultPoint("after", "service.readers.work", "pack_image"),
}
"""In a reader: each step of an image. Another reader takes its place."""


def arm(name: str, passes: int, spent: Path) -> None:
    """Let this process end at a point, when it has come by so often, if nobody has before."""
    point = (POINTS | READER_POINTS)[name]
    owner: Any = importlib.import_module(point.module)
    *outer, last = point.function.split(".")
    for part in outer:
        owner = getattr(owner, part)
    wrapped = _Wrapped(getattr(owner, last), point.when, passes, spent)

    def call(*given: Any, **named: Any) -> Any:  # a function, so that it is bound as a method
        return wrapped(*given, **named)

    setattr(owner, last, call)


class _Wrapped:
    def __init__(self, call: Callable[..., Any], when: str, passes: int, spent: Path) -> None:
        self._call = call
        self._when = when
        self._left = passes
        self._spent = spent

    def __call__(self, *given: Any, **named: Any) -> Any:
        if self._when == "before":
            self._come_by()
        answer = self._call(*given, **named)
        if self._when == "after":
            self._come_by()
        return answer

    def _come_by(self) -> None:
        self._left -= 1
        if self._left == 0 and not self._spent.exists():
            os.close(os.open(self._spent, os.O_CREAT))
            os.kill(os.getpid(), signal.SIGKILL)


def arm_from_environment() -> None:
    """Arm the point that the environment names, if any."""
    if told := os.environ.get(VARIABLE):
        name, passes, spent = told.split(":", 2)
        arm(name, int(passes), Path(spent))
