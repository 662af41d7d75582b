import pytest
from shop import store


def test_settings_are_kept(k8s_namespace):
    assert store(k8s_namespace, "it", 1) == "it"
    assert k8s_namespace.get("configmap/it")["data"] == {"count": "2"}
    named = k8s_namespace.kubectl("get", "configmap", "it", "-o", "name")
    assert named == "configmap/it\n"


def test_nothing_is_refused(k8s_namespace):
    with pytest.raises(ValueError):
        store(k8s_namespace, "it", 0)
