"""Helm among the dependencies: a program, so there is nothing to start."""

from __future__ import annotations

from refute.errors import fail
from refute.real.helm import programs
from refute.real.provider import Json, Running, Start
from refute.real.routes import Route

__all__ = ["HelmProvider"]


class HelmProvider:
    """See `refute.real.provider.Provider`: which routes there are, and no server."""

    name = "helm"

    def routes(self, options: Json) -> list[Route]:
        """See `Provider.routes`."""
        return programs.routes()

    def start(self, start: Start) -> Running:
        """Raises RefuteError: tests run Helm themselves."""
        fail(
            "real-start-failed",
            "Helm is a program, not a server",
            remedy="Use `refute.real.helm.helm`.",
        )
