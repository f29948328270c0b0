"""The pure stages over many processes or machines: shards of a dump in, Parquet out.

``jobs.py`` cuts the shards into pieces and makes the rows of one, ``parquet.py`` writes them,
``cluster.py`` gives the pieces to Dask. Nothing of it is needed to run the service; docs/scale.md
shows the use.
"""
