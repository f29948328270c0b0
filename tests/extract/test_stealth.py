"""Texts hidden in pixels, written by an encoder of the tests' own."""

import gzip
import io
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from service.extract import stealth
from service.extract.signatures import Signature, inspect
from service.extract.stealth import read_first_column, read_shape
from service.records.json_values import JsonValue

Chunk = Callable[[bytes, bytes], bytes]
INFOTEXT = (
    "a cat, höchste Qualität 猫\nNegative prompt: a dog\nSteps: 20, Sampler: Euler a, Seed: 1"
)


def bits(mark: bytes, text: str) -> str:
    payload = text.encode()
    if mark.endswith(b"comp"):
        payload = gzip.compress(payload)
    data = mark + (len(payload) * 8).to_bytes(4, "big") + payload
    return "".join(f"{byte:08b}" for byte in data)


def noise(mode: str, size: tuple[int, int]) -> Image.Image:
    rows = random.Random(1)  # noqa: S311 - the same pixels on every run
    return Image.frombytes(mode, size, rows.randbytes(size[0] * size[1] * len(mode)))


def hide(image: Image.Image, mark: bytes, text: str) -> Image.Image:
    """Write a text into the lowest bits, column by column, as the generators do."""
    places = [
        (x, y, channel)
        for x in range(image.width)
        for y in range(image.height)
        for channel in ((0, 1, 2) if b"rgb" in mark else (3,))
    ]
    pixels = image.load()
    assert pixels is not None
    for (x, y, channel), bit in zip(places, bits(mark, text), strict=False):
        values = list(pixels[x, y])  # type: ignore[arg-type]
        values[channel] = values[channel] & 0xFE | int(bit)
        pixels[x, y] = tuple(values)
    return image


def read(folder: Path, image: Image.Image, kind: str = "png") -> dict[str, JsonValue]:
    place = folder / f"image.{kind}"
    image.save(place, lossless=True, exact=True) if kind == "webp" else image.save(place)
    return stealth.hidden_texts(place, inspect(place, place.stat().st_size))


@pytest.mark.parametrize(
    ("mark", "mode", "tag"),
    [
        (b"stealth_pnginfo", "RGBA", "Stealth:Alpha"),
        (b"stealth_pngcomp", "RGBA", "Stealth:Alpha"),
        (b"stealth_rgbinfo", "RGBA", "Stealth:Rgb"),
        (b"stealth_rgbcomp", "RGBA", "Stealth:Rgb"),
        (b"stealth_rgbinfo", "RGB", "Stealth:Rgb"),
        (b"stealth_rgbcomp", "RGB", "Stealth:Rgb"),
    ],
)
@pytest.mark.parametrize("size", [(64, 64), (200, 20), (20, 300)])
def test_a_hidden_text_is_read(
    tmp_path: Path, mark: bytes, mode: str, tag: str, size: tuple[int, int]
) -> None:
    assert read(tmp_path, hide(noise(mode, size), mark, INFOTEXT)) == {tag: INFOTEXT}


def test_a_hidden_text_is_read_from_a_lossless_webp(tmp_path: Path) -> None:
    image = hide(noise("RGBA", (64, 64)), b"stealth_pngcomp", INFOTEXT)
    assert read(tmp_path, image, "webp") == {"Stealth:Alpha": INFOTEXT}


@pytest.mark.parametrize(
    ("kind", "name"), [("png", "PIXEL_CAP"), ("webp", "WEBP_PIXEL_CAP")], ids=["png", "webp"]
)
def test_an_image_of_more_pixels_than_the_cap_is_not_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, name: str
) -> None:
    image = hide(noise("RGBA", (64, 64)), b"stealth_pngcomp", INFOTEXT)
    monkeypatch.setattr(stealth, name, 64 * 64)
    assert read(tmp_path, image, kind) == {"Stealth:Alpha": INFOTEXT}
    monkeypatch.setattr(stealth, name, 64 * 64 - 1)
    assert read(tmp_path, image, kind) == {}


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (3, 200), (64, 64)])
def test_an_image_that_hides_nothing_gives_nothing(
    tmp_path: Path, mode: str, size: tuple[int, int]
) -> None:
    assert read(tmp_path, Image.new(mode, size)) == {}


