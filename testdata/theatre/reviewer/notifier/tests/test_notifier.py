from unittest.mock import AsyncMock, MagicMock, Mock, call, patch

import pytest

import notifier

pytestmark = pytest.mark.asyncio


@pytest.fixture
def deliver(monkeypatch):
    double = AsyncMock(return_value=True)
    monkeypatch.setattr(notifier, "deliver", double)
    return double


# verdict: witness: the result and everything that was awaited
async def test_message_is_trimmed_and_delivered(deliver):
    assert await notifier.notify("ann", "  hello \n") is True
    deliver.assert_awaited_once_with("ann", "hello", urgent=False)


# verdict: witness: 140 characters stay, 141 are cut to 140
@pytest.mark.parametrize(("length", "sent"), [(140, "x" * 140), (141, "x" * 137 + "...")])
async def test_long_message_is_cut(deliver, length, sent):
    assert await notifier.notify("ann", "x" * length) is True
    deliver.assert_awaited_once_with("ann", sent, urgent=False)


# verdict: witness: a list of answers; both tries are compared
async def test_urgent_message_is_tried_twice(deliver):
    deliver.side_effect = [False, True]
    assert await notifier.notify("ann", "fire", urgent=True) is True
    assert deliver.await_args_list == [call("ann", "fire", urgent=True)] * 2


# verdict: witness: what is sent and what failed, from a fake that decides by its argument
async def test_broadcast_tells_who_got_it(monkeypatch):
    asked = []

    async def relay(address, text, urgent=False):
        asked.append((address, text, urgent))
        if address == "eve":
            raise notifier.Undeliverable(address)
        return address != "bob"

    monkeypatch.setattr(notifier, "notify", relay)
    result = await notifier.broadcast(["bob", "eve", "ann", "ann"], "hi")
    assert result == notifier.Result(sent=["ann"], failed=["bob", "eve"])
    assert sorted(asked) == [("ann", "hi", False), ("bob", "hi", False), ("eve", "hi", False)]


# verdict: witness: the log line of the handler is compared
async def test_problem_is_logged(deliver):
    log = Mock()
    assert await notifier.notify_or_log("ann", "   ", log) is False
    log.assert_called_once_with("ann: a message has a text")
    deliver.assert_not_awaited()


# verdict: witness: the result and the log line are compared; a False from the relay is real
async def test_undelivered_message_is_logged(deliver):
    deliver.return_value = False
    lines = []
    assert await notifier.notify_or_log("ann", "hi", lines.append) is False
    assert lines == ["ann: not delivered"]
    assert deliver.await_args_list == [call("ann", "hi", urgent=True)] * 2


# verdict: witness|faint_witness: the log line and the result are told, though what they show is the TypeError of the double
# finding: lying-double: deliver is a plain Mock, but the real one is async: awaiting its answer fails as it never could
async def test_relay_that_fails_is_logged(monkeypatch):
    monkeypatch.setattr(notifier, "deliver", Mock(return_value=True))
    lines = []
    assert await notifier.notify_or_log("ann", "hi", lines.append) is False
    assert len(lines) == 1


# verdict: witness: the result and the log line are told, on a branch that can't happen
# finding: lying-double: deliver raises ConnectionRefusedError, which the real one always turns into False
async def test_refused_connection_is_logged():
    lines = []
    with patch("notifier.deliver", side_effect=ConnectionRefusedError("no relay")):
        assert await notifier.notify_or_log("ann", "hi", lines.append) is False
    assert lines == ["ann: no relay"]


# verdict: smoke: the assertion stands in a callback that is never called, since the double says "not delivered"
async def test_callback_gets_the_address(deliver):
    deliver.return_value = False

    def check(address):
        assert address == "ann"

    await notifier.on_delivered("ann", "hi", check)


# verdict: untouched: the coroutine is made and never awaited, so not one line of broadcast runs
async def test_broadcast_returns_something():
    work = notifier.broadcast(["ann"], "hi")
    assert work is not None
    work.close()


# verdict: faint_witness|witness: only "some call was made" is told
# finding: deaf-test: arguable: three places, each received twice, and none is looked at
async def test_broadcast_delivers(deliver):
    await notifier.broadcast(["ann", "bob"], "hi")
    deliver.assert_awaited()


# verdict: prayer: broadcast's gather and the test's except hide all, and MagicMock is never None
# finding: unread-arrangement: arguable: relay.send.return_value is configured on a mock that the project never gets
async def test_broadcast_over_a_relay():
    relay = MagicMock()
    relay.send.return_value = AsyncMock()
    try:
        await notifier.broadcast([], "hi")
    except Exception:
        pass
    assert relay.send("ann") is not None


# verdict: witness: an awaitable callback is awaited, once, with the address
async def test_callback_is_awaited(deliver):
    callback = AsyncMock()
    await notifier.on_delivered("ann", "hi", callback)
    callback.assert_awaited_once_with("ann")
    deliver.assert_awaited_once_with("ann", "hi", urgent=False)
