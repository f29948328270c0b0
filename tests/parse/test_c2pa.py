import pytest

from service.parse.base import Claim
from service.parse.generators.c2pa import claim, parse
from service.records import Blob, Blobs
from service.records.json_values import JsonValue

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
PART = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
CAMERA = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"


def manifest(action: JsonValue, claimed: JsonValue = None) -> Blobs:
    texts = {"cbor:actions": (Blob("", "CBOR:Actions", action),)}
    if isinstance(claimed, str):
        texts["cbor:claim_generator"] = (Blob(claimed, "CBOR:Claim_generator"),)
    elif claimed is not None:
        texts["cbor:claim_generator_info"] = (Blob("", "CBOR:Claim_generator_info", claimed),)
    return Blobs(texts)


def action(
    agent: JsonValue = None, kind: str = TRAINED, description: str | None = None
) -> JsonValue:
    told: dict[str, JsonValue] = {
        "softwareAgent": agent,
        "digitalSourceType": kind,
        "description": description,
    }
    return {key: value for key, value in told.items() if value is not None}


@pytest.mark.parametrize(
    ("blobs", "expected"),
    [
        (manifest([action({"name": "GPT-4o"})], [{"name": "ChatGPT"}]), "openai-c2pa"),
        (manifest(action("DALL·E"), "OpenAI-API c2pa-rs/0.31.3"), "openai-c2pa"),
        (manifest([action()], {"name": "OpenAI Media Service API"}), "openai-c2pa"),
        (manifest([action("Sora")]), "openai-c2pa"),
        (manifest([action(description="Created by Google Generative AI.")]), "google-c2pa"),
        (manifest([action(kind=PART)], {"name": "Google Photos"}), "google-c2pa"),
        (manifest([action("Adobe Firefly", PART)], "Adobe_Photoshop/25.1.0"), "adobe-firefly-c2pa"),
        (manifest([action()], "Adobe_Firefly"), "adobe-firefly-c2pa"),
        (manifest([action("Adobe Firefly", PART)], [{"name": "ChatGPT"}]), "adobe-firefly-c2pa"),
        (manifest([action("Bing Image Creator")]), "microsoft-c2pa"),
        (manifest([action("Flux 9")], {"name": "Black Forest Labs"}), "bfl-c2pa"),
        (manifest([action()], "Amazon_Titan/2"), "amazon-c2pa"),
        (manifest([action(kind=PART)], {"name": "Samsung Gallery"}), "samsung-c2pa"),
    ],
)
def test_the_action_that_drew_names_the_maker_and_else_the_claim(
    blobs: Blobs, expected: str
) -> None:
    assert claim(blobs) is Claim.MARKER
    assert parse(blobs).generator == expected


@pytest.mark.parametrize(
    ("blobs", "expected"),
    [
        (manifest([action(kind=PART)], "Adobe_Photoshop/25.1.0"), "adobe-photoshop-c2pa"),
        (manifest([action({"name": "Nice Painter"})], {"name": "c2pa-rs"}), "nice-painter-c2pa"),
        (manifest([action()], {"name": "Some Maker (beta)"}), "some-maker-c2pa"),
        (manifest([action("Some Maker 2.0.1")]), "some-maker-c2pa"),
        (manifest([action()], "c2pa-rs/0.31.3"), None),
    ],
)
def test_another_maker_has_the_name_it_signs_with_and_a_library_signs_for_nobody(
    blobs: Blobs, expected: str | None
) -> None:
    assert claim(blobs) is Claim.SHAPE
    assert parse(blobs).generator == expected


def test_a_description_says_that_a_model_drew_where_no_source_type_does() -> None:
    drawn: JsonValue = {"action": "c2pa.created", "description": "AI Generated Image"}
    assert parse(manifest([drawn], "Microsoft_Responsible_AI/1.0")).generator == "microsoft-c2pa"
    camera: JsonValue = {"description": "AI generated image", "digitalSourceType": CAMERA}
    assert claim(manifest([camera], "Microsoft_Responsible_AI/1.0")) is Claim.NO


@pytest.mark.parametrize(
    "blobs",
    [
        Blobs({}),
        manifest([action("Pixel Camera", CAMERA)], {"name": "Google C2PA SDK for Android"}),
        manifest([{"action": "c2pa.edited", "softwareAgent": "Adobe Firefly"}]),
        manifest([action("GPT-4o", TRAINED + "/not")]),
        manifest(["c2pa.created", None, 3]),
    ],
)
def test_a_signed_photograph_is_no_generated_image(blobs: Blobs) -> None:
    assert claim(blobs) is Claim.NO
