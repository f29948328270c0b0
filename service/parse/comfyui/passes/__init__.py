"""From the saved image back to its passes, and what each pass was made with.

Begin with ``from_output.py``, which finds the samplers, and ``one_pass.py``, which reads what one
of them was given. ``routes`` knows by which links to go on; ``resources`` adds what belongs to the
image as a whole.
"""
