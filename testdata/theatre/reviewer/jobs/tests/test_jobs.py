import pytest

import jobs
from jobs import Job, Queue, Worker


# verdict: witness: order and content of the queue, with no double at all
def test_queue_is_ordered_by_priority():
    queue = Queue()
    queue.push("a")
    queue.push("b", 9, x=1)
    queue.push("c", 1, y=2)
    assert queue.jobs == [Job("c", {"y": 2}, 1), Job("a", {}, 5), Job("b", {"x": 1}, 9)]
    assert [queue.pop().name, queue.pop().name, queue.pop().name] == ["c", "a", "b"]
    assert queue.pop() is None


# verdict: witness: both bounds, and nothing is queued
@pytest.mark.parametrize("priority", [0, 10])
def test_priority_out_of_range(priority):
    queue = Queue()
    with pytest.raises(ValueError, match="^a priority is 1 to 9$"):
        queue.push("a", priority)
    assert queue.jobs == []


# verdict: witness: the result, a strict stub of a handler, and the audit
def test_job_is_done_and_audited(mocker):
    audit = mocker.patch("jobs.audit", autospec=True)
    handler = mocker.Mock(return_value=12)
    queue = Queue()
    queue.push("add", a=5, b=7)
    worker = Worker(queue, {"add": handler})
    assert [worker.step(), worker.step()] == [True, False]
    assert worker.done == [("add", 12)]
    handler.assert_called_once_with(a=5, b=7)
    audit.assert_called_once_with("done", "add", 0)


# verdict: witness: three tries, the priorities between, the dead, and the alert
def test_failing_job_dies_after_three_tries(mocker):
    alert = mocker.patch("jobs.alert", autospec=True)
    queue = Queue()
    push = mocker.spy(queue, "push")
    queue.push("boom", 8, n=1)
    worker = Worker(queue, {"boom": lambda n: n // 0})
    assert worker.drain() == 3
    assert push.mock_calls == [
        mocker.call("boom", 8, n=1),
        mocker.call("boom", 9, n=1),
        mocker.call("boom", 9, n=1),
    ]
    assert queue.dead == [Job("boom", {"n": 1}, 9, 3)]
    alert.assert_called_once_with("boom failed 3 times")


# verdict: witness: the job is dead, nobody does it, and the alert is strict
def test_job_without_a_handler(mocker):
    alert = mocker.patch("jobs.alert", autospec=True)
    queue = Queue()
    queue.push("who", 2)
    worker = Worker(queue, {})
    assert worker.step() is True
    assert (queue.jobs, queue.dead, worker.done) == ([], [Job("who", {}, 2)], [])
    alert.assert_called_once_with("no handler for who", level="error")


# verdict: witness: the limit of steps leaves the rest in the queue
def test_drain_stops_at_its_limit(mocker):
    mocker.patch("jobs.audit", lambda event, name, tries: None)
    queue = Queue()
    for number in range(3):
        queue.push("one", n=number)
    worker = Worker(queue, {"one": lambda n: n})
    assert worker.drain(2) == 2
    assert worker.done == [("one", 0), ("one", 1)]
    assert [job.payload for job in queue.jobs] == [{"n": 2}]


# verdict: witness|faint_witness: told if the audit is left out altogether; what it says may be anything
# finding: deaf-test: the handler and the audit receive five places, and none is looked at
def test_audit_is_called(mocker):
    audit = mocker.patch("jobs.audit")
    queue = Queue([Job("add", {"a": 5, "b": 7})])
    Worker(queue, {"add": mocker.Mock()}).step()
    audit.assert_called()


# verdict: witness: the number and the alert are strict, and yet the call could never be made
# finding: lying-double: jobs.alert takes severity, which the signature of the real alert refuses
@pytest.mark.parametrize(("tries", "severity", "priority"), [(1, "low", 4), (2, "high", 3), (9, "high", 1)])
def test_escalation(mocker, tries, severity, priority):
    alert = mocker.patch("jobs.alert")
    job = Job("slow", {}, 5, tries)
    assert Worker(Queue(), {}).escalate(job) == job.priority == priority
    alert.assert_called_once_with("slow is stuck", severity=severity)


# verdict: smoke: the alert is patched, and "has_been_called_once" is one more mock, and true
# finding: unread-arrangement: arguable: alert's return value is not used by the project in any case
def test_alert_is_sent(mocker):
    alert = mocker.patch("jobs.alert", return_value=False)
    Worker(Queue([Job("who", {})]), {}).step()
    assert alert.has_been_called_once()


# verdict: prayer: the worker is asked under an except, and the stub's own answer is compared
# finding: unread-arrangement: arguable: the stub's return value is used by the test alone: its job is not in the queue
def test_stub_returns_its_value(mocker):
    stub = mocker.stub()
    stub.return_value = 3
    try:
        Worker(Queue(), {"sum": stub}).step()
    except Exception:
        pass
    assert stub(1, 2) == 3


# verdict: prayer: step keeps what a handler raises, an assertion in the handler too; nothing is asserted after it
def test_handler_gets_its_payload(mocker):
    mocker.patch("jobs.audit")

    def handler(**payload):
        assert payload == {"a": 99}, "wrong payload"

    try:
        Worker(Queue([Job("add", {"a": 1})]), {"add": handler}).step()
    except Exception:
        pass


# verdict: untouched: step is replaced, Worker is a mock; no line of the project runs in it
# finding: unread-arrangement: arguable: the return value of step is read by the test alone
def test_step_says_true(mocker):
    worker = mocker.create_autospec(Worker, instance=True)
    worker.step.return_value = True
    assert worker.step() is True
