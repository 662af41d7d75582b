"""refute tells people whether their tests can fail."""

__version__ = "0.1.0"
