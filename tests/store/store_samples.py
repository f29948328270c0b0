"""Images as a busy collection holds them: Zipf-distributed words, few models, unique seeds."""

import itertools
import random
from bisect import bisect
from collections.abc import Sequence

from service.records import (
    Conflict,
    Fact,
    ImageRows,
    NormalizedImage,
    RawRecord,
    Resource,
    SamplingPass,
    Side,
    Stated,
    Token,
    WatchedFile,
)

NOW = "2026-01-31T12:00:00Z"
LATER = "2026-02-01T12:00:00Z"
RECIPE = "a1111@1 parsers@1 blobs@1 normalize@1 tokens@1 resources@1"


class Words:
    """A vocabulary in which the n-th word comes about 1/n as often as the first."""

    def __init__(self, words: Sequence[str], seed: int) -> None:
        self.words = words
        self._sums = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
        self._random = random.Random(seed)  # noqa: S311  # invented data

    def draw(self) -> str:
        return self.words[bisect(self._sums, self._random.random() * self._sums[-1])]


def invented(count: int, longest: int, seed: int) -> list[str]:
    """Return different words of two letters and more, some of two parts, of ten letters or so."""
    dice = random.Random(seed)  # noqa: S311  # invented data
    made: dict[str, None] = {}
    while len(made) < count:
        word = "".join(dice.choice("aeiourstlnm ") for _ in range(dice.randint(4, longest))).strip()
        made[" ".join(word.split()) or "x"] = None
    return list(made)


FIRST = (
    "masterpiece",
    "best quality",
    "1girl",
    "solo",
    "long hair",
    "highres",
    "smile",
    "looking at viewer",
)
POSITIVE = Words((*FIRST, *invented(30_000, 16, 7)), 1)
NEGATIVE = Words(
    (
        "worst quality",
        "lowres",
        "bad hands",
        "text",
        "watermark",
        "blurry",
        *invented(1_000, 14, 8),
    ),
    2,
)
MODELS = Words(tuple(f"someModel_v{i}" for i in range(300)), 3)
LORAS = Words(tuple(f"someLora_{i}" for i in range(3_000)), 4)
DICE = random.Random(5)  # noqa: S311  # invented data


def image(
    number: int, *, root: str = "Input", path: str | None = None, positive: int = 28
) -> ImageRows:
    """Return one image of 25 facts, about 40 tokens and 4 resources.

    The same number draws other words each time.
    """
    tokens = _tokens(positive)
    prompt, negative = _prompt(tokens, "pos"), _prompt(tokens, "neg")
    base = _base(prompt, negative)
    resources = _resources(str(base.model))
    file = WatchedFile(
        root=root,
        path=path or f"2026-01-{number // 1000:02d}/{number:05d}-{base.seed}.png",
        size=1_300_000 + number,
        mtime_ns=1_760_000_000_000_000_000 + number * 61_000_000_123,
    )
    parameters = f"{prompt}\nNegative prompt: {negative}\nSteps: {base.steps}, Seed: {base.seed}"
    return ImageRows(
        raw=RawRecord(
            file=file,
            mime_type="image/png",
            sha256=f"{DICE.getrandbits(256):064x}",
            extractor="exiftool 12.57",
            tags={"PNG:ImageWidth": 832, "PNG:ImageHeight": 1216, "PNG:Parameters": parameters},
        ),
        image=NormalizedImage(
            status="ok",
            generator="a1111",
            passes=(
                base,
                SamplingPass(role="hires", denoise=0.4, steps=10, width=1664, height=2432),
            ),
            vae="sdxl_vae.safetensors",
            clip_skip=2,
            upscaler="4x-UltraSharp",
            file_width=1664,
            file_height=2432,
            resources=resources,
            facts=_facts(base),
            warnings=(),
        ),
        tokens=tokens,
        resources=resources,
        recipe=RECIPE,
    )


def _tokens(positive: int) -> tuple[Token, ...]:
    sides: tuple[tuple[Side, int], ...] = (("pos", positive), ("neg", 12))
    return tuple(
        _token(side, position, (POSITIVE if side == "pos" else NEGATIVE).draw())
        for side, count in sides
        for position in range(count)
    )


def _token(side: Side, position: int, word: str) -> Token:
    written = word.replace(" ", "_") if position % 9 == 8 else word
    return Token(side, position, written, word, 1.2 if position % 7 == 6 else 1.0)


def _prompt(tokens: Sequence[Token], side: Side) -> str:
    return ", ".join(
        token.token if token.weight == 1.0 else f"({token.token}:{token.weight})"
        for token in tokens
        if token.side == side
    )


def _base(prompt: str, negative: str) -> SamplingPass:
    model = MODELS.draw()
    return SamplingPass(
        positive_prompt=prompt,
        negative_prompt=negative,
        steps=DICE.choice((20, 25, 28, 30)),
        cfg_scale=DICE.choice((4.5, 5.0, 7.0)),
        sampler="DPM++ 2M Karras",
        scheduler="Karras",
        sampler_norm=DICE.choice(("dpmpp_2m", "euler_ancestral", "euler")),
        scheduler_norm="karras",
        seed=str(DICE.getrandbits(32)),
        width=832,
        height=1216,
        model=model,
        model_hash=f"{abs(hash(model)) % 10**10:010d}",
    )


