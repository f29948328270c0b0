"""From a file on disk to its ``RawRecord``: its kind, its tags by ExifTool, and texts hidden in its pixels."""
