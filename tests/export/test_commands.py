"""What `aiimagepipe export` writes of a demo collection, whole files.

First the examples of the user's own script.
"""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import commands
import pytest

from service.config.export import Export
from service.errors import StartError
from service.export.gathering import FoundText
from service.export.lists import StoppedError, write_list
from service.export.report import Written, report_file
from service.scheduled_exports.loras import lora_tag
from service.service_state import ServiceState
from service.store.database_reader import DatabaseReader
from service.store.export_states import ExportState
from service.store.writer import Store

SCRIPT = {
    "tokens --side pos --min-count 5 --sort count_desc": (
        "masterpiece\nred fox\nSnow\nnight\nbarn owl\n"
    ),
    "tokens --side neg --min-count 10 --sort count_desc": "blurry\nEasyNegative\nlowres\n",
    "kv --key sampler_norm --sort count_desc": "euler_ancestral\ndpmpp_2m\neuler\n",
    "resources --kind lora --sort count_desc": "add_detail\n",
    "prompts --which pos --min-count 2 --sort count_desc": (
        "masterpiece, red fox, Snow, <lora:add_detail:0.8>\n"
        "masterpiece, (barn owl:1.2), night\n"
        "Red Fox, {choice|of}, 50% off\n"
    ),
}
NO_KEY = (
    "key: no image has 'nothing such'; "
    "there are positive_prompt, prompt_tokens, negative_prompt, neg_tokens, "
    "steps, cfg_scale, sampler, sampler_norm …; the column key of kv has them all"
)
TOP = (
    "SELECT t_norm FROM tokens WHERE side='pos' GROUP BY t_norm "
    "ORDER BY COUNT(*) DESC, t_norm LIMIT 4"
)

MORE = {
    "tokens --sort alpha --limit 3": "50% off\nbarn owl\nmasterpiece\n",
    "tokens --sort alpha_desc --limit 2": "夜の狐 🦊\nSnow\n",
    "tokens --sort count_asc --limit 2": "夜の狐 🦊\n50% off\n",
    "tokens --max-count 5 --exclude-re %": "barn owl\n夜の狐 🦊\n",
    "tokens --include ^(?!.*o) --side neg": "blurry\nEasyNegative\n",
    "tokens --form norm --side neg --limit 2": "blurry\neasynegative\n",
    "tokens --max-words 1 --limit 3": "masterpiece\nSnow\nnight\n",
    "tokens --style phrases": "",
    "tokens --search owl": "barn owl\nmasterpiece\nnight\n",
    "tokens --search owl --side neg --form norm": "blurry\neasynegative\nlowres\n",
    "tokens --search nowhere": "",
    "prompts --search owl": "masterpiece, (barn owl:1.2), night\n",
    "tokens --include-re (?i)^RED": "red fox\n",
    "tokens --with-counts --limit 2": "masterpiece\t12\nred fox\t9\n",
    "tokens --with-counts --limit 2 --dialect impact": "{12::masterpiece|9::red fox}\n",
    "tokens --dialect dynamicprompts --min-count 2 --max-count 5": "barn owl\n",
    "tokens --dialect dynamicprompts --on-unsafe replace --min-count 2 --max-count 5": (
        "barn owl\n50 off\n"
    ),
    "tokens --dialect impact --max-count 1": "",
    "tokens --dialect swarm --max-count 1": "夜の狐 🦊\n",
    "prompts --which neg --with-counts": "lowres, blurry, EasyNegative\t12\nblurry\t2\n",
    "prompts --max-count 1": "夜の狐 🦊 BREAK night\n",
    "kv --key Sampler": "Euler a\nDPM++ 2M Karras\nEuler\n",
    "kv --key seed --limit 2": "0\n1\n",
    "resources --kind lora --form tag": "<lora:add_detail:0.8>\n",
    "resources --kind lora --form tag --dialect swarm --on-unsafe replace": (
        "<lora:add_detail:0.8>\n"
    ),
    "resources --kind lora --form tag --with-words 1": "<lora:add_detail:0.8>, Snow\n",
    "resources --kind checkpoint --form label": (
        "dreamshaper_8\nsdxl/Ünï mödel.safetensors\ndreamshaper_8.safetensors\nCON\n"
    ),
}

Exported = Callable[..., Path]