def _resources(model: str) -> tuple[Resource, ...]:
    loras = tuple(
        Resource(
            "lora",
            LORAS.draw(),
            "PNG:Parameters",
            weight=0.8,
            hash="0123456789ab",
            hash_kind="autov3",
        )
        for _ in range(2)
    )
    checkpoint = Resource(
        "checkpoint", model, "PNG:Parameters", hash="0123456789", hash_kind="autov2"
    )
    return (checkpoint, *loras, Resource("embedding", "easynegative", "PNG:Parameters", used=False))


def _facts(base: SamplingPass) -> tuple[Fact, ...]:
    ours = (
        ("positive_prompt", base.positive_prompt),
        ("negative_prompt", base.negative_prompt),
        ("steps", base.steps),
        ("cfg_scale", base.cfg_scale),
        ("sampler", base.sampler),
        ("sampler_norm", base.sampler_norm),
        ("scheduler", base.scheduler),
        ("scheduler_norm", base.scheduler_norm),
        ("seed", base.seed),
        ("width", base.width),
        ("height", base.height),
        ("model", base.model),
        ("model_hash", base.model_hash),
        ("clip_skip", 2),
    )
    theirs = (
        ("Steps", base.steps),
        ("Sampler", base.sampler),
        ("CFG scale", base.cfg_scale),
        ("Seed", base.seed),
        ("Size", f"{base.width}x{base.height}"),
        ("Model", base.model),
        ("Clip skip", 2),
        ("Hires upscale", DICE.choice((1.5, 2))),
        ("Version", "v1.10.1"),
    )
    return tuple(Fact(key, str(value), "PNG:Parameters") for key, value in (*ours, *theirs))


def odd_image(path: str = "odd/ünï çødé 漢字 🖼.png") -> ImageRows:
    """Return an image with every kind of row and every field, its texts as strangers write them."""
    passes = (
        SamplingPass(
            positive_prompt="a cat\n(very:1.3) <lora:Ünï:0.75>",
            negative_prompt="",
            steps=20,
            start_step=0,
            end_step=12,
            cfg_scale=6.5,
            guidance=3.5,
            sampler="Euler a",
            scheduler="Automatic",
            sampler_norm="euler_ancestral",
            scheduler_norm="automatic",
            seed="18446744073709551615",
            denoise=1.0,
            width=512,
            height=768,
            model="model.safetensors",
            model_hash="deadbeef01",
        ),
        SamplingPass("hires", "a cat\n(very:1.3) <lora:Ünï:0.75>", "", steps=8, denoise=0.35),
        SamplingPass("detailer", "a cat's face", None, seed="7"),
    )
    resources = (
        Resource(
            "checkpoint",
            "model.safetensors",
            "PNG:Prompt#4",
            extra={"loader": "UNETLoader", "n": [1]},
        ),
        Resource(
            "lora",
            "Ünï",
            "PNG:Prompt#5",
            0.75,
            0.5,
            "ab12",
            "autov2",
            987,
            "urn:air:sdxl:lora:civitai:1@987",
        ),
        Resource("lora", "off", "", 0.0, used=False),
        Resource("controlnet", "canny", "PNG:Prompt#9", 1.0),
        Resource("vae", "vae.pt", "PNG:Prompt#10"),
        Resource("upscaler", "4x", "PNG:Prompt#11"),
        Resource("embedding", "easy", "PNG:Prompt#12", 1.1),
    )
    return ImageRows(
        raw=RawRecord(
            file=WatchedFile(
                root="Input",
                path=path,
                size=5,
                mtime_ns=1_700_000_000_123_456_789,
                sidecars=(".txt 812 1690000000000000000", ".png.json 3 4"),
            ),
            mime_type="image/png",
            sha256="0" * 64,
            extractor="exiftool 12.57",
            tags={
                "PNG:Prompt": "{}",
                "PNG:Seed": 2**64 - 1,
                "XMP-x:List": [1, {"a": None}, 1.5, True],
            },
        ),
        image=NormalizedImage(
            status="partial",
            generator="comfyui",
            passes=passes,
            vae="vae.pt",
            clip_skip=1,
            upscaler="4x",
            file_width=1024,
            file_height=1536,
            resources=resources,
            facts=(
                Fact(
                    "positive_prompt",
                    "a cat\n(very:1.3) <lora:Ünï:0.75>",
                    "PNG:Prompt#6.inputs.text",
                ),
                Fact("negative_prompt", "another text", "PNG:Prompt#7.inputs.text"),
                Fact("seed", "18446744073709551615", "PNG:Prompt#3.inputs.seed"),
                Fact("Own key", "value with 'quotes' and \"more\"", "PNG:Workflow"),
                Fact("Own key", "twice", "PNG:Workflow"),
                Fact("Empty", "", "PNG:Workflow"),
            ),
            conflicts=(Conflict("seed", Stated("1", "PNG:Prompt"), Stated("2", "PNG:Parameters")),),
            warnings=("two samplers; the first was taken", "no VAE"),
        ),
        tokens=(
            Token("pos", 0, "a cat", "a cat", 1.0),
            Token("pos", 1, "Very", "very", 1.3),
            Token("pos", 2, "<lora:Ünï:0.75>", "ünï", 0.75, "lora"),
            Token("neg", 0, "BREAK", "break", 1.0, "break"),
        ),
        resources=resources,
        recipe="comfyui@1 parsers@1",
    )
