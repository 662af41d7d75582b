"""Manifests of a deployment, made from a few settings."""

from __future__ import annotations


def resources(size):
    """Requests and limits by size."""
    cpu = {"small": 250, "medium": 500}.get(size, 1000)
    return {
        "requests": {"cpu": f"{cpu}m", "memory": f"{cpu}Mi"},
        "limits": {"cpu": f"{cpu * 2}m", "memory": f"{cpu + 128}Mi"},
    }


def container(app):
    """The one container of an application."""
    spec = {
        "name": app["name"],
        "image": f"{app['image']}:{app.get('tag', 'latest')}",
        "resources": resources(app.get("size", "small")),
    }
    if app.get("port"):
        spec["ports"] = [{"containerPort": app["port"]}]
        spec["readinessProbe"] = {"tcpSocket": {"port": app["port"]}, "periodSeconds": 5}
    return spec


def deployment(app):
    """The whole deployment."""
    replicas = app.get("replicas", 1)
    if replicas < 0:
        raise ValueError("replicas must not be negative")
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": app["name"], "labels": {"app": app["name"]}},
        "spec": {"replicas": replicas, "template": {"containers": [container(app)]}},
    }


def diff(old, new):
    """The names of the top fields that differ, sorted."""
    return sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
