"""Pieces handed to Dask: processes of this machine, or a scheduler's workers wherever they are."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from service.errors import StartError
from service.paths import how_to_install
from service.scale.jobs import BulkJob, Piece, PieceResult, make_piece

TIMEOUT_S = 30


def run_jobs(
    pieces: Iterable[Piece],
    job: BulkJob,
    *,
    scheduler: str | None,
    workers: int | None,
    on_made: Callable[[PieceResult], None],
) -> None:
    """Make every piece; ``on_made`` gets each result when it is done.

    Raises StartError where Dask or the scheduler is missing.
    """
    distributed = _import_distributed()
    with _client(distributed, scheduler, workers) as client:
        futures = client.map(make_piece, list(pieces), job=job, pure=False)
        for future in distributed.as_completed(futures):
            on_made(future.result())
            future.release()


@contextmanager
def _client(distributed: Any, scheduler: str | None, workers: int | None) -> Iterator[Any]:
    if scheduler is not None:
        try:
            client = distributed.Client(scheduler, timeout=TIMEOUT_S)
        except (OSError, ValueError) as error:
            raise StartError(
                f"--scheduler: {scheduler} does not answer ({error}); start `dask scheduler` there"
            ) from error
        with client:
            yield client
        return
    # On loopback only, without the dashboard's web server.
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def _import_distributed() -> Any:
    try:
        import distributed  # noqa: PLC0415  # an extra, and slow to import
    except ImportError:
        raise StartError(
            f"bulk needs the package distributed; {how_to_install('scale', 'distributed')}"
        ) from None
    return distributed
