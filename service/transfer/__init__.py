"""The pipeline in two halves: ``dump`` needs the images and ExifTool, ``ingest`` only what ``dump`` wrote."""

from service.transfer.done import Done
from service.transfer.dumping import dump
from service.transfer.ingesting import ingest
from service.transfer.lines import record_of

__all__ = ["Done", "dump", "ingest", "record_of"]