READ_AND_PRINT_MEMORY = """
import sys
from pathlib import Path
from service.extract.signatures import inspect
from service.extract.stealth import hidden_texts
place = Path(sys.argv[1])
texts = hidden_texts(place, inspect(place, place.stat().st_size))
status = Path("/proc/self/status").read_text()
peak_kib = status.partition("VmHWM:")[2].split()[0]
print([len(text) for text in texts.values()], int(peak_kib) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize(
    ("kind", "size"), [("png", (8192, 6144)), ("webp", (4096, 3072))], ids=["png", "webp"]
)
def test_the_largest_image_full_of_text_is_read_in_less_than_300_mib(
    tmp_path: Path, kind: str, size: tuple[int, int]
) -> None:
    letters = min(stealth.TEXT_CAP, size[0] * size[1] * 3 // 8 - 19)
    image = Image.new("RGBA", size, (254, 254, 254, 255))
    mark = b"stealth_rgbinfo" + struct.pack(">I", letters * 8)
    bits = [byte >> shift & 1 for byte in mark for shift in range(7, -1, -1)]
    for at in range(0, len(bits), 3):
        pixel = [254 | bit for bit in (*bits[at : at + 3], 0, 0)][:3]
        image.putpixel((0, at // 3), (*pixel, 255))
    place = tmp_path / f"a.{kind}"
    if kind == "png":
        image.save(place, compress_level=1)
    else:
        image.save(place, lossless=True, exact=True, method=0)
    ran = subprocess.run(
        [sys.executable, "-c", READ_AND_PRINT_MEMORY, place],
        capture_output=True,
        check=True,
        text=True,
    )
    found, peak_mib = ran.stdout.rsplit(maxsplit=1)
    assert found == f"[{letters}]"
    assert int(peak_mib) < 300


def test_a_length_beyond_the_image_gives_nothing(tmp_path: Path) -> None:
    image = hide(noise("RGBA", (40, 40)), b"stealth_pnginfo", "x" * 1000)
    assert read(tmp_path, image) == {}


def test_a_gzip_bomb_gives_nothing(tmp_path: Path) -> None:
    image = hide(noise("RGB", (300, 300)), b"stealth_rgbcomp", "x" * (stealth.TEXT_CAP + 1))
    assert read(tmp_path, image) == {}


def test_a_payload_that_is_no_gzip_gives_nothing(tmp_path: Path) -> None:
    image = hide(noise("RGBA", (64, 64)), b"stealth_pnginfo", INFOTEXT)
    pixels = image.load()
    assert pixels is not None
    for at, bit in enumerate("".join(f"{byte:08b}" for byte in b"stealth_pngcomp")):
        red, green, blue, alpha = pixels[at // 64, at % 64]  # type: ignore[misc]
        pixels[at // 64, at % 64] = (red, green, blue, alpha & 0xFE | int(bit))
    assert read(tmp_path, image) == {}


def test_a_broken_image_gives_nothing(tmp_path: Path) -> None:
    hide(noise("RGBA", (64, 64)), b"stealth_pngcomp", INFOTEXT).save(tmp_path / "whole.png")
    data = (tmp_path / "whole.png").read_bytes()
    place = tmp_path / "cut.png"
    signature = Signature("image/png", "", has_alpha=True)
    for end in range(0, len(data), 997):
        place.write_bytes(data[:end])
        assert stealth.hidden_texts(place, signature) == {}


def test_a_file_that_has_gone_gives_nothing(tmp_path: Path) -> None:
    assert (
        stealth.hidden_texts(tmp_path / "gone.png", Signature("image/png", "", has_alpha=True))
        == {}
    )


PNG = Signature("image/png", "", has_alpha=True)


@pytest.mark.parametrize(
    ("signature", "tags", "expected"),
    [
        (
            PNG,
            {"PNG:ImageWidth": 64, "PNG:Software": "NovelAI", "PNG:Title": "AI generated image"},
            True,
        ),
        (PNG, {"PNG:Parameters": INFOTEXT}, False),
        (PNG, {"ExifIFD:UserComment": INFOTEXT}, False),
        (PNG, {"IFD0:Make": 'workflow:{"nodes": [], "links": []}'}, False),
        (PNG, {"XMP-x:XMPToolkit": "Adobe XMP Core 5.6-c140 79.160451, 2017/05/06"}, True),
        (Signature("image/png", "", has_alpha=False), {}, True),
        (Signature("image/webp", "", has_alpha=True), {}, True),
        (Signature("image/webp", "", has_alpha=False), {}, False),
        (Signature("image/jpeg", "", has_alpha=False), {}, False),
        (Signature(None, "", has_alpha=False), {}, False),
    ],
)
def test_pixels_are_searched_only_where_no_tag_tells(
    signature: Signature,
    tags: Mapping[str, JsonValue],
    expected: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert stealth.may_hide_text(signature, tags) is expected


@given(
    mode=st.sampled_from(["RGB", "RGBA"]),
    width=st.integers(1, 9),
    data=st.binary(min_size=1, max_size=200),
    level=st.integers(0, 9),
)
def test_the_first_column_is_what_the_whole_decode_gives(
    mode: str, width: int, data: bytes, level: int
) -> None:
    row = width * len(mode)
    height = -(-len(data) // row)
    image = Image.frombytes(mode, (width, height), data.ljust(row * height, b"\x7f"))
    file = io.BytesIO()
    image.save(file, "png", compress_level=level)
    file.seek(0)
    found = read_shape(file)
    assert found is not None
    assert read_first_column(file, found, 99) == image.crop((0, 0, 1, height)).tobytes()


@given(
    kinds=st.lists(st.integers(0, 4), min_size=1, max_size=12),
    width=st.integers(1, 5),
    colour=st.sampled_from([2, 6]),
    seed=st.integers(0, 999),
)
def test_the_first_column_undoes_each_of_the_five_filters(
    chunk: Chunk,
    kinds: list[int],
    width: int,
    colour: int,
    seed: int,
) -> None:
    row = width * (3 if colour == 2 else 4)
    source = random.Random(seed)  # noqa: S311 - the same bytes for the same example
    filtered = b"".join(bytes([kind]) + source.randbytes(row) for kind in kinds)
    head = struct.pack(">IIBBBBB", width, len(kinds), 8, colour, 0, 0, 0)
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(filtered)) + chunk(b"IEND", b"")
    file = io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunks)
    found = read_shape(file)
    assert found is not None
    column = read_first_column(file, found, 99)
    file.seek(0)
    with Image.open(file) as image:
        assert column == image.crop((0, 0, 1, len(kinds))).tobytes()


@pytest.mark.corpus
def test_every_hidden_text_of_the_corpus_is_read() -> None:
    images = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "images"
    if not images.is_dir():
        pytest.skip("no corpus beside this checkout")
    found = {
        place.name
        for place in images.glob("*/*")
        if (signature := inspect(place, place.stat().st_size)).mime_type
        in ("image/png", "image/webp")
        and stealth.hidden_texts(place, signature)
    }
    assert found == {
        "automatic1111_stealth.png",
        "forge.png",
        "novelai-curated.webp",
        "novelai-full-3char.png",
        "novelai-full.png",
        "novelai-ref.png",
    }
