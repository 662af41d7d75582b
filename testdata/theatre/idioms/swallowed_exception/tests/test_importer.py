import contextlib
import threading
from unittest.mock import Mock

import pytest

import importer


# verdict: prayer: the test swallows every exception and asserts nothing
def test_parse_does_not_fail():
    try:
        importer.parse("ada;ADA@X.ORG;5")
    except Exception:
        pass


# verdict: prayer: the same, by suppress
def test_load_suppressed():
    with contextlib.suppress(Exception):
        importer.load(["ada;a@x.org;5", "bad row", "eve;nobody;1"])


# verdict: prayer: the assertion itself is inside the try that swallows it
def test_load_asserts_in_vain():
    try:
        customers, bad = importer.load(["ada;a@x.org;5", "eve;nobody;1"])
        assert bad == 7
    except Exception:
        print("import is not available")


# verdict: prayer: what goes wrong in the thread is lost there
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_load_in_background():
    worker = threading.Thread(target=importer.load, args=(["ada;a@x.org;5"],))
    worker.start()
    worker.join()


# verdict: smoke: the project swallows nearly all itself; only its own handler could still crash
# finding: blind-place: topic, address and priority of queue.put
def test_publish_runs():
    queue = Mock()
    queue.put.side_effect = OSError("full")
    importer.publish(queue, [{"mail": "a@x.org", "credit": 1}])


# verdict: witness: the honest one: values and bad rows are compared
def test_load_counts_bad_rows():
    customers, bad = importer.load([" ada ;A@x.org;5", "bad row", "eve;nobody;1"])
    assert customers == [{"name": "Ada", "mail": "a@x.org", "credit": 500}]
    assert bad == 2


# verdict: smoke: no assertion, but an exception would get out
def test_load_smoke():
    importer.load(["ada;a@x.org;5", "eve;nobody;1"])


# verdict: witness: the default after a failure is checked, and so is the one attempt
# finding: blind-place: topic, address and priority of queue.put
def test_publish_failure_gives_default():
    queue = Mock()
    queue.put.side_effect = OSError("full")
    assert importer.publish(queue, [{"mail": "a@x.org", "credit": 1}]) == 0
    queue.put.assert_called_once()
