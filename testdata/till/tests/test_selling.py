import pytest
from till.selling import Declined, sell


@pytest.fixture
def stripe(stripe_business):
    return stripe_business.api_base, stripe_business.api_key


@pytest.fixture
def mail(mailbox):
    return mailbox.host, mailbox.port


def test_who_pays_gets_a_receipt(stripe, mail, stripe_business, mailbox):
    sell(stripe, mail, 7, 1250, "pm_card_visa", mailbox.address)
    sent = mailbox.messages()
    assert [one.message["subject"] for one in sent] == ["Receipt for order 7"]
    assert sent[0].message.get_content().strip() == "You paid $12.50."
    paid = stripe_business.pending("payment_intent.succeeded")
    assert [one["data"]["object"]["amount"] for one in paid] == [1250]


def test_who_is_declined_gets_none(stripe, mail, mailbox):
    with pytest.raises(Declined, match="declined"):
        sell(stripe, mail, 7, 1250, "pm_card_chargeDeclined", mailbox.address)
    assert mailbox.messages() == []


def test_same_order_is_paid_once(stripe, mail, stripe_business, mailbox):
    for _ in range(2):
        sell(stripe, mail, 7, 1250, "pm_card_visa", mailbox.address)
    assert len(stripe_business.pending("charge.succeeded")) == 1
