"""Exports that the service makes by itself: ``schedule.py`` says when, ``run.py`` makes one."""
