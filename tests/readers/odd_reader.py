"""A reader that does what its items say: to inject every fault a reader can have."""

import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from priorities import gives_way

from service.readers.frames import pack_message, read_messages
from service.readers.slate import SlateWriter

STRANGE: dict[str, tuple[object, ...]] = {
    "strange": ("is", 1_000_000, 0, "never asked"),
    "log junk": ("log", "info", "a word", ("no pair", 5)),
    "note": ("at", 1, 0, "look", 0),
}
NOTES: dict[str, tuple[int, int, str, int]] = {
    "negative size": (1, 0, "look", -(2**63)),
    "place before the first": (1, -5, "look", 0),
    "place behind the last": (1, 5, "look", 0),
    "request never made": (10**9, 0, "look", 2**63 - 1),
    "stage with a line end": (1, 0, "a\n\x1b[31m", 0),
}
slate = SlateWriter(sys.argv[-1])


def send(*message: object) -> None:
    sys.stdout.buffer.write(pack_message(message))
    sys.stdout.buffer.flush()


def obey(number: int, index: int, *, is_slow: bool, word: str, value: object) -> None:
    slate.note(number, index, word[:16], int(str(value)) if word == "claim" else 0)
    if word in ENDS:
        ENDS[word](str(value))
    if word == "go on":
        for _ in range(int(str(value))):
            time.sleep(0.4)
            slate.go_on()
    if word == "note of tomorrow":
        with patch("time.monotonic", return_value=time.monotonic() + 86_400):
            slate.go_on()
        time.sleep(600)
    if word in NOTES:
        slate.note(*NOTES[word])
        time.sleep(600)
    if word in STRANGE:
        send(*STRANGE[word])
        time.sleep(600)
    if word == "put off" and not is_slow:
        send("slow", number, index)
        return
    send("is", number, index, (answer_to(word), "slow" if is_slow else "quick"))


def answer_to(word: str) -> str:
    if word != "priority":
        return word
    return "gives way" if gives_way() else "as others"


def die_once(place: str) -> None:
    if not Path(place).exists():
        Path(place).touch()
        os._exit(3)


def complain(_: str) -> None:
    sys.stderr.write("no memory left\n")
    sys.stderr.flush()
    os._exit(4)


def grow(size: str) -> None:
    kept = bytearray(b"x" * int(size))
    time.sleep(600)
    kept.clear()


def hold_lock(_: str) -> None:
    """Keep the interpreter's lock for centuries, so that no other thread can say anything."""
    re.match(r"(a+)+$", "a" * 90 + "b")


def send_junk(_: str) -> None:
    sys.stdout.buffer.write(b"\xff" * 64)
    sys.stdout.buffer.flush()
    time.sleep(600)


ENDS: dict[str, Callable[[str], None]] = {
    "die": lambda _: os._exit(3),
    "die once": die_once,
    "complain": complain,
    "claim": lambda _: time.sleep(600),
    "grow": grow,
    "sleep": lambda seconds: time.sleep(float(seconds)),
    "priority": lambda seconds: time.sleep(float(seconds)),
    "junk": send_junk,
    "hold the lock": hold_lock,
}
"""What the words of items do before they are answered, if they ever are."""


def begin(items: list[tuple[str, object]]) -> None:
    """Do what is to be done before the reader says which file it is at."""
    for word, _ in items:
        if word == "die untold":
            os._exit(6)
        if word == "hang untold":
            time.sleep(600)


def main() -> None:
    if "--dies-at-start" in sys.argv:
        sys.stderr.write("cannot start\n")
        raise SystemExit(5)
    if "--starts-once" in sys.argv:
        if Path(sys.argv[-2]).exists():
            raise SystemExit(5)
        Path(sys.argv[-2]).touch()
    if "--dies-once" in sys.argv and not Path(sys.argv[-2]).exists():
        Path(sys.argv[-2]).touch()
        os._exit(3)
    send("ready", "odd 1", {"parsers": 1})
    for number, _kind, is_slow, items in read_messages(sys.stdin.buffer):
        begin(items)
        for index, (word, value) in enumerate(items):
            obey(number, index, is_slow=is_slow, word=word, value=value)
    if "--hangs-at-end" in sys.argv:
        time.sleep(600)


main()
