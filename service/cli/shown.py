"""One image on a terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.cli.printed import harmless_lines
from service.cli.tables import tables
from service.parse.why import Judged
from service.store.shown import ShownImage

HEAD = (
    *("root", "path", "state", "missing_since", "status", "generator", "recipe", "mime_type", "size_bytes"),
    *("modified_at", "ingested_at", "sha256", "file_width", "file_height", "sidecars"),
)


def print_image(image: ShownImage, why: tuple[Judged, ...]) -> None:
    """Print a shown image: the file, every fact with its source, passes, resources, tokens, disagreements, warnings.

    Last, which parsers claimed it and what came of that.
    """
    console = tables()
    row = image.image
    _table(console, "file", (), ((name, row.get(name)) for name in HEAD if row.get(name) is not None))
    _table(console, "facts", ("key", "value", "source"), ((f.key, f.value, f.source) for f in image.facts))
    _print_made_with(console, image)
    _table(
        console,
        "two sources disagree (the first was taken)",
        ("field", "taken", "source", "other", "source"),
        ((c.field, c.a.value, c.a.source, c.b.value, c.b.source) for c in image.conflicts),
    )
    warnings = str(row.get("warnings") or "").splitlines()
    _table(console, "warnings", (), ((warning,) for warning in warnings))
    _table(
        console,
        "why it was read so",
        ("parser", "its claim", "what came of it", "generator", "known by", "read from"),
        ((w.parser, w.claim, w.part, w.generator, w.because, ", ".join(w.read_from)) for w in why),
    )


def _print_made_with(console: Console, image: ShownImage) -> None:
    _table(
        console,
        "passes",
        ("role", "sampler", "scheduler", "steps", "cfg", "seed", "denoise", "size", "model"),
        (
            (p.role, p.sampler, p.scheduler, p.steps, p.cfg_scale, p.seed, p.denoise, _size(p.width, p.height), p.model)
            for p in image.passes
        ),
    )
    _table(
        console,
        "resources",
        ("kind", "label", "weight", "hash", "name", "source", ""),
        (
            (r.kind, r.label, r.weight, r.hash, r.air or r.model_version_id, r.source, "" if r.used else "not used")
            for r in image.resources
        ),
    )
    _table(
        console,
        "tokens",
        ("side", "", "token", "weight", "kind"),
        ((t.side, t.position, t.token, t.weight, t.kind) for t in image.tokens),
    )


def _size(width: int | None, height: int | None) -> str | None:
    return None if width is None or height is None else f"{width}x{height}"


def _table(console: Console, title: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    lines = [[_cell(value) for value in row] for row in rows]
    if not lines:
        return
    table = Table(*columns, title=title, title_justify="left", title_style="bold", show_header=bool(columns), box=None)
    for line in lines:
        table.add_row(*line)
    console.print(table)
    console.print()


def _cell(value: object) -> Text:
    return Text("" if value is None else harmless_lines(str(value)), overflow="fold")
