"""The pure stages over many processes or machines: shards of a dump in, Parquet out.

``jobs.py`` cuts the shards into pieces and makes the rows of a piece, ``parquet.py`` writes them,
``cluster.py`` hands the pieces to Dask. Nothing of it is needed to run the service; docs/scale.md
shows the use.
"""
