import asyncio
import subprocess
from unittest.mock import Mock, call, patch

import parcels
import pytest


@pytest.fixture
def quiet():
    """The carrier in the best of moods."""
    with (
        patch("parcels.print_label", return_value="ok") as label,
        patch("parcels.announce", return_value=True) as announce,
        patch("parcels.book", return_value=200) as book,
    ):
        yield label, announce, book
        for double in (label, announce, book):
            for one in double.mock_calls:
                assert one in (call("p1"), call("p1", "u"))


# verdict: witness: steps and reason are compared, on a branch that can't be reached that way
# finding: lying-double: announce raises OSError, which the real one turns into False
def test_ship_announce_down(quiet):
    quiet[1].side_effect = OSError("down")
    assert parcels.ship("p1", 100, "u") == (["small", "ok"], "offline")


# verdict: witness: steps and reason are compared, on a branch that can't be reached that way
# finding: lying-double: print_label raises FileNotFoundError, which the real one turns into CarrierError
def test_ship_no_printer(quiet):
    quiet[0].side_effect = FileNotFoundError("lp-label")
    assert parcels.ship("p1", 100, "u") == (["small"], "offline")


# verdict: witness: CarrierError is what print_label lets out
def test_ship_no_label(quiet):
    quiet[0].side_effect = parcels.CarrierError("no label")
    assert parcels.ship("p1", 100, "u") == (["small"], "carrier")


# verdict: witness: book tries three times, and the last failure gets out
def test_ship_offline(quiet):
    quiet[2].side_effect = TimeoutError("slow")
    assert parcels.ship("p1", 100, "u") == (["small", "ok", "announced"], "offline")


# verdict: witness: weigh raises this in its own source, if not for this weight
def test_ship_rejected(quiet):
    with patch("parcels.weigh", side_effect=parcels.Rejected("no")) as weigh:
        assert parcels.ship("p1", 100, "u") == ([], "rejected")
    weigh.assert_called_once_with("p1", 100)


# verdict: faint_witness|witness: a program that fails, and what becomes of it; a short function
# finding: blind-place: the command that print_label runs
# finding: deaf-test: run receives command and three keywords, and none is looked at
def test_label_fails():
    error = subprocess.CalledProcessError(1, "lp-label")
    with patch("parcels.subprocess.run", side_effect=error):
        with pytest.raises(parcels.CarrierError, match="no label for p1"):
            parcels.print_label("p1")


# verdict: witness: the lists are compared, on a branch that can't be reached
# finding: lying-double: push raises ConnectionRefusedError, which the real one turns into False
def test_tell_broken():
    with patch("parcels.push", side_effect=[ConnectionRefusedError("down"), True]) as push:
        assert asyncio.run(parcels.tell(["p1", "p2"])) == (["p2"], ["p1"])
    assert push.mock_calls == [call("p1"), call("p2")]


# verdict: witness: a queue that is down, as it shows
def test_tell_not():
    with patch("parcels.push", return_value=False) as push:
        assert asyncio.run(parcels.tell(["p1"])) == ([], [])
    push.assert_called_once_with("p1")


# verdict: witness: the text is compared, on a branch that can't be reached
# finding: lying-double: Depot.shelf raises OSError, which the real one turns into None
def test_find_down():
    depot = Mock(spec=parcels.Depot)
    depot.shelf.side_effect = OSError("down")
    assert parcels.find(depot, "p1") == "depot down"
    depot.shelf.assert_called_once_with("p1")


# verdict: witness: the real fetch lets out what _ask does
def test_bring_down():
    depot = Mock(spec=parcels.Depot)
    depot.fetch.side_effect = ConnectionResetError("down")
    assert parcels.bring(depot, "p1") is False
    depot.fetch.assert_called_once_with("p1")


# verdict: witness: both sides
def test_find_and_bring():
    depot = Mock(spec=parcels.Depot)
    depot.shelf.side_effect = ["7", None]
    assert [parcels.find(depot, n) for n in ("p1", "p2")] == ["shelf 7", "nowhere"]
    assert parcels.bring(depot, "p3") is True
    assert depot.mock_calls == [call.shelf("p1"), call.shelf("p2"), call.fetch("p3")]


# verdict: witness: a printer that is gone, by a stub of the test's own that can't be true
# finding: lying-double: the stub of print_label raises PermissionError, which the real one turns into CarrierError
def test_ship_stub(monkeypatch):
    def forbidden(number):
        assert number == "p1"
        raise PermissionError(number)

    monkeypatch.setattr(parcels, "print_label", forbidden)
    assert parcels.ship("p1", 100, "u") == (["small"], "offline")
