"""What an input holds: its own value, or what its link brings from other nodes.

Begin with ``ask.py``, of which the passes ask. ``rules`` says how an output gets its value, with
``texts`` and ``arithmetic`` for those that are made of others; ``question`` says how a rule asks
for the values it needs.
"""
