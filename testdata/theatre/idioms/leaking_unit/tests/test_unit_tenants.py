from unittest.mock import Mock, patch

import pytest
import tenants


# verdict: faint_witness|witness: one key of the answer and the row are checked
# finding: leak: a unit test with a mocked store, and `create` really runs the tool and a connect
def test_unit_create():
    store = Mock()
    tenant = tenants.create(store, "acme")
    assert tenant["plan"] == "basic"
    store.insert.assert_called_once_with("acme", "basic")


# verdict: witness: the tool is patched; the connection to the registry is forgotten
# finding: leak: run_tool is covered by a double, the socket of `announce` is not
# finding: blind-place: the first three words of the tool's command
def test_unit_create_with_tool():
    store = Mock()
    with patch("tenants.run_tool", return_value=3) as run_tool:
        assert tenants.create(store, "acme", "gold")["tool"] == 3
    assert run_tool.call_args.args[0][-2:] == ["create", "acme"]


# verdict: faint_witness|witness: the sleep is patched, the deletion is run for real
# finding: blind-place: how long the grace is, and what the store deletes
# finding: leak: the tool that deletes a tenant is started, and its result is seen by nobody
def test_unit_retire():
    store = Mock()
    with patch("tenants.time.sleep"):
        assert tenants.retire(store, "acme") == "acme"


# verdict: witness: the honest counterpart: both boundaries are covered and looked at
# finding: blind-place: the first three words of the tool's command
def test_unit_create_covered():
    store = Mock()
    with (
        patch("tenants.run_tool", return_value=0) as run_tool,
        patch("tenants.announce", return_value=True) as announce,
    ):
        assert tenants.create(store, "acme") == {
            "name": "acme",
            "plan": "basic",
            "tool": 0,
            "announced": True,
        }
    assert run_tool.call_args.args[0][-2:] == ["create", "acme"]
    announce.assert_called_once_with("127.0.0.1", 9, "acme")


# verdict: witness: no boundary is near: the name is refused first
def test_unit_bad_name():
    store = Mock()
    with pytest.raises(ValueError, match="not a name: a b"):
        tenants.create(store, "a b")
    store.insert.assert_not_called()


# verdict: prayer: whether the registry is there or not, it passes
# finding: leak: a unit test that connects to a port of the machine
def test_unit_announce():
    try:
        tenants.announce("127.0.0.1", 9, "acme")
    except Exception as error:
        print(error)
