"""What can be asked about by name: ``field:value``."""

from typing import Literal, NamedTuple, get_args

from service.records import ResourceKind, Status

Form = Literal["words", "part", "listed", "weighted", "whole", "exact", "choice", "range", "time"]
"""How a value is read.

words: of a prompt. part: found anywhere in it, unless a ``*`` says where. listed: in any entry of a list; with ``*`` an
entry begins so. weighted: listed, and the weight at an entry's end is no part of its name. whole: all of it, or with
``*``. exact: as it stands, through an index. choice: one of a few. range: ``20``, ``20..40``, ``20..``, ``..40``. time:
``2025``, ``2025-01``, ``2025-01-31``.
"""


class Field(NamedTuple):
    """How a field's values are read. Its condition stands in search.sql under its name."""

    form: Form
    indexed: bool = False
    """Whether an index finds the images, so that few of them may lead the search."""
    choices: tuple[str, ...] = ()


FIELDS: dict[str, Field] = {
    "pos": Field("words"),
    "neg": Field("words"),
    "token": Field("exact", indexed=True),
    "negtoken": Field("exact", indexed=True),
    "model": Field("part", indexed=True),
    "lora": Field("weighted"),
    "embedding": Field("listed"),
    "checkpoint": Field("listed"),
    "vae": Field("listed"),
    "upscaler": Field("listed"),
    "resource": Field("weighted"),
    "kind": Field("choice", choices=get_args(ResourceKind)),
    "version": Field("exact", indexed=True),
    "air": Field("exact", indexed=True),
    "sampler": Field("whole", indexed=True),
    "scheduler": Field("whole"),
    "generator": Field("whole", indexed=True),
    "steps": Field("range"),
    "cfg": Field("range"),
    "width": Field("range"),
    "height": Field("range"),
    "denoise": Field("range"),
    "clip_skip": Field("range"),
    "seed": Field("exact", indexed=True),
    "before": Field("time", indexed=True),
    "after": Field("time", indexed=True),
    "date": Field("time", indexed=True),
    "status": Field("choice", indexed=True, choices=get_args(Status)),
    "state": Field("choice", choices=("present", "missing", "any")),
    "file": Field("part"),
    "path": Field("part"),
    "root": Field("whole"),
    "mime": Field("part"),
    "id": Field("exact", indexed=True),
}
