import os

import shop


def test_live():
    assert shop.mode() == "live"


def test_unrelated():
    assert os.sep == "/"


def test_trial():
    os.environ["SHOP_MODE"] = "trial"
    assert shop.mode() == "trial"
