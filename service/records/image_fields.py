"""What is known of how an image was made: one row for each thing, and what every room needs of it.

The name is the attribute of the records, the column of the database and of exports, and the key in
``kv``. A new row here needs its attribute in ``image.py``, its word in ``vocabulary.Field``, and
its column in the SQL files; tests name whatever is missing.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from service.records.record import record
from service.records.vocabulary import Field

FieldForm = Literal["prompt", "method", "file", "hash", "whole", "real", "seed", "layers"]
"""How a value is read and compared.

prompt: a text that may be empty. method: a sampler or scheduler, compared by ComfyUI's name. file:
a model's name, compared by its stem. hash: compared by its first digits. whole, real: numbers.
seed: decimal digits. layers: CLIP's, counted from the last.
"""

ColumnType = Literal["TEXT", "INTEGER", "REAL"]

_COLUMN_TYPES: Mapping[FieldForm, ColumnType] = MappingProxyType(
    {"whole": "INTEGER", "layers": "INTEGER", "real": "REAL"}
)
_NUMBERS = frozenset[FieldForm]({"whole", "real", "seed", "layers"})


@record(frozen=True, slots=True)
class ImageField:
    """One thing that is known of an image or of each sampling pass."""

    name: str
    form: FieldForm
    of_image: bool = False
    """Whether it is known of the image as a whole and not of each pass."""
    in_images: bool = True
    """Whether the table ``images`` has a column for it, and so the exports and searches."""
    in_kv: bool = True
    derived_from: tuple[Field, ...] = ()
    """The stated fields that it is made of, the first that is there; empty where it is stated."""
    beside: Field | None = None
    """The field without which it means nothing: a height belongs to its width."""
    least: float = 0
    most: float = 1e6
    word: str = ""
    """What users call it in searches and tables, where that is not its name."""
    heading: str = ""
    """Above its column among the passes of ``show``; empty where it is not shown.

    The width's column shows both sides.
    """

    @property
    def is_number(self) -> bool:
        """Tell whether a stated value must be a number."""
        return self.form in _NUMBERS

    @property
    def column_type(self) -> ColumnType:
        """Return the type of its column. A seed is a text: it may have more than 63 bits."""
        return _COLUMN_TYPES.get(self.form, "TEXT")


IMAGE_FIELDS = (
    ImageField("positive_prompt", "prompt"),
    ImageField("negative_prompt", "prompt"),
    ImageField("steps", "whole", heading="steps"),
    ImageField("start_step", "whole", in_images=False, in_kv=False),
    ImageField("end_step", "whole", in_images=False, in_kv=False),
    ImageField("cfg_scale", "real", least=-1e6, word="cfg", heading="cfg"),
    ImageField("guidance", "real", least=-1e6, heading="guidance"),
    ImageField("sampler", "method", heading="sampler"),
    ImageField("sampler_norm", "method", derived_from=("sampler",)),
    ImageField("scheduler", "method", beside="sampler", heading="scheduler"),
    ImageField("scheduler_norm", "method", derived_from=("scheduler", "sampler")),
    ImageField("seed", "seed", heading="seed"),
    ImageField("denoise", "real", most=1, heading="denoise"),
    ImageField("width", "whole", least=1, heading="size"),
    ImageField("height", "whole", least=1, beside="width"),
    ImageField("frames", "whole", least=1, in_images=False),
    ImageField("fps", "real", in_images=False),
    ImageField("seconds", "real", in_images=False),
    ImageField("model", "file", heading="model"),
    ImageField("model_hash", "hash", beside="model"),
    ImageField("vae", "file", of_image=True),
    ImageField("clip_skip", "layers", of_image=True),
    ImageField("upscaler", "file", of_image=True),
)
"""In the order in which they are written to ``kv``."""

PASS_FIELDS = tuple(one for one in IMAGE_FIELDS if not one.of_image)
"""Of each sampling pass."""

IMAGES_COLUMNS = tuple(one for one in IMAGE_FIELDS if one.in_images)
"""Of the table ``images``, where a pass's columns show the base pass."""

_BY_NAME = {one.name: one for one in IMAGE_FIELDS}

STATED_FIELDS: Mapping[Field, ImageField] = MappingProxyType(
    {name: _BY_NAME[name] for name in get_args(Field)}
)
"""What a generator may state, by name."""


def select_stated(*, of_image: bool) -> Mapping[Field, ImageField]:
    """Return what may be stated of the image as a whole, or of each pass."""
    chosen = {name: one for name, one in STATED_FIELDS.items() if one.of_image == of_image}
    return MappingProxyType(chosen)


INTEGER_COLUMNS = frozenset(one.name for one in IMAGE_FIELDS if one.column_type == "INTEGER")
REAL_COLUMNS = frozenset(one.name for one in IMAGE_FIELDS if one.column_type == "REAL")
