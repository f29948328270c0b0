"""Exports that the service makes by itself: ``schedule.py`` says when, ``run.py`` makes one.

``loras.py`` lists LoRAs as prompts call them.
"""
