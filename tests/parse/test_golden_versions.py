"""A golden answer that changes needs a raised version, so that old rows are made again."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import golden_versions
import pytest
from golden_cases import FIXTURES, find_cases
from golden_versions import Record, find_problems, make_record, read_record, renew, write_record

from service.pipeline import VERSIONS

TOP = FIXTURES.parent.parent
SHARED = "parsers@23 blobs@3"
RECORD = Record(SHARED, {"a1111/plain": "a1111@5 11", "comfyui/flux": "comfyui@9 a1111@5 22"})
UNRAISED = (
    "a1111/plain: the answer changed, but not the versions it is made by "
    "(a1111@5 parsers@23 blobs@3). Raise the parser's `version`, or the `VERSION` of the stage "
    "that changed, so that the rows of old images are made again; then run "
    "`python tests/parse/golden_versions.py`"
)
UNRECORDED = (
    "its versions or its answer are not recorded yet; run `python tests/parse/golden_versions.py`"
)
NO_CASE = "there is no such case any more; run `python tests/parse/golden_versions.py`"


def test_no_answer_changed_without_a_raised_version_and_every_answer_is_recorded() -> None:
    assert find_problems(read_record(), make_record(find_cases())) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"a1111/plain": "a1111@5 12"}, [UNRAISED]),
        ({"a1111/plain": "a1111@6 12"}, [f"a1111/plain: {UNRECORDED}"]),
        ({"a1111/plain": "a1111@6 11"}, [f"a1111/plain: {UNRECORDED}"]),
        ({"a1111/new": "a1111@5 33"}, [f"a1111/new: {UNRECORDED}"]),
        ({"a1111/plain": "a1111@5 12", "comfyui/flux": "comfyui@10 a1111@5 9"}, [UNRAISED]),
    ],
    ids=["nothing", "answer", "both", "version", "new", "one of two"],
)
def test_what_differs_from_the_record_is_told(changed: dict[str, str], expected: list[str]) -> None:
    now = Record(SHARED, {**RECORD.cases, **changed})
    assert find_problems(RECORD, now) == expected


def test_a_stage_that_all_images_pass_counts_as_raised_for_every_answer() -> None:
    now = Record("parsers@23 blobs@4", {**RECORD.cases, "a1111/plain": "a1111@5 12"})
    assert find_problems(RECORD, now) == [
        f"all cases: {UNRECORDED}",
        f"a1111/plain: {UNRECORDED}",
    ]


def test_a_case_that_was_taken_away_is_told() -> None:
    now = Record(SHARED, {"a1111/plain": "a1111@5 11"})
    assert find_problems(RECORD, now) == [f"comfyui/flux: is recorded, but {NO_CASE}"]


def test_the_command_adds_a_new_case_and_refuses_an_answer_that_changed_alone(
    tmp_path: Path,
) -> None:
    fixtures, file = tmp_path / "fixtures", tmp_path / "versions.json"
    shutil.copytree(FIXTURES / "novelai", fixtures / "novelai")
    case, *_ = find_cases(fixtures)
    assert renew(file, fixtures) == []
    recorded = read_record(file)
    shutil.copytree(case.folder, case.folder.with_name("another"))
    assert renew(file, fixtures) == []
    another = recorded.cases[case.name]
    assert read_record(file).cases == {**recorded.cases, "novelai/another": another}
    before = file.read_bytes()
    case.expected.write_text(case.expected.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert [problem.partition(":")[0] for problem in renew(file, fixtures)] == [case.name]
    assert file.read_bytes() == before


def test_the_command_records_an_answer_whose_parser_was_raised(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "novelai", tmp_path / "novelai")
    cases = find_cases(tmp_path)
    old = make_record(cases, {**VERSIONS, "novelai": VERSIONS["novelai"] - 1})
    cases[0].expected.write_text("{}", encoding="utf-8")
    write_record(old, tmp_path / "versions.json")
    assert renew(tmp_path / "versions.json", tmp_path) == []
    assert read_record(tmp_path / "versions.json") == make_record(cases)


def test_the_command_is_found_and_leaves_a_record_that_is_true_as_it_is() -> None:
    before = golden_versions.FILE.read_bytes()
    done = subprocess.run(
        [sys.executable, *golden_versions.COMMAND.split()[1:]],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip(), golden_versions.FILE.read_bytes()) == (
        0,
        f"{golden_versions.FILE}: {len(find_cases(FIXTURES))} cases recorded",
        before,
    )


def run_golden(top: Path, *words: str) -> tuple[int, str]:
    """Run the golden tests of a copy of this project; return the exit code and what pytest says."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/parse/test_golden.py",
        *words,
    ]
    done = subprocess.run(command, cwd=top, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_golden_file_is_written_by_name_and_fails_once_so_that_it_is_read(tmp_path: Path) -> None:
    for name in ("service", "tests/parse", "tests/fixtures/novelai"):
        shutil.copytree(TOP / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "tests/conftest.py", "tests/patience.py"):
        shutil.copy(TOP / name, tmp_path / name)
    case, other, *_ = find_cases(tmp_path / "tests" / "fixtures")
    expected = case.expected.read_bytes()
    for spoilt in (case, other):
        spoilt.expected.write_text(json.dumps({"generator": "nobody"}), encoding="utf-8")
    chosen = ("-k", case.folder.name)
    code, told = run_golden(tmp_path, "--update-golden", case.name, *chosen)
    assert (code, f"{case.expected} was written anew. Read it" in told) == (1, True)
    assert (case.expected.read_bytes(), other.expected.read_text(encoding="utf-8")) == (
        expected,
        '{"generator": "nobody"}',
    )
    assert run_golden(tmp_path, "--update-golden", case.name, *chosen)[0] == 0
    code, told = run_golden(tmp_path, "--update-golden", "novelai/none")
    assert (code, "--update-golden: there is no generator or case 'novelai/none'" in told) == (
        1,
        True,
    )
