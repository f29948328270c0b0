"""A text beside an image is read with it, whenever it comes.

It is lost neither when it moves nor when it goes.
"""

import json
import shutil

import pytest
from asked import rows
from commands import run
from drawn_images import draw, graph, infotext, png
from running_service import Place
from working_by_hand import ByHand, Door

SHOWN = (
    "SELECT file_name, generator, seed, model, sampler_norm FROM v_images_search ORDER BY file_name"
)
PLAIN = png(None)

SWARM = json.dumps(
    {
        "sui_image_params": {
            "prompt": "a quay",
            "model": "harbour.safetensors",
            "seed": 7,
            "steps": 20,
        }
    }
)
META = {
    "prompt": "a quay",
    "negativePrompt": "fog",
    "cfgScale": 7,
    "steps": 20,
    "sampler": "Euler a",
    "seed": 8,
}
CIVITAI = json.dumps({"id": 5, "meta": META | {"Model": "harbour_xl"}})
VERSION = json.dumps(
    {
        "id": 99,
        "modelId": 9,
        "images": [
            {"url": "https://images.example/x/other.jpeg", "meta": META | {"seed": 1}},
            {
                "url": "https://images.example/x/width=450/a.jpeg?token=1",
                "meta": META | {"Model": "harbour_xl"},
            },
        ],
    }
)
EASY = (
    "A quay\nSeed: 9\nStable Diffusion model: harbour\nSampler: euler_a\n"
    "Width: 512\nHeight: 512\nSteps: 50\n"
)
GRAPH = json.dumps(graph(10, "a quay"))


@pytest.mark.parametrize(
    ("name", "text", "row"),
    [
        ("a.txt", infotext(6), ("a1111", "6", "dreamshaper_8", "euler_ancestral")),
        ("a.png.txt", infotext(6), ("a1111", "6", "dreamshaper_8", "euler_ancestral")),
        ("a.txt", EASY, ("easydiffusion", "9", "harbour", "euler_ancestral")),
        ("a.swarm.json", SWARM, ("swarmui", "7", "harbour.safetensors", None)),
        ("a.json", CIVITAI, ("a1111", "8", "harbour_xl", "euler_ancestral")),
        ("a.civitai.info", CIVITAI, ("a1111", "8", "harbour_xl", "euler_ancestral")),
        ("a.civitai.info", VERSION, ("a1111", "8", "harbour_xl", "euler_ancestral")),
        ("a.json", GRAPH, ("comfyui", "10", "harbour.safetensors", "euler")),
    ],
    ids=[
        "infotext",
        "infotext after the ending",
        "Easy Diffusion",
        "SwarmUI",
        "CivitAI's answer",
        "the same as .info",
        "a model version that shows this image",
        "a graph",
    ],
)
def test_an_image_without_metadata_has_what_the_text_beside_it_says(
    by_hand: ByHand, name: str, text: str, row: tuple[object, ...]
) -> None:
    (by_hand.place.input / "a.png").write_bytes(PLAIN)
    (by_hand.place.input / name).write_text(text, encoding="utf-8")
    by_hand.work()
    assert by_hand.rows(SHOWN) == [("a.png", *row)]
    sources = by_hand.rows(
        "SELECT DISTINCT substr(source, 1, instr(source || '#', '#') - 1) FROM kv WHERE key = "
        "'seed'"
    )
    assert sources == [(f"Sidecar:{name.removeprefix('a')}",)]


@pytest.mark.parametrize(
    "text",
    [
        "1girl, solo, red hair, a caption for training",
        "Steps: 3 of the recipe, then stir",
        json.dumps(
            {
                "description": "a model's card",
                "sd version": "SDXL",
                "activation text": "ink",
                "notes": "",
            }
        ),
        json.dumps(
            {"id": 99, "images": [{"url": "https://images.example/x/other.jpeg", "meta": META}]}
        ),
        json.dumps(
            {"id": 99, "images": [{"url": "https://a.example/width=450/other.jpeg", "meta": META}]}
        ),
    ],
    ids=[
        "a caption",
        "a recipe",
        "a model's card",
        "a model version that shows other images",
        "a host of its name",
    ],
)
def test_a_text_that_is_not_of_this_image_says_nothing_of_it(by_hand: ByHand, text: str) -> None:
    (by_hand.place.input / "a.png").write_bytes(PLAIN)
    for name in ("a.txt", "a.json", "a.civitai.info"):
        (by_hand.place.input / name).write_text(text, encoding="utf-8")
    by_hand.work()
    assert by_hand.rows("SELECT file_name, status, generator FROM images") == [
        ("a.png", "no_metadata", None)
    ]


