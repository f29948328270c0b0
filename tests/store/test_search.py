"""A search finds what its line says, and nothing else."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_samples import NOW, image

from service.errors import StartError
from service.records import ImageRows, Resource
from service.store.search.conditions import FIELDS, MARKS
from service.store.search.lexing import says
from service.store.search.moments import read_moments
from service.store.search.query import Search
from service.store.sql import statements
from service.store.writer import Store
from service.tokens.cut import split_prompt


def drawn(
    number: int, positive: str | None, negative: str | None = None, **base: object
) -> ImageRows:
    """Return an image with prompts of its own, and nothing of the sample's resources."""
    rows = image(number, path=f"2025/{number}.png")
    plain = replace(rows.image.passes[0], steps=30, sampler_norm="dpmpp_2m", cfg_scale=7.0)
    first = replace(plain, positive_prompt=positive, negative_prompt=negative, **base)
    cut = (*split_prompt(positive or "", "pos"), *split_prompt(negative or "", "neg"))
    return replace(rows, image=replace(rows.image, passes=(first,)), tokens=cut, resources=())


DETAIL = Resource("lora", "add_detail", "PNG:Parameters", 0.8)
STYLE = Resource(
    "lora",
    "ink, style",
    "PNG:Parameters",
    0.5,
    model_version_id=77,
    air="urn:air:sdxl:lora:civitai:1@77",
)
CANNY = Resource("controlnet", "canny", "PNG:Parameters")
OFF = Resource("controlnet", "depth", "PNG:Parameters", used=False)

COLLECTION = (
    drawn(
        1,
        "masterpiece, a castle, long_hair",
        "blurry, bad hands",
        model="ponyDiffusionV6",
        sampler_norm="euler",
    ),
    drawn(
        2,
        "masterpiece, castles at night",
        "",
        model="Pony Realism",
        sampler_norm="euler_ancestral",
        steps=20,
    ),
    drawn(
        3,
        "(masterpiece:1.2), hair, long dress",
        "bad, hands",
        model="100%_real",
        steps=40,
        seed="123",
    ),
    drawn(4, "Größe, CAFÉ, 漢字 castle", None, model=None, steps=None, seed="18446744073709551615"),
    drawn(5, None, None, model="fluxmania", cfg_scale=3.5, sampler_norm="lcm"),
    drawn(6, "masterpiece"),
    drawn(7, "夜の港, LoRA灯台", "低品質", model="kohaku"),
    drawn(8, "밤의 항구에서, 港町の夜", None, model="kohaku"),
)
RESOURCES = {1: (DETAIL,), 2: (DETAIL, STYLE), 3: (CANNY,), 4: (OFF,)}
DAYS = {
    1: "2024-12-31T23:59:59",
    2: "2025-01-01T00:00:00",
    3: "2025-01-31T12:00:00",
    4: "2025-02-01T00:00:00",
}

