"""Keeps settings in a cluster."""


def manifest(name, count):
    if count < 1:
        raise ValueError("at least one")
    data = {"count": str(count + 1)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def store(k8s, name, count):
    return k8s.apply(manifest(name, count))[0]["metadata"]["name"]
