"""Infotexts as the A1111 family writes them, in words of our own."""

CASTLE = """\
a castle of glass on a green hill, (morning light:1.2), wide shot, masterpiece
Negative prompt: blurry, lowres, [people]
Steps: 24, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 1234567890, Size: 512x768, \
Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, Clip skip: 2, Version: v1.10.1"""

HIRES = """\
lighthouse in a storm, dramatic sky, masterpiece, best quality
Negative prompt: blurry, watermark
Steps: 20, Sampler: Euler a, Schedule type: Automatic, CFG scale: 7, Seed: 42, Size: 512x512, \
Model hash: 879db523c3, Model: dreamshaper_8, VAE hash: 735e4c3a44, VAE: vae-ft-mse-840000-ema-pruned.safetensors, \
Denoising strength: 0.45, Hires upscale: 2, Hires steps: 12, Hires upscaler: R-ESRGAN 4x+, Version: v1.9.4"""

LORA = """\
portrait of a clockmaker, <lora:brass_gears:0.8>, <lora:soft_light:0.35>, easynegative_style, detailed hands
Negative prompt: badhands_v4, blurry
Steps: 30, Sampler: DPM++ SDE Karras, CFG scale: 5, Seed: 77, Size: 640x640, Model hash: 4199bcdd14, \
Model: revAnimated_v122, Lora hashes: "brass_gears: 1f2e3d4c5b6a, soft_light: a1b2c3d4e5f6", \
TI hashes: "badhands_v4: 5e40d722fc3d", Version: v1.6.0"""

ADETAILER = """\
two friends at a kitchen table, warm lamp, film grain
Negative prompt: lowres
Steps: 28, Sampler: DPM++ 2M SDE, Schedule type: Karras, CFG scale: 6, Seed: 2024, Size: 832x1216, \
Model hash: a5f58eb1c3, Model: waiIllustrious_v160, ADetailer model: face_yolov8n.pt, ADetailer prompt: "smiling face, \
freckles", ADetailer confidence: 0.3, ADetailer denoising strength: 0.4, ADetailer version: 24.11.0, Version: v1.10.1"""

TEMPLATE = """\
a red fox in the snow, soft light
Negative prompt: text
Steps: 22, Sampler: Euler, CFG scale: 7, Seed: 5, Size: 512x512, Model: deliberate_v2, Version: v1.5.2
Template: a {red|grey} fox in the __season__, soft light
Negative Template: text"""

STEPS_IN_PROMPT = """\
an instruction poster, large letters saying
Steps: mix, bake, serve
in a bakery window
Negative prompt: cropped,
jpeg artifacts
Steps: 18, Sampler: UniPC, CFG scale: 4.5, Seed: 99, Size: 768x512, Model: photon_v1, Version: v1.7.0"""

PORTRAIT = """\
portrait of an old sailor, harbour at dusk, 85mm
Negative prompt: cartoon, painting
Steps: 26, Sampler: DDIM, CFG scale: 7, Seed: 3141592653, Size: 512x640, Model hash: ef76aa2332, \
Model: realisticVisionV51, Version: v1.6.1"""

FORGE_FLUX = """\
a tram climbing a steep street, photograph, early morning
Steps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 8888, \
Size: 896x1152, Model hash: c161224931, Model: flux1-dev-bnb-nf4-v2, Version: f2.0.1v1.10.1-previous-665-gae278f79, \
Module 1: ae, Module 2: clip_l, Module 3: t5xxl_fp8_e4m3fn"""

REFORGE = """\
1girl, reading under a tree, summer, (dappled light:1.1)
Negative prompt: worst quality, bad anatomy
Steps: 28, Sampler: Euler a, Schedule type: SGM Uniform, CFG scale: 5.5, Seed: 6060842, Size: 832x1216, \
Model hash: e3c47aedb0, Model: animagineXL40, Version: f1.7.0-v1.10.1RC-latest-2164-ge72912e9"""

SDNEXT = """\
fishing boats in a quiet harbour, watercolour
Negative prompt: frame
Steps: 20, Size: 768x512, Sampler: UniPC, Seed: 1618033988, CFG scale: 6, App: SD.Next, Version: 2bbf0f7, \
Parser: native, Model: stable-diffusion-xl-base-1.0, Model hash: 31e35c80fc"""

CIVITAI = """\
a paper boat on a puddle, macro, reflections
Negative prompt: ugly
Steps: 25, Sampler: Euler a, CFG scale: 7, Seed: 271828182, Size: 832x1216, Clip skip: 2, Created Date: \
2025-03-01T12:00:00.000Z, Civitai resources: [{"type":"checkpoint","modelVersionId":1000001,"modelName":"Paper World",\
"modelVersionName":"v1.0"},{"type":"lora","weight":0.7,"modelVersionId":1000002,"modelName":"Macro Lens",\
"modelVersionName":"v2"}], Civitai metadata: {}"""

BLOSSOM = """\
桜の木の下の猫, cherry blossom, soft light 🌸
Negative prompt: ぼやけた
Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 20250401, Size: 512x512, Model: anything-v5, Version: v1.8.0"""
