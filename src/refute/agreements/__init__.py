"""The contracts of one project: what its settings name, and what becomes of each."""