FOUND = {
    "": [8, 7, 5, 4, 3, 2, 1],
    "masterpiece": [3, 2, 1],
    "MASTERPIECE castle": [1],
    "castle": [4, 1],
    "castle*": [4, 2, 1],
    "cast* -night": [4, 1],
    "-castle": [8, 7, 5, 3, 2],
    "-castle -castles": [8, 7, 5, 3],
    "pos:castle": [4, 1],
    '"long hair"': [1],
    "long_hair": [1],
    "long-ha*": [1],
    "long hair": [3, 1],
    '-"long hair" masterpiece': [3, 2],
    '"hair long"': [3],
    "grosse": [],
    "größe": [4],
    "größe id:4": [4],
    "cafe -castles id:4": [4],
    "castle* id:2": [2],
    "castle id:2": [],
    "cafe": [4],
    "cafe -\udcff": [4],
    "file:\udcff": [],
    "漢字": [4],
    "neg:blurry": [1],
    "masterpiece -neg:blurry": [3, 2],
    'neg:"bad hands"': [3, 1],
    'masterpiece -neg:"bad hands"': [2],
    "neg:hands -neg:blurry": [3],
    "token:long_hair": [1],
    "token:long_hair,hair": [3, 1],
    "-token:masterpiece": [8, 7, 5, 4],
    'negtoken:"bad hands"': [1],
    "model:pony": [2, 1],
    "model:pony*": [2, 1],
    "model:*realism": [2],
    'model:"pony realism"': [2],
    "model:100%_": [3],
    "model:%": [3],
    "-model:pony": [8, 7, 5, 4, 3],
    "model:pony,flux": [5, 2, 1],
    "lora:detail": [2, 1],
    "lora:add*": [2, 1],
    "lora:detail*": [],
    'lora:"ink, style"': [2],
    "lora:0.8": [],
    "lora:0.*": [],
    "lora:.5,ink": [2],
    "lora::0.8": [],
    "lora:add_detail:0.8": [2, 1],
    "lora:add*:0.8": [2, 1],
    "lora:ink*": [2],
    "-lora:8": [8, 7, 5, 4, 3, 2, 1],
    "resource:0.8": [],
    "resource:detail": [2, 1],
    "resource:add_detail:0.8": [2, 1],
    "resource:canny": [3],
    "kind:controlnet": [3],
    "kind:lora,controlnet": [3, 2, 1],
    "version:77": [2],
    "air:urn:air:sdxl:lora:civitai:1@77": [2],
    "sampler:euler": [1],
    "sampler:euler*": [2, 1],
    'sampler:"Euler a"': [2],
    "generator:a1111": [8, 7, 5, 4, 3, 2, 1],
    "steps:20": [2],
    "steps:20..40": [8, 7, 5, 3, 2, 1],
    "steps:31..": [3],
    "steps:..29.5": [2],
    "-steps:20 -steps:40": [8, 7, 5, 4, 1],
    "cfg:3.5": [5],
    "width:832 height:1000..": [8, 7, 5, 4, 3, 2, 1],
    "seed:123": [3],
    "seed:18446744073709551615": [4],
    "before:2025": [8, 7, 5, 1],
    "before:2025-01-31": [8, 7, 5, 2, 1],
    "after:2025-01-31": [4, 3],
    "date:2025-01": [3, 2],
    "date:2025-01-01T00:00": [2],
    "after:2025-01 before:2025-02": [3, 2],
    "status:ok": [8, 7, 5, 4, 3, 2, 1],
    "-status:ok,partial": [],
    "file:3": [3],
    "path:2025/": [8, 7, 5, 4, 3, 2, 1],
    "root:input id:2": [2],
    "mime:png -id:1": [8, 7, 5, 4, 3, 2],
    "state:missing": [6],
    "state:any masterpiece": [6, 3, 2, 1],
    "masterpiece castle lora:detail model:pony* sampler:euler before:2025 -neg:watermark": [1],
    "x');DROP": [],
    "castle OR blurry": [4, 1],
    "castle OR hair": [4, 3, 1],
    "masterpiece castle OR hair": [3, 1],
    "masterpiece castle OR hair OR night -dress": [2, 1],
    '"long hair" OR "at night"': [2, 1],
    "model:flux OR castle": [5, 4, 1],
    "steps:20 OR seed:123": [3, 2],
    "id:1 OR id:5": [5, 1],
    "-castle OR id:1": [8, 7, 5, 3, 2, 1],
    "neg:blurry OR dress": [3, 1],
    "港 OR castle": [8, 7, 4, 1],
    "or": [],
    '"OR"': [],
    "港": [8, 7],
    "夜の港": [7],
    "港町*": [8],
    "の 夜": [8, 7],
    "항구": [8],
    "灯": [7],
    "lora灯": [7],
    "字": [4],
    "-港 model:kohaku": [],
    "-夜の港 model:kohaku": [8],
    "neg:品質": [7],
    "港 -neg:品": [8],
    "駅": [],
    '"夜の港 lora灯台"': [7],
    "generator:a11": [8, 7, 5, 4, 3, 2, 1],
    'generator:"a11"': [],
    "generator:*111 id:1": [1],
    "size:1kb..2kb": [],
    "size:..1GB id:1": [1],
    "hash:ffff OR id:2": [2],
    "date:today": [],
    "before:7d id:1": [1],
    "after:2w": [],
    "lora:add_detail:.8": [],
    "model:=pony": [],
    "model:=PonyDiffusionV6.safetensors": [1],
    'model:="ponydiffusionv6" castle': [1],
    "lora:=add_detail": [2, 1],
    "lora:=detail": [],
    "lora:=add_detail:0.8": [2, 1],
    'lora:="ink, style"': [2],
    'resource:="controlnet:canny"': [3],
    "generator:=a11": [],
    "file:=3.png": [3],
    "folder:=Input/2025 id:1,2": [2, 1],
    "folder:=2025": [],
    "folder:2025 id:3": [3],
    "duplicate:yes": [],
    "duplicate:no id:1": [1],
}

