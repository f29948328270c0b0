import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from store_samples import NOW, image

from service.store.browser_project import (
    MARKS_WIDTHS,
    TABLE,
    WIDTHS,
    Project,
    is_ours,
    project_text,
    sign,
    write_project,
    write_projects,
)
from service.store.marks import make_marks, marks_beside
from service.store.sql import sql, statements
from service.store.writer import Store

ANY = Project(
    database="images.db",
    attached=(),
    table=TABLE,
    sort="<sort/>",
    widths=WIDTHS,
    tabs={},
    readonly=True,
)
LOOKS = {
    name: query for name, query in statements("marks.sql").items() if query.startswith("SELECT")
}


def read_project(path: Path) -> ET.Element:
    return ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314  # our own text


def attributes(root: ET.Element, path: str) -> dict[str, str]:
    found = root.find(path)
    assert found is not None, path
    return found.attrib


def tabs_of(root: ET.Element) -> dict[str, str | None]:
    return {tab.get("name", ""): tab.text for tab in root.iterfind("tab_sql/sql")}


def titled(queries: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", " "): query for name, query in queries.items()}


def test_the_project_opens_the_search_view_read_only_and_newest_first(tmp_path: Path) -> None:
    write_projects(tmp_path / "images.db")
    root = read_project(tmp_path / "images.sqbpro")
    table = "tab_browse/browse_table_settings/table"
    assert attributes(root, "db") == {"path": "images.db", "readonly": "1"}
    assert attributes(root, "attached/db") == {
        "schema": "marks",
        "path": str(tmp_path / "marks.db"),
    }
    assert attributes(root, table)["name"] == TABLE
    assert attributes(root, f"{table}/sort/column") == {"index": "1", "mode": "1"}
    assert tabs_of(root) == titled({**statements("examples.sql"), **LOOKS})


def test_the_project_of_the_marks_opens_them_for_editing_with_the_images_attached(
    tmp_path: Path,
) -> None:
    write_projects(tmp_path / "images.db")
    root = read_project(tmp_path / "marks.sqbpro")
    assert attributes(root, "db") == {"path": "marks.db"}
    assert attributes(root, "attached/db") == {
        "schema": "images",
        "path": str(tmp_path / "images.db"),
    }
    assert attributes(root, "tab_browse/current_table") == {"name": "4,5:mainmarks"}
    assert tabs_of(root) == titled(statements("marks.sql"))


def test_small_pictures_are_attached_where_there_are_some(tmp_path: Path) -> None:
    write_projects(tmp_path / "images.db", has_thumbnails=True)
    root = read_project(tmp_path / "images.sqbpro")
    attached = {one.get("schema"): one.get("path") for one in root.iterfind("attached/db")}
    assert attached == {
        "marks": str(tmp_path / "marks.db"),
        "thumbnails": str(tmp_path / "images.thumbnails.db"),
    }
    assert tabs_of(root)["small pictures"] == sql("small_pictures")


def test_the_root_element_follows_the_declaration_at_once() -> None:
    assert project_text(ANY).startswith('<?xml version="1.0" encoding="UTF-8"?><sqlb_project>')


def test_the_databases_are_opened_before_a_table_is_read() -> None:
    assert [part.tag for part in ET.fromstring(project_text(ANY))][:2] == ["db", "attached"]  # noqa: S314


def test_the_chosen_widths_are_those_of_the_first_columns(store: Store) -> None:
    columns = [row[1] for row in store._connection.pragma("table_info", TABLE)]
    assert columns[: len(WIDTHS)][-2:] == ["height", "generator"]
    make_marks(store.path)
    with closing(apsw.Connection(str(marks_beside(store.path)))) as marks:
        assert len(list(marks.pragma("table_info", "marks"))) == len(MARKS_WIDTHS)


def test_a_project_is_written_once_and_again_only_over_an_older_one_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "images.sqbpro"
    assert [write_project(path, ANY), write_project(path, ANY)] == [True, False]
    wanted = path.read_text(encoding="utf-8")
    path.write_bytes(sign("an older form\n").encode())
    assert write_project(path, ANY)
    assert path.read_text(encoding="utf-8") == wanted


@pytest.mark.parametrize("change", ["readonly=", "<sqlb_project>", " -->"])
def test_a_project_the_user_changed_is_left_alone(tmp_path: Path, change: str) -> None:
    path = tmp_path / "images.sqbpro"
    edited = sign(project_text(ANY)).replace(change, change + " ")
    path.write_bytes(edited.encode())
    assert not is_ours(edited)
    assert not write_project(path, ANY)
    assert path.read_text(encoding="utf-8") == edited


@pytest.mark.parametrize("name", statements("examples.sql"))
def test_every_example_runs_and_begins_with_select(store: Store, name: str) -> None:
    store.save([image(number) for number in range(20)], now=NOW)
    query = statements("examples.sql")[name]
    assert query.startswith("SELECT")
    store._connection.execute(query).fetchall()
