"""Tags without ExifTool: images of plain structure, read as ExifTool reads them.

A second reader of strangers' bytes, for speed alone, under one rule: **what it does not wholly
understand is ExifTool's**. A chunk, a tag, a value's form or an order of things that it has no rule
for, damage, or any warning that it cannot foretell makes it answer None for the file. What it does
answer is what ExifTool answers, name for name and value for value, without what is not the image's
(the tags of ``System`` and ExifTool's version); tests compare both over everything at hand.

``reading`` is the way in; ``found_tags`` how ExifTool names tags that occur twice and writes
values; ``png``, ``jpeg``, ``webp``, ``avif`` and ``jxl`` (both with ``boxes``) are the containers;
``exif``, ``xmp``, ``icc`` (colour profiles) and ``jumbf`` (C2PA manifests, with ``cbor``) are what
is in them.
"""
