"""Files made from the database; every one appears whole or not at all (``atomic.py``).

Lists for wildcards: begin with ``lists.py``. ``gathering.py`` counts and sorts the texts on disk,
``filters.py`` and ``dialects.py`` say which of them are wanted and safe for the program that reads
the list, ``report.py`` names what was left out. ``categories.py`` says what a word is about.
``templates.py`` finds prompts that differ in one tag or word, ``template_names.py`` calls the
groups, ``template_files.py`` writes them. ``records.py`` writes rows as JSON lines, CSV and
Parquet, ``charts.py`` draws statistics. ``slugs.py`` makes file names of models' names.
"""
