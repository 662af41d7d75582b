import shop

KEPT = []


def test_serve():
    with shop.serve() as server:
        assert server.getsockname()[1] == shop.PORT


def test_unrelated():
    assert shop.PORT > 1024


def test_serve_for_ever():
    KEPT.append(shop.serve())
    assert KEPT
