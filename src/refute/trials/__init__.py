"""Trials: one fault against chosen tests, in sealed and bounded processes."""
