"""The worker: one batch of files at a time, from the folder to the database.

Begin with ``loop.py``; ``Worker.run_once`` is one turn and reads from top to bottom:

- ``intake.py`` says which files are next: events first, then what a rescan finds;
  ``comparison.py`` compares roots with the disk, ``mass_missing.py`` holds what is gone at once;
- ``triage.py`` says which of them ExifTool must read, and which the database knows already;
- ``batch.py`` waits for ExifTool and sends its records through the pure stages;
- ``saver.py`` writes the batch, and tries again while another program holds the database;
- ``heartbeat.py`` tells the state of the service, ``root_status.py`` which roots are there,
  ``configured_roots.py`` which have another name now or are no longer configured;
- ``housekeeping.py`` is what is looked after between batches, ``database_care.py`` the database's
  file: its check and its backups;
- ``scrub.py`` compares contents again and ``thumbnails.py`` has small pictures drawn, while nothing
  else is to be done;
- ``reprocess.py`` makes outdated rows again while nothing else is to be done.

``parts.py`` holds what the worker works with.
"""