DATE = (
    "a date is expected: 2025, 2025-01, 2025-01-31, 2025-01-31T12:00, today, yesterday or 7d "
    "(24h, 2w), which is so long ago"
)
SIZE = "a file's size is expected: 500kb.., ..2mb or 1mb..2mb; width: and height: ask for pixels"

REFUSED = {
    "stpes:20": "stpes:20: there is no field 'stpes'; did you mean steps? Put \"…\" around a word that has a colon in it",  # noqa: E501  # as it is said
    "castle steps:many": "steps:many: a number or a range is expected: 20, 20..40, 20.. or ..40",
    "steps:..": "steps:..: a number or a range is expected: 20, 20..40, 20.. or ..40",
    "kind:foo": f"kind:foo: 'foo' is none of {', '.join(FIELDS['kind'].choices)}",
    "before:tomorrow": f"before:tomorrow: {DATE}",
    "after:7": f"after:7: {DATE}",
    "OR castle": "OR: it stands between two things, of which one is enough",
    "castle OR OR hair": "OR: it stands between two things, of which one is enough",
    "castle OR": "OR: what it is to be instead is missing behind it",
    "lora:x:abc": "lora:x:abc: a weight is expected behind x: as in x:0.8. Quotes around all of it "
    "look for a name with a colon",
    "size:512x768": f"size:512x768: {SIZE}",
    "size:..": f"size:..: {SIZE}",
    "hash:xyz1": "hash:xyz1: the first digits of a hash are expected, at least four of 0-9a-f",
    "date:2025-02-30": f"date:2025-02-30: {DATE}",
    "before:2025-13": f"before:2025-13: {DATE}",
    "version:latest": "version:latest: a whole number is expected",
    "model:,": "model:,: a value is missing behind the colon",
    "castle -lora:": "-lora:: a value is missing behind the colon",
    "steps:40..20": "steps:40..20: 40 is more than 20; write 20..40",
    'castle "long hair': '"long: a " is not closed',
    'a"b"': 'a"b": a " is inside the word; put it around all of it',
    "castle - x": "-: there is no word in it",
    "🖼": "🖼: there is no word in it",
    "--lmit 3": "--lmit: there is no such option; a word that must not be there has one dash",
}


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    """Return a search of images, of which the sixth is missing."""
    with Store.open(tmp_path_factory.mktemp("search") / "images.db") as store:
        store.save(
            [
                replace(rows, resources=RESOURCES.get(at, ()))
                for at, rows in enumerate(COLLECTION, 1)
            ],
            now=NOW,
        )
        store.mark_missing("Input", ["2025/6.png"], NOW)
        moments = [(DAYS.get(at, "1999-01-01T00:00:00"), at) for at in range(1, 9)]
        store._connection.executemany(
            "UPDATE images SET mtime_ns = strftime('%s', ?) * 1000000000 WHERE id = ?", moments
        )
        yield Search.on(store._connection, store.path)


