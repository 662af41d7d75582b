"""Mail for tests: a real SMTP server that delivers nowhere, and a mailbox for each test."""

from __future__ import annotations

from refute.real.smtp_server.mailbox import Mail, Mailbox, smtp

__all__ = ["Mail", "Mailbox", "smtp"]
