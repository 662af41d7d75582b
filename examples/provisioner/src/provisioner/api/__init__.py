"""The HTTP API: `app.build` makes it of the parts it works with."""

from __future__ import annotations
