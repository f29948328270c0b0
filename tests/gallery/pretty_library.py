"""Some dozens of pictures, drawn here, with the texts that generators would write into them."""

import math
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, PngImagePlugin

SKIES = (
    ((250, 176, 120), (72, 60, 120), "sunset"),
    ((190, 220, 245), (60, 120, 190), "clear sky"),
    ((20, 24, 60), (4, 6, 20), "night"),
    ((240, 200, 210), (130, 150, 200), "dawn"),
    ((120, 140, 150), (60, 70, 80), "overcast"),
)
GROUNDS = (
    ((40, 70, 60), "hills"),
    ((30, 60, 90), "sea"),
    ((120, 90, 60), "desert"),
    ((220, 225, 235), "snow"),
    ((60, 50, 80), "mountains"),
)
THINGS = ("lighthouse", "lone tree", "castle", "moon", "sailing boat", "birds")
STYLES = ("oil painting", "watercolor", "ukiyo-e", "low poly", "studio photo", "pixel art")
MODELS = ("landscapeXL_v2", "dreamy_v11", "flux1-dev", "inkwash_v3")
LORAS = ("softlight", "filmgrain", "widelens", "")
SAMPLERS = ("Euler a", "DPM++ 2M Karras", "UniPC", "DDIM")
SIZES = ((640, 448), (448, 640), (544, 544), (768, 432))

COUNT = 72
SEED = 20_261_130
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def write_pretty_library(folder: Path) -> None:
    """Write the pictures, of some months."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(SEED)  # noqa: S311  # the same pictures every time
    for number in range(COUNT):
        sky, ground, thing = dice.choice(SKIES), dice.choice(GROUNDS), dice.choice(THINGS)
        picture = _draw(dice, dice.choice(SIZES), sky[:2], ground[0], thing)
        text = _infotext(dice, f"{thing}, {ground[1]}, {sky[2]}", picture.size)
        path = folder / f"{dice.choice(('2026', 'best', 'tests'))}" / f"{number:05d}-{thing}.png"
        path.parent.mkdir(exist_ok=True)
        chunks = PngImagePlugin.PngInfo()
        chunks.add_text("parameters", text)
        picture.save(path, pnginfo=chunks)
        moment = (BEGIN + timedelta(days=3.7 * number)).timestamp()
        os.utime(path, (moment, moment))


def _infotext(dice: random.Random, subject: str, size: tuple[int, int]) -> str:
    lora = dice.choice(LORAS)
    tag = f", <lora:{lora}:{dice.choice((0.4, 0.6, 0.8, 1))}>" if lora else ""
    thing = subject.split(",", maxsplit=1)[0]
    prompt = f"masterpiece, {dice.choice(STYLES)}, ({thing}:1.2), {subject}{tag}"
    settings = {
        "Steps": dice.choice((20, 25, 28, 30)),
        "Sampler": dice.choice(SAMPLERS),
        "CFG scale": dice.choice((4.5, 6, 7)),
        "Seed": dice.randrange(2**32),
        "Size": f"{size[0]}x{size[1]}",
        "Model": dice.choice(MODELS),
    }
    told = ", ".join(f"{name}: {value}" for name, value in settings.items())
    return f"{prompt}\nNegative prompt: lowres, blurry, (watermark:1.3)\n{told}"


Colour = tuple[int, int, int]


def _draw(
    dice: random.Random,
    size: tuple[int, int],
    sky: tuple[Colour, Colour],
    ground: Colour,
    thing: str,
) -> Image.Image:
    width, height = size
    ramp = Image.linear_gradient("L").resize(size)
    image = Image.composite(Image.new("RGB", size, sky[0]), Image.new("RGB", size, sky[1]), ramp)
    draw = ImageDraw.Draw(image)
    _draw_light(draw, dice, size)
    image = image.filter(ImageFilter.GaussianBlur(1.2))
    draw = ImageDraw.Draw(image)
    for layer in range(4):
        _draw_ridge(draw, dice, size, _shade(ground, 1.5 - layer * 0.3), layer)
    _draw_thing(draw, thing, width, height, _shade(ground, 0.25))
    return image


def _shade(colour: Colour, times: float) -> Colour:
    red, green, blue = (min(255, int(part * times)) for part in colour)
    return red, green, blue


def _draw_light(draw: ImageDraw.ImageDraw, dice: random.Random, size: tuple[int, int]) -> None:
    width, height = size
    x, y, radius = dice.uniform(0.2, 0.8) * width, dice.uniform(0.12, 0.4) * height, width // 14
    for ring in range(8, 0, -1):
        glow = 255 - ring * 6
        wide = radius + ring * 2
        draw.ellipse((x - wide, y - wide, x + wide, y + wide), fill=(glow, glow - 15, glow - 60))


def _draw_ridge(
    draw: ImageDraw.ImageDraw,
    dice: random.Random,
    size: tuple[int, int],
    colour: Colour,
    layer: int,
) -> None:
    width, height = size
    phase, waves = dice.uniform(0, 6), dice.uniform(1, 3)
    base, tall = height * (0.52 + layer * 0.12), height * (0.12 - layer * 0.02)
    line = [
        (x, base - tall * math.sin(phase + waves * 6.28 * x / width) - tall * math.sin(x / 37) / 4)
        for x in range(0, width + 8, 8)
    ]
    draw.polygon([(0, height), *line, (width, height)], fill=colour)


def _draw_thing(
    draw: ImageDraw.ImageDraw, thing: str, width: int, height: int, colour: Colour
) -> None:
    x, y, unit = width * 0.42, height * 0.78, min(width, height) * 0.06
    if thing in {"lighthouse", "castle"}:
        draw.rectangle((x, y - unit * 4, x + unit, y), fill=colour)
        draw.rectangle((x - unit * 0.3, y - unit * 4.6, x + unit * 1.3, y - unit * 4), fill=colour)
        if thing == "castle":
            draw.rectangle((x + unit * 1.4, y - unit * 2.4, x + unit * 3, y), fill=colour)
    elif thing == "lone tree":
        draw.rectangle((x, y - unit * 2, x + unit * 0.4, y), fill=colour)
        draw.ellipse((x - unit * 1.4, y - unit * 4, x + unit * 1.8, y - unit * 1.2), fill=colour)
    elif thing == "sailing boat":
        sail = [(x, y - unit * 3.4), (x, y - unit), (x + unit * 1.8, y - unit)]
        draw.polygon(sail, fill=(245, 240, 230))
        hull = [(x - unit, y - unit * 0.8), (x + unit * 2.2, y - unit * 0.8), (x + unit, y)]
        draw.polygon(hull, fill=colour)
    else:
        for bird in range(5):
            left, top = x + bird * unit * 1.2, height * 0.3 - (bird % 3) * unit
            draw.arc((left, top, left + unit, top + unit * 0.6), 200, 340, fill=colour, width=2)
