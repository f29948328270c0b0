"""``bulk``: a dump of any size into Parquet, on as many processes or machines as there are."""

import glob
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from service.cli import typed_paths
from service.cli.options import ConfigFile, load_config
from service.cli.output import count_of, finish, say
from service.cli.tables import progress_by_bytes
from service.clock import Clock
from service.errors import StartError
from service.scale import cluster
from service.scale.jobs import BulkJob, PieceResult, cut_pieces

MEBIBYTE = 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("bulk")(bulk)


def bulk(
    *,
    source: Annotated[
        str, typer.Option("--in", help="Files that dump wrote; 'shards/*.jsonl' names several.")
    ],
    out: Annotated[str, typer.Option(help="Folder to write into; it must hold no Parquet yet.")],
    config: ConfigFile = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler instead of processes here.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes here; as many as there are cores.")
    ] = None,
    piece_mb: Annotated[
        int, typer.Option(min=1, help="MiB of a dump that a process takes at once.")
    ] = 32,
) -> None:
    """Send dumps through the pure stages, many pieces at once, into Parquet files.

    One file a piece and table.
    """
    settings = load_config(config)
    files = _find_files(str(typed_paths.source(source, config, "--in")))
    folder = typed_paths.output(out, config, "--out")
    if next(folder.glob("*/*.parquet"), None) is not None:
        raise StartError(f"--out: {folder} holds Parquet files already; name an empty folder")
    pieces = list(cut_pieces(files, piece_mb * MEBIBYTE))
    job = BulkJob(settings.roots, str(folder), Clock().stamp())
    made: list[PieceResult] = []
    total = sum(piece.end - piece.start for piece in pieces)
    with progress_by_bytes("bulk", total, enabled=sys.stderr.isatty()) as advance:

        def on_made(one: PieceResult) -> None:
            made.append(one)
            advance(one.size)

        cluster.run_jobs(pieces, job, scheduler=scheduler, workers=workers, on_made=on_made)
    images = count_of(sum(one.count for one in made), "image")
    say(f"{images} in {count_of(len(pieces), 'piece')} → {folder}")
    finish(has_failed=_print_failures(made))


def _print_failures(made: Sequence[PieceResult]) -> bool:
    """Print what failed, and return whether anything did."""
    has_failed = False
    for one in made:
        for place, reason in one.failed:
            has_failed = True
            say(f"failed: {place}: {reason}", err=True)
    return has_failed


def _find_files(pattern: str) -> list[Path]:
    if Path(pattern).is_file():
        return [Path(pattern)]
    files = sorted(map(Path, glob.glob(pattern)))  # noqa: PTH207  # it is absolute
    if not files:
        raise StartError(f"--in: there is no file {pattern}; give what `aiimagepipe dump` wrote")
    return files
