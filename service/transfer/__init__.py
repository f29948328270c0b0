"""The pipeline in two halves, on one machine or on two.

``dump.py`` needs the images and ExifTool, ``ingest.py`` only the file that ``dump`` wrote;
``lines.py`` is one line of it.
"""

from service.transfer.dump import dump
from service.transfer.ingest import ingest
from service.transfer.lines import TransferResult, read_record

__all__ = ["TransferResult", "dump", "ingest", "read_record"]
