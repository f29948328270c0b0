"""Coverage-guided fuzzing of what is read without ExifTool, from chunks to colour profiles.

Run by hand, in an environment that has ``atheris`` besides this package::

    python tests/fuzz/fuzz_direct.py CORPUS_FOLDER -max_total_time=3600 -timeout=10

An input is one byte that chooses the container, then a file; the first are written by itself. What
it finds becomes a test in ``tests/extract/direct``.
"""

import sys
import zlib
from pathlib import Path

import atheris

sys.path.append(str(Path(__file__).resolve().parent.parent / "extract" / "direct"))

with atheris.instrument_imports(include=["service.extract.direct"]):
    from service.extract.direct.reading import tags_of

from plain_boxes import CHANNEL, SQUARE, avif, described, jxl, packet
from plain_files import alternative, exif, jpeg, png, webp, xmp
from plain_manifests import MANIFEST, segments
from plain_profiles import SRGB, profile

KINDS = ("image/png", "image/jpeg", "image/webp", "image/avif", "image/jxl")
COMMENT = (0x9286, 7, b"UNICODE\0a\0 \0c\0a\0t\0")
EXIF = exif([(0x10E, 2, b"a cat\0"), (0x11A, 5, b"\1\0\0\0\1\0\0\0")], [COMMENT])
XMP = xmp(alternative(b"dc:description", b"a cat&#xA;Steps: 20"))
STATED = packet(described('xmp:CreateDate="2024-01-02T03:04:05Z"', "<dc:format>a</dc:format>"))
FRAME = (0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0")
SEEDS = (
    (0, png([(b"tEXt", b"parameters\0a cat"), (b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + XMP)])),
    (0, png([(b"eXIf", EXIF), (b"gAMA", b"\0\0\xb1\x8f"), (b"tIME", b"\7\xe8\1\2\3\4\5")])),
    (0, png([(b"caBX", MANIFEST), (b"iCCP", b"sRGB\0\0" + zlib.compress(profile(SRGB)))])),
    (1, jpeg([(0xE1, b"Exif\0\0" + EXIF), (0xEE, b"Adobe\0d\0\0\0\0\1"), FRAME, (0xFE, b"a cat")])),
    (1, jpeg([*segments(MANIFEST, 300), (0xE2, b"ICC_PROFILE\0\1\1" + profile(SRGB)), FRAME])),
    (2, webp([(b"VP8X", b"\x0c" + bytes(9)), (b"VP8L", b"\x2f" + bytes(8)), (b"EXIF", EXIF)])),
    (2, webp([(b"VP8L", b"\x2f" + bytes(8)), (b"ICCP", profile(SRGB)), (b"C2PA", MANIFEST)])),
    (3, avif(exif=bytes(4) + EXIF, xmp=STATED, channel=CHANNEL)),
    (3, avif(xmp=XMP, swapped=True)),
    (4, jxl([(b"Exif", bytes(4) + EXIF), (b"xml ", STATED), (b"jxlc", SQUARE)])),
    (4, SQUARE),
)
"""Each with the number of its kind."""


def one_input(data: bytes) -> None:
    """Read one input; an exception, a time-out or much memory is a find."""
    if data:
        tags_of(data[1:], KINDS[data[0] % len(KINDS)])


def write_seeds(folder: Path) -> None:
    """Write a file of each container, each behind the byte that chooses it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (kind, seed) in enumerate(SEEDS):
        (folder / f"seed-{number}").write_bytes(bytes((kind,)) + seed)


if __name__ == "__main__":
    write_seeds(Path(sys.argv[1]))
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
