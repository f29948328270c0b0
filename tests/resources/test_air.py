import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.records.kinds import AIR_TYPES
from service.resources.air import Air, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "urn:air:sdxl:checkpoint:civitai:827184@2514310",
            Air("civitai", "827184", "2514310", "sdxl", "checkpoint"),
        ),
        ("air:sdxl:lora:civitai:1@2", Air("civitai", "1", "2", "sdxl", "lora")),
        ("sdxl:lora:civitai:1@2", Air("civitai", "1", "2", "sdxl", "lora")),
        ("URN:AIR:SDXL:Lora:CivitAI:1@2", Air("civitai", "1", "2", "sdxl", "lora")),
        ("urn:air:sd1:vae:civitai:5", Air("civitai", "5", None, "sd1", "vae")),
        (
            "urn:air:flux1:lora:civitai:1@2+77",
            Air("civitai", "1", "2", "flux1", "lora", file_id="77"),
        ),
        (
            "urn:air:flux1:lora:civitai:1@2:layer3+77.safetensors",
            Air("civitai", "1", "2", "flux1", "lora", "layer3", "77", "safetensors"),
        ),
        (
            "urn:air:sd1:model:civitai:1@2.ckpt",
            Air("civitai", "1", "2", "sd1", "model", format="ckpt"),
        ),
        (
            "urn:air:sd1:model:civitai:1.ckpt",
            Air("civitai", "1", None, "sd1", "model", format="ckpt"),
        ),
        (
            "urn:air:other:other:civitai-r2:civitai-worker-assets@sam_vit_b_01ec64.pth",
            Air("civitai-r2", "civitai-worker-assets", "sam_vit_b_01ec64.pth", "other", "other"),
        ),
        (
            "urn:air:sdxl:checkpoint:huggingface:Some/Model-XL@main.tar",
            Air("huggingface", "Some/Model-XL", "main.tar", "sdxl", "checkpoint"),
        ),
        ("civitai:123@456", Air("civitai", "123", "456")),
        (" urn:air:sd1:lora:civitai:1@2\n", Air("civitai", "1", "2", "sd1", "lora")),
        ("urn:air:oci:image:docker:thing@1", None),
        ("oci:image:ghcr.io:thing@1", None),
        ("urn:air:sdxl:checkpoint:civitai:", None),
        ("urn:air:sdxl:checkpoint", None),
        ("urn:air:sd xl:lora:civitai:1@2", None),
        ("urn:air:sdxl:lora:civitai:1@2@3", None),
        ("a: b: c: d", None),
        ("one:two:three:four", None),
        ("model.safetensors", None),
        ("", None),
    ],
)
def test_an_air_is_parsed_by_the_whole_grammar(text: str, expected: Air | None) -> None:
    assert parse(text) == expected


WORD = st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)
NUMBER = st.from_regex(r"[1-9][0-9]{0,9}", fullmatch=True)
AIRS = st.builds(
    Air,
    source=st.sampled_from(["civitai", "huggingface"]),
    id=NUMBER,
    version=NUMBER | st.none(),
    ecosystem=WORD.filter(
        lambda word: word not in ("oci", "civitai", "huggingface", "openai", "leonardo")
    ),
    type=st.sampled_from(sorted(AIR_TYPES)),
    layer=WORD | st.none(),
    file_id=NUMBER | st.none(),
    format=st.sampled_from(["safetensors", "ckpt"]) | st.none(),
).filter(lambda air: air.format is None or air.layer is None or air.file_id is not None)


@given(AIRS)
def test_what_is_written_is_read_back(air: Air) -> None:
    assert parse(str(air)) == air


@given(st.text("urn:ai@+./civta12 ", max_size=60))
def test_any_text_is_parsed_without_an_error_and_normalizing_twice_changes_nothing(
    text: str,
) -> None:
    found = parse(text)
    assert found is None or parse(str(found)) == found


def test_only_civitais_own_versions_are_version_ids() -> None:
    airs = ("civitai:1@2", "huggingface:a/b@2", "civitai:1@latest", "civitai:1")
    found = [parse(air) for air in airs]
    assert [air.civitai_version if air else None for air in found] == [2, None, None, None]
