"""The options of ``export``: which items an export lists and how it writes them.

``LISTS`` says which kind of list takes which of them.
"""

from typing import Annotated, Literal

import typer

from service.config.export import Count, Dialect, OnUnsafe, Sort, Style
from service.records import ResourceKind, Side

Out = Annotated[
    str,
    typer.Option(
        "--out",
        help="File to write; .yaml writes YAML. With --by-model, --by-month or --by, a folder. "
        "- prints the list.",
    ),
]
OutFolder = Annotated[
    str,
    typer.Option(
        "--out",
        help="Folder to write, directly in the program's folder of wildcards; it keeps its name.",
    ),
]
OutWhole = Annotated[
    str, typer.Option("--out", help="File to write; .yaml writes YAML. - prints the list.")
]
MinCount = Annotated[
    int | None, typer.Option("--min-count", help="Only what comes at least so often.")
]
MaxCount = Annotated[
    int | None, typer.Option("--max-count", help="Only what comes at most so often.")
]
Include = Annotated[
    str | None,
    typer.Option(
        "--include", "--include-re", help="Only what this regular expression finds something in."
    ),
]
Exclude = Annotated[
    str | None,
    typer.Option(
        "--exclude", "--exclude-re", help="Not what this regular expression finds something in."
    ),
]
SortBy = Annotated[
    Sort | None,
    typer.Option(
        "--sort", help="Default: count_desc; for sql, the query's own order.", show_default=False
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", help="At most so many lines a file.")]
ForDialect = Annotated[
    Dialect | None, typer.Option("--dialect", help="Which program will read the file.")
]
IfUnsafe = Annotated[
    OnUnsafe | None,
    typer.Option(
        "--on-unsafe", help="What becomes of texts that the program cannot read as they are."
    ),
]
WithCounts = Annotated[
    bool | None, typer.Option("--with-counts", help="Write how often each item comes.")
]
ByModel = Annotated[bool | None, typer.Option("--by-model", help="A list for each model.")]
ByMonth = Annotated[bool | None, typer.Option("--by-month", help="A list for each month.")]
OfSide = Annotated[
    Side | None,
    typer.Option("--side", "--which", help="Tokens of the positive or the negative prompts."),
]
MinFillers = Annotated[
    int | None, typer.Option("--min-fillers", help="How many tags a group has, at least; 3.")
]
OfWhich = Annotated[
    Side | None,
    typer.Option("--which", "--side", help="The positive or the negative prompts."),
]
HowWritten = Annotated[
    Literal["written", "norm"] | None,
    typer.Option(
        "--form", help="As mostly written (default), or normalized: lower case, without _ and \\."
    ),
]
OfStyle = Annotated[
    Style | None,
    typer.Option(
        "--style", help="Tags, phrases of prose, or all, clauses too. Default: tags and phrases."
    ),
]
CountBy = Annotated[
    Count | None,
    typer.Option("--count", help="Count images (default), or uses, several in one prompt."),
]
MaxWords = Annotated[
    int | None, typer.Option("--max-words", help="Only what has at most so many words.")
]
ByCategory = Annotated[
    Literal["category"] | None,
    typer.Option("--by", help="A list for each category: clothing, lighting, place …"),
]
WithWords = Annotated[
    int | None,
    typer.Option(
        "--with-words", help="Behind a LoRA's tag, so many words that usually go with it."
    ),
]
InForm = Annotated[
    Literal["name", "label", "tag"] | None,
    typer.Option(
        "--form",
        help="AIR or name; label as the file wrote it; tag, as in <lora:name:0.8>, "
        "with the weight mostly used.",
    ),
]
KvKey = Annotated[
    str, typer.Option(help="The key, like sampler_norm, or one of the generator's own.")
]
OfKind = Annotated[ResourceKind | None, typer.Option("--kind", help="Only resources of this kind.")]
Query = Annotated[
    str, typer.Option("--sql", help="One SELECT; its first column becomes the lines.")
]
OfSearch = Annotated[
    str | None, typer.Option("--search", help="Only of the images that this finds, as search does.")
]
Everything = Annotated[bool, typer.Option("--all", help="Run every export of config.toml once.")]
ExcelSafe = Annotated[
    bool,
    typer.Option(
        "--excel-safe/--no-excel-safe", help="In CSV, put ' before what looks like a formula."
    ),
]

Options = dict[str, object]
"""Settings of an export and, as typer takes them, their options."""

FILTERS: Options = {
    "min_count": MinCount,
    "max_count": MaxCount,
    "include": Include,
    "exclude": Exclude,
    "sort": SortBy,
    "limit": Limit,
}
READERS: Options = {"dialect": ForDialect, "on_unsafe": IfUnsafe, "with_counts": WithCounts}
SPLITS: Options = {"by_model": ByModel, "by_month": ByMonth}

LISTS: dict[str, tuple[str, Options]] = {
    "tokens": (
        "List the tags, phrases and embeddings of the prompts.",
        {
            "side": OfSide,
            "style": OfStyle,
            "form": HowWritten,
            "count": CountBy,
            "max_words": MaxWords,
            "search": OfSearch,
            **FILTERS,
            **READERS,
            **SPLITS,
            "by": ByCategory,
        },
    ),
    "prompts": (
        "List whole prompts, a line each.",
        {"which": OfWhich, "search": OfSearch, **FILTERS, **READERS, **SPLITS},
    ),
    "templates": (
        (
            "Make templates with groups, like `red fox, __lighting__`, "
            "of prompts that differ in one tag or a few."
        ),
        {
            "out": OutFolder,
            "which": OfWhich,
            "min_fillers": MinFillers,
            "min_count": MinCount,
            "include": Include,
            "exclude": Exclude,
            "limit": Limit,
            "dialect": ForDialect,
        },
    ),
    "kv": ("List the values of one key of kv.", {"key": KvKey, **FILTERS, **READERS, **SPLITS}),
    "resources": (
        "List the models, LoRAs and other resources that images were made with.",
        {
            "resource_kind": OfKind,
            "form": InForm,
            "with_words": WithWords,
            **FILTERS,
            **READERS,
            **SPLITS,
        },
    ),
    "sql": (
        (
            "List the first column of a query. "
            "It can only read, and is stopped where it takes too long."
        ),
        {"out": OutWhole, "sql": Query, **FILTERS, **READERS},
    ),
}
"""Each kind of list.

What its command says of itself, and the options that are settings of the export.
"""

MUST = ("out", "key", "sql")
"""Options that have no default."""
