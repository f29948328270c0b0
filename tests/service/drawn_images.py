"""Images drawn on the spot.

As many as wanted, each with a prompt, a seed and a content of its own.
"""

import struct
import zlib
from pathlib import Path

INFOTEXT = """\
{prompt}
Negative prompt: blurry, lowres
Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: {seed}, Size: 512x512, \
Model: dreamshaper_8, Version: v1.9.4"""


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a PNG chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(text: str | None) -> bytes:
    """Return a PNG of one pixel that carries an infotext, or nothing."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    said = b"" if text is None else chunk(b"iTXt", b"parameters\0\0\0\0\0" + text.encode())
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + said
        + chunk(b"IDAT", zlib.compress(b"\0" * 4))
        + chunk(b"IEND", b"")
    )


def infotext(seed: int, prompt: str = "a red fox, snow, masterpiece") -> str:
    """Return what A1111 would say of an image of this seed."""
    return INFOTEXT.format(seed=seed, prompt=prompt)


def graph(seed: int, prompt: str = "a red fox, snow, masterpiece") -> dict[str, object]:
    """Return ComfyUI's graph, in its API form, of an image of this seed."""
    return {
        "1": {
            "class_type": "CheckpointLoaderSimple",
            "inputs": {"ckpt_name": "harbour.safetensors"},
        },
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": prompt, "clip": ["1", 1]}},
        "3": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 512, "height": 512, "batch_size": 1},
        },
        "4": {
            "class_type": "KSampler",
            "inputs": {
                "model": ["1", 0],
                "positive": ["2", 0],
                "negative": ["2", 0],
                "latent_image": ["3", 0],
                "seed": seed,
                "steps": 20,
                "cfg": 7,
                "sampler_name": "euler",
                "scheduler": "normal",
                "denoise": 1,
            },
        },
        "5": {"class_type": "VAEDecode", "inputs": {"samples": ["4", 0], "vae": ["1", 2]}},
        "6": {"class_type": "SaveImage", "inputs": {"images": ["5", 0], "filename_prefix": "a"}},
    }


def draw(path: Path, seed: int, prompt: str = "a red fox, snow, masterpiece") -> Path:
    """Write an image whole, as a program does that saves under another name and renames."""
    temporary = path.with_name(f".{path.name[:200]}.tmp")
    temporary.write_bytes(png(infotext(seed, prompt)))
    temporary.replace(path)
    return path


def draw_many(folder: Path, count: int, start: int = 0) -> None:
    """Write images ``00000.png`` and on, each of its own seed."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(start, start + count):
        (folder / f"{seed:05}.png").write_bytes(png(infotext(seed)))
