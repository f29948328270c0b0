"""The pipeline in two halves.

``dump`` needs the images and ExifTool, ``ingest`` only what ``dump`` wrote.
"""

from service.transfer.dump import dump
from service.transfer.ingest import ingest
from service.transfer.lines import Done, record_of

__all__ = ["Done", "dump", "ingest", "record_of"]
