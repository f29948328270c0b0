"""What is known of ComfyUI's nodes: one record a class, and rules for all that have none.

Begin with ``record.py``, which says what a record holds, and ``known.py``, where one is added. A
question about a node is answered by the first that knows: the class's own record (``known``, kept
by hand), what the class declares (``definitions``, facts of many node packs), the general rules by
names of inputs (``link_inputs``, ``setting_inputs``, ``text_inputs``, ``file_inputs``) and of
classes (``general``). ``table`` finds records and definitions. ``fitting`` gives names to values
that a file keeps without, ``guesses`` does so where neither a record nor a definition fits.

``signature`` is what nodes of one class with the same inputs have in common. A question that needs
no values is asked of it, and is answered once for all such nodes.
"""
