"""Backups of volumes: take, rotate, restore."""

from __future__ import annotations


def take(volumes, store, name):
    """Take a snapshot of a volume and put it in the store."""
    volume = volumes.find(name)
    if volume is None:
        raise LookupError(name)
    snapshot = volumes.snapshot(volume, freeze=True)
    store.put(f"{name}/latest", snapshot)
    return snapshot


def rotate(store, name, keep):
    """Delete all but the newest `keep` copies; hand back how many went."""
    copies = sorted(store.list(name), reverse=True)
    old = copies[keep:]
    for copy in old:
        store.delete(name, copy)
    return len(old)


def restore(volumes, store, name, when):
    """Put a copy back; without that copy the latest one is taken."""
    data = store.get(f"{name}/{when}")
    if not data:
        data = store.get(f"{name}/latest")
    volumes.detach(name)
    volumes.write(name, data)
    volumes.attach(name, read_only=False)
    return True


def prune(store, names, limit):
    """Forget volumes that are over the limit."""
    dropped = []
    for name in names:
        if store.size(name) > limit:
            store.forget(name, "over limit")
            dropped.append(name)
    return dropped
