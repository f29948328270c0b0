from pathlib import Path

import pytest

from service.file_systems import file_system_of, is_same_file, network_type

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/nas rw,relatime shared:5 - cifs //nas/images rw
31 22 0:41 / /mnt/my\\040share rw shared:6 master:2 - nfs4 nas:/images rw
32 30 8:2 / /mnt/nas/local rw - ext4 /dev/sdb1 rw
33 22 0:42 / /mnt/twice rw - ext4 /dev/sdc1 rw
34 33 0:43 / /mnt/twice rw - fuse.sshfs host: rw
35 22 0:44 / /mnt/c rw - 9p drvfs rw,aname=drvfs;path=C:\\
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/Input", "ext4"),
        ("/mnt/nas", "cifs"),
        ("/mnt/nas/a/b", "cifs"),
        ("/mnt/nasty", "ext4"),
        ("/mnt/nas/local/a", "ext4"),
        ("/mnt/my share/a", "nfs4"),
        ("/mnt/twice/a", "fuse.sshfs"),
        ("/mnt/c/Users", "drvfs"),
    ],
)
def test_the_deepest_and_latest_mount_holds_a_path(path: str, kind: str) -> None:
    assert file_system_of(Path(path), MOUNTS) == kind


def test_this_machines_own_folders_are_not_on_a_network(tmp_path: Path) -> None:
    assert network_type(tmp_path) in {None, "9p"}


def test_a_file_is_one_under_two_spellings_but_two_hard_links_are_two(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "b.png").write_bytes(b"x")
    spelled = tmp_path / "." / "a.png"
    assert (is_same_file(spelled, tmp_path / "a.png"), is_same_file(tmp_path, tmp_path)) == (
        True,
        True,
    )
    assert (
        is_same_file(spelled, tmp_path / "b.png"),
        is_same_file(spelled, tmp_path / "none.png"),
    ) == (False, False)
    (tmp_path / "c.png").hardlink_to(tmp_path / "a.png")
    assert is_same_file(tmp_path / "c.png", tmp_path / "a.png") is False
