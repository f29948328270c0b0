"""``config.toml``, the environment and the command line, read once into one immutable ``Config``.

The command line wins over the environment, that over the file, and that over the defaults; without
a file the defaults serve. A change to the file takes effect at the next start: so a bad edit can
never stop a running service, and ``aiimagepipe config check`` finds it beforehand.

Begin with ``model.py``: every setting with its type, range and default (``export.py`` has those of
``[[export]]``, ``values.py`` the types that pydantic does not know). ``load.py`` reads the sources,
``folder_checks.py`` compares the folders with each other, ``problems.py`` says what is wrong in the
user's words, with the line that ``toml_lines.py`` finds.
"""

import os

# pydantic looks through all that is installed for plugins, which costs each start 10 ms.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from service.config.folder_checks import find_missing_roots, prepare
from service.config.load import PREFIX, check, load
from service.config.model import (
    Backup,
    Config,
    Database,
    Extract,
    Gallery,
    Log,
    RootFolder,
    Thumbnails,
    Watch,
)
from service.config.problems import ConfigError, Problem

__all__ = [
    "PREFIX",
    "Backup",
    "Config",
    "ConfigError",
    "Database",
    "Extract",
    "Gallery",
    "Log",
    "Problem",
    "RootFolder",
    "Thumbnails",
    "Watch",
    "check",
    "find_missing_roots",
    "load",
    "prepare",
]
