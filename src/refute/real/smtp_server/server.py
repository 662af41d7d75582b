"""The SMTP server, a process of its own:

    python server.py PORT FOLDER

It is run by path, with aiosmtpd alone beside the standard library. FOLDER holds a folder a
mailbox, named like its user and its domain: ``password`` and, if mail is to be refused,
``refuse`` with the answer. A message that comes in for a mailbox becomes a file of JSON there.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

HOST = "127.0.0.1"
_NUMBERS = count()


class Handler:
    """Takes mail for mailboxes that exist: by recipient, or by who has signed in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def sign_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        """The user is the mailbox's name."""
        name = data.login.decode()
        place = self._place(name)
        good = place is not None and (place / "password").read_bytes() == data.password
        # What is not handled, aiosmtpd answers by itself: 535.
        return AuthResult(success=good, handled=good, auth_data=name if good else None)

    async def handle_RCPT(  # noqa: N802  (aiosmtpd names its hooks so)
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Refuse at once what no mailbox would get."""
        place = self._owner(session, address)
        if place is None:
            return "550 5.1.1 No test reads mail for this address; sign in as a mailbox, or use its"
        refusal = place / "refuse"
        if refusal.exists():
            return refusal.read_text()
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep the message in each mailbox that it is for."""
        places = {self._owner(session, address) for address in envelope.rcpt_tos}
        record = {
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "content": base64.b64encode(envelope.content).decode(),
        }
        for place in places - {None}:
            assert place is not None
            path = place / f"{next(_NUMBERS):08}.json"
            # Readers see whole files only.
            hidden = place / f".{path.name}"
            hidden.write_text(json.dumps(record))
            hidden.rename(path)
        return "250 OK"

    def _owner(self, session: Any, address: str) -> Path | None:
        if session.auth_data:
            return self._place(session.auth_data)
        domain = address.rpartition("@")[2].lower()
        return self._place(domain.removesuffix(".test"))

    def _place(self, name: str) -> Path | None:
        place = self._folder / name
        return place if re.fullmatch(r"t-[0-9a-f]+", name) and place.is_dir() else None


async def main(port: int, folder: Path) -> None:
    """Serve until killed."""
    handler = Handler(folder)

    def session() -> Any:
        return SMTP(
            handler,
            enable_SMTPUTF8=True,
            authenticator=handler.sign_in,
            auth_require_tls=False,
            hostname="mail.test",
        )

    server = await asyncio.get_running_loop().create_server(session, HOST, port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
