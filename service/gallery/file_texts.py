"""The texts of an image's file as they are written in it: the infotext, the workflow, all tags."""

from dataclasses import dataclass

from zstandard import ZstdError

from service.parse.blobs import collect_blobs
from service.parse.bounds import bound_record
from service.parse.comfyui.form.find import find_graphs
from service.parse.generators.a1111 import find_infotext
from service.records import RawRecord
from service.records.json_values import JsonValue
from service.store.raw_records import read_record
from service.store.sql import Reading


@dataclass(frozen=True, slots=True)
class FileTexts:
    """What a file holds as a whole, to be given to the program that wrote it."""

    infotext: str | None = None
    """A1111's block, as it is written."""
    workflow: JsonValue = None
    """What ComfyUI opens: the editor's graph, else the API's."""


def read_raw(connection: Reading, image_id: int) -> RawRecord | None:
    """Return the stored record of an image; None where there is none that can be read."""
    try:
        return read_record(connection, image_id)
    except (ZstdError, ValueError, KeyError):  # no record of ours; all else is shown
        return None


def read_texts(raw: RawRecord | None) -> FileTexts:
    """Return the texts of a record."""
    if raw is None:
        return FileTexts()
    blobs = collect_blobs(bound_record(raw))
    graphs = find_graphs(blobs)
    graph = graphs.ui or graphs.api
    infotext = find_infotext(blobs)
    return FileTexts(
        infotext=infotext.text if infotext else None,
        workflow=dict(graph.data) if graph else None,
    )
