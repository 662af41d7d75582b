import limits  # noqa: F401
