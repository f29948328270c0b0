"""The signals that ask this program to stop, and the one that did."""

import signal
from types import FrameType

SIGNAL_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""SIGBREAK is how a Windows console or service host asks; NSSM sends Ctrl+C. SIGHUP comes when a
terminal is closed; whoever started us with ``nohup`` wants none of it."""

SIGNALS = tuple(getattr(signal, name) for name in SIGNAL_NAMES if hasattr(signal, name))


class StopRequest:
    """Remembers which signal asked to stop.

    Made in the main thread, where Python runs signal handlers.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        """Of the signal; None while nobody has asked."""
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    @property
    def name(self) -> str:
        """Return the signal's name: ``SIGTERM``; empty while nobody has asked."""
        return "" if self.number is None else signal.Signals(self.number).name

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        # A handler that takes a lock or logs can deadlock with the code it interrupts, so it only
        # assigns.
        self.number = number
