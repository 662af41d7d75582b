"""Toxics under a clock that the test moves: what comes out, in which pieces, and when."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from refute_child.pipes import Pipe
from refute_child.toxics import KINDS, Toxic, cuts, lost


def pipe(*toxics: Toxic, seed: int = 0) -> Pipe:
    return Pipe({str(number): each for number, each in enumerate(toxics)}, Random(seed), 0.0)


def drained(one: Pipe, now: float) -> list[bytes]:
    """All that comes out at this moment, packet by packet."""
    found = []
    while (data := one.take(now)) is not None:
        found.append(data)
    return found


def test_without_toxics_bytes_pass_at_once_and_the_end_after_them() -> None:
    one = pipe()
    one.feed(b"abc", 0.0)
    one.end()
    assert not one.done
    assert drained(one, 0.0) == [b"abc"]
    assert one.done
    assert not one.cut


def test_latency_delays_each_chunk_from_its_own_arrival() -> None:
    one = pipe(Toxic("latency", {"latency": 100}))
    one.feed(b"a", 0.0)
    assert drained(one, 0.05) == []
    one.feed(b"b", 0.05)
    assert drained(one, 0.1) == [b"a"]
    assert one.due == 0.15000000000000002
    assert drained(one, 0.151) == [b"b"]


def test_jitter_stays_within_its_bounds_and_is_repeated_by_its_seed() -> None:
    def delays(seed: int) -> list[float]:
        found = []
        one = pipe(Toxic("latency", {"latency": 100, "jitter": 40}), seed=seed)
        for number in range(50):
            one.feed(b"x", float(number))
            drained(one, float(number))
            assert one.due is not None
            found.append(one.due - number)
            assert drained(one, number + 0.5) == [b"x"]
        return found

    assert all(0.06 <= each <= 0.14 for each in delays(1))
    assert delays(1) == delays(1) != delays(2)


def test_bandwidth_sends_pieces_of_a_tenth_of_a_second() -> None:
    one = pipe(Toxic("bandwidth", {"rate": 10}))
    one.feed(b"x" * 2500, 0.0)
    got = {}
    for tick in range(30):
        got[tick] = sum(map(len, drained(one, tick / 100)))
    assert {tick: size for tick, size in got.items() if size} == {10: 1000, 20: 1000, 25: 500}


def test_without_bandwidth_nothing_comes_until_it_is_taken_away() -> None:
    one = pipe(Toxic("bandwidth", {"rate": 0}))
    one.feed(b"abc", 0.0)
    assert drained(one, 1e9) == []
    assert one.due is None
    one.remove("0", 1e9)
    assert drained(one, 1e9) == [b"abc"]


def test_slow_close_delays_the_end_alone() -> None:
    one = pipe(Toxic("slow_close", {"delay": 500}))
    one.feed(b"abc", 0.0)
    one.end()
    assert drained(one, 0.0) == [b"abc"]
    assert not one.done
    assert drained(one, 0.5) == []
    assert one.done
    assert not one.cut


def test_a_timeout_swallows_all_and_closes_after_silence() -> None:
    one = pipe(Toxic("timeout", {"timeout": 1000}))
    one.feed(b"abc", 0.9)
    assert drained(one, 0.9) == []
    assert not one.done
    drained(one, 1.8)
    assert not one.done
    drained(one, 1.95)
    assert one.done
    assert one.cut


def test_a_timeout_that_is_taken_away_closes_what_it_held_up() -> None:
    one = pipe(Toxic("timeout", {"timeout": 0}))
    one.feed(b"abc", 0.0)
    assert drained(one, 9.0) == []
    one.remove("0", 9.0)
    assert one.done


def test_limited_data_ends_after_its_last_byte_and_counts_through_changes() -> None:
    one = pipe(Toxic("limit_data", {"bytes": 10}))
    one.feed(b"1234567", 0.0)
    assert drained(one, 0.0) == [b"1234567"]
    one.update("0", Toxic("limit_data", {"bytes": 9}), 0.0)
    one.feed(b"abcdefg", 0.0)
    assert drained(one, 0.0) == [b"ab"]
    assert one.done
    assert one.cut


def test_a_reset_loses_the_bytes_that_set_it_off() -> None:
    one = pipe(Toxic("reset_peer", {"timeout": 100}))
    assert drained(one, 5.0) == []
    assert not one.done
    one.feed(b"abc", 5.0)
    assert drained(one, 5.0) == []
    one.remove("0", 5.05)
    assert drained(one, 5.05) == []
    assert not one.done
    assert drained(one, 5.1) == []
    assert one.done


def test_a_latency_that_is_taken_away_hands_on_what_it_held_in_order() -> None:
    one = pipe(Toxic("latency", {"latency": 60_000}))
    for each in (b"a", b"b", b"c"):
        one.feed(each, 0.0)
        drained(one, 0.0)
    one.remove("0", 1.0)
    one.feed(b"d", 1.0)
    assert drained(one, 1.0) == [b"a", b"b", b"c", b"d"]


def test_a_sink_that_takes_nothing_makes_the_source_wait() -> None:
    one = pipe(Toxic("noop"), Toxic("slow_close", {"delay": 1}))
    fed = 0
    while one.wants and fed < 100:
        one.feed(b"x", 0.0)
        one.take(0.0)
        fed += 1
    assert fed == 100
    stuck = pipe(Toxic("bandwidth", {"rate": 0}))
    stuck.feed(b"x", 0.0)
    stuck.take(0.0)
    stuck.feed(b"y", 0.0)
    assert not stuck.wants


def test_toxicity_decides_for_each_connection() -> None:
    hit = 0
    for seed in range(400):
        one = pipe(Toxic("limit_data", {"bytes": 0}, toxicity=0.25), seed=seed)
        one.feed(b"x", 0.0)
        hit += not drained(one, 0.0)
    assert 60 < hit < 140


def test_lost_packets_are_lost_independently() -> None:
    assert lost([]) == 0
    assert lost([Toxic("loss", {"percent": 50}), Toxic("loss", {"percent": 50})]) == 75
    assert lost([Toxic("loss", {"percent": 100}), Toxic("latency", {"latency": 1})]) == 100


@given(st.integers(1, 5000), st.integers(-3, 600), st.integers(-3, 600), st.integers(0, 9))
def test_slices_cover_the_chunk_once(size: int, average: int, variation: int, seed: int) -> None:
    toxic = Toxic("slicer", {"average_size": average, "size_variation": variation})
    ends = cuts(size, toxic, Random(seed))
    assert ends[-1] == size
    assert all(a < b for a, b in zip([0, *ends], ends, strict=False))
    most = max(1, average) + max(0, variation)
    assert all(b - a <= max(most, 1) for a, b in zip([0, *ends], ends, strict=False))


LOSSLESS = ("noop", "latency", "bandwidth", "slow_close", "slicer")
AMOUNT = st.integers(0, 300)


@given(st.data())
def test_no_byte_is_lost_or_moved_while_toxics_come_and_go(data: st.DataObject) -> None:
    one = Pipe({}, Random(0), 0.0)
    names: list[str] = []
    now, sent, got = 0.0, b"", b""

    def toxic(kind: str) -> Toxic:
        return Toxic(kind, {name: data.draw(AMOUNT) for name in KINDS[kind][1]})

    kinds: dict[str, str] = {}
    for number in range(data.draw(st.integers(1, 25))):
        match data.draw(st.sampled_from(("feed", "add", "update", "remove", "wait"))):
            case "feed" if one.wants:
                piece = bytes([number]) * data.draw(st.integers(1, 40_000))
                sent += piece
                one.feed(piece, now)
            case "add":
                name = str(number)
                kinds[name] = data.draw(st.sampled_from(LOSSLESS))
                names.append(name)
                one.add(name, toxic(kinds[name]), now)
            case "update" if names:
                name = data.draw(st.sampled_from(names))
                one.update(name, toxic(kinds[name]), now)
            case "remove" if names:
                name = names.pop(data.draw(st.integers(0, len(names) - 1)))
                one.remove(name, now)
            case _:
                now += data.draw(st.floats(0, 1))
        got += b"".join(drained(one, now))
    one.end()
    for name in names:
        one.remove(name, now)
    got += b"".join(drained(one, now))
    assert got == sent
    assert one.done
