"""Every way in which an infotext states a model file gives its row, and one file one row.

From tags to resources.
"""

import pytest
from stated_rows import Row, row, rows

SHAPES: dict[str, tuple[str, str, list[Row]]] = {
    "a model's title with its hash": (
        "cat",
        "Model: m.safetensors [aabbccddee]",
        [row("checkpoint", "m.safetensors", hash_="aabbccddee")],
    ),
    "a model known by its hash alone": (
        "cat",
        "Model hash: aabbccddee",
        [row("checkpoint", "aabbccddee", hash_="aabbccddee")],
    ),
    "a model in the Hashes object alone": (
        "cat",
        'Hashes: {"model": "aabbccddee"}',
        [row("checkpoint", "aabbccddee", hash_="aabbccddee")],
    ),
    "a model hash of eight digits": (
        "cat",
        "Model hash: 6ce01616, Model: old",
        [row("checkpoint", "old", hash_="6ce01616")],
    ),
    "a LoRA's hash of ten digits": (
        "<lora:a:1>",
        'Lora hashes: "a: aabbccddee"',
        [row("lora", "a", 1.0, hash_="aabbccddee")],
    ),
    "a LoRA's hash of 64 digits in capitals": (
        "<lora:a:1>",
        'Lora hashes: "a: ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB"',
        [row("lora", "a", 1.0, hash_="ab" * 32)],
    ),
    "a LoRA's hash with 0x": (
        "<lora:a:1>",
        'Lora hashes: "a: 0xAABBCCDDEEFF"',
        [row("lora", "a", 1.0, hash_="aabbccddeeff")],
    ),
    "a LoRA's hash that is none": (
        "<lora:a:1>",
        'Lora hashes: "a: unknown"',
        [row("lora", "a", 1.0)],
    ),
    "a LoRA with commas and dots in its name": (
        "<lora:a, b v1.5:0.7>",
        'Lora hashes: "a, b v1.5: aabbccddeeff"',
        [row("lora", "a, b v1.5", 0.7, hash_="aabbccddeeff")],
    ),
    "a LoRA whose commas the list leaves out": (
        "<lora:c, d:0.6>",
        'Lora hashes: "c d: aabbccddeeff"',
        [row("lora", "c d", 0.6, hash_="aabbccddeeff")],
    ),
    "LoRAs that could not be read": (
        "<lora:a:0.5> <lora:b:0.6>",
        'Lora hashes: "a: e3b0c44298fc, b: e3b0c44298fc"',
        [
            row("lora", "a", 0.5, hash_="e3b0c44298fc"),
            row("lora", "b", 0.6, hash_="e3b0c44298fc"),
        ],
    ),
    "an unquoted list of two hashes": (
        "<lora:a:1> <lora:b:2>",
        "Lora hashes: a: aabbccddeeff, b: 112233445566, Model: m",
        [
            row("checkpoint", "m"),
            row("lora", "a", 1.0, hash_="aabbccddeeff"),
            row("lora", "b", 2.0, hash_="112233445566"),
        ],
    ),
    "Fooocus' list of names, hashes and weights": (
        "cat",
        'Lora hashes: "a: 1122334455: 0.1, b: 5544332211: -1", Version: Fooocus v2.2.0',
        [row("lora", "a", 0.1, hash_="1122334455"), row("lora", "b", -1.0, hash_="5544332211")],
    ),
    "a LoRA listed and not named": (
        "cat",
        'Lora hashes: "a: aabbccddeeff"',
        [row("lora", "a", hash_="aabbccddeeff")],
    ),
    "a LoRA in another folder than the list's": (
        "<lora:sub\\\\a:0.4>",
        'Lora hashes: "a: aabbccddeeff"',
        [row("lora", "a", 0.4, hash_="aabbccddeeff")],
    ),
    "two weights": (
        "<lora:a:0.8:0.4>",
        "",
        [row("lora", "a", 0.8, clip=0.8)],
    ),
    "two weights by name": (
        "<lora:a:te=0.8:unet=0.4>",
        "",
        [row("lora", "a", 0.8, clip=0.8)],
    ),
    "the model's weight by name alone": (
        "<lora:a:unet=0.4>",
        "",
        [row("lora", "a", 1.0, clip=1.0)],
    ),
    "a weight with block weights": (
        "<lora:a:0.6:lbw=OUTALL>",
        "",
        [row("lora", "a", 0.6)],
    ),
    "a weight with its exponent": (
        "<lora:a:5e-1>",
        "",
        [row("lora", "a", 0.5)],
    ),
    "a weight without a leading nought": (
        "<lora:a:.5>",
        "",
        [row("lora", "a", 0.5)],
    ),
    "a weight with a plus": (
        "<lora:a:+0.5>",
        "",
        [row("lora", "a", 0.5)],
    ),
    "weights by step": (
        "<lora:a:0.5@0,1@0.6>",
        "",
        [row("lora", "a")],
    ),
    "a tag in capitals": (
        "<LORA:a:0.5>",
        "",
        [row("lora", "a", 0.5)],
    ),
    "a LoCon and a LoHa": (
        "<locon:a:0.5> <loha:b:0.6>",
        "",
        [row("lora", "a", 0.5), row("lora", "b", 0.6)],
    ),
    "a LoRA in the negative prompt": (
        "cat\nNegative prompt: <lora:a:0.5>",
        "",
        [row("lora", "a", 0.5, used=False)],
    ),
    "a LoRA for the hires pass": (
        "cat",
        'Hires upscale: 2, Hires prompt: "cat <lora:a:0.5>"',
        [row("lora", "a", 0.5)],
    ),
    "a LoRA for the detailer": (
        "cat",
        'ADetailer model: face_yolov8n.pt, ADetailer prompt: "face <lora:a:0.5>"',
        [row("detector", "face_yolov8n.pt"), row("lora", "a", 0.5)],
    ),
    "a detailer of four units": (
        "cat",
        (
            "ADetailer model: face_yolov8n.pt, ADetailer model 2nd: hand_yolov8n.pt,"
            " ADetailer model 3rd: None, ADetailer model 4th: mediapipe_face_full"
        ),
        [
            row("detector", "face_yolov8n.pt"),
            row("detector", "hand_yolov8n.pt"),
            row("detector", "mediapipe_face_full"),
        ],
    ),
    "a detailer's own checkpoint and VAE": (
        "cat",
        (
            "ADetailer model: face_yolov8n.pt, ADetailer checkpoint: c.safetensors [aabbccddee], "
            "ADetailer VAE: v.pt"
        ),
        [
            row("detector", "face_yolov8n.pt"),
            row("checkpoint", "c.safetensors", hash_="aabbccddee"),
            row("vae", "v.pt"),
        ],
    ),
    "a detailer that takes over the base's": (
        "cat",
        (
            "ADetailer model: face_yolov8n.pt, ADetailer checkpoint: Use same checkpoint, "
            "ADetailer VAE: Use same VAE"
        ),
        [row("detector", "face_yolov8n.pt")],
    ),
    "a detailer's ControlNet": (
        "cat",
        (
            "ADetailer model: face_yolov8n.pt, ADetailer ControlNet model: cn_tile [aabbccdd],"
            " ADetailer ControlNet weight: 0.6"
        ),
        [
            row("controlnet", "cn_tile [aabbccdd]", 0.6, hash_="aabbccdd"),
            row("detector", "face_yolov8n.pt"),
        ],
    ),
    "an old embedding with four digits": (
        "dark, cat",
        "Used embeddings: dark [3aac]",
        [row("embedding", "dark", 1.0, hash_="3aac")],
    ),
    "two embeddings": (
        "bad-hands, (easyneg:0.8)",
        'TI hashes: "bad-hands: aa7651be154c, easyneg: c74b4e810b03"',
        [
            row("embedding", "bad-hands", 1.0, hash_="aa7651be154c"),
            row("embedding", "easyneg", 0.8, hash_="c74b4e810b03"),
        ],
    ),
    "an embedding beside a LoRA of its name": (
        "<lora:dark:0.3>",
        'TI hashes: "dark: aa7651be154c"',
        [row("embedding", "dark", hash_="aa7651be154c"), row("lora", "dark", 0.3)],
    ),
    "an embedding in the Hashes object": (
        "easyneg",
        'Hashes: {"embed:easyneg": "c74b4e810b"}',
        [row("embedding", "easyneg", 1.0, hash_="c74b4e810b")],
    ),
    "a LyCORIS in the Hashes object": (
        "<lyco:a:0.5>",
        'Hashes: {"lyco:a": "aabbccddee"}',
        [row("lora", "a", 0.5, hash_="aabbccddee")],
    ),
    "a hypernetwork of the settings": (
        "cat",
        "Hypernet: blue, Hypernet hash: aabbccddee, Hypernet strength: 0.5",
        [row("hypernetwork", "blue", 0.5, hash_="aabbccddee")],
    ),
    "a hypernetwork of 2022": (
        "cat",
        "Hypernet: blue(4ac2e4c8), Hypernet strength: 0.5",
        [row("hypernetwork", "blue", 0.5, hash_="4ac2e4c8")],
    ),
    "Additional Networks": (
        "cat",
        (
            "AddNet Enabled: True, AddNet Module 1: LoRA, AddNet Model 1: fine(aabbccddeeff),"
            " AddNet Weight A 1: 0.7, AddNet Weight B 1: 0.6"
        ),
        [row("lora", "fine", 0.7, clip=0.6, hash_="aabbccddeeff")],
    ),
    "ControlNet in one quoted list": (
        "cat",
        (
            'ControlNet 0: "Module: canny, Model: control_canny [d14c016b], Weight: 0.8,'
            ' Resize Mode: Crop and Resize, Guidance Start: 0.0, Guidance End: 1.0"'
        ),
        [row("controlnet", "control_canny [d14c016b]", 0.8, hash_="d14c016b")],
    ),
    "ControlNet in the list of 2023": (
        "cat",
        (
            'ControlNet 0: "preprocessor: canny, model: control_canny [d14c016b], weight: 0.8, '
            'starting/ending: (0, 1)"'
        ),
        [row("controlnet", "control_canny [d14c016b]", 0.8, hash_="d14c016b")],
    ),
    "ControlNet in keys of its own": (
        "cat",
        (
            "ControlNet-0 Enabled: True, ControlNet-0 Module: depth,"
            " ControlNet-0 Model: control_depth [aabbccdd], ControlNet-0 Weight: 1"
        ),
        [row("controlnet", "control_depth [aabbccdd]", 1.0, hash_="aabbccdd")],
    ),
    "two units of ControlNet": (
        "cat",
        (
            'ControlNet 0: "Module: a, Model: one, Weight: 1", ControlNet 1: "Module: b, Model: '
            'two, Weight: 0.5"'
        ),
        [row("controlnet", "one", 1.0), row("controlnet", "two", 0.5)],
    ),
    "a unit without a model": (
        "cat",
        'ControlNet 0: "Module: reference_only, Model: None, Weight: 1"',
        [],
    ),
    "an IP-Adapter unit": (
        "cat",
        (
            'ControlNet 0: "Module: ip-adapter_face_id, Model: ip-adapter-faceid_sdxl '
            '[aabbccdd], Weight: 0.7"'
        ),
        [row("ip_adapter", "ip-adapter-faceid_sdxl [aabbccdd]", 0.7, hash_="aabbccdd")],
    ),
    "an IP-Adapter unit that its module tells": (
        "cat",
        (
            'ControlNet 0: "Module: InsightFace+CLIP-H (IPAdapter), Model: sub/faceid_sdxl '
            '[aabbccdd], Weight: 0.7"'
        ),
        [row("ip_adapter", "sub/faceid_sdxl [aabbccdd]", 0.7, hash_="aabbccdd")],
    ),
    "AnimateDiff": (
        "cat",
        'AnimateDiff: "enable: True, model: mm_v3.ckpt, video_length: 16"',
        [row("motion", "mm_v3.ckpt")],
    ),
    "Forge's modules": (
        "cat",
        "Module 1: ae, Module 2: clip_l, Module 3: t5xxl_fp16",
        [row("vae", "ae"), row("text_encoder", "clip_l"), row("text_encoder", "t5xxl_fp16")],
    ),
    "Forge's modules for the hires pass": (
        "cat",
        "Hires upscale: 2, Hires Module 1: hires_vae, Hires Module 2: qwen_2.5_vl_7b",
        [row("vae", "hires_vae"), row("text_encoder", "qwen_2.5_vl_7b")],
    ),
    "a hires checkpoint": (
        "cat",
        "Hires upscale: 2, Hires checkpoint: h.safetensors [aabbccddee]",
        [row("checkpoint", "h.safetensors", hash_="aabbccddee")],
    ),
    "upscalers of the extras tab": (
        "cat",
        "Postprocess upscaler: 4x_A, Postprocess upscaler 2: 4x_B",
        [row("upscaler", "4x_A"), row("upscaler", "4x_B")],
    ),
    "an upscaler that is arithmetic": (
        "cat",
        "Hires upscale: 2, Hires upscaler: Latent (nearest-exact)",
        [],
    ),
    "the upscaler of Ultimate SD Upscale": (
        "cat",
        "Ultimate SD upscale upscaler: 4x_A, Ultimate SD upscale padding: 32",
        [row("upscaler", "4x_A")],
    ),
    "the upscaler of SD Upscale": (
        "cat",
        "SD upscale overlap: 64, SD upscale upscaler: R-ESRGAN 4x+",
        [row("upscaler", "R-ESRGAN 4x+")],
    ),
    "SD.Next's networks and hashes": (
        "<lora:a:0.5> <lora:b:1>",
        'App: SD.Next, LoRA networks: "a, b", LoRA hashes: "aabbccddeeff, 112233445566"',
        [row("lora", "a", 0.5, hash_="aabbccddeeff"), row("lora", "b", 1.0, hash_="112233445566")],
    ),
    "SD.Next's networks without hashes": (
        "<lora:a:0.5>",
        "App: SD.Next, LoRA networks: a",
        [row("lora", "a", 0.5)],
    ),
    "SD.Next's networks with a hash too few": (
        "<lora:a:0.5> <lora:b:1>",
        'App: SD.Next, LoRA networks: "a, b", LoRA hashes: aabbccddeeff',
        [row("lora", "a", 0.5), row("lora", "b", 1.0)],
    ),
    "SD.Next's detailer": (
        "cat",
        (
            'App: SD.Next, Detailer: "face-yolo8n, hand_yolov8n", Detailer steps: 10, Detailer '
            "strength: 0.3"
        ),
        [row("detector", "face-yolo8n"), row("detector", "hand_yolov8n")],
    ),
    "SD.Next's parts of other files": (
        "cat",
        "App: SD.Next, UNet: flux-unet, TE: t5-fp8, VAE: ae",
        [row("vae", "ae"), row("checkpoint", "flux-unet"), row("text_encoder", "t5-fp8")],
    ),
    "SD.Next's embeddings": (
        "dark, cat",
        'App: SD.Next, Embeddings: "dark, light"',
        [row("embedding", "dark", 1.0), row("embedding", "light")],
    ),
    "SaveImageWithMetaData's numbers": (
        "cat",
        (
            "Lora_0 Model name: a.safetensors, Lora_0 Model hash: aabbccddee,"
            " Lora_0 Strength model: 0.8, Lora_0 Strength clip: 0.6, Embedding_0 Name: dark,"
            " Embedding_0 Hash: 112233445566"
        ),
        [
            row("lora", "a.safetensors", 0.8, clip=0.6, hash_="aabbccddee"),
            row("embedding", "dark", hash_="112233445566"),
        ],
    ),
    "CivitAI's list by version": (
        "cat",
        (
            'Civitai resources: [{"type":"checkpoint","modelVersionId":25},{"type":"lora",'
            '"weight":-0.5,"modelVersionId":7}]'
        ),
        [
            row("checkpoint", "modelVersionId:25", version=25),
            row("lora", "modelVersionId:7", -0.5, version=7),
        ],
    ),
    "CivitAI's list with versions as texts": (
        "cat",
        'Civitai resources: [{"type":"lora","weight":"0.5","modelVersionId":"7"}]',
        [row("lora", "modelVersionId:7", 0.5, version=7)],
    ),
    "CivitAI's list without types": (
        "cat",
        'Civitai resources: [{"modelVersionId":7,"weight":0.5}]',
        [row("resource_ref", "modelVersionId:7", 0.5, version=7)],
    ),
    "CivitAI's list with a printed object for a type": (
        "cat",
        (
            'Civitai resources: [{"type":"ImageJobNetworkParams { Strength = 0.4, TriggerWord = ,'
            ' Type = lora }","modelVersionId":7}]'
        ),
        [row("lora", "modelVersionId:7", 0.4, version=7)],
    ),
    "CivitAI's list by AIR with names": (
        "cat",
        (
            'Civitai resources: [{"modelName":"Oil","versionName":"v2","weight":0.6,'
            '"air":"urn:air:sdxl:lora:civitai:70@7"}]'
        ),
        [row("lora", "Oil", 0.6, version=7)],
    ),
    "CivitAI's list by AIR and by version": (
        "cat",
        (
            "Civitai resources: "
            '[{"type":"lora","weight":0.6,"air":"urn:air:sdxl:lora:civitai:70@7"},'
            '{"type":"lora","modelVersionId":7}]'
        ),
        [row("lora", "urn:air:sdxl:lora:civitai:70@7", 0.6, version=7)],
    ),
    "CivitAI's every type": (
        "cat",
        (
            'Civitai resources: [{"type":"embed","modelVersionId":1},{"type":"TextualInversion",'
            '"modelVersionId":2},{"type":"LoCon","modelVersionId":3},{"type":"DoRA",'
            '"modelVersionId":4},{"type":"vae","modelVersionId":5},{"type":"upscaler",'
            '"modelVersionId":6},{"type":"hypernet","modelVersionId":7},{"type":"motion",'
            '"modelVersionId":8},{"type":"controlnet","modelVersionId":9},{"type":"diffusionmodel",'
            '"modelVersionId":10},{"type":"wildcards","modelVersionId":11}]'
        ),
        [
            row("embedding", "modelVersionId:1", version=1),
            row("embedding", "modelVersionId:2", version=2),
            row("lora", "modelVersionId:3", version=3),
            row("lora", "modelVersionId:4", version=4),
            row("vae", "modelVersionId:5", version=5),
            row("upscaler", "modelVersionId:6", version=6),
            row("hypernetwork", "modelVersionId:7", version=7),
            row("motion", "modelVersionId:8", version=8),
            row("controlnet", "modelVersionId:9", version=9),
            row("checkpoint", "modelVersionId:10", version=10),
            row("resource_ref", "modelVersionId:11", version=11),
        ],
    ),
    "CivitAI's metadata in place of the list": (
        "cat",
        'Civitai metadata: {"resources":[{"modelVersionId":7,"strength":0.5}]}',
        [row("resource_ref", "modelVersionId:7", 0.5, version=7)],
    ),
    "a recipe of LoRA Manager": (
        "cat",
        (
            'Recipe metadata: {"checkpoint": {"modelVersionId": 25, "file_name": "real",'
            ' "hash": "aabbccddee"}, "loras": [{"file_name": "a", "strength": 0.6,'
            ' "hash": "112233445566", "modelVersionId": 7}]}'
        ),
        [
            row("checkpoint", "real", hash_="aabbccddee", version=25),
            row("lora", "a", 0.6, hash_="112233445566", version=7),
        ],
    ),
    "one model by name and on CivitAI": (
        "cat",
        (
            'Model: real, Model hash: aabbccddee, Civitai resources: [{"type":"checkpoint",'
            '"modelVersionId":25,"modelName":"Real"}]'
        ),
        [row("checkpoint", "real", hash_="aabbccddee", version=25)],
    ),
    "a LoRA by tag and on CivitAI": (
        "<lora:oil:0.7>",
        'Civitai resources: [{"type":"lora","modelVersionId":7,"modelName":"oil"}]',
        [row("lora", "oil", 0.7, version=7)],
    ),
    "an AIR as a tag": (
        "<lora:urn:air:sdxl:lora:civitai:70@7:0.7>",
        "",
        [row("lora", "urn:air:sdxl:lora:civitai:70@7", 0.7, version=7)],
    ),
    "a short AIR as a tag": (
        "<lora:civitai:70@7:0.7>",
        "",
        [row("lora", "civitai:70@7", 0.7, version=7)],
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_gives_its_rows(name: str) -> None:
    prompt, settings, expected = SHAPES[name]
    text = (
        f"{prompt}\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, {settings}"
    )
    assert rows({"PNG:Parameters": text}) == expected
