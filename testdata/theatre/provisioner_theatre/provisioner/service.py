"""Provisioning: what happens between an order and a running instance."""

from __future__ import annotations

import logging
import re
import threading
from typing import Any

from provisioner import cluster
from provisioner.plans import Plan, plan_named
from provisioner.store import Store

logger = logging.getLogger(__name__)

NAME = re.compile(r"[a-z][a-z0-9-]{1,29}")


class BadName(Exception):
    """A name that cannot be a namespace."""


class NotFound(Exception):
    """There is no such instance."""


class Provisioner:
    """Takes orders and works on them in the background."""

    def __init__(self, store: Store, version: str = "1.0", timeout: float = 120.0) -> None:
        self.store = store
        self.version = version
        self.timeout = timeout

    def namespace(self, name: str) -> str:
        """The namespace of an instance."""
        return f"instance-{name}"

    def order(self, name: str, plan_name: str) -> threading.Thread:
        """Keep an order and start to work on it; hand back the thread that does."""
        if not NAME.fullmatch(name):
            raise BadName(name)
        plan = plan_named(plan_name)
        self.store.add(name, plan.name)
        worker = threading.Thread(target=self.provision, args=(name, plan), daemon=True)
        worker.start()
        return worker

    def provision(self, name: str, plan: Plan) -> None:
        """Namespace, chart, rollout, status; whatever fails ends in the status."""
        namespace = self.namespace(name)
        try:
            cluster.create_namespace(namespace)
            cluster.install(name, namespace, plan, self.version)
            if not cluster.rolled_out(namespace, self.timeout):
                self.store.set_status(name, "failed", "the deployment did not become ready")
                return
        except cluster.ClusterError as error:
            logger.warning("instance %s: %s", name, error)
            self.store.set_status(name, "failed", str(error))
            return
        self.store.set_status(name, "running")

    def deprovision(self, name: str) -> None:
        """Delete an instance; where the cluster refuses, the instance stays, as failed."""
        if not self.store.set_status(name, "deleting"):
            raise NotFound(name)
        try:
            cluster.delete_namespace(self.namespace(name))
        except cluster.ClusterError as error:
            self.store.set_status(name, "failed", f"not deleted: {error}")
            raise
        self.store.remove(name)

    def show(self, name: str) -> dict[str, Any]:
        """What is known of an instance."""
        instance = self.store.get(name)
        if instance is None:
            raise NotFound(name)
        return {**instance, "namespace": self.namespace(name)}
