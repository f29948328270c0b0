"""From the saved image back to its passes, and what each pass was made with.

Begin with ``from_output.py``, which finds the samplers, and ``one_pass.py``, which reads what one
of them was given. ``outputs`` says which node wrote the file and ``image_work`` which ones sample,
draw or decode; ``steps`` knows by which links of a node to go on and ``routes`` follows them;
``resources`` adds what belongs to the image as a whole.
"""
