"""The gallery: pages on the live database, served to this machine alone, in a process of its own.

``site.py`` puts it together on Datasette, ``server.py`` serves it: ``door.py`` lets nobody in but
this machine's browser, ``arrival.py`` waits for the database, ``live_database.py`` reads it beside
its writer. ``answers.py`` is what every page asks: the images of a search, in one of the
``orders.py``, kept as long as ``versions.py`` tells of no change. A page is a module with its
``routes``, a template and a script: ``grid.py``, ``statistics.py``, ``image_page.py``,
``compare.py``; the last two show what ``shown.py`` makes of an image's rows. ``tables.py`` and
``error_pages.py`` give Datasette's own pages our look. ``pictures.py`` has the small pictures and
the files themselves.

Datasette reads with Python's own ``sqlite3``, so nothing in this process may open the same files
with ``apsw`` (see ``store/connection.py``); the file of small pictures is ``apsw``'s alone.
"""
