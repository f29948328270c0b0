import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.parse.base import Claim
from service.parse.generators.midjourney import claim, cut_parameters
from service.records import Blob, Blobs

JOB = "Job ID: 0a1b2c3d-0001-4002-8003-0a1b2c3d4e5f"

words = st.text("abcxyz, ()'", min_size=1, max_size=20).map(lambda text: f"w{text}w")
parameters = st.lists(
    st.tuples(
        st.sampled_from(["ar", "no", "v", "stylize", "sref", "tile", "s"]), st.none() | words
    ),
    max_size=5,
)


@given(words, parameters)
def test_what_is_written_is_cut_into_the_same_parts(
    prompt: str, given_: list[tuple[str, str | None]]
) -> None:
    written = " ".join(
        [prompt, *(f"--{name} {value}" if value else f"--{name}" for name, value in given_)]
    )
    assert cut_parameters(written) == (prompt, tuple((name, value or "") for name, value in given_))


@pytest.mark.parametrize(
    ("text", "role", "expected"),
    [
        (f"a jug {JOB}", "description", Claim.MARKER),
        (f"a jug --v 6 {JOB}", "description", Claim.MARKER),
        ("a jug --niji 6", "imagedescription", Claim.SHAPE),
        ("a jug —v 5.2", "description", Claim.SHAPE),
        ("a jug --ar 16:9", "description", Claim.NO),
        (f"{JOB} was the first", "description", Claim.NO),
        (f"a jug {JOB}", "software", Claim.NO),
    ],
)
def test_a_job_or_a_version_shows_midjourney(text: str, role: str, expected: Claim) -> None:
    assert claim(Blobs({role: (Blob(text, "PNG:Description"),)})) is expected


@pytest.mark.parametrize(
    "text", ["--v " * 200_000, " " * 1_000_000 + "Job ID: 1", "Job ID: " * 200_000, "— " * 300_000]
)
def test_long_texts_are_cut_in_linear_time(text: str) -> None:
    claim(Blobs({"description": (Blob(text, "PNG:Description"),)}))
    cut_parameters(text)
