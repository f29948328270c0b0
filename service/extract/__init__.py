"""From a file on disk to its ``RawRecord``.

Its kind, its tags by ExifTool, and texts hidden in its pixels.
"""
