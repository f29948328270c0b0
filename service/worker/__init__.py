"""One batch at a time through the whole house.

``intake`` says which files are next, ``examine`` which of them ExifTool must read, ``steps`` what
became of a batch, ``saver`` writes it, ``board`` tells the world; ``loop.Worker`` puts them in
order.
"""