def test_a_text_that_comes_later_or_changes_lets_its_image_be_read_again_and_no_other(
    by_hand: ByHand,
) -> None:
    for name in ("a.png", "b.png"):
        (by_hand.place.input / name).write_bytes(PLAIN + name.encode())
    by_hand.work()
    first = by_hand.read_by_exiftool()
    (by_hand.place.input / "a.txt").write_text(infotext(6), encoding="utf-8")
    by_hand.work()
    second, rows = by_hand.read_by_exiftool(), by_hand.rows(SHOWN)
    (by_hand.place.input / "a.txt").write_text(infotext(77), encoding="utf-8")
    by_hand.work()
    by_hand.work()
    assert (first, second, by_hand.read_by_exiftool()) == (["a.png", "b.png"], ["a.png"], ["a.png"])
    assert [seed for _, _, seed, _, _ in rows] == ["6", None]
    assert by_hand.rows("SELECT image_id, seed FROM v_images_search ORDER BY 1") == [
        (1, "77"),
        (2, None),
    ]


def test_what_a_text_said_stays_when_it_goes_and_when_its_image_moves(door: Door) -> None:
    by_hand = door.open()
    (by_hand.place.input / "a.png").write_bytes(PLAIN)
    (by_hand.place.input / "a.txt").write_text(infotext(6), encoding="utf-8")
    by_hand.work()
    before = by_hand.rows("SELECT image_id, seed, model FROM v_images_search")
    by_hand.read_by_exiftool()
    (by_hand.place.input / "a.txt").unlink()
    by_hand.work()
    (by_hand.place.input / "sub").mkdir()
    (by_hand.place.input / "a.png").rename(by_hand.place.input / "sub" / "a.png")
    by_hand.work()
    by_hand = door.open()
    by_hand.work()
    assert by_hand.rows("SELECT path FROM images") == [("sub/a.png",)]
    assert by_hand.rows("SELECT image_id, seed, model FROM v_images_search") == before
    assert by_hand.read_by_exiftool() == []


def test_what_a_text_said_that_went_stays_beside_what_another_says(by_hand: ByHand) -> None:
    (by_hand.place.input / "a.png").write_bytes(PLAIN)
    (by_hand.place.input / "a.txt").write_text(infotext(6), encoding="utf-8")
    by_hand.work()
    (by_hand.place.input / "a.txt").unlink()
    (by_hand.place.input / "a.json").write_text('{"rating": 5}', encoding="utf-8")
    by_hand.work()
    assert by_hand.rows(SHOWN) == [("a.png", "a1111", "6", "dreamshaper_8", "euler_ancestral")]
    assert [
        stamps.split(" ")[0]
        for (row,) in by_hand.rows("SELECT sidecars FROM images")
        for stamps in str(row).split("\n")
    ] == [".txt", ".json"]


def test_a_prefixed_graph_beside_a_file_does_not_go_before_the_files_own_text(
    by_hand: ByHand,
) -> None:
    draw(by_hand.place.input / "a.png", 1)
    (by_hand.place.input / "a.txt").write_text(f"prompt: {GRAPH}", encoding="utf-8")
    by_hand.work()
    assert by_hand.rows(SHOWN) == [("a.png", "a1111", "1", "dreamshaper_8", "euler_ancestral")]


def test_an_image_that_moves_to_where_a_text_waits_keeps_its_row_and_is_read_again(
    by_hand: ByHand,
) -> None:
    (by_hand.place.input / "a.png").write_bytes(PLAIN)
    by_hand.work()
    (by_hand.place.input / "sub").mkdir()
    (by_hand.place.input / "sub" / "b.txt").write_text(infotext(6), encoding="utf-8")
    (by_hand.place.input / "a.png").rename(by_hand.place.input / "sub" / "b.png")
    by_hand.work()
    assert by_hand.rows("SELECT id, path, state, seed FROM images") == [
        (1, "sub/b.png", "present", "6")
    ]


def test_a_pair_that_moves_together_is_not_read_again(by_hand: ByHand) -> None:
    (by_hand.place.input / "a.png").write_bytes(PLAIN)
    (by_hand.place.input / "a.txt").write_text(infotext(6), encoding="utf-8")
    by_hand.work()
    by_hand.read_by_exiftool()
    (by_hand.place.input / "sub").mkdir()
    for name in ("a.png", "a.txt"):
        shutil.move(by_hand.place.input / name, by_hand.place.input / "sub" / name)
    by_hand.work()
    assert by_hand.rows("SELECT id, path, seed FROM images") == [(1, "sub/a.png", "6")]
    assert by_hand.read_by_exiftool() == []