@pytest.fixture
def export(tmp_path: Path, database: Path) -> Exported:
    """Return a function that runs one export to ``out/list.txt`` and returns that path."""
    (tmp_path / "config.toml").touch()

    def run(line: str, *words: str, out: str = "out/list.txt") -> Path:
        config = ("--config", str(tmp_path / "config.toml"))
        said = commands.run_plainly(
            "export", *line.split(), *words, *config, "--db", str(database), "--out", out
        )
        assert (said.code, said.err) == (0, "")
        return tmp_path / out

    return run


@pytest.mark.parametrize("line", SCRIPT | MORE)
def test_a_list_has_exactly_these_lines(export: Exported, line: str) -> None:
    assert export(line).read_text(encoding="utf-8") == (SCRIPT | MORE)[line]


def test_the_query_of_the_script_gives_its_first_column_in_its_own_order(export: Exported) -> None:
    assert export("sql", "--sql", TOP).read_bytes() == b"masterpiece\nred fox\nadd detail\nsnow\n"


def test_lists_by_model_and_month_stand_in_folders_of_harmless_names(export: Exported) -> None:
    folder = export("tokens --by-model --by-month --limit 1 --dialect plain", out="out/tokens")
    assert {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.*")
    } == {
        "dreamshaper-8/2026/01.txt": "Snow\n",
        "dreamshaper-8/2026/02.txt": "50% off\n",
        "model-con/2026/01.txt": "night\n",
        "uni-model-30b179/2026/02.txt": "barn owl\n",
    }


def test_a_split_list_can_be_one_yaml_file(export: Exported) -> None:
    got = export("tokens --by-model --limit 1", out="out/my tokens.yaml").read_bytes()
    assert got.decode("ascii") == (
        '"my_tokens":\n  "dreamshaper-8":\n    - "red fox"\n  "model-con":\n    - "night"\n'
        '  "uni-model-30b179":\n    - "barn owl"\n'
    )


def test_files_of_a_split_that_are_no_more_are_taken_away_and_others_left(export: Exported) -> None:
    folder = export("tokens --by-model", out="out/tokens")
    (folder / "mine.txt").write_text("my own\n", encoding="utf-8")
    report = report_file(folder)
    told = json.loads(report.read_bytes())
    report.write_text(
        json.dumps([{"files": [*told[0]["files"], "../../outside.txt"]}]), encoding="utf-8"
    )
    (folder.parent.parent / "outside.txt").touch()
    export("tokens --by-model --include fox", out="out/tokens")
    assert sorted(path.name for path in folder.iterdir()) == ["dreamshaper-8.txt", "mine.txt"]
    assert (folder.parent.parent / "outside.txt").exists()


def test_the_files_of_a_split_that_was_stopped_midway_are_taken_away_by_the_next(
    tmp_path: Path,
) -> None:
    export = Export.model_validate({"kind": "tokens", "out": tmp_path / "tokens", "by_model": True})
    tokens: list[FoundText] = [(place, f"tag {n}", 1) for place in "abc" for n in range(1_000)]
    write_list(export, [("z", "old", 1)])
    looks = iter([False] * 22)
    with pytest.raises(StoppedError):
        write_list(export, tokens, lambda: next(looks, True))
    told = json.loads(report_file(export.out).read_bytes())[0]["files"]
    assert ([path.name for path in sorted(export.out.iterdir())], told) == (
        ["a.txt", "z.txt"],
        ["a.txt", "b.txt", "z.txt"],
    )
    write_list(export, [("d", "new", 1)])
    assert [path.name for path in export.out.iterdir()] == ["d.txt"]


def test_a_folder_where_the_report_would_be_is_told_with_the_mend(tmp_path: Path) -> None:
    export = Export.model_validate({"kind": "tokens", "out": tmp_path / "t.txt"})
    report_file(export.out).mkdir()
    with pytest.raises(
        StartError, match=r"t\.txt\.report\.json: cannot be deleted \(.+\); the list is"
    ):
        write_list(export, [("", "fox", 1)])
    assert export.out.read_bytes() == b"fox\n"


def test_a_split_list_without_any_item_is_an_empty_folder_and_not_made_again_and_again(
    export: Exported,
) -> None:
    assert list(export("tokens --by-model --include nothing", out="out/none").iterdir()) == []


def test_the_report_lists_what_a_program_cannot_read_and_goes_with_it(export: Exported) -> None:
    out = export("tokens --dialect dynamicprompts --max-count 2")
    assert json.loads(report_file(out).read_bytes()) == [
        {
            "out": "list.txt",
            "dialect": "dynamicprompts",
            "on_unsafe": "skip",
            "items": 1,
            "unsafe": 1,
            "files": [],
            "texts": [{"text": "50% off", "reason": "% begins a wrapped prompt", "written": None}],
        }
    ]
    export("tokens --dialect plain")
    assert not report_file(out).exists()


