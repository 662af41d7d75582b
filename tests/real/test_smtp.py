"""SMTP: a mailbox of its own for each test, on a server that delivers nowhere."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from benches.real_kills import kill_once
from tests.real.places import needs
from tests.real.runs import run_tests

from refute.real import Mailbox, smtp
from refute.real.client import disconnect

pytestmark = needs("smtp")


@pytest.fixture(autouse=True)
def _line() -> Iterator[None]:
    yield
    disconnect()


def letter(to: str, subject: str = "Welcome") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@example.com", to, subject
    message.set_content("Grüße aus dem Laden\n")
    return message


def send(box: Mailbox, message: EmailMessage, *, sign_in: bool = False) -> None:
    with smtplib.SMTP(box.host, box.port, timeout=10) as session:
        if sign_in:
            session.login(box.user, box.password)
        session.send_message(message)


def test_message_comes_to_the_address_that_it_was_sent_to() -> None:
    with smtp() as box, smtp() as other:
        send(box, letter(box.address))
        mail = box.wait_for_message()
        assert mail.recipients == (box.address,)
        assert mail.message["subject"] == "Welcome"
        body = mail.message.get_body()
        assert body is not None
        assert body.get_content().rstrip() == "Grüße aus dem Laden"
        assert other.messages() == []


def test_who_signs_in_may_write_to_anybody_and_nobody_gets_it() -> None:
    with smtp() as box:
        send(box, letter("ada@example.com"), sign_in=True)
        assert box.wait_for_message().recipients == ("ada@example.com",)


def test_wrong_password_is_refused() -> None:
    with (
        smtp() as box,
        smtplib.SMTP(box.host, box.port, timeout=10) as session,
        pytest.raises(smtplib.SMTPAuthenticationError),
    ):
        session.login(box.user, "wrong")


def test_mail_that_no_test_would_read_is_refused() -> None:
    with smtp() as box:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(box, letter("ada@example.com"))
        assert refused.value.recipients["ada@example.com"][0] == 550
        assert box.messages() == []


def test_mailbox_refuses_on_request_and_accepts_again() -> None:
    with smtp() as box:
        box.refuse(452, "4.2.2 Mailbox full")
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(box, letter(box.address))
        assert refused.value.recipients[box.address] == (452, b"4.2.2 Mailbox full")
        box.accept()
        send(box, letter(box.address))
        assert len(box.messages()) == 1


def test_waiting_in_vain_says_what_came() -> None:
    with smtp() as box:
        send(box, letter(box.address, "Invoice"))
        with pytest.raises(AssertionError, match=r"came: \['Invoice'\]"):
            box.wait_for_message(lambda mail: mail.message["subject"] == "Welcome", timeout=0.05)


def test_fixture_gives_a_mailbox_and_the_summary_says_what_is_not_real(tmp_path: Path) -> None:
    done = run_tests(
        tmp_path,
        "import smtplib\n"
        "def test_it(mailbox):\n"
        "    with smtplib.SMTP(mailbox.host, mailbox.port) as session:\n"
        "        session.sendmail('a@example.com', [mailbox.address], 'Subject: hello')\n"
        "    assert mailbox.wait_for_message().message['subject'] == 'hello'\n",
    )
    assert "1 passed" in done.stdout, done.stdout
    assert "delivered nowhere" in done.stdout


@pytest.mark.parametrize("after", [0.5, 2.0])
def test_kill_leaves_nothing(after: float) -> None:
    assert kill_once("smtp", after).left == ()
