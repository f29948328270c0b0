"""The service as Windows runs it: installed, started and stopped by the service manager.

Run by ``run_wine.sh``.
"""

import ctypes
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from asked import count, rows, wait_for
from drawn_images import draw, draw_many, infotext, png
from installed_service import installed, processes
from running_service import Place

from service import service_state

NAMES = ["plain.png", "日本語 の名前.png", "🌸 fox 🦊.png", "ümlaut & 100% (1).png"]
EXPORT = """
[[export]]
kind = "tokens"
out = "out/wildcards/tokens.txt"
every = "change"
"""
BURST = 2000
DROPS = 30


def seeds(place: Place) -> list[tuple[object, ...]]:
    return rows(
        place.database, "SELECT file_name, seed FROM v_images_search ORDER BY CAST(seed AS INTEGER)"
    )


def test_images_with_names_of_any_script_get_their_rows_and_their_tokens_are_exported(
    place: Place,
) -> None:
    place.config.write_text(place.config.read_text(encoding="utf-8") + EXPORT, encoding="utf-8")
    wildcards = place.top / "out" / "wildcards" / "tokens.txt"
    with installed(place) as service:
        for seed, name in enumerate(NAMES):
            draw(place.input / name, seed)
        wait_for(lambda: seeds(place), [(name, str(seed)) for seed, name in enumerate(NAMES)])
        wait_for(
            lambda: wildcards.is_file() and wildcards.read_text(encoding="utf-8").splitlines(),
            ["a red fox", "masterpiece", "snow"],
        )
        service.stop()
    stopped = [
        (line["done"], line["because"])
        for line in place.log()
        if line["event"] == "service_stopped"
    ]
    assert stopped == [(len(NAMES), "SIGINT")]
    assert sorted(path.name for path in place.database.parent.glob("images.db*")) == ["images.db"]
    assert processes("exiftool.exe", "perl.exe") == []


def test_killed_it_is_started_again_and_finds_what_came_meanwhile(place: Place) -> None:
    with installed(place) as service:
        draw(place.input / "before.png", 1)
        wait_for(lambda: seeds(place), [("before.png", "1")])
        killed = service.pid()
        service.kill()
        assert not service_state.read_state(place.database).running
        wait_for(
            lambda: processes("exiftool.exe", "perl.exe"), []
        )  # nobody but the job object ended them
        draw(place.input / "meanwhile.png", 2)
        service.wait_until_up(other_than=killed)
        wait_for(lambda: seeds(place), [("before.png", "1"), ("meanwhile.png", "2")])


def test_exiftool_killed_costs_no_file(place: Place) -> None:
    with installed(place) as service:
        draw(place.input / "before.png", 1)
        wait_for(lambda: seeds(place), [("before.png", "1")])
        for one in processes("exiftool.exe", "perl.exe"):
            one.kill()
        draw(place.input / "after.png", 2)
        wait_for(lambda: seeds(place), [("before.png", "1"), ("after.png", "2")])
        service.stop()
    assert rows(place.database, "SELECT * FROM failures") == []


def test_a_path_of_more_than_260_characters_is_read(place: Place) -> None:
    with installed(place):
        deep = place.input / ("d" * 100) / ("e" * 100) / ("f" * 100)
        deep.mkdir(parents=True)
        draw(deep / "狐.png", 1)
        wait_for(lambda: seeds(place), [("狐.png", "1")])


@contextmanager
def held(path: Path, content: bytes) -> Iterator[None]:
    """Hold a file open and share it with nobody, as a program does that is still saving it."""
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateFileW.restype = ctypes.c_void_p
    generic_write, create_always, normal = 0x40000000, 2, 0x80
    handle = ctypes.c_void_p(
        kernel.CreateFileW(str(path), generic_write, 0, None, create_always, normal, None)
    )
    assert kernel.WriteFile(handle, content, len(content), ctypes.byref(ctypes.c_uint32()), None)
    try:
        yield
    finally:
        kernel.CloseHandle(handle)


def test_a_file_held_open_without_sharing_is_taken_when_it_is_released(place: Place) -> None:
    with installed(place):
        with held(place.input / "held.png", png(infotext(1))):
            for seed in range(
                2, 5
            ):  # one after the other: a file that comes later overtakes it each time
                draw(place.input / f"{seed}.png", seed)
                free = [(f"{number}.png", str(number)) for number in range(2, seed + 1)]
                wait_for(lambda: len(seeds(place)), len(free))
                assert seeds(place) == free
        wait_for(lambda: seeds(place), [("held.png", "1"), *free])
    assert rows(place.database, "SELECT * FROM failures") == []


def test_a_name_that_changes_only_its_case_keeps_its_row(place: Place) -> None:
    found = "SELECT id, path, state FROM images ORDER BY id"
    with installed(place) as service:
        (place.input / "sub").mkdir()
        draw(place.input / "fox.png", 1)
        wait_for(lambda: count(place.database), 1)
        draw(place.input / "sub" / "owl.png", 2)
        wait_for(
            lambda: rows(place.database, found),
            [(1, "fox.png", "present"), (2, "sub/owl.png", "present")],
        )
        service.stop()
        for name, other in (
            ("fox.png", "Fox.PNG"),
            ("sub", "SUB"),
        ):  # by a third name: Wine leaves it as it was else
            (place.input / name).rename(place.input / "third").rename(place.input / other)
        assert (place.input / "fox.png").exists()
        service.start()
        wait_for(
            lambda: rows(place.database, found),
            [(1, "Fox.PNG", "present"), (2, "SUB/owl.png", "present")],
        )


def test_every_file_of_a_burst_has_its_row(place: Place) -> None:
    with installed(place) as service:
        began = time.monotonic()
        draw_many(place.input, BURST)
        written = time.monotonic() - began
        wait_for(lambda: count(place.database, "status = 'ok'"), BURST)
        took = time.monotonic() - began
        service.stop()
    assert rows(place.database, "SELECT * FROM failures") == []
    print(
        f"\n{BURST} files written in {written:.1f} s had their rows after {took:.1f} s:"
        f" {BURST / took:.0f} a second"
    )


def test_an_image_has_its_row_a_moment_after_it_is_dropped(place: Place) -> None:
    waits = []
    with installed(place):
        for seed in range(DROPS):
            draw(place.input / f"{seed}.png", seed)
            dropped = time.monotonic()
            wait_for(lambda: count(place.database), seed + 1)  # asked at once
            waits.append(time.monotonic() - dropped)
    at_half, *_, at_last = statistics.quantiles(waits, n=20)[9::9]
    print(f"\nfrom drop to row: half within {at_half:.2f} s, 95 of 100 within {at_last:.2f} s")
