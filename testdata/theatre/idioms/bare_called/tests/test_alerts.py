from unittest.mock import Mock

import pytest

import alerts


# verdict: faint_witness|witness: it is told only that the pager was not called at all
def test_page_calls_pager():
    pager = Mock()
    alerts.page(pager, {"id": "i1", "team": "core", "severity": 4, "title": "disk full"})
    pager.send.assert_called()


# verdict: witness: every argument of the one call is checked
def test_page_sends_team_and_title():
    pager = Mock()
    paged = alerts.page(pager, {"id": "i1", "team": "core", "severity": 5, "title": "disk full"})
    assert paged is True
    pager.send.assert_called_once_with("core", "[i1] disk full", urgent=True)


# verdict: witness: the threshold is checked from below, on the result and on the double
def test_low_severity_wakes_nobody():
    pager = Mock()
    assert alerts.page(pager, {"id": "i2", "team": "core", "severity": 2, "title": "slow"}) is False
    pager.send.assert_not_called()


# verdict: faint_witness|witness: `called` says that something was saved, not what or where
# finding: blind-place: the id and the two fields that store.save receives are looked at by nobody
def test_acknowledge_saves():
    store = Mock()
    store.load.return_value = {"owner": None}
    alerts.acknowledge(store, "i1", "ada")
    assert store.save.called


# verdict: witness: the project's own refusal is expected by type and text
# finding: blind-place: which incident store.load is asked for
def test_acknowledge_unknown_incident():
    store = Mock()
    store.load.return_value = None
    with pytest.raises(alerts.AlertError, match="no incident i9"):
        alerts.acknowledge(store, "i9", "ada")


# verdict: witness: it is told when a call is missing; all arguments of the last call pass unseen
# finding: blind-place: person, incident and level of pager.call are seen by nobody
# finding: deaf-test: five argument places, none looked at
def test_escalate_to_manager():
    pager, directory = Mock(), Mock()
    directory.rota.return_value = ["ada"]
    alerts.escalate(pager, directory, {"id": "i1", "team": "core", "owner": "ada"})
    directory.rota.assert_called()
    directory.manager.assert_called()
    pager.call.assert_called()


# verdict: witness: the person, the incident and the level are checked
# finding: blind-place: the team that directory.rota is asked for is not
def test_escalate_to_next_person():
    pager, directory = Mock(), Mock()
    directory.rota.return_value = ["ada", "grace"]
    chosen = alerts.escalate(pager, directory, {"id": "i1", "team": "core", "owner": "ada"})
    assert chosen == "grace"
    pager.call.assert_called_once_with("grace", "i1", 1)


# verdict: faint_witness|witness: call counts alone
# finding: blind-place: what store.save and audit.record receive
# finding: deaf-test: seven argument places and none is noticed
def test_close_saves_and_audits():
    store, audit = Mock(), Mock()
    alerts.close(store, audit, "i1", "fixed")
    assert store.save.call_count == 1
    assert audit.record.call_count == 1
