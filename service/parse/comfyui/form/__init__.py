"""From the texts of a file to one form of graph, whichever editor or saver wrote it.

Begin with ``find.py``, which finds the graphs of a file. What comes out is ``graph.Node``, by its
id. The API form is nearly that already (``graph``). The editor's form takes more: ``subgraphs``
puts its levels side by side, ``virtual_links`` follows links through what exists only in the
editor, ``widgets`` names the values, and ``workflow`` makes nodes of all this.
"""
