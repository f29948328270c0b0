import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from store_samples import NOW, image

from service.store.browser_project import TABLE, WIDTHS, is_ours, project, sign, write_project
from service.store.sql import statements
from service.store.writer import Store


def test_the_project_opens_the_search_view_read_only_and_newest_first(tmp_path: Path) -> None:
    assert write_project(tmp_path / "images.db")
    root = ET.fromstring((tmp_path / "images.sqbpro").read_text(encoding="utf-8"))  # noqa: S314  # our own text
    database = root.find("db")
    table = root.find("tab_browse/browse_table_settings/table")
    sort = root.find("tab_browse/browse_table_settings/table/sort/column")
    assert database is not None
    assert table is not None
    assert sort is not None
    assert database.attrib == {"path": "images.db", "readonly": "1"}
    assert (table.get("name"), sort.attrib) == (TABLE, {"index": "1", "mode": "1"})
    tabs = {tab.get("name", ""): tab.text for tab in root.iterfind("tab_sql/sql")}
    assert tabs == {
        name.replace("_", " "): query for name, query in statements("examples.sql").items()
    }


def test_the_root_element_follows_the_declaration_at_once() -> None:
    assert project("images.db").startswith('<?xml version="1.0" encoding="UTF-8"?><sqlb_project>')


def test_the_chosen_widths_are_those_of_the_first_columns(store: Store) -> None:
    columns = [row[1] for row in store._connection.pragma("table_info", TABLE)]
    assert columns[: len(WIDTHS)][-2:] == ["height", "generator"]


def test_a_project_is_written_once_and_again_only_over_an_older_one_of_ours(tmp_path: Path) -> None:
    database, path = tmp_path / "images.db", tmp_path / "images.sqbpro"
    assert [write_project(database), write_project(database)] == [True, False]
    wanted = path.read_text(encoding="utf-8")
    path.write_bytes(sign("an older form\n").encode())
    assert write_project(database)
    assert path.read_text(encoding="utf-8") == wanted


@pytest.mark.parametrize("change", ["readonly=", "<sqlb_project>", " -->"])
def test_a_project_the_user_changed_is_left_alone(tmp_path: Path, change: str) -> None:
    path = tmp_path / "images.sqbpro"
    edited = sign(project("images.db")).replace(change, change + " ")
    path.write_bytes(edited.encode())
    assert not is_ours(edited)
    assert not write_project(tmp_path / "images.db")
    assert path.read_text(encoding="utf-8") == edited


@pytest.mark.parametrize("name", statements("examples.sql"))
def test_every_example_runs_and_begins_with_select(store: Store, name: str) -> None:
    store.save([image(number) for number in range(20)], now=NOW)
    query = statements("examples.sql")[name]
    assert query.startswith("SELECT")
    store._connection.execute(query).fetchall()
