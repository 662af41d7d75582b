"""All of it on this machine: `make up`, `make demo`, and the test that goes the same way.

Real: PostgreSQL, Helm, Synapse, Chromium, the API and the worker as processes, and, where the
machine allows it, a Kubernetes node. Standing in: Stripe, and the cluster where there is no node.
"""

from __future__ import annotations
