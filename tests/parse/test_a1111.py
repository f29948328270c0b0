import pytest

from service.parse.base import Claim
from service.parse.blobs import collect_blobs
from service.parse.generators.a1111 import claim, parse
from service.records import Blob, Blobs, RawRecord, Resource, Sampling, Stated, WatchedFile

HEAD = "a mill\nNegative prompt: sail\nSteps: 20, Sampler: Euler, Seed: 1"


def blobs(text: str, role: str = "parameters", **more: str) -> Blobs:
    texts = {role: (Blob(text, f"PNG:{role.capitalize()}"),)}
    return Blobs(texts | {name: (Blob(value, f"PNG:{name}"),) for name, value in more.items()})


@pytest.mark.parametrize(
    ("tail", "generator"),
    [
        ("", "a1111"),
        (", Version: v1.10.1", "a1111"),
        (", Version: 1.6.0-RC-12", "a1111"),
        (", Version: f2.0.1v1.10.1-previous-669-gdfdcbab6", "forge"),
        (", Version: f0.0.17v1.8.0rc-latest-276-g29be1da7", "forge"),
        (", Version: f1.0.0v2-v1.10.1RC-latest-2498-g5120e679", "reforge"),
        (", Version: neo", "forge-neo"),
        (", Version: neo-2.28", "forge-neo"),
        (", Version: classic", "forge-classic"),
        (", App: SD.Next, Version: 56a8aea", "sdnext"),
        (", Parser: Full parser, Backend: Diffusers, Version: 82fd7e4", "sdnext"),
        (", Version: ComfyUI", "comfyui"),
        (", Version: Fooocus v2.5.5", "fooocus"),
        (', Civitai resources: [{"modelVersionId":1}]', "civitai"),
        (", Civitai metadata: {}", "civitai"),
        (', Civitai resources: [{"modelVersionId":1}], Version: v1.10.1', "a1111"),
    ],
)
def test_the_generator_follows_from_the_settings(tail: str, generator: str) -> None:
    assert parse(blobs(HEAD + tail)).generator == generator


def test_the_generator_follows_from_a_text_beside_the_infotext() -> None:
    assert parse(blobs(HEAD, smproj="{}")).generator == "stability_matrix"


@pytest.mark.parametrize(
    ("text", "role", "expected"),
    [
        (HEAD, "parameters", Claim.MARKER),
        (HEAD, "usercomment", Claim.MARKER),
        (HEAD, "comment", Claim.MARKER),
        ("a mill\nSteps: 20, Size: 512x512", "parameters", Claim.SHAPE),
        ("a mill\nSteps: 20", "parameters", Claim.SHAPE),
        ("stew\nSteps: 20", "description", Claim.NO),
        ("a mill\nNegative prompt: sail", "parameters", Claim.FALLBACK),
        ("a mill", "parameters", Claim.NO),
        (HEAD, "prompt", Claim.NO),
    ],
)
def test_a_claim_is_as_sure_as_its_evidence(text: str, role: str, expected: Claim) -> None:
    assert claim(blobs(text, role)) is expected


def test_json_is_never_an_infotext() -> None:
    text = '{"a": "b\\nSteps: 20, Sampler: Euler"}'
    assert claim(Blobs({"parameters": (Blob(text, "PNG:Parameters", {"a": "b"}),)})) is Claim.NO


def test_a_size_in_two_keys_is_a_size() -> None:
    found = parse(blobs("a\nSteps: 5, CFG: 4, Width: 640, Height: 480")).fields
    own = {name: found[name].value for name in ("cfg_scale", "width", "height")}  # type: ignore[index]
    assert own == {"cfg_scale": "4", "width": "640", "height": "480"}


def test_the_surest_text_of_the_file_is_read() -> None:
    found = parse(blobs("from a camera\nNegative prompt: none", "parameters", usercomment=HEAD))
    assert found.fields["steps"] == Stated("20", "PNG:usercomment")


def test_mojibake_of_a_png_text_chunk_is_mended_before_reading() -> None:
    wrong = "夜の灯台\nSteps: 20, Seed: 1".encode().decode("cp1252", "replace")
    raw = "夜の灯台\nSteps: 20, Seed: 1".encode().decode("latin-1")
    tags = {"PNG:Parameters": raw}
    file = WatchedFile(root="r", path="a.png", size=1, mtime_ns=1)
    record = RawRecord(
        file=file, mime_type="image/png", sha256=None, extractor="exiftool", tags=tags
    )
    assert wrong != raw
    assert parse(collect_blobs(record)).fields["positive_prompt"].value == "夜の灯台"


