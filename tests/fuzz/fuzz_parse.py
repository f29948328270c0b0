"""Coverage-guided fuzzing of everything that strangers' texts reach.

Parsers, normalize, tokens, resources.

Run by hand, in an environment that has ``atheris`` besides this package::

    python tests/fuzz/seeds.py CORPUS_FOLDER
    python tests/fuzz/fuzz_parse.py CORPUS_FOLDER -max_total_time=3600 -timeout=10 -max_len=20000

What it finds becomes a test in ``tests/parse``. An input is one byte that chooses the place, then
the text there; a second text may follow after a byte 0xFF, for what a file states in two places.
"""

import sys

import atheris
from places import PLACES

with atheris.instrument_imports(include=["service"]):
    from service import pipeline
    from service.records import RawRecord, WatchedFile
    from service.tokens import cut

FILE = WatchedFile(root="Input", path="a.png", size=1, mtime_ns=1)


def one_input(data: bytes) -> None:
    """Send one input through every pure stage; an exception or a time-out is a find."""
    tags = {}
    for part in data.split(b"\xff", 2):
        if part:
            tags[PLACES[part[0] % len(PLACES)]] = part[1:].decode("utf-8", "replace")
    raw = RawRecord(
        file=FILE, mime_type="image/png", sha256=None, extractor="fuzz", tags=dict(tags)
    )
    pipeline.process(raw)
    for text in tags.values():
        cut.split_prompt(text, "pos")


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
