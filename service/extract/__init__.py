"""From a file on disk to its ``RawRecord``.

Its bytes are inspected once (``signatures``), its tags come from ExifTool (``reader``), and what
ExifTool does not see is added: texts hidden in pixels (``stealth``), in 3D models and on pages
beside images (``extra_texts``), what it cuts off at a NUL (``cut_texts``), signatures where it does
not look (``c2pa_blocks``). Small pictures are drawn by ``thumbnails``.
"""