def test_a_lora_of_which_only_an_id_is_known_has_no_tag_and_is_reported(tmp_path: Path) -> None:
    export = Export.model_validate(
        {"kind": "resources", "resource_kind": "lora", "form": "tag", "out": tmp_path / "loras.txt"}
    )
    labels = (
        "sdxl\\ink.safetensors",
        "Detail.PT",
        "modelVersionId:210873",
        "urn:air:sdxl:lora:civitai:1@2",
        "v1.5",
    )
    assert write_list(export, [("", lora_tag(label, 1.0), 1) for label in labels]) == Written(
        3, unsafe=2, changed=True
    )
    assert (
        export.out.read_text(encoding="utf-8") == "<lora:Detail:1>\n<lora:ink:1>\n<lora:v1.5:1>\n"
    )


def test_unchanged_data_leaves_the_file_and_its_time(export: Exported) -> None:
    before = export("tokens").stat()
    after = export("tokens").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_records_are_every_image_exactly_and_safe_for_a_spreadsheet(
    tmp_path: Path, database: Path
) -> None:
    names = ["--jsonl", str(tmp_path / "r.jsonl"), "--csv", str(tmp_path / "r.csv")]
    said = commands.run_plainly("export", "records", "--db", str(database), *names)
    assert (said.code, said.out) == (
        0,
        f"15 items → {tmp_path / 'r.jsonl'}\n15 items → {tmp_path / 'r.csv'}\n",
    )
    lines = [
        json.loads(line) for line in (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    rows = list(csv.DictReader((tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["path"], row["seed"]) for row in rows] == [
        (line["path"], line["seed"]) for line in lines
    ]
    assert [line["path"] for line in lines] == [f"{number:03}.png" for number in range(15)]


def test_records_of_no_image_have_their_headings(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    Store.open(tmp_path / "images.db").close()
    names = [f"--{form}={tmp_path / 'r'}.{form}" for form in ("csv", "parquet")]
    assert (
        commands.run_plainly("export", "records", "--db", str(tmp_path / "images.db"), *names).code
        == 0
    )
    with DatabaseReader.open(tmp_path / "images.db") as reader:
        columns = reader.search_columns()
    assert columns[:2] == ["image_id", "file_name"]
    assert (tmp_path / "r.csv").read_text(encoding="utf-8-sig") == ",".join(columns) + "\n"
    table = parquet.read_table(tmp_path / "r.parquet")
    assert (table.column_names, table.num_rows) == (columns, 0)


def test_records_as_parquet_are_the_same_rows(tmp_path: Path, database: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    names = ["--jsonl", str(tmp_path / "r.jsonl"), "--parquet", str(tmp_path / "r.parquet")]
    assert commands.run_plainly("export", "records", "--db", str(database), *names).code == 0
    lines = [
        json.loads(line) for line in (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert parquet.read_table(tmp_path / "r.parquet").to_pylist() == lines


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("kv --key sampler_nrm", "key: no image has 'sampler_nrm'; did you mean 'sampler_norm'?"),
        ("tokens --include (a", "--include: '(a' is no regular expression: missing )"),
        ("tokens --min-count 5 --max-count 2", "export tokens: max_count 2 is below min_count 5"),
        ("tokens --dialect swarm --with-counts", "export tokens: swarm has no place for counts"),
        ("resources --form tag", 'export resources: form "tag" writes <lora:name:1>'),
        (
            "templates --dialect impact",
            "export templates: {out}: templates refer to their folder; name it by letters",
        ),
        ("sql --sql DELETE_FROM_images", "sql: SQLite refuses the query"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_the_mend(
    tmp_path: Path, database: Path, line: str, complaint: str
) -> None:
    said = commands.run_plainly(
        "export", *line.split(), "--db", str(database), "--out", str(tmp_path / "list.txt")
    )
    assert (
        said.code,
        said.err.startswith(f"aiimagepipe: {complaint.format(out=tmp_path / 'list.txt')}"),
    ) == (
        2,
        True,
    ), said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--out", "out/images.db"), "lists are written as .txt, .yaml, .yml; name the file so"),
        (("--out", "config.toml"), "lists are written as .txt, .yaml, .yml; name the file so"),
        (
            ("--out", "out/x.txt", "--by-model"),
            "split lists need a folder; name it without .txt",
        ),
    ],
)
def test_no_slip_replaces_something_else_by_a_list(
    tmp_path: Path, database: Path, words: tuple[str, ...], complaint: str
) -> None:
    (tmp_path / "config.toml").touch()
    config = ("--config", str(tmp_path / "config.toml"), "--db", str(database))
    said = commands.run_plainly("export", "tokens", *config, *words)
    assert (said.code, said.err) == (
        2,
        f"aiimagepipe: export tokens: {tmp_path / words[1]}: {complaint}\n",
    )


def test_all_beside_a_list_is_refused_with_what_it_is() -> None:
    said = commands.run_plainly("export", "--all", "tokens", "--out", "x.txt")
    mend = "--all is given alone: `export --all` runs every export of config.toml"
    assert (said.code, said.err) == (2, f"aiimagepipe: {mend}\n")


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (
            "tokens",
            (
                "File to write; .yaml writes YAML. With --by-model, --by-month or --by, a folder. "
                "- prints the list."
            ),
        ),
        (
            "templates",
            "Folder to write, directly in the program's folder of wildcards; it keeps its name.",
        ),
        ("sql", "File to write; .yaml writes YAML. - prints the list."),
    ],
)
def test_the_help_of_each_list_says_what_its_own_output_is(kind: str, says: str) -> None:
    help_ = " ".join(commands.run_plainly("export", kind, "--help").out.replace("│", " ").split())
    assert (says in help_, "--by-model" in help_) == (True, kind == "tokens"), help_


@pytest.mark.parametrize(
    "out", ["../x.txt", "out/nul.txt", "out/a:b.txt", "//server/share/x.txt", "Input/x.txt"]
)
def test_an_output_that_climbs_or_lies_where_it_must_not_is_refused(
    tmp_path: Path, database: Path, out: str
) -> None:
    (tmp_path / "config.toml").touch()
    config = ("--config", str(tmp_path / "config.toml"), "--db", str(database))
    said = commands.run_plainly("export", "tokens", *config, "--out", out)
    assert (said.code, said.err.startswith("aiimagepipe: --out: ")) == (2, True), said.err
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


def test_one_export_that_fails_ends_with_the_same_code_and_names_its_file_once_whoever_reads(
    tmp_path: Path, database: Path
) -> None:
    out = tmp_path / "a.txt"
    out.mkdir()
    words = ("export", "tokens", "--db", str(database), "--out", str(out))
    said, as_json = commands.run_plainly(*words), commands.run_plainly(*words, "--json")
    error = f"{out}: cannot be written (it is a folder); name another file"
    assert (said.code, said.err) == (2, f"aiimagepipe: {error}\n")
    assert (as_json.code, as_json.json(), as_json.err) == (
        2,
        [{"out": str(out), "error": error}],
        f"{error}\n",
    )
    state = ExportState(str(out), "tokens", "{}", None, "2026-01-31T12:00:00Z", 0.0, error=error)
    told = dict(
        ServiceState(
            running=False, database="x", service=None, counts=None, roots=(), exports=(state,)
        ).lines()
    )
    assert (
        told["export tokens"] == f"{out}: failed at 2026-01-31T12:00:00Z: "
        "cannot be written (it is a folder); name another file"
    )


def test_all_exports_of_the_configuration_run_whatever_becomes_of_one(
    tmp_path: Path, database: Path
) -> None:
    (tmp_path / "out").mkdir()
    shutil.copy(database, tmp_path / "out" / "images.db")
    (tmp_path / "config.toml").write_text(
        "[[export]]\nkind = 'kv'\nkey = 'nothing such'\nout = 'out/a.txt'\n"
        "[[export]]\nkind = 'tokens'\nout = 'out/b.txt'\nmin_count = 9\nevery = 60\n",
        encoding="utf-8",
    )
    said = commands.run_plainly(
        "export", "--all", "--config", str(tmp_path / "config.toml"), "--json"
    )
    assert (said.code, said.json()) == (
        1,
        [
            {"out": str(tmp_path / "out" / "a.txt"), "error": NO_KEY},
            {"out": str(tmp_path / "out" / "b.txt"), "items": 2, "unsafe": 0, "changed": True},
        ],
    )
    assert (tmp_path / "out" / "b.txt").read_bytes() == b"masterpiece\nred fox\n"
