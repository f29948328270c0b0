"""How paths given by users are anchored or refused, and how paths are stored."""

import os
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import paths
from service.errors import StartError

BASE = Path("/srv/pipe")

CLIMBS = ["..", "../x", "a/../x", "a\\..\\x", "/a/..", "..\\x", "C:\\..\\x"]
NO_PATH = ["", "  ", "a\0b", "a\nb", "a\x1b[2J", "a\x9bb"]
DRIVE_RELATIVE = ["C:", "C:x", "c:Input/x"]
DEVICE_SPACE = ["\\\\?\\C:\\x", "\\\\.\\PhysicalDrive0", "//?/UNC/server/share", "//./C:/x"]
NOT_WRITTEN_TO = [
    *("\\\\?\\C:\\x", "\\\\.\\pipe\\x", "\\\\server\\share\\x", "//server/share/x"),
    *(
        "con",
        "CON",
        "nul.txt",
        "out/NUL",
        "out\\aux.db",
        "COM1",
        "lpt9.log",
        "com\u00b9",
        "prn .x",
        "C:/CONIN$",
    ),
    *("a.txt:b", "C:\\a:b", "out./x", "out /x", "x.db.", "x.db "),
]


@pytest.mark.parametrize("text", [*CLIMBS, *NO_PATH, *DRIVE_RELATIVE, *DEVICE_SPACE])
def test_what_climbs_or_is_no_path_is_refused_for_reading_and_writing(text: str) -> None:
    with pytest.raises(StartError, match=r"^database\.path: "):
        paths.resolve(text, base=BASE, setting="database.path")
    with pytest.raises(StartError, match=r"^database\.path: "):
        paths.resolve_output(text, base=BASE, setting="database.path")


@pytest.mark.parametrize("text", NOT_WRITTEN_TO)
def test_devices_streams_and_network_paths_are_refused_for_writing_on_every_system(
    text: str,
) -> None:
    with pytest.raises(StartError, match=r"^--out: "):
        paths.resolve_output(text, base=BASE, setting="--out")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("out/images.db", "/srv/pipe/out/images.db"),
        ("./out/./x", "/srv/pipe/out/x"),
        ("/abs/x.db", "/abs/x.db"),
        ("a..b/...c", "/srv/pipe/a..b/...c"),
        ("console/nullable/con1", "/srv/pipe/console/nullable/con1"),
        ("画像\u3000フォルダ/猫🐈", "/srv/pipe/画像\u3000フォルダ/猫🐈"),
        ("~/x", str(Path.home() / "x")),
        ("./~", "/srv/pipe/~"),
    ],
)
def test_other_paths_are_anchored_at_the_base(text: str, expected: str) -> None:
    assert paths.resolve(text, base=BASE, setting="x") == Path(expected)
    assert paths.resolve_output(text, base=BASE, setting="x") == Path(expected)


@pytest.mark.posix("Windows takes any name beside the user's own folder for a home")
def test_an_unknown_home_is_refused() -> None:
    with pytest.raises(StartError, match="home folder that is not known"):
        paths.resolve("~nobody-of-this-name/x", base=BASE, setting="x")


@given(st.text(st.sampled_from("ab./\\~: \0"), max_size=12))
def test_no_relative_path_leads_out_of_the_base(text: str) -> None:
    if paths.output_flaw(text) or text.startswith("~") or Path(text).anchor:
        return
    assert paths.anchor(text, BASE).is_relative_to(BASE)


@pytest.mark.posix("Windows' names are Unicode")
@given(
    st.lists(
        st.binary(min_size=1, max_size=8).filter(lambda name: not {0, 47} & set(name)),
        min_size=1,
        max_size=4,
    )
)
def test_a_stored_path_is_valid_unicode_and_leads_back(names: list[bytes]) -> None:
    relative = PurePosixPath(*map(os.fsdecode, names))
    stored = paths.to_stored(relative)
    assert stored.encode("utf-8").decode("utf-8") == stored
    assert paths.from_stored(stored) == relative


def test_a_root_stores_paths_relative_to_itself_and_finds_them_again() -> None:
    root = paths.Root("A", BASE)
    assert root.relative(BASE / "new" / "x.png") == "new/x.png"
    assert root.locate("new/x.png") == BASE / "new" / "x.png"
    with pytest.raises(ValueError, match="subpath"):
        root.relative(Path("/elsewhere/x.png"))


def test_the_project_is_the_checkout() -> None:
    assert paths.project_root() == Path(__file__).resolve().parent.parent
