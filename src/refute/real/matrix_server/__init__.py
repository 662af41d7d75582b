"""Matrix for tests: a homeserver started once a run, and users of its own for each test."""

from __future__ import annotations

from refute.real.matrix_server.homeserver import Homeserver, MatrixUser, matrix

__all__ = ["Homeserver", "MatrixUser", "matrix"]
