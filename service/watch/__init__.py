"""Watching folders: what events tell, what has settled, and the disk against the database.

- ``observer.py`` watches the roots; ``handler.py`` puts watchdog's events into the inbox;
- ``inbox.py`` holds the paths of events until ``settle.py`` finds the file quiet (begin there);
  what it gives the worker is in ``arrivals.py``;
- ``rescan.py`` compares the disk with the database, since events are hints and get lost; what it
  finds is in ``scan_findings.py``, and ``linked_folders.py`` says which links it enters;
- ``marker.py`` tells an emptied folder from one that is away or another one;
- ``watched_names.py`` says which names are watched, ``folder_listing.py`` lists a folder by them;
- ``watch_settings.py`` is what a user may set about all this.
"""