def test_a_later_pass_keeps_only_what_is_its_own() -> None:
    tail = (
        ", Hires upscale: 2, Hires sampler: Use same sampler, Hires checkpoint: fine [aabbccdd11]"
    )
    tail += ", Denoising strength: 0.4"
    found = parse(blobs(HEAD + tail)).passes
    source = "PNG:Parameters"
    own = {
        "denoise": Stated("0.4", source),
        "model": Stated("fine", source),
        "model_hash": Stated("aabbccdd11", source),
    }
    assert found == (Sampling("hires", own),)


S = "PNG:Parameters"


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        (
            "Model: a, Model hash: 6ce01616",
            [Resource("checkpoint", "a", S, hash="6ce01616", hash_kind="autov1")],
        ),
        (
            f"Model: a, Model hash: {'AB' * 32}",
            [Resource("checkpoint", "a", S, hash="ab" * 32, hash_kind="sha256")],
        ),
        ("VAE: None, Hires upscaler: Latent, Hires upscale: 2", []),
        ("Hires upscaler: 4x_Sharp", [Resource("upscaler", "4x_Sharp", S)]),
        ("Postprocess upscaler: 4x_Soft", [Resource("upscaler", "4x_Soft", S)]),
        (
            'Lora hashes: "a: 0123456789ab, b, c: 0123456789"',
            [
                Resource("lora", "a", S, hash="0123456789ab", hash_kind="autov3"),
                Resource("lora", "b, c", S, hash="0123456789", hash_kind="autov2"),
            ],
        ),
        (
            "Lora hashes: a: 0123456789ab, b c: 0123456789, Model hash: 0123456789, Model: m",
            [
                Resource("checkpoint", "m", S, hash="0123456789", hash_kind="autov2"),
                Resource("lora", "a", S, hash="0123456789ab", hash_kind="autov3"),
                Resource("lora", "b c", S, hash="0123456789", hash_kind="autov2"),
            ],
        ),
        (
            "TI hashes: dark: 0123456789ab",
            [Resource("embedding", "dark", S, hash="0123456789ab", hash_kind="autov3")],
        ),
        (
            "Used embeddings: dark [3aac]",
            [Resource("embedding", "dark", S, hash="3aac", hash_kind="unknown")],
        ),
        (
            'Hashes: {"model": "0123456789", "lora:x": "", "embed:y": "0123456789"}',
            [
                Resource("checkpoint", "0123456789", S, hash="0123456789", hash_kind="autov2"),
                Resource("lora", "x", S, used=False),
                Resource("embedding", "y", S, hash="0123456789", hash_kind="autov2"),
            ],
        ),
        (
            'Model: a, VAE: b.pt, Hashes: {"vae": "0123456789", "model": "9876543210"}',
            [
                Resource("checkpoint", "a", S, hash="9876543210", hash_kind="autov2"),
                Resource("vae", "b.pt", S, hash="0123456789", hash_kind="autov2"),
            ],
        ),
        (
            "ControlNet Module: hed, ControlNet Model: cn_hed [00112233], ControlNet Weight: 0.5",
            [
                Resource(
                    "controlnet",
                    "cn_hed [00112233]",
                    S,
                    0.5,
                    hash="00112233",
                    hash_kind="autov1",
                    extra={"module": "hed"},
                )
            ],
        ),
        (
            "ControlNet-0 Model: one, ControlNet-1 Model: ip-adapter_x, ControlNet-1 Weight: 0",
            [
                Resource("controlnet", "one", S),
                Resource("ip_adapter", "ip-adapter_x", S, 0.0, used=False),
            ],
        ),
        (
            "AddNet Model 1: fine(aabbccddeeff), AddNet Weight A 1: 0.7, AddNet Weight B 1: 0.6",
            [Resource("lora", "fine", S, 0.7, 0.6, hash="aabbccddeeff", hash_kind="autov3")],
        ),
        ("Hypernet: blue, Hypernet strength: 0.5", [Resource("hypernetwork", "blue", S, 0.5)]),
        (
            'AnimateDiff: "enable: True, model: mm_v15.ckpt, fps: 8"',
            [Resource("motion", "mm_v15.ckpt", S)],
        ),
        (
            (
                "Model: a, Civitai resources: "
                '[{"type":"checkpoint","modelVersionId":5,"modelName":"A"}]'
            ),
            [Resource("checkpoint", "a", S, model_version_id=5, extra={"modelName": "A"})],
        ),
        (
            'Civitai resources: [{"modelVersionId":"7"}, 3, {}]',
            [Resource("resource_ref", "modelVersionId:7", S, model_version_id=7)],
        ),
    ],
)
def test_resources_are_read_from_the_settings(tail: str, expected: list[Resource]) -> None:
    assert list(parse(blobs(f"{HEAD}, {tail}")).resources) == expected
