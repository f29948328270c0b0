"""The pipeline in two halves, on one machine or on two.

``dump.py`` needs the images and ExifTool, ``ingest.py`` only the file that ``dump`` wrote. A line
of that file is in ``service/dump_lines.py``.
"""

from service.dump_lines import TransferResult, read_record
from service.transfer.dump import dump
from service.transfer.ingest import Ingestion, ingest

__all__ = ["Ingestion", "TransferResult", "dump", "ingest", "read_record"]
