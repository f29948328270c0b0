"""The database: one writer, one transaction a batch, every statement by name in a .sql file.

Begin with ``writer.py`` (``Store``, which the worker has) and ``database_reader.py`` (its half that
only looks, for commands that run beside the service). ``connection.py`` opens and checks the
file, ``schema.py`` upgrades it; ``integrity.py``, ``backups.py`` and ``salvage.py`` are for the day
on which it is damaged. ``images_row.py`` and ``long_tables.py`` turn one image into rows, which
``many_rows.py`` writes; ``model_writer.py`` and ``model_reader.py`` keep what is known of models;
``search/`` finds images; ``marks.py`` is the user's own file beside the database,
``thumbnail_file.py`` that of the small pictures, and ``browser_project.py`` opens them all in DB
Browser.

The statements, each with its name and a comment that says why: ``queries.sql`` is what the store
asks, ``search.sql`` the conditions of a search, ``stats.sql`` the statistics, ``bulk.sql`` the
tables for Parquet, ``examples.sql`` and ``marks.sql`` what users may ask themselves;
``gallery.sql``, ``gallery_image.sql`` and ``gallery_statistics.sql`` are what its pages ask.
``migrations/`` upgrades older databases to ``schema.sql``, which is above this package.
"""
