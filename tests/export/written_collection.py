"""A collection whose prompts are written as people of today write them, by several programs."""

import json
from pathlib import Path

from service import pipeline
from service.records import RawRecord, WatchedFile
from service.store.writer import Store

NOW = "2026-02-01T00:00:00Z"

A1111 = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: {seed}, Size: 512x512, Model: m{more}"
TI_HASHES = ', TI hashes: "FarmStyle: 0123456789ab"'

PROMPTS: tuple[tuple[str, str], ...] = (
    ("a1111", r"score_9, hen \(poultry\), Jane Roe, red_scarf, barn, barn, FarmStyle"),
    ("a1111", r"score_9, hen \(poultry\), Jane Roe, red scarf, (murky) pond (green), ragged:0.5"),
    ("a1111", r"score_9, Hen_\(poultry\), jane roe, red_scarf, standing in water, smile."),
    ("a1111", "A miller in a red coat sits by the wheel, and the old mill is quiet."),
    ("a1111", "A miller in a blue coat sits by the wheel, and the old mill is quiet."),
    ("a1111", "A miller in a grey coat sits by the wheel, and the old mill is quiet."),
    ("comfyui", "barn, embedding:Hay42.pt, soft lighting"),
    ("swarmui", "<segment:face,0.5> barn, <random:red,blue> door, <embed:Hay43>, <comment:no>"),
    ("invokeai", "grainy+ photo of a barn, noisy++, (fog)1.2"),
    ("novelai", "{red_scarf}, 1.5::snow::, -0.8::watermark::"),
)
"""Program and prompt."""


def fill(database: Path) -> None:
    """Write the collection into a new database, with the table of categories."""
    with Store.open(database) as store:
        rows = []
        for number, (generator, prompt) in enumerate(PROMPTS):
            rows.append(pipeline.process(_record(number, generator, prompt)))
        store.save(rows, now=NOW)


def _record(number: int, generator: str, prompt: str) -> RawRecord:
    file = WatchedFile(root="Input", path=f"{number:03}.png", size=1000 + number, mtime_ns=1)
    size = {"PNG:ImageWidth": 512, "PNG:ImageHeight": 512}
    return RawRecord(
        file=file,
        mime_type="image/png",
        sha256=None,
        extractor="exiftool 12.57",
        tags=size | _texts(number, generator, prompt),
    )


def _texts(seed: int, generator: str, prompt: str) -> dict[str, str]:
    """Return the texts in which a program keeps a prompt."""
    match generator:
        case "a1111":
            more = TI_HASHES if "FarmStyle" in prompt else ""
            return {"PNG:Parameters": f"{prompt}\n{A1111.format(seed=seed, more=more)}"}
        case "swarmui":
            settings = {"prompt": prompt, "model": "m", "seed": seed, "steps": 20}
            return {"PNG:Parameters": json.dumps({"sui_image_params": settings})}
        case "invokeai":
            settings = {"app_version": "5.0.0", "generation_mode": "txt2img", "seed": seed}
            settings |= {"positive_prompt": prompt, "negative_prompt": "", "steps": 20}
            return {"PNG:Invokeai_metadata": json.dumps(settings)}
        case "novelai":
            settings = {"prompt": prompt, "steps": 28, "sampler": "k_euler", "seed": seed}
            known_by = {"PNG:Software": "NovelAI", "PNG:Description": prompt}
            return known_by | {"PNG:Comment": json.dumps(settings)}
        case _:
            return {"PNG:Prompt": json.dumps(_graph(prompt, seed))}


def _graph(prompt: str, seed: int) -> dict[str, object]:
    sampler = {
        "seed": seed,
        "steps": 20,
        "cfg": 7.0,
        "sampler_name": "euler",
        "scheduler": "normal",
        "denoise": 1.0,
        "model": ["1", 0],
        "positive": ["2", 0],
        "negative": ["3", 0],
        "latent_image": ["4", 0],
    }
    size = {"width": 512, "height": 512, "batch_size": 1}
    return {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "m.safetensors"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": prompt, "clip": ["1", 1]}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["1", 1]}},
        "4": {"class_type": "EmptyLatentImage", "inputs": size},
        "5": {"class_type": "KSampler", "inputs": sampler},
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
        "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0], "filename_prefix": "x"}},
    }
