import asyncio
from unittest.mock import AsyncMock

import jobs
import pytest

pytestmark = pytest.mark.asyncio


# verdict: witness: awaited with what is expected, and the result is right
# finding: blind-place: the path and the timeout of client.get
async def test_work_saves_result():
    client, store = AsyncMock(), AsyncMock()
    client.get.return_value = {"values": [1, 2], "factor": 3}
    assert await jobs.work(client, store, 7) == 9
    store.save.assert_awaited_once_with(7, {"result": 9}, state="done")


# verdict: faint_witness|witness: it was awaited, with whatever it was
# finding: blind-place: the path and the timeout of client.get
# finding: deaf-test: five argument places, none noticed
async def test_work_awaits_save():
    client, store = AsyncMock(), AsyncMock()
    client.get.return_value = {"values": [1]}
    await jobs.work(client, store, 7)
    store.save.assert_awaited()


# verdict: smoke: nothing is asserted
# finding: blind-place: the path and the timeout of client.get, and what store.mark receives
async def test_work_empty_runs():
    client, store = AsyncMock(), AsyncMock()
    client.get.return_value = None
    await jobs.work(client, store, 7)


# verdict: untouched: the coroutine is made and never awaited, so that no line of it runs
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
async def test_work_not_awaited():
    client, store = AsyncMock(), AsyncMock()
    assert jobs.work(client, store, 7)


# verdict: prayer: the task may fail as it likes: nobody asks it
# finding: blind-place: the path and the timeout of client.get
# finding: deaf-test: five argument places, none noticed
async def test_start_in_background():
    client, store = AsyncMock(), AsyncMock()
    client.get.return_value = {"values": [1]}
    try:
        jobs.start(client, store, 7, [])
        await asyncio.sleep(0)
    except Exception:
        return


# verdict: witness: the order of the results, the failed one among them
# finding: blind-place: the path and the timeout of client.get
async def test_work_all_counts_failures():
    client, store = AsyncMock(), AsyncMock()
    client.get.side_effect = [{"values": [1]}, KeyError("x"), {"values": [3]}]
    assert await jobs.work_all(client, store, [1, 2, 3], limit=1) == [1, None, 3]
    assert [c.args[0] for c in store.save.await_args_list] == [1, 3]


# verdict: prayer: the project swallows all there is, and the list is not looked at
# finding: blind-place: the path and the timeout of client.get
async def test_work_all_runs():
    client, store = AsyncMock(), AsyncMock()
    client.get.side_effect = OSError("down")
    try:
        await jobs.work_all(client, store, [1, 2])
    except Exception:
        return


# verdict: witness: two tries, by the calls, and the timeout gets out after them
# finding: blind-place: the path and the timeout of client.get
async def test_fetch_gives_up():
    client = AsyncMock()
    client.get.side_effect = TimeoutError
    with pytest.raises(TimeoutError):
        await jobs.fetch(client, 7)
    assert client.get.await_count == 2
