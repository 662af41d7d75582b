from unittest.mock import patch

from shop.mail import remind


@patch("shop.mail.Post")
def test_reminds(post):
    assert remind(["ann", "ben"]) == 2


def test_reminds_nobody():
    with patch("shop.mail.Post", return_value=None):
        assert remind([]) == 0
