"""What a database says, as lines that can be compared between runs."""

import json

import apsw

VOLATILE = {
    "image_id",
    "ingested_at",
    "first_seen_at",
    "missing_since",
    "first_at",
    "last_at",
    "next_try_at",
    "updated_at",
    "attempts",
    "full_path",
}
"""Columns that differ between two runs over the same files, or between two places."""

VIEWS = ("v_images_search", "v_images_with_core_params", "v_images_with_resources")
VIEWS += ("kv", "tokens", "resources", "v_all_resources", "passes", "v_conflicts", "v_duplicates")
TABLES = ("failures",)


def dump(connection: apsw.Connection) -> list[str]:
    """Return every row that users can query, sorted, with paths for ids and no times."""
    places = {
        image_id: f"{root}/{path}"
        for image_id, root, path in connection.execute("SELECT id, root, path FROM images")
    }
    return sorted(line for name in (*VIEWS, *TABLES) for line in _lines(connection, name, places))


def _lines(connection: apsw.Connection, name: str, places: dict[int, str]) -> list[str]:
    cursor = connection.execute(f"SELECT * FROM {name}")  # noqa: S608  # our own names
    lines = []
    for row in cursor:
        columns = [column[0] for column in cursor.get_description()]
        values = dict(zip(columns, row, strict=True))
        place = places.get(values.get("image_id", 0), "")
        if name == "v_duplicates":
            values["paths"] = sorted(values["paths"].split("\n"))
        kept = {column: value for column, value in values.items() if column not in VOLATILE}
        lines.append(f"{name}\t{place}\t{json.dumps(kept, ensure_ascii=False, sort_keys=True)}")
    return lines
