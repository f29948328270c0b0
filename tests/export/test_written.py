"""Lists hold what was written, whatever program it was for, and every reader gets it back."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import commands
import pytest
import written_collection
from readers import READERS

from service.export.categories import Categories
from service.store.writer import Store
from service.tokens.spelling import fold_token

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*deprecated - use:DeprecationWarning"
)  # pyparsing's, of dynamicprompts

Exported = Callable[..., Path]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("written") / "images.db"
    written_collection.fill(path)
    return path


@pytest.fixture
def export(tmp_path: Path, collection: Path) -> Exported:
    """Return a function that runs one export and returns its path."""
    (tmp_path / "config.toml").touch()

    def run(line: str, out: str = "out/list.txt") -> Path:
        config = ("--config", str(tmp_path / "config.toml"), "--db", str(collection))
        said = commands.run_plainly("export", *line.split(), *config, "--out", out)
        assert (said.code, said.err) == (0, "")
        return tmp_path / out

    return run


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


TAGS = [
    "red_scarf",
    "Jane Roe",
    "barn",
    r"hen \(poultry\)",
    "score_9",
    "<embed:Hay43>",
    "FarmStyle",
    "embedding:Hay42.pt",
    "fog",
    "murky pond green",
    "noisy",
    "ragged",
    "smile",
    "snow",
    "soft lighting",
    "standing in water",
    "watermark",
]
PHRASES = ["miller", "old mill", "wheel", "barn", "blue coat", "grey coat", "red coat"]
ALL = sorted({*TAGS, *PHRASES})


def test_tags_are_as_mostly_written_counted_by_images(export: Exported) -> None:
    assert lines(export("tokens --style tags")) == TAGS


def test_normalized_they_are_what_is_compared(export: Exported) -> None:
    listed = lines(export("tokens --style tags --form norm --limit 5"))
    assert listed == ["red scarf", "barn", "hen (poultry)", "jane roe", "score 9"]


def test_uses_may_be_counted_instead_of_images(export: Exported) -> None:
    by_images = lines(export("tokens --with-counts --limit 2 --style tags"))
    by_uses = lines(export("tokens --with-counts --limit 2 --style tags --count uses"))
    assert (by_images, by_uses) == (["red_scarf\t4", "Jane Roe\t3"], ["barn\t4", "red_scarf\t4"])


def test_phrases_are_apart_and_clauses_only_where_asked_for(export: Exported) -> None:
    assert lines(export("tokens --style phrases")) == PHRASES
    assert sorted(lines(export("tokens"))) == ALL
    clauses = set(lines(export("tokens --style all"))) - {*TAGS, *PHRASES}
    assert clauses == {
        "and the old mill is quiet",
        "grainy photo of a barn",
        *(f"A miller in a {color} coat sits by the wheel" for color in ("red", "blue", "grey")),
    }


def test_long_items_can_be_left_out(export: Exported) -> None:
    short = {tag for tag in TAGS if len(fold_token(tag).split()) <= 2}
    assert set(lines(export("tokens --style tags --max-words 2"))) == short


@pytest.mark.parametrize("dialect", ["plain", "dynamicprompts", "impact", "swarm", "a1111"])
def test_every_reader_gets_what_was_written(export: Exported, dialect: str) -> None:
    out = export(f"tokens --dialect {dialect}")
    assert sorted(READERS[dialect](out)) == ALL


def test_templates_have_groups_among_the_words_of_prose(export: Exported) -> None:
    folder = export("templates", out="out/looks")
    assert {path.name: lines(path) for path in folder.iterdir()} == {
        "color.txt": ["blue", "grey", "red"],
        "templates.txt": [
            "A miller in a __looks/color__ coat sits by the wheel, and the old mill is quiet."
        ],
    }


def test_prompts_of_the_same_words_are_one(export: Exported) -> None:
    assert len(lines(export("prompts"))) == len(written_collection.PROMPTS)


def test_a_list_for_each_category_in_a_folder(export: Exported) -> None:
    folder = export("tokens --by category", out="out/tokens")
    found = {path.stem: sorted(lines(path)) for path in folder.iterdir()}
    assert found == {
        "clothing": ["blue coat", "grey coat", "red coat", "red_scarf"],
        "colour": ["murky pond green"],
        "expression": ["smile"],
        "lighting": ["soft lighting"],
        "other": [
            "<embed:Hay43>", "FarmStyle", "Jane Roe", "embedding:Hay42.pt", r"hen \(poultry\)",
            "miller", "noisy", "old mill", "ragged", "wheel",
        ],
        "place": ["barn"],
        "pose": ["standing in water"],
        "quality": ["score_9", "watermark"],
        "weather": ["fog", "snow"],
    }  # fmt: skip


def test_categories_nest_in_yaml(export: Exported) -> None:
    got = export("tokens --by category --include coat", out="out/words.yaml").read_text("ascii")
    assert (
        got == '"words":\n  "clothing":\n    - "blue coat"\n    - "grey coat"\n    - "red coat"\n'
    )


def test_users_add_words_and_categories_which_win(tmp_path: Path, export: Exported) -> None:
    (tmp_path / "config.toml").write_text(
        '[categories]\nmilling = ["mill", "miller"]\nfarm = ["coat"]\n', encoding="utf-8"
    )
    folder = export("tokens --by category --style phrases", out="out/tokens")
    assert {path.stem: lines(path) for path in folder.iterdir()} == {
        "farm": ["blue coat", "grey coat", "red coat"],
        "milling": ["miller", "old mill"],
        "other": ["wheel"],
        "place": ["barn"],
    }


def test_the_view_finds_the_same_categories(tmp_path: Path) -> None:
    database = tmp_path / "images.db"
    written_collection.fill(database)
    categories = Categories({"milling": ("mill",)})
    with Store.open(database) as store:
        store.set_categories(categories.words)
    query = "SELECT DISTINCT t_norm, category FROM tokens WHERE kind IN ('tag', 'phrase')"
    found = dict(apsw.Connection(str(database)).execute(query))
    expected = {}
    for norm in found:
        category = categories.find(norm)
        expected[norm] = None if category == "other" else category
    assert found == expected
    assert (found["old mill"], found["red coat"]) == ("milling", "clothing")


def test_a_list_can_go_to_standard_output(tmp_path: Path, collection: Path) -> None:
    words = ["tokens", "--limit", "2", "--style", "tags", "--db", str(collection), "--out", "-"]
    done = subprocess.run(
        [sys.executable, "-m", "service", "export", *words],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"red_scarf\nJane Roe\n", b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--by-model",), "--out - prints one list, and these are several; name a folder"),
        (("--json",), "--out - prints the list itself; leave --json out"),
    ],
)
def test_several_lists_do_not_go_to_standard_output(
    collection: Path, words: tuple[str, ...], complaint: str
) -> None:
    said = commands.run_plainly("export", "tokens", "--db", str(collection), "--out", "-", *words)
    assert (said.code, said.out, said.err) == (2, "", f"aiimagepipe: {complaint}\n")
