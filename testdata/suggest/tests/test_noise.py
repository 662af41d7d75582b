from shop.noise import Thing, draw, letters, stamp, token


def test_stamp():
    receipt = stamp("me")
    assert receipt


def test_draw():
    draw(1000)


def test_letters():
    found = letters("abcdefgh")
    assert found


def test_token():
    secret = token("abcd")
    assert secret


def test_thing():
    text = Thing().describe()
    assert text
