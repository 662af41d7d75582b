"""Pages for customers, made on the server: each works without JavaScript."""

from __future__ import annotations
