"""Every container and every place in it: the same text is read the same, whole, with the real ExifTool."""

import json

from containers import GRAPH_PLACES, PLACES
from drawn_images import infotext
from working_by_hand import ByHand

SHOWN = "SELECT file_name, status, generator, positive_prompt, seed FROM v_images_search ORDER BY file_name"
PROMPT = "a quay, 猫 & <é>"

GRAPH = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "harbour.safetensors"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": PROMPT, "clip": ["1", 1]}},
    "3": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 512, "batch_size": 1}},
    "4": {
        "class_type": "KSampler",
        "inputs": {
            "model": ["1", 0],
            "positive": ["2", 0],
            "negative": ["2", 0],
            "latent_image": ["3", 0],
            "seed": 2**64 - 1,
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


def test_an_infotext_is_read_from_every_place_of_every_container(by_hand: ByHand) -> None:
    for seed, (name, write) in enumerate(PLACES.items()):
        (by_hand.place.input / name).write_bytes(write(infotext(seed, PROMPT)))
    by_hand.work()
    expected = [(name, "ok", "a1111", PROMPT, str(seed)) for seed, name in enumerate(PLACES)]
    assert by_hand.rows(SHOWN) == sorted(expected)


def test_a_graph_is_read_from_every_place_that_savers_put_it_in(by_hand: ByHand) -> None:
    for name, write in GRAPH_PLACES.items():
        (by_hand.place.input / name).write_bytes(write(json.dumps(GRAPH)))
    by_hand.work()
    expected = [(name, "ok", "comfyui", PROMPT, str(2**64 - 1)) for name in GRAPH_PLACES]
    assert by_hand.rows(SHOWN) == sorted(expected)
