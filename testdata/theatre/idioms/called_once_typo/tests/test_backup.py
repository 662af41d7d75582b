from unittest.mock import Mock

import backup


# verdict: smoke: the assert method is named, never called; only a crash would be seen
# finding: blind-place: what the volumes and the store receive in `take`
# finding: deaf-test: five argument places, none checked
def test_take_puts_snapshot():
    volumes, store = Mock(), Mock()
    backup.take(volumes, store, "db")
    store.put.assert_called_once


# verdict: smoke: `was_called_once_with` is no assertion: the mock makes it up
# finding: blind-place: which copies are deleted, and of which volume
def test_rotate_deletes_oldest():
    store = Mock()
    store.list.return_value = ["d1", "d3", "d2", "d4"]
    backup.rotate(store, "db", 3)
    store.delete.was_called_once_with("db", "d1")


# verdict: smoke: a comparison whose result is thrown away
# finding: blind-place: everything that volumes and store receive in `restore`
# finding: deaf-test: six places, none checked
def test_restore_attaches():
    volumes, store = Mock(), Mock()
    backup.restore(volumes, store, "db", "d2")
    volumes.attach.call_count == 1
    volumes.write.called


# verdict: witness: the same call, checked for real, and the result with it
# finding: blind-place: store.size is asked about a name that nobody checks
def test_prune_forgets():
    store = Mock()
    store.size.side_effect = [5, 50]
    assert backup.prune(store, ["a", "b"], 10) == ["b"]
    store.forget.assert_called_once_with("b", "over limit")


# verdict: smoke: `unsafe` lets the misspelt assertion through
# finding: blind-place: store.size is asked about a name that nobody checks
def test_prune_misspelt():
    store = Mock()
    store.forget = Mock(unsafe=True)
    store.size.return_value = 50
    backup.prune(store, ["a", "b"], 10)
    store.forget.asert_called_with("b", "over limit")
