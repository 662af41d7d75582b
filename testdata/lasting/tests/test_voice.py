import pytest
import voice


@pytest.fixture(autouse=True)
def put_back():
    yield
    voice.reset()


def test_loud():
    voice.configure(True)
    assert voice.SETTINGS.loud


def test_quiet():
    assert not voice.SETTINGS.loud
