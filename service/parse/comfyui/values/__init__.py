"""What an input holds when a node works it out of others."""
