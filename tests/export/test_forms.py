"""YAML that we write is YAML to those who read it."""

import yaml
from hypothesis import given
from nasty import texts

from service.export.lists import quote_yaml
from service.export.one_line import one_line


@given(texts.map(one_line))
def test_any_line_comes_back_from_yaml_and_is_ascii(line: str) -> None:
    text = quote_yaml(line)
    assert (yaml.safe_load(text), text.isascii()) == (line, True)
