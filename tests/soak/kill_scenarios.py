"""The commands that write, each with a place where it has something to do."""

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import apsw
from drawn_images import draw, draw_many, infotext, png
from forked_commands import run
from running_service import Place

STORING = ("a row is half written", "before a commit", "after a commit")
READING = ("texts are collected", "a text is parsed", "values are normalized")
READING += ("a prompt is split", "resources are collected", "rows are packed")
TAKING = ("a batch is taken", "a batch is sorted", "a file is hashed", "tags are read")
REPLACING = ("a file is to be replaced", "a file is replaced")
OLD_RECIPE = "UPDATE images SET recipe = 'a1111@0 blobs@0', model = 'what an older version thought'"
REFERENCES = """{text}, Model hash: {hash}, \
Civitai resources: [{{"type":"lora","weight":0.8,"modelVersionId":{number}}}]"""
SCHEMAS = Path(__file__).parent.parent / "store" / "schemas"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A command, and the place where it is run and killed."""

    name: str
    words: tuple[str, ...]
    prepare: Callable[[Place], None]
    points: tuple[str, ...]
    then: tuple[tuple[str, ...], ...] = ()
    """What is run behind it before the comparison."""
    result: str = "out/images.db"
    """The database that is compared."""
    file: str | None = None
    """A file that it writes, which has to be old or new at every moment."""
    ends: bool = True
    """False: it runs until it is killed, and ``then`` completes it."""
    is_done: Callable[[Place], bool] = lambda _: False
    """Whether a killed one was done, so that to run it again would be refused."""


def draw_images(place: Place, count: int = 27) -> None:
    """Write images, one of them broken, and the settings."""
    place.input.mkdir(parents=True)
    place.configure(batch_size=4)
    with place.config.open("a", encoding="utf-8") as config:
        config.write("processes = 1\n")
    draw_many(place.input, count)
    (place.input / "broken.png").write_text("no image", encoding="utf-8")


def fill(place: Place) -> None:
    """Let the database know the images; this is done once, and copied."""
    filled = Place(place.top.with_name("filled"))
    if not filled.top.exists():
        draw_images(filled)
        run(filled, "all")
    shutil.copytree(filled.top, place.top, dirs_exist_ok=True)


def fill_and_change(place: Place) -> None:
    """Let a known folder have new, changed, moved and deleted files."""
    fill(place)
    draw_many(place.input / "new", 12, start=500)
    for number in range(4):  # most stay: a copied root is known by its files
        draw(place.input / f"{number:05}.png", 700 + number, "a blue whale")
        (place.input / f"{10 + number:05}.png").rename(place.input / f"moved {number}.png")
        (place.input / f"{20 + number:05}.png").unlink()


def fill_dump(place: Place) -> None:
    """Let there be a dump of the images, and no database."""
    draw_images(place)
    run(place, "dump", "--out", "out/raw.jsonl")


def fill_and_outdate(place: Place) -> None:
    """Let every row be of an older version."""
    fill(place)
    change_database(place.database, OLD_RECIPE)


def fill_with_references(place: Place) -> None:
    """Let the images name models by numbers, and an export that knows them."""
    place.input.mkdir(parents=True)
    place.configure(batch_size=4)
    models = []
    for number in range(1, 30):
        text = REFERENCES.format(text=infotext(number), hash=f"{number:010x}", number=number)
        (place.input / f"{number}.png").write_bytes(png(text))
        model = {"name": f"Brass {number}", "type": "LORA"}
        sha256 = f"{number:010x}".ljust(64, "0")
        files = [{"name": f"brass_{number}.safetensors", "hashes": {"SHA256": sha256}}]
        models.append({"id": number, "modelId": 900 + number, "model": model, "files": files})
    (place.top / "export.json").write_text(json.dumps({"items": models}), encoding="utf-8")
    run(place, "all")


def fill_and_list(place: Place) -> None:
    """Let there be an old list."""
    fill(place)
    (place.top / "out" / "tokens.txt").write_text("old\n", encoding="utf-8")


def fill_and_keep(place: Place) -> None:
    """Let there be a backup of an older state."""
    fill(place)
    run(place, "backup")
    (backup,) = (place.top / "out" / "backups").glob("images-*.db")
    backup.rename(place.top / "kept.db")
    draw_many(place.input, 5, start=900)
    run(place, "all")


def fill_and_lose_most(place: Place) -> None:
    """Let most images be gone, which nobody believes yet."""
    draw_images(place, 100)
    run(place, "all")
    for number in range(80):
        (place.input / f"{number:05}.png").unlink()
    run(place, "all")


def fill_of_older_version(place: Place) -> None:
    """Let there be a database of the first version, with a missing image and the images."""
    draw_images(place, 10)
    place.database.parent.mkdir()
    change_database(place.database, (SCHEMAS / "0001.sql").read_text(encoding="utf-8"))
    for number in range(200):
        change_database(
            place.database,
            "INSERT INTO images (stable_id, root, folder, file_name, size_bytes, mtime_ns, status, "  # noqa: S608  # numbers
            "recipe, first_seen_at, ingested_at, missing_since) VALUES "
            f"('old {number}', 'Input', 'old/', '{number}.png', 1, 2, 'ok', 'r', '2026-01-01', "
            "'2026-01-01', '2026-01-01')",
        )


def change_database(database: Path, script: str) -> None:
    """Run statements."""
    with closing(apsw.Connection(str(database))) as connection:
        connection.execute(script).fetchall()


COPYING = ("a copy is half made", *REPLACING)
SALVAGED = "out/images.salvaged.db"
SCENARIOS = (
    Scenario("reprocess", ("reprocess",), fill_and_outdate, (*STORING, *READING)),
    Scenario("all", ("all",), draw_images, (*TAKING, *STORING, *READING)),
    Scenario(
        "all, changes",
        ("all",),
        fill_and_change,
        ("an image has moved", "files are marked missing", *STORING),
    ),
    Scenario("run", ("run",), fill_and_change, (*TAKING, *STORING), then=(("all",),), ends=False),
    Scenario("ingest", ("ingest", "--in", "out/raw.jsonl"), fill_dump, STORING),
    Scenario("resources", ("resources",), fill, STORING),
    Scenario(
        "resolve",
        ("resolve", "--rewrite", "--civitai", "export.json"),
        fill_with_references,
        ("models are learnt", *STORING),
    ),
    Scenario(
        "export",
        ("export", "tokens", "--out", "out/tokens.txt"),
        fill_and_list,
        REPLACING,
        file="out/tokens.txt",
    ),
    Scenario("backup", ("backup",), fill, COPYING),
    Scenario("restore", ("restore", "--from", "kept.db"), fill_and_keep, COPYING),
    Scenario(
        "salvage",
        ("salvage",),
        fill,
        ("a table is salvaged", *REPLACING),
        result=SALVAGED,
        is_done=lambda place: (place.top / SALVAGED).exists(),
    ),
    Scenario(
        "confirm-missing",
        ("confirm-missing", "Input"),
        fill_and_lose_most,
        ("it is confirmed",),
        then=(("all",),),
    ),
    Scenario("migration", ("all",), fill_of_older_version, ("a version is migrated", *REPLACING)),
)
