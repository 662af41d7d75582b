import os

import pytest

import tills

PLACE = ("127.0.0.1", int(os.environ["BANK"]))


@pytest.fixture(autouse=True)
def opening():
    tills.Till(PLACE).ask("RESET")


def test_robust_balance():
    assert tills.Till(PLACE).balance("a") == 60


def test_patient_move():
    till = tills.PatientTill(PLACE)
    till.move("a", "b", 10)
    assert till.balance("b") == 50


def test_trusting_balance():
    assert tills.TrustingTill(PLACE).balance("a") == 60


def test_quiet_balance():
    assert tills.QuietTill(PLACE).balance("a") == 60


def test_careless_balance():
    assert tills.CarelessTill(PLACE).balance("a") == 60


def test_halfway_move():
    tills.HalfwayTill(PLACE).move("a", "b", 10)


def test_without_the_bank():
    assert issubclass(tills.BankUnavailable, Exception)
