from unittest.mock import Mock, patch

import pytest

import ttlcache
from ttlcache import TTLCache


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


# verdict: witness: a frozen clock, moved to just before and to the very end
def test_entry_lives_until_its_end():
    clock = Clock()
    cache = TTLCache(10.0, clock=clock)
    cache.put("a", 1)
    clock.now += 9.9
    assert cache.get("a") == 1
    clock.now += 0.1
    assert cache.get("a", "gone") == "gone"
    assert (cache.hits, cache.misses, len(cache)) == (1, 1, 0)


# verdict: witness: the library's clock is frozen by monkeypatch, and the result depends on it
def test_default_clock_is_monotonic_time(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(ttlcache.time, "monotonic", clock)
    cache = TTLCache(5.0)
    cache.put("a", 1)
    clock.now += 4
    assert cache.get("a") == 1
    clock.now += 2
    assert cache.get("a") is None


# verdict: witness: the order of age decides, not that of arrival
def test_full_cache_drops_the_entry_nearest_to_its_end():
    clock = Clock()
    cache = TTLCache(10.0, limit=2, clock=clock)
    cache.put("a", 1)
    clock.now += 1
    cache.put("b", 2)
    clock.now += 1
    cache.put("a", 3)
    cache.put("c", 4)
    assert [cache.get(key) for key in "abc"] == [3, None, 4]


# verdict: witness: the maker is a strict spy: called once for two questions, with the key
def test_fetch_makes_a_value_once():
    make = Mock(return_value="made")
    cache = TTLCache(10.0, clock=Clock())
    assert [cache.fetch("k", make), cache.fetch("k", make)] == ["made", "made"]
    make.assert_called_once_with("k")


# verdict: witness: a property over many sequences: never more than the limit, never a wrong value
@pytest.mark.parametrize("seed", range(1, 6))
def test_never_more_than_the_limit_and_never_a_wrong_value(seed):
    cache = TTLCache(10.0, limit=3, clock=Clock())
    state = seed
    for _ in range(40):
        state = (state * 75 + 74) % 65537
        key = state % 7
        cache.put(key, key * key)
        assert cache.get(key) == key * key
        assert len(cache) <= 3
    assert len(cache) == 3


# verdict: witness: one maker fails, the count and what is left are checked
def test_refresh_drops_what_cannot_be_made():
    cache = TTLCache(10.0, clock=Clock())
    cache.put(1, "one")
    cache.put(0, "zero")
    assert cache.refresh(lambda key: 10 // key) == 1
    assert (cache.get(1), cache.get(0)) == (10, None)


# verdict: witness|faint_witness: exact numbers; it is short, but most faults in ratio are told
def test_ratio():
    cache = TTLCache(10.0, clock=Clock())
    assert cache.ratio() == 0.0
    cache.put("a", 1)
    for key in "aaab":
        cache.get(key)
    assert cache.ratio() == 0.75


# verdict: witness: the same cache for a name, another for another, and how long its entries live
def test_shared_cache_is_kept_by_name(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(ttlcache.time, "monotonic", clock)
    monkeypatch.setattr(ttlcache, "_shared", {})
    first = ttlcache.shared("prices")
    first.put("tea", 3)
    clock.now += 59.5
    assert ttlcache.shared("prices") is first
    assert ttlcache.shared("prices").get("tea") == 3
    assert ttlcache.shared("stock").get("tea", "none") == "none"
    clock.now += 0.5
    assert ttlcache.shared("prices").get("tea", "old") == "old"


# verdict: smoke: it puts, gets and refreshes, and looks at nothing
def test_cache_works():
    cache = TTLCache(10.0, limit=2)
    cache.put("a", 1)
    cache.put("b", 2)
    cache.get("a")
    cache.get("zzz")
    cache.ratio()


# verdict: prayer: whatever refresh does, the test's own except hides it, and the mock that is asserted was never handed in
# finding: unread-arrangement: the side effect of audit is never used, nothing calls it
# finding: blind-place: arguable: refresh's maker receives the key; another test, with a plain function, would notice
def test_refresh_survives_a_broken_maker():
    audit = Mock(side_effect=RuntimeError("not reached"))
    try:
        cache = TTLCache(10.0)
        cache.put("a", 1)
        cache.refresh(Mock(side_effect=OSError("down")))
    except Exception:
        pass
    assert not audit.called


# verdict: smoke: it sets a shared cache up for others, and asserts nothing
def test_greetings_are_shared():
    ttlcache.shared("greetings")


# verdict: flaky: it needs the cache that the test before it made; alone, or in another order, it fails
def test_greetings_are_known():
    known = len(ttlcache._shared)
    ttlcache.shared("greetings")
    assert len(ttlcache._shared) == known


# verdict: prayer|echo: the class itself is replaced, and the mock's own answer asserted; "shared" runs, but under an except
# finding: unread-arrangement: arguable: get's return value is read by the test alone
# finding: blind-place: arguable: shared's TTLCache(60.0): seen by the tests that use the real class
def test_shared_get():
    with patch("ttlcache.TTLCache") as kind:
        kind.return_value.get.return_value = 5
        try:
            ttlcache.shared("mocked")
        except Exception:
            pass
        finally:
            ttlcache._shared.pop("mocked", None)
        assert kind.return_value.get("x") == 5
