"""``show``: one image as tables on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from service.cli.output import make_cell, make_console
from service.parse.why import Judgement
from service.records import SamplingPass
from service.records.image_fields import PASS_FIELDS, ImageField
from service.store.one_image import ImageRecord

Cells = tuple[object, ...]

HEAD = (
    "root",
    "path",
    "state",
    "missing_since",
    "status",
    "generator",
    "recipe",
    "mime_type",
    "size_bytes",
    "modified_at",
    "ingested_at",
    "sha256",
    "file_width",
    "file_height",
    "sidecars",
)


def print_image(image: ImageRecord, why: tuple[Judgement, ...]) -> None:
    """Print all that is known of an image.

    The file, every fact with its source, passes, resources, tokens, disagreements, warnings; last,
    which parsers claimed it and what came of that.
    """
    console = make_console()
    row = image.image
    head = [(name, row.get(name)) for name in HEAD]
    _print_table(console, "file", (), [pair for pair in head if pair[1] is not None])
    _print_table(
        console,
        "facts",
        ("key", "value", "source"),
        [(fact.key, fact.value, fact.source) for fact in image.facts],
    )
    _print_passes(console, image)
    _print_resources(console, image)
    _print_tokens(console, image)
    _print_conflicts(console, image)
    warnings = str(row.get("warnings") or "").splitlines()
    _print_table(console, "warnings", (), [(warning,) for warning in warnings])
    _print_judgements(console, why)


def _print_passes(console: Console, image: ImageRecord) -> None:
    shown = [field for field in PASS_FIELDS if field.heading]
    rows: list[Cells] = []
    for each in image.passes:
        cells = [_pass_cell(each, field) for field in shown]
        rows.append((each.role, *cells))
    _print_table(console, "passes", ["role", *(field.heading for field in shown)], rows)


def _pass_cell(sampled: SamplingPass, field: ImageField) -> object:
    if field.name != "width":
        return getattr(sampled, field.name)
    has_size = sampled.width is not None and sampled.height is not None
    return f"{sampled.width}x{sampled.height}" if has_size else None


def _print_resources(console: Console, image: ImageRecord) -> None:
    rows: list[Cells] = []
    for each in image.resources:
        name = each.air or each.model_version_id
        used = "" if each.used else "not used"
        rows.append((each.kind, each.label, each.weight, each.hash, name, each.source, used))
    columns = ("kind", "label", "weight", "hash", "name", "source", "")
    _print_table(console, "resources", columns, rows)


def _print_tokens(console: Console, image: ImageRecord) -> None:
    rows = [(each.side, each.position, each.token, each.weight, each.kind) for each in image.tokens]
    _print_table(console, "tokens", ("side", "", "token", "weight", "kind"), rows)


def _print_conflicts(console: Console, image: ImageRecord) -> None:
    rows = [
        (each.field, each.a.value, each.a.source, each.b.value, each.b.source)
        for each in image.conflicts
    ]
    title = "two sources disagree (the first was taken)"
    _print_table(console, title, ("field", "taken", "source", "other", "source"), rows)


def _print_judgements(console: Console, why: tuple[Judgement, ...]) -> None:
    rows: list[Cells] = []
    for each in why:
        read_from = ", ".join(each.read_from)
        rows.append((each.parser, each.claim, each.part, each.generator, each.because, read_from))
    columns = ("parser", "its claim", "what came of it", "generator", "known by", "read from")
    _print_table(console, "why it was read so", columns, rows)


def _print_table(
    console: Console, title: str, columns: Sequence[str], rows: Sequence[Cells]
) -> None:
    if not rows:
        return
    table = Table(
        *columns,
        title=title,
        title_justify="left",
        title_style="bold",
        show_header=bool(columns),
        box=None,
    )
    for row in rows:
        table.add_row(*map(make_cell, row))
    console.print(table)
    console.print()
