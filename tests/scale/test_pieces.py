"""Every line of a dump is in exactly one piece."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.scale.jobs import cut_pieces, lines_of

LINES = st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b" ")), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(lines=LINES, size=st.integers(1, 40), is_ended=st.booleans())
def test_the_pieces_hold_each_line_once_and_in_order(
    tmp_path: Path, lines: list[bytes], size: int, *, is_ended: bool
) -> None:
    whole = b"\n".join(lines) + (b"\n" if is_ended else b"")
    shards = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for shard in shards:
        shard.write_bytes(whole)
    pieces = list(cut_pieces(shards, size))
    found = [(piece.file, at, line) for piece in pieces for at, line in lines_of(piece)]
    assert "".join(line.decode("latin-1") for _, _, line in found).encode("latin-1") == whole * 2
    assert [whole[at : at + len(line)] for _, at, line in found] == [line for _, _, line in found]
    assert [piece.number for piece in pieces] == list(range(len(pieces)))


def test_an_empty_dump_has_no_piece(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").touch()
    assert list(cut_pieces([tmp_path / "a.jsonl"])) == []


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_line_longer_than_a_piece_stays_whole(tmp_path: Path, size: int) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"a long line\nb\n")
    found = [
        line for piece in cut_pieces([tmp_path / "a.jsonl"], size) for _, line in lines_of(piece)
    ]
    assert found == [b"a long line\n", b"b\n"]
