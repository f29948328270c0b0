"""Regular expressions that cost a start nothing: each is compiled when it is first used.

A reader has 250, most of them for what one program writes, and to compile all of them was a third
of its start. What nearly every file is asked stays ``re.compile``.
"""

import re
from typing import Any, AnyStr, Generic, cast

_METHODS = ("search", "match", "fullmatch", "findall", "finditer", "split", "sub", "subn")


def light_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what ``re.compile`` returns, as far as a pattern's own methods and text go."""
    return cast("re.Pattern[AnyStr]", _LightPattern(text, flags))


class _LightPattern(Generic[AnyStr]):
    def __init__(self, text: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Compile it, and hold a pattern's methods from now on: so this is called once."""
        compiled = re.compile(self.pattern, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
