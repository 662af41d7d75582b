"""Bad networks for tests: Toxiproxy, or a proxy of ours that speaks its API."""

from __future__ import annotations

from refute.real.toxiproxy.links import Effect, Proxy, Toxiproxy, toxiproxy

__all__ = ["Effect", "Proxy", "Toxiproxy", "toxiproxy"]
