"""The programs that read wildcard files.

Dynamicprompts itself, and doubles of what the others do.
"""

import re
from collections.abc import Callable
from pathlib import Path

import yaml
from dynamicprompts.generators import CombinatorialPromptGenerator
from dynamicprompts.wildcards import WildcardManager


def dynamicprompts(file: Path) -> list[str]:
    """Return every prompt that sd-dynamic-prompts makes of a reference to this list, in order."""
    manager = WildcardManager(file.parent)
    generator = CombinatorialPromptGenerator(wildcard_manager=manager, ignore_whitespace=False)
    return [str(prompt) for prompt in generator.generate(f"__{file.stem}__", max_prompts=None)]


def impact(file: Path) -> list[str]:
    """Return what Impact Pack makes of each choice of a list.

    A text file is Latin-1, a YAML file the system's.
    """
    if file.suffix == ".yaml":
        (choices,) = yaml.load(file.read_text(encoding="cp1252"), Loader=yaml.FullLoader).values()  # noqa: S506  # as it does
    else:
        choices = [
            line
            for line in file.read_text(encoding="ISO-8859-1").splitlines()
            if not line.startswith("#")
        ]
    return [_impact_prompt(choice) for choice in choices]


def _impact_prompt(text: str) -> str:
    chosen = re.sub(r"{([^{}]*?)}", lambda found: f"<one of {found[1]}>", text)
    chosen = re.sub(r"__([\w.\-+/*\\]+)__", "<another list>", chosen)
    return re.sub(r"\$\$", "<count>", chosen)


def swarm(file: Path) -> list[str]:
    r"""Return SwarmUI's items: cut at #, trimmed, ``\n`` made a line break, blank ones dropped."""
    lines = file.read_bytes().decode("utf-8-sig").replace("\r", "\n").split("\n")
    cut = (line.split("#", 1)[0].strip() for line in lines)
    return [line.replace("\\n", "\n") for line in cut if line]


def a1111(file: Path) -> list[str]:
    """Return what the wildcards extension and 'Prompts from file' take for one prompt each."""
    lines = file.read_text(encoding="utf8").splitlines()
    return [
        f"<command {line}>" if "--" in line else re.sub(r"__[^\s]+?__", "<another list>", line)
        for line in lines
    ]


def plain(file: Path) -> list[str]:
    """Return the lines as Python cuts them."""
    return file.read_text(encoding="utf-8").splitlines()


READERS: dict[str, Callable[[Path], list[str]]] = {
    "plain": plain,
    "dynamicprompts": dynamicprompts,
    "impact": impact,
    "swarm": swarm,
    "a1111": a1111,
}
