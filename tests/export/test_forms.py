"""YAML that we write is YAML to those who read it."""

import yaml
from hypothesis import given
from nasty import texts

from service.export.forms import quoted
from service.export.oneline import one_line


@given(texts.map(one_line))
def test_any_line_comes_back_from_yaml_and_is_ascii(line: str) -> None:
    text = quoted(line)
    assert (yaml.safe_load(text), text.isascii()) == (line, True)
