"""What JSON can hold, as a type.

The same as pydantic's ``JsonValue``. Named here so that the reader processes need no pydantic,
which takes longer to load than a dozen images to read.
"""

from typing import TypeAlias

JsonValue: TypeAlias = list["JsonValue"] | dict[str, "JsonValue"] | str | bool | int | float | None
