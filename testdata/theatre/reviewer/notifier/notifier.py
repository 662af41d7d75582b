"""Tell many people something, over transports that may fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


class Undeliverable(Exception):
    """The transport refused the message for good."""


@dataclass
class Result:
    sent: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


async def deliver(address: str, text: str, urgent: bool = False) -> bool:
    """Hand one message to the relay. False if the relay can't be reached."""
    try:
        reader, writer = await asyncio.open_connection("relay.internal", 2525)
        writer.write(f"{int(urgent)} {address} {text}\n".encode())
        answer = await reader.readline()
        writer.close()
        return answer.startswith(b"ok")
    except Exception:
        return False


async def notify(address: str, text: str, urgent: bool = False) -> bool:
    """Deliver one message, trimmed; a second try for urgent ones."""
    text = text.strip()
    if not text:
        raise ValueError("a message has a text")
    if len(text) > 140:
        text = text[:137] + "..."
    if await deliver(address, text, urgent=urgent):
        return True
    if urgent:
        return await deliver(address, text, urgent=True)
    return False


async def broadcast(addresses: list[str], text: str) -> Result:
    """Deliver to all at once; who got it and who did not."""
    result = Result()
    unique = sorted(set(addresses))
    outcomes = await asyncio.gather(
        *(notify(address, text) for address in unique), return_exceptions=True
    )
    for address, outcome in zip(unique, outcomes, strict=True):
        if outcome is True:
            result.sent.append(address)
        else:
            result.failed.append(address)
    return result


async def notify_or_log(address: str, text: str, log: Callable[[str], None]) -> bool:
    """As notify, but any problem is logged instead of raised."""
    try:
        done = await notify(address, text, urgent=True)
    except Exception as problem:
        log(f"{address}: {problem}")
        return False
    if not done:
        log(f"{address}: not delivered")
    return done


async def on_delivered(
    address: str, text: str, callback: Callable[[str], Awaitable[None] | None]
) -> None:
    """Call back with the address, if and when the message was delivered."""
    if await notify(address, text):
        answer = callback(address)
        if answer is not None:
            await answer
