"""Carries out what was decided: takes jobs from the database, and drives the cluster."""

from __future__ import annotations

from provisioner.worker.loop import Worker

__all__ = ["Worker"]
