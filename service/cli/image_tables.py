"""``show``: one image as tables on a terminal."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from service.cli.output import say
from service.cli.tables import make_cell, make_console
from service.parse.why import Judgement
from service.records import SamplingPass
from service.records.image_fields import PASS_FIELDS, ImageField
from service.store.failures import KnownFailure
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


MOST_ROWS = 40
"""Of a table: more than a screen is not read."""
MOST_CHARACTERS = 800
"""Of one text."""


class _Printer:
    """Prints tables, cut with a count of what is left out where ``is_cut``."""

    def __init__(self, *, is_cut: bool) -> None:
        self._console = make_console()
        self._is_cut = is_cut

    def print(self, title: str, columns: Sequence[str], rows: Sequence[Cells]) -> None:
        """Print a table, or nothing where it has no row."""
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
        shown = rows[:MOST_ROWS] if self._is_cut else rows
        for row in shown:
            table.add_row(*map(make_cell, map(self._cut, row)))
        self._console.print(table)
        if len(shown) < len(rows):
            say(f" … and {len(rows) - len(shown):,} more; --full shows all")
        self._console.print()

    def _cut(self, value: object) -> object:
        if not self._is_cut or not isinstance(value, str) or len(value) <= MOST_CHARACTERS:
            return value
        left = len(value) - MOST_CHARACTERS
        return f"{value[:MOST_CHARACTERS]}… ({left:,} more characters; --full shows all)"


def print_image(
    image: ImageRecord,
    why: tuple[Judgement, ...],
    location: str,
    mark: Mapping[str, object],
    failed: KnownFailure | None,
    *,
    is_cut: bool,
) -> None:
    """Print all that is known of an image.

    The file, why it could not be read, its user's own mark, every fact with its source, passes,
    resources, tokens, disagreements, warnings; last, which parsers claimed it and what came of
    that. ``is_cut``: what is longer than a screen is cut.
    """
    console = _Printer(is_cut=is_cut)
    row = image.image
    head = [("place", location), *((name, row.get(name)) for name in HEAD)]
    console.print("file", (), [pair for pair in head if pair[1] is not None])
    if failed is not None:
        _print_failure(console, failed)
    console.print("your mark", (), [pair for pair in mark.items() if pair[1] is not None])
    console.print(
        "facts",
        ("key", "value", "source"),
        [(fact.key, fact.value, fact.source) for fact in image.facts],
    )
    _print_passes(console, image)
    _print_resources(console, image)
    _print_tokens(console, image)
    _print_conflicts(console, image)
    warnings = str(row.get("warnings") or "").splitlines()
    console.print("warnings", (), [(warning,) for warning in warnings])
    _print_judgements(console, why)


def _print_failure(console: _Printer, failed: KnownFailure) -> None:
    rows: list[Cells] = [
        ("stage", failed.failure.stage),
        ("reason", failed.failure.message),
        ("attempts", failed.attempts),
        ("next_try_at", failed.next_try_at),
    ]
    console.print("could not be read", (), rows)


def _print_passes(console: _Printer, image: ImageRecord) -> None:
    shown = [field for field in PASS_FIELDS if field.heading]
    rows: list[Cells] = []
    for each in image.passes:
        cells = [_pass_cell(each, field) for field in shown]
        rows.append((each.role, *cells))
    console.print("passes", ["role", *(field.heading for field in shown)], rows)


def _pass_cell(sampled: SamplingPass, field: ImageField) -> object:
    if field.name != "width":
        return getattr(sampled, field.name)
    has_size = sampled.width is not None and sampled.height is not None
    return f"{sampled.width}x{sampled.height}" if has_size else None


def _print_resources(console: _Printer, image: ImageRecord) -> None:
    rows: list[Cells] = []
    for each in image.resources:
        name = each.air or each.model_version_id
        used = "" if each.used else "not used"
        rows.append((each.kind, each.label, each.weight, each.hash, name, each.source, used))
    columns = ("kind", "label", "weight", "hash", "name", "source", "")
    console.print("resources", columns, rows)


def _print_tokens(console: _Printer, image: ImageRecord) -> None:
    rows = [(each.side, each.position, each.token, each.weight, each.kind) for each in image.tokens]
    console.print("tokens", ("side", "", "token", "weight", "kind"), rows)


def _print_conflicts(console: _Printer, image: ImageRecord) -> None:
    rows = [
        (each.field, each.a.value, each.a.source, each.b.value, each.b.source)
        for each in image.conflicts
    ]
    title = "two sources disagree (the first was taken)"
    console.print(title, ("field", "taken", "source", "other", "source"), rows)


def _print_judgements(console: _Printer, why: tuple[Judgement, ...]) -> None:
    rows: list[Cells] = []
    for each in why:
        read_from = ", ".join(each.read_from)
        rows.append((each.parser, each.claim, each.part, each.generator, each.because, read_from))
    columns = ("parser", "its claim", "what came of it", "generator", "known by", "read from")
    console.print("why it was read so", columns, rows)
