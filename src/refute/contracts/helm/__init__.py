"""Helm: values against a chart, and what it renders against a cluster."""

from __future__ import annotations

from refute.contracts.helm.chart import Chart, load_helm_chart, merged, read_values
from refute.contracts.helm.rendering import ClusterAnswer, Rendered, check_manifests, render
from refute.contracts.helm.values import Problem, ValuesAnswer, check_values

__all__ = [
    "Chart",
    "ClusterAnswer",
    "Problem",
    "Rendered",
    "ValuesAnswer",
    "check_manifests",
    "check_values",
    "load_helm_chart",
    "merged",
    "read_values",
    "render",
]
