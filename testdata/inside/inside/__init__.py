from inside.core import initials

__all__ = ["initials"]
