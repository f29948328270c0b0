"""Where the keys of a TOML text stand."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from service.config.toml_lines import SettingKey, line_numbers

TEXT = """\
top = 1
[watch]
# note = 'in a comment'
ignore = [
  "a = 1",
  "[b]",
]
"quoted.key" = '''
  [not.a.table]
'''
inline.deep = { x = 1, y = [2] }

[[root]]
name = "A"
[[root]]
name = "B"
"""


def test_every_key_has_the_line_on_which_its_statement_begins() -> None:
    assert line_numbers(TEXT) == {
        ("top",): 1,
        ("watch",): 2,
        ("watch", "ignore"): 4,
        ("watch", "ignore", 0): 4,
        ("watch", "ignore", 1): 4,
        ("watch", "quoted.key"): 8,
        ("watch", "inline"): 11,
        ("watch", "inline", "deep"): 11,
        ("watch", "inline", "deep", "x"): 11,
        ("watch", "inline", "deep", "y"): 11,
        ("watch", "inline", "deep", "y", 0): 11,
        ("root", 0): 13,
        ("root", 0, "name"): 14,
        ("root", 1): 15,
        ("root", 1, "name"): 16,
    }


VALUES = st.sampled_from(
    ["1", "true", "[\n 1,\n 2]", '"""\n[x]\ny = 1\n"""', "'a = b'", "{ z = 1 }"]
)
NAMES = st.text("abcdefgh_-", min_size=1, max_size=6)
PADDING = st.sampled_from(["", "\n", "# x = 1\n", "\n# [t]\n"])
TABLES = st.dictionaries(
    NAMES, st.dictionaries(NAMES, st.tuples(PADDING, VALUES), max_size=4), max_size=4
)


@given(TABLES)
def test_every_key_of_any_file_is_found_on_its_line(
    tables: dict[str, dict[str, tuple[str, str]]],
) -> None:
    text = ""
    expected: dict[SettingKey, int] = {}
    for table, settings in tables.items():
        expected[(table,)] = text.count("\n") + 1
        text += f"[{table}]\n"
        for name, (padding, value) in settings.items():
            text += padding
            expected[table, name] = text.count("\n") + 1
            text += f"{name} = {value}\n"
    tomllib.loads(text)
    found = line_numbers(text)
    assert {key: found[key] for key in expected} == expected
