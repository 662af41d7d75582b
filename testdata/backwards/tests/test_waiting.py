import waiting


def test_first_makes_ready():
    waiting.ready.set()
    assert waiting.double(3) == 6


def test_second_waits():
    waiting.ready.wait()
    assert waiting.double(5) == 10
