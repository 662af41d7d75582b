"""Helm for tests: charts linted, rendered, installed, upgraded, rolled back, uninstalled."""

from __future__ import annotations

from refute.real.helm.releases import Helm, HelmFailed, Release, helm

__all__ = ["Helm", "HelmFailed", "Release", "helm"]
