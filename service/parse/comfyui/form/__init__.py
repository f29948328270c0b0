"""From the texts of a file to one form of graph, whichever editor or saver wrote it."""