def test_what_the_file_itself_says_is_kept_beside_what_the_text_says(by_hand: ByHand) -> None:
    draw(by_hand.place.input / "a.png", 1)
    (by_hand.place.input / "a.swarm.json").write_text(SWARM, encoding="utf-8")
    by_hand.work()
    assert by_hand.rows(
        "SELECT field, source_a, source_b FROM v_conflicts WHERE field = 'seed'"
    ) == [
        ("seed", "PNG:Parameters", "Sidecar:.swarm.json#sui_image_params.seed"),
    ]


ENTRY = """<div id="{name}_png" class="image-container">
<hr><table><tr><td><a href='{name}.png'><img src='{name}.png'></a></td><td><table class='metadata'>
<tr><td class='key'>Prompt</td><td class='value'>a quay</td></tr>
<tr><td class='key'>Base Model</td><td class='value'>harbour_xl.safetensors</td></tr>
<tr><td class='key'>Sampler</td><td class='value'>dpmpp_2m_sde_gpu</td></tr>
<tr><td class='key'>Seed</td><td class='value'>{seed}</td></tr></table></td></tr></table></div>

"""


def test_fooocus_page_says_of_each_image_of_its_folder_how_it_was_made(by_hand: ByHand) -> None:
    for name in ("a", "b", "c"):
        (by_hand.place.input / f"{name}.png").write_bytes(PLAIN + name.encode())
    page = by_hand.place.input / "log.html"
    page.write_text(
        f"<body>{ENTRY.format(name='b', seed=2)}{ENTRY.format(name='a', seed=1)}</body>",
        encoding="utf-8",
    )
    by_hand.work()
    assert by_hand.rows(SHOWN) == [
        ("a.png", "fooocus", "1", "harbour_xl.safetensors", "dpmpp_2m_sde"),
        ("b.png", "fooocus", "2", "harbour_xl.safetensors", "dpmpp_2m_sde"),
        ("c.png", None, None, None, None),
    ]
    assert by_hand.rows("SELECT DISTINCT source FROM kv WHERE key = 'seed'") == [
        ("Sidecar:log.html#Seed",)
    ]


def test_a_page_that_is_not_fooocus_says_nothing(by_hand: ByHand) -> None:
    (by_hand.place.input / "a.png").write_bytes(PLAIN)
    (by_hand.place.input / "log.html").write_text(
        "<html><body>a travel log</body></html>", encoding="utf-8"
    )
    by_hand.work()
    assert by_hand.rows("SELECT file_name, status FROM images") == [("a.png", "no_metadata")]


def test_fooocus_page_that_grows_lets_no_image_be_read_again(by_hand: ByHand) -> None:
    page = by_hand.place.input / "log.html"
    for name, seed in (("a", 1), ("b", 2)):
        (by_hand.place.input / f"{name}.png").write_bytes(PLAIN + name.encode())
        before = page.read_text(encoding="utf-8") if page.exists() else ""
        page.write_text(ENTRY.format(name=name, seed=seed) + before, encoding="utf-8")
        by_hand.work()
    assert by_hand.read_by_exiftool() == ["a.png", "b.png"]
    assert by_hand.rows("SELECT file_name, seed FROM images ORDER BY 1") == [
        ("a.png", "1"),
        ("b.png", "2"),
    ]


def test_an_unreadable_image_with_a_text_is_tried_again_only_when_its_time_comes(
    by_hand: ByHand,
) -> None:
    (by_hand.place.input / "a.png").write_bytes(b"no image at all")
    (by_hand.place.input / "a.txt").write_text(infotext(6), encoding="utf-8")
    for _ in range(3):
        by_hand.work()
    assert by_hand.rows("SELECT path, attempts FROM failures") == [("a.png", 1)]


def test_a_dump_carries_the_texts_to_another_machine(place: Place) -> None:
    (place.input / "a.png").write_bytes(PLAIN)
    (place.input / "a.txt").write_text(infotext(6), encoding="utf-8")
    dumped = run(place, "dump", "--out", str(place.top / "raw.jsonl"))
    ingested = run(place, "ingest", "--in", str(place.top / "raw.jsonl"))
    assert (dumped.code, ingested.code) == (0, 0)
    assert rows(place.database, SHOWN) == [
        ("a.png", "a1111", "6", "dreamshaper_8", "euler_ancestral")
    ]
    kept = (place.input / "a.txt").stat()
    assert rows(place.database, "SELECT sidecars FROM images") == [
        (f".txt {kept.st_size} {kept.st_mtime_ns}",)
    ]
