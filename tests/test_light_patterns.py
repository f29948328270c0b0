"""A pattern that is compiled when it is first used is one like any other."""

import re

import pytest

from service.light_patterns import light_pattern


def test_it_does_what_a_pattern_does() -> None:
    light, usual = light_pattern(r"(\w)=(\d)", re.ASCII), re.compile(r"(\w)=(\d)", re.ASCII)
    for text in ("a=1, b=2", "ä=1", ""):
        assert light.findall(text) == usual.findall(text)
        assert light.sub(r"\2", text) == usual.sub(r"\2", text)
        assert light.split(text) == usual.split(text)
        assert str(light.search(text)) == str(usual.search(text))
    assert (light.pattern, light.flags, light.groups) == (usual.pattern, usual.flags, usual.groups)


def test_it_takes_bytes_too() -> None:
    assert light_pattern(rb"\d+").findall(b"1 cat, 22 dogs") == [b"1", b"22"]


def test_it_is_compiled_once_when_it_is_first_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_ = re.compile

    def note(text: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(text)
        return compile_(text, flags)

    monkeypatch.setattr("service.light_patterns.re.compile", note)
    number = light_pattern(r"\d+")
    assert (number.pattern, compiled) == (r"\d+", [])
    assert [number.sub("n", text) for text in ("a 1", "22")] == ["a n", "n"]
    assert compiled == [r"\d+"]
