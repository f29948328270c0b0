"""The timed exports: when each is due, and one run of it."""
