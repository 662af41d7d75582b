"""Alerts to the people on call: who is paged, and what is written down about it."""

from __future__ import annotations


class AlertError(Exception):
    """An incident that cannot be paged."""


def page(pager, incident):
    """Page the team of an incident; below severity 3 nobody is woken."""
    if incident["severity"] < 3:
        return False
    pager.send(
        incident["team"],
        f"[{incident['id']}] {incident['title']}",
        urgent=incident["severity"] >= 5,
    )
    return True


def acknowledge(store, incident_id, who):
    """Write down who took an incident."""
    incident = store.load(incident_id)
    if incident is None:
        raise AlertError(f"no incident {incident_id}")
    if incident.get("owner"):
        return incident["owner"]
    store.save(incident_id, {"owner": who, "state": "acknowledged"})
    return who


def escalate(pager, directory, incident):
    """Hand an incident to the next person; the manager is told when nobody is left."""
    people = directory.rota(incident["team"])
    remaining = [person for person in people if person != incident.get("owner")]
    if not remaining:
        pager.call(directory.manager(incident["team"]), incident["id"], 3)
        return "manager"
    pager.call(remaining[0], incident["id"], 1)
    return remaining[0]


def close(store, audit, incident_id, reason):
    """Close an incident; the audit log must not keep us from it."""
    store.save(incident_id, {"state": "closed", "reason": reason})
    try:
        audit.record("close", incident_id, reason, "alerts")
    except OSError:
        return "closed, not audited"
    return "closed"