@pytest.mark.parametrize(("line", "expected"), FOUND.items(), ids=FOUND)
def test_a_line_finds_exactly_what_it_says(search: Search, line: str, expected: list[int]) -> None:
    assert search.ids(line) == expected
    assert search.ids(line, 2) == expected[:2]


@pytest.mark.parametrize("line", ["", *FOUND])
def test_the_ones_written_last_are_found_along_the_times(search: Search, line: str) -> None:
    by_time = search._connection.execute("SELECT id FROM images ORDER BY modified_at DESC, id DESC")
    found = [id_ for (id_,) in by_time if id_ in search.ids(line)]
    assert (search.recent(line, 100), search.recent(line, 2)) == (found, found[:2])


@pytest.mark.parametrize("few", [(0, -1), (99, -1), (0, 0), (99, 99)], ids=str)
@pytest.mark.parametrize("line", FOUND)
def test_it_finds_the_same_whether_few_or_many_meet_a_condition(
    search: Search, line: str, few: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store.search.query.FEW", few[0])
    monkeypatch.setattr("service.store.search.query.LEADING", few[1])
    monkeypatch.setattr("service.store.search.query.WINDOW", 1)
    assert search.ids(line, 5) == FOUND[line][:5]


@pytest.mark.parametrize(("line", "message"), REFUSED.items(), ids=REFUSED)
def test_a_word_that_cannot_be_read_is_named_with_what_was_expected(
    search: Search, line: str, message: str
) -> None:
    with pytest.raises(StartError) as raised:
        search.ids(line)
    assert str(raised.value) == f"search: {message}"


def test_more_than_sqlite_can_look_for_is_refused_in_a_line_that_can_be_read(
    search: Search,
) -> None:
    with pytest.raises(StartError) as raised:
        search.ids("model:" + ",".join(f"m{number}" for number in range(2000)))
    assert str(raised.value) == (
        "search: model:m0,m1,m2,m3,m4,m5,m6,m7,m8,m9,m10,m11,m12,m13,m14,m15,…: "
        "SQLite cannot look for this "
        "(Expression tree is too large (maximum depth 1000)); ask for less at once"
    )


def test_every_field_was_searched_for() -> None:
    assert {
        name for name in FIELDS if not any(re.search(rf"(^|[ -]){name}:", line) for line in FOUND)
    } == {
        *MARKS,  # in test_marks.py
        "embedding",
        "checkpoint",
        "vae",
        "upscaler",
        "scheduler",
        "denoise",
        "clip_skip",
        "guidance",
    }


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_has_its_condition_in_the_database(search: Search, field: str) -> None:
    known = {"kind": "lora", "status": "ok", "state": "any", "fav": "yes", "duplicate": "no"}
    value = {**known, "version": "1", "id": "1"}.get(field, "2025")
    assert isinstance(search.ids(f"{field}:{value}"), list)


def test_every_text_of_the_searchs_sql_is_found_by_its_name() -> None:
    text = statements("search.sql")
    own = {*FIELDS} - {"pos", "neg", "state"} - {*text}
    assert own == {
        "steps",
        "cfg",
        "guidance",
        "denoise",
        "clip_skip",
    }  # in_range serves all of these


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=200,
)
@given(line=st.text(st.sampled_from("ab漢é 1\"-:*.,_'%\\()+~^{}") | st.characters(), max_size=30))
def test_any_line_is_answered_or_refused(search: Search, line: str) -> None:
    with contextlib.suppress(StartError):
        assert {*search.ids(line, 3)} <= {*range(1, 9)}


@given(
    words=st.lists(st.sampled_from("ab b bb c é 1".split()), min_size=1, max_size=3),
    text=st.text("ab c,_é(1)-"),
)
def test_words_next_to_each_other_are_found_as_by_cutting_the_text(
    words: list[str], text: str
) -> None:
    found = [re.sub("é", "e", word) for word in re.findall(r"[^\W_]+", text)]
    wanted = [re.sub("é", "e", word) for word in words]
    expected = any(found[at : at + len(wanted)] == wanted for at in range(len(found)))
    assert says(text, " ".join(words)) == expected


