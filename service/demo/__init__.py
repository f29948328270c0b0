"""Sample images in the formats that the parsers read, so that a newcomer sees rows at once.

Every picture is drawn and every text written here; nothing is taken from anywhere. The texts are in
``infotexts.py`` (the A1111 family), ``graphs.py`` (ComfyUI) and ``others.py``.
"""

from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import Literal

from PIL import ExifTags, Image, ImageDraw, PngImagePlugin

from service.demo import graphs, infotexts, others
from service.errors import StartError
from service.light_dataclasses import dataclass

Place = Literal["text", "usercomment", "make_and_model", "alpha"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One image to write: its name decides the container, ``place`` where in it the texts go."""

    name: str
    texts: dict[str, str] = field(default_factory=dict)
    """PNG keyword → text; other places take them in this order."""
    place: Place = "text"
    size: tuple[int, int] = (256, 256)


SAMPLES: tuple[Sample, ...] = (
    Sample("a1111-castle.png", {"parameters": infotexts.CASTLE}),
    Sample("a1111-castle-copy.png", {"parameters": infotexts.CASTLE}),
    Sample("a1111-hires.png", {"parameters": infotexts.HIRES}),
    Sample("a1111-lora-embedding.png", {"parameters": infotexts.LORA}),
    Sample("a1111-adetailer.png", {"parameters": infotexts.ADETAILER}),
    Sample("a1111-template.png", {"parameters": infotexts.TEMPLATE}),
    Sample("a1111-steps-in-prompt.png", {"parameters": infotexts.STEPS_IN_PROMPT}),
    Sample("a1111-photo.jpg", {"parameters": infotexts.PORTRAIT}, "usercomment"),
    Sample("a1111-portrait.webp", {"parameters": infotexts.PORTRAIT}, "usercomment"),
    Sample("a1111-stealth.png", {"parameters": infotexts.CASTLE}, "alpha"),
    Sample("forge-flux.png", {"parameters": infotexts.FORGE_FLUX}),
    Sample("reforge-xl.png", {"parameters": infotexts.REFORGE}),
    Sample("sdnext-harbour.jpg", {"parameters": infotexts.SDNEXT}, "usercomment"),
    Sample("civitai-onsite.jpg", {"parameters": infotexts.CIVITAI}, "usercomment"),
    Sample("ComfyUI_00001_.png", graphs.texts(graphs.TEXT_TO_IMAGE)),
    Sample("ComfyUI_00002_.png", graphs.texts(graphs.TWO_PASSES)),
    Sample("ComfyUI_00003_.png", graphs.texts(graphs.LORA_STACK)),
    Sample("ComfyUI_00004_.png", graphs.texts(graphs.FLUX)),
    Sample("ComfyUI_00005_.png", graphs.texts(graphs.IMAGE_TO_IMAGE)),
    Sample("ComfyUI_00006_.webp", graphs.texts(graphs.TEXT_TO_IMAGE), "make_and_model"),
    Sample("swarmui.png", others.SWARMUI),
    Sample("invokeai.png", others.INVOKEAI),
    Sample("novelai.png", others.NOVELAI),
    Sample("fooocus.png", others.FOOOCUS),
    Sample("midjourney.png", others.MIDJOURNEY),
    Sample("photograph.jpg"),
    Sample("日本語 と 🌸.png", {"parameters": infotexts.BLOSSOM}),
)


def write_samples(folder: Path) -> Iterator[Path]:
    """Write the samples into a folder, yielding each path.

    A file that is already there is left alone.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, sample in enumerate(SAMPLES):
            path = folder / sample.name
            if not path.exists():
                _save(_picture(sample, number), sample, path)
                yield path
    except OSError as error:
        raise StartError(
            f"{folder}: cannot write the samples ({error}); give a folder that can be written"
        ) from error


def _picture(sample: Sample, number: int) -> Image.Image:
    """Return a hill before a sky, in a hue of its own, so that thumbnails can be told apart."""
    hue = number * 255 // len(SAMPLES)
    width, height = sample.size
    sky = Image.linear_gradient("L").resize(sample.size)
    plain = Image.new("L", sample.size, hue)
    image = Image.merge("HSV", (plain, Image.new("L", sample.size, 110), sky)).convert("RGB")
    draw = ImageDraw.Draw(image)
    hill = (width // 8, height // 2 + number, width * 9 // 8, height * 3 // 2)
    draw.ellipse(hill, fill=(30 + hue // 2, 70, 60))
    sun = (width * 2 // 3, height // 8, width * 5 // 6, height * 7 // 24)
    draw.ellipse(sun, fill=(250, 240, 200))
    return image


def _save(image: Image.Image, sample: Sample, path: Path) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    kind = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}[path.suffix]
    if sample.place == "text" and kind == "PNG":
        image.save(temporary, kind, pnginfo=_make_chunks(sample))
    elif sample.place == "text":
        image.save(temporary, kind)
    elif sample.place == "alpha":
        _hide_in_alpha(image, *sample.texts.values()).save(temporary, kind)
    else:
        image.save(temporary, kind, exif=_make_exif(sample))
    temporary.replace(path)


def _make_chunks(sample: Sample) -> PngImagePlugin.PngInfo:
    chunks = PngImagePlugin.PngInfo()
    for keyword, text in sample.texts.items():
        if text.isascii():
            chunks.add_text(keyword, text)
        else:
            chunks.add_itxt(keyword, text)
    return chunks


def _make_exif(sample: Sample) -> Image.Exif:
    exif = Image.Exif()
    if sample.place == "usercomment":
        (text,) = sample.texts.values()
        details = exif.get_ifd(ExifTags.IFD.Exif)
        details[ExifTags.Base.UserComment] = b"UNICODE\0" + text.encode("utf-16-be")
    else:  # ComfyUI's animated WebP: the graphs are in camera tags, each behind its name
        exif[ExifTags.Base.Model] = f"prompt:{sample.texts['prompt']}"
        exif[ExifTags.Base.Make] = f"workflow:{sample.texts['workflow']}"
    return exif


def _hide_in_alpha(image: Image.Image, text: str) -> Image.Image:
    """Return the image with the text in the lowest bits of its alpha channel (stealth pnginfo).

    Column by column, as the add-ons write it.
    """
    payload = text.encode("utf-8")
    message = b"stealth_pnginfo" + (len(payload) * 8).to_bytes(4, "big") + payload
    bits = "".join(f"{byte:08b}" for byte in message)
    width, height = image.size
    alpha = bytearray(b"\xfe" * (width * height))
    for place, bit in enumerate(bits):
        column, row = divmod(place, height)
        alpha[row * width + column] |= bit == "1"
    hidden = image.convert("RGBA")
    hidden.putalpha(Image.frombytes("L", image.size, bytes(alpha)))
    return hidden
