"""A mailbox of a test's own, on a server that takes mail and delivers it nowhere."""

from __future__ import annotations

import base64
import email
import email.policy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage

from refute.real.client import Lease, lease


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as the server got it."""

    #: Of the envelope; what the headers say may differ.
    sender: str
    recipients: tuple[str, ...]
    #: The message as it came over the wire.
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, read: ``mail.message["subject"]``, ``mail.message.get_body()``."""
        read = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What is sent to any address of its domain, or to anybody by who signs in as its user."""

    lease: Lease

    @property
    def host(self) -> str:
        """The server's host."""
        return str(self.lease.facts["host"])

    @property
    def port(self) -> int:
        """The server's port; plain SMTP, without TLS."""
        return int(self.lease.facts["port"])

    @property
    def domain(self) -> str:
        """All mail for addresses of this domain comes here."""
        return f"{self.user}.test"

    @property
    def address(self) -> str:
        """One address of the domain."""
        return f"inbox@{self.domain}"

    @property
    def user(self) -> str:
        """Who signs in so may send to any address: the mail comes here all the same."""
        return str(self.lease.part["user"])

    @property
    def password(self) -> str:
        """The user's password (AUTH PLAIN or LOGIN)."""
        return str(self.lease.part["password"])

    def messages(self) -> list[Mail]:
        """All that has come, in the order in which it came."""
        return [
            Mail(one["sender"], tuple(one["recipients"]), base64.b64decode(one["content"]))
            for one in self.lease.call("messages")
        ]

    def wait_for_message(
        self, matches: Callable[[Mail], bool] = lambda mail: True, *, timeout: float = 10.0
    ) -> Mail:
        """The first message that matches, as soon as there is one; ``timeout`` in seconds.

        Raises AssertionError with the subjects of what has come instead.
        """
        deadline = time.monotonic() + timeout
        while True:
            mails = self.messages()
            for mail in mails:
                if matches(mail):
                    return mail
            if time.monotonic() > deadline:
                subjects = [str(mail.message["subject"]) for mail in mails]
                raise AssertionError(
                    f"no such message came to {self.domain} in {timeout:g} s; came: {subjects}"
                )
            time.sleep(0.01)

    def refuse(self, code: int = 451, text: str = "4.3.0 Try again later") -> None:
        """From now on, answer each recipient with this code: 4xx for a while, 5xx for good."""
        self.lease.call("refuse", answer=f"{code} {text}")

    def accept(self) -> None:
        """Take mail again."""
        self.lease.call("refuse", answer="")


@contextmanager
def smtp(*, route: str | None = None) -> Iterator[Mailbox]:
    """A mailbox of one's own on a real SMTP server, which is started once a run.

    ``route`` insists on one of the ways to get a server.

    Raises RefuteError ``real-unavailable`` or ``real-start-failed``.
    """
    with lease("smtp", route=route) as taken:
        yield Mailbox(taken)
