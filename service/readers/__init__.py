"""Reader processes: whatever a file holds, it is met in a process that can be ended.

The main process watches, decides and writes, and never reads a file's content. A reader opens a
file, hashes it, has its ExifTool read the tags, sends them through the pure steps, and answers with
packed rows. ``work.py`` is what a reader does; ``messages.py`` what crosses; ``frames.py`` how it
crosses; ``slate.py`` where a reader notes what it is at; ``process.py`` one reader from outside;
``fleet.py`` all of them, their deadlines and the slow lane; ``readers.py`` is what the worker asks.
Begin there.
"""