def test_the_lines_of_what_was_found_are_those_of_the_view(search: Search) -> None:
    lines = [
        (line["image_id"], line["loras"], line["seed"])
        for line in search.lines(search.ids("seed:123 state:any"))
    ]
    assert lines == [(3, None, "123")]


def test_a_hash_finds_the_file_its_model_and_its_resources(search: Search) -> None:
    connection = search._connection
    ((sha256,),) = connection.execute("SELECT sha256 FROM images WHERE id = 3")
    assert search.ids(f"hash:{sha256}") == search.ids(f"hash:{sha256[:20].upper()}") == [3]
    connection.execute("UPDATE images SET model_hash = 'abcdef1234' WHERE id = 2")
    assert search.ids("hash:ABCDEF") == [2]
    connection.execute("INSERT INTO terms (term) VALUES ('feedc0de99')")
    connection.execute(
        "UPDATE resource_rows SET hash_id = (SELECT id FROM terms WHERE term = 'feedc0de99') "
        "WHERE image_id = 1"
    )
    assert search.ids("hash:feed") == [1]


NOON = datetime(2026, 3, 5, 12, 30, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("said", "moments"),
    [
        ("today", ("2026-03-04T22:00:00Z", "2026-03-05T21:59:59Z")),
        ("Yesterday", ("2026-03-03T22:00:00Z", "2026-03-04T21:59:59Z")),
        ("7d", ("2026-02-26T10:30:00Z", "9999")),
        ("24h", ("2026-03-04T10:30:00Z", "9999")),
        ("2w", ("2026-02-19T10:30:00Z", "9999")),
        ("2025-03", ("2025-03", "2025-03")),
        ("99999d", None),
        ("2025-02-30", None),
        ("7", None),
    ],
)
def test_a_moment_is_said_as_people_say_it(said: str, moments: tuple[str, str] | None) -> None:
    assert read_moments(said, NOON) == moments


def test_today_s_images_are_found(search: Search) -> None:
    search._connection.execute(
        "UPDATE images SET mtime_ns = strftime('%s', 'now') * 1000000000 WHERE id = 5"
    )
    for line in ("date:today", "date:7d", "after:today", "after:1h", "date:2w,yesterday"):
        assert search.ids(line) == [5]
    assert 5 not in search.ids("before:today")


def test_a_prompt_that_changes_is_found_by_its_new_words_inside_alone(tmp_path: Path) -> None:
    with Store.open(tmp_path / "images.db") as store:
        store.save([drawn(1, "夜の港")], now=NOW)
        store.save([drawn(1, "昼の町")], now=NOW)
        search = Search.on(store._connection, store.path)
        assert (search.ids("港"), search.ids("町"), search.ids("の町")) == ([], [1], [1])


def test_words_inside_are_found_in_a_database_made_before(tmp_path: Path) -> None:
    path = tmp_path / "images.db"
    old = apsw.Connection(str(path))
    schema = Path(__file__).parent / "schemas" / "0004.sql"
    old.execute(schema.read_text(encoding="utf-8")).fetchall()
    old.execute(
        "INSERT INTO images (stable_id, root, folder, file_name, size_bytes, mtime_ns, status, "
        "recipe, first_seen_at, ingested_at, positive_prompt, negative_prompt) "
        "VALUES ('s', 'Input', '', 'a.png', 1, 2, 'ok', 'r', ?1, ?1, '夜の港', '低品質')",
        (NOW,),
    ).fetchall()
    old.close()
    with Store.open(path) as store:
        search = Search.on(store._connection, store.path)
        assert (search.ids("港"), search.ids("neg:品"), search.ids("品")) == ([1], [1], [])
