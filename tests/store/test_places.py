from dataclasses import replace

from store_samples import LATER, NOW, image, odd_image

from service.store.file_rows import FileRow
from service.store.status import Counts, RootStatus
from service.store.writer import Store


def test_a_folder_tells_its_files_and_not_those_below_it(store: Store) -> None:
    rows = [
        image(1, path="a.png"),
        image(2, path="b/c.png"),
        image(3, path="b/d/e.png"),
        image(4, path="b/f.png"),
    ]
    store.save([*rows, image(5, root="Other", path="b/z.png")], now=NOW)
    store.mark_missing("Input", ["b/c.png"], LATER)
    size = {one.raw.file.path: (one.raw.file.size, one.raw.file.mtime_ns) for one in rows}
    assert store.folders("Input") == ["", "b/", "b/d/"]
    assert store.folders("Nowhere") == []
    assert store.known_files("Input", "") == {"a.png": (*size["a.png"], True, ())}
    assert store.known_files("Input", "b/") == {
        "c.png": (*size["b/c.png"], False, ()),
        "f.png": (*size["b/f.png"], True, ()),
    }


def test_a_file_goes_missing_once_and_comes_back(store: Store) -> None:
    (image_id,) = store.save([odd_image("a.png")], now=NOW)
    assert store.mark_missing("Input", ["a.png", "never-seen.png"], NOW) == ["a.png"]
    assert store.mark_missing("Input", ["a.png"], LATER) == []
    shown = store.image(image_id)
    assert shown is not None
    assert (shown.image["state"], shown.image["missing_since"]) == ("missing", NOW)
    assert store.mark_present("Input", ["a.png"]) == 1
    assert store.mark_present("Input", ["a.png"]) == 0
    shown = store.image(image_id)
    assert shown is not None
    assert (shown.image["state"], shown.image["missing_since"]) == ("present", None)


def test_a_moved_file_is_found_by_content_and_keeps_its_id_and_rows(store: Store) -> None:
    rows = odd_image("old/a.png")
    overwritten = image(1, path="new/b.png")
    ids = store.save([rows, overwritten], now=NOW)
    store.mark_missing("Input", ["old/a.png"], LATER)
    assert store.moved_candidates("0" * 64, 5) == [
        FileRow(ids[0], rows.raw.file, present=False, status="partial")
    ]
    assert store.moved_candidates("0" * 64, 6) == []
    store.relocate(ids[0], "Input", "new/b.png", 5, 99)
    file = replace(rows.raw.file, path="new/b.png", mtime_ns=99)
    assert store.find("Input", "new/b.png") == FileRow(ids[0], file, present=True, status="partial")
    assert (store.find("Input", "old/a.png"), store.image(ids[1])) == (None, None)
    assert store.raw_record(ids[0]) == replace(rows.raw, file=file)
    assert store.save([odd_image("new/b.png")], now=LATER) == [ids[0]]
    assert store._connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_stale_images_come_in_id_order_while_they_are_saved(store: Store) -> None:
    rows = [image(number) for number in range(1200)]
    ids = store.save(rows, now=NOW)
    assert store.recipes() == {rows[0].recipe}
    assert list(store.stale_images({"a1111@0"})) == []
    seen = []
    for image_id, file in store.stale_images({rows[0].recipe, "a1111@0"}):
        seen.append((image_id, file))
        if image_id % 400 == 0:
            store.save([odd_image(file.path)], now=LATER, from_disk=False)
    assert seen == [(image_id, one.raw.file) for image_id, one in zip(ids, rows, strict=True)]


def test_what_lay_below_a_folder_that_is_gone_is_found_at_any_depth(store: Store) -> None:
    paths = ["a/b.png", "a/b/c.png", "a/b/d/e.png", "a/b0.png", "a/bc/f.png"]
    store.save([image(number, path=path) for number, path in enumerate(paths)], now=NOW)
    assert sorted(store.below("Input", "a/b")) == ["a/b/c.png", "a/b/d/e.png"]
    store.mark_missing("Input", ["a/b/c.png"], NOW)
    assert store.below("Input", "a/b") == ["a/b/d/e.png"]
    assert (store.count_present("Input"), store.count_present("Other")) == (4, 0)


def test_copies_are_listed_while_more_than_one_of_them_is_there(store: Store) -> None:
    def listed() -> list[tuple[object, ...]]:
        return store._connection.execute(
            "SELECT sha256, copies, paths FROM v_duplicates"
        ).fetchall()

    store.save([odd_image("a.png"), image(1, path="c.png")], now=NOW)
    assert listed() == []
    store.save([odd_image("b.png")], now=LATER)
    assert listed() == [("0" * 64, 2, "Input/a.png\nInput/b.png")]
    store.mark_missing("Input", ["a.png"], LATER)
    assert listed() == []


def test_counts_tell_present_and_missing_apart(store: Store) -> None:
    assert store.counts() == Counts(0, 0, {}, {}, 0)
    store.save([odd_image("a.png"), odd_image("b.png"), image(1, path="c.png")], now=NOW)
    store.mark_missing("Input", ["b.png"], NOW)
    assert store.counts() == Counts(2, 1, {"partial": 1, "ok": 1}, {"a1111": 1, "comfyui": 1}, 0)


def test_a_roots_time_changes_only_when_it_does(store: Store) -> None:
    online = RootStatus("Input", "/pictures", online=True, note=None, changed_at=NOW)
    store.set_root(online)
    store.set_root(RootStatus("Input", "/pictures", online=True, note=None, changed_at=LATER))
    assert store.roots() == [online]
    offline = RootStatus("Input", "/pictures", online=False, note="unplugged", changed_at=LATER)
    store.set_root(offline)
    assert store.roots() == [offline]
