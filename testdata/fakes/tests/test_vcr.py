from pathlib import Path

import requests
import vcr
from shop import stores

CASSETTE = Path(__file__).with_name("weather.yaml")


def test_vcr():
    with vcr.use_cassette(CASSETTE, record_mode="none"):
        assert stores.weather(requests.Session(), "rome") == "sun"
