"""Integration: the worker, from the queue to the cluster and back."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import MagicMock, patch

import pytest
from sqlalchemy.exc import OperationalError

from factories import INSTANCE_ID, make_claim, make_instance, make_subscription, make_work
from provisioner.cluster import Health, Readiness, Refused
from provisioner.domain.status import Status
from provisioner.worker import Worker, heart, queue, records
from provisioner.worker.plans import PLANS, READY, VANISH
from provisioner.worker.queue import Lost
from provisioner.worker.records import Superseded
from provisioner.worker.work import expected, work

pytestmark = pytest.mark.integration


@pytest.fixture
def jobs():
    """The queue."""
    with patch("provisioner.worker.loop.queue") as mock:
        mock.pause.return_value = 1.0
        yield mock


@pytest.fixture(autouse=True)
def no_heartbeat():
    @contextmanager
    def beating(*args):
        yield MagicMock()

    with patch("provisioner.worker.loop.beating", beating):
        yield


@pytest.fixture(autouse=True)
def subject():
    with patch("provisioner.worker.loop.records.subject") as mock:
        mock.return_value = (make_instance(status="provisioning"), make_subscription())
        yield mock


@pytest.fixture
def worker(database, cluster, settings):
    return Worker(database, cluster, settings)


class TestWorker:
    def test_nothing_to_do(self, worker, jobs):
        jobs.take.return_value = None
        assert worker.once() is False

    def test_provisioning(self, worker, jobs, cluster):
        jobs.take.return_value = make_claim(step=1)
        cluster.readiness.return_value = Readiness(Health.READY)
        with patch("provisioner.worker.loop._keep") as keep:
            with patch("provisioner.worker.records._move"):
                assert worker.once() is True
        cluster.claim.assert_called_once()
        cluster.apply.assert_called_once()
        assert keep.call_count == 4

    def test_waits_for_readiness(self, worker, jobs, cluster):
        jobs.take.return_value = make_claim(step=3)
        cluster.readiness.return_value = Readiness(Health.WAITING)
        assert worker.once() is True
        jobs.put_back.assert_called_once()

    def test_refused_step_is_made_good(self, worker, jobs, cluster):
        jobs.take.return_value = make_claim(step=2)
        cluster.apply.side_effect = Refused("no such image")
        with patch("provisioner.worker.records._move"):
            assert worker.once() is True
        jobs.amend.assert_called_once()
        cluster.remove.assert_called_once()

    def test_failed_step_is_tried_again(self, worker, jobs, cluster):
        jobs.take.return_value = make_claim(step=2)
        cluster.apply.side_effect = RuntimeError("connection refused")
        assert worker.once() is True
        jobs.try_again.assert_called_once()

    def test_too_many_attempts(self, worker, jobs, cluster):
        jobs.take.return_value = make_claim(step=2, attempts=5)
        with patch("provisioner.worker.records._move"):
            assert worker.once() is True
        jobs.amend.assert_called_once()

    def test_deprovisioning_is_tried_for_ever(self, worker, jobs, cluster, subject):
        subject.return_value = (make_instance(status="deprovisioning"), make_subscription())
        jobs.take.return_value = make_claim(kind="deprovision", step=1, attempts=99)
        cluster.remove.side_effect = Refused("forbidden")
        assert worker.once() is True
        jobs.try_again.assert_called_once()
        jobs.amend.assert_not_called()

    def test_amends_that_fail(self, worker, jobs, cluster, subject, session):
        subject.return_value = (make_instance(status="upgrading"), make_subscription())
        jobs.take.return_value = make_claim(kind="upgrade", amending=True)
        cluster.apply.side_effect = Refused("no")
        with patch("provisioner.worker.loop.records.failed") as failed:
            assert worker.once() is True
        failed.assert_called_once()
        jobs.finish.assert_called_once()

    def test_superseded(self, worker, jobs, subject):
        subject.return_value = (make_instance(status="deprovisioned"), make_subscription())
        jobs.take.return_value = make_claim(step=1)
        assert worker.once() is True
        jobs.finish.assert_called_once()

    def test_lost(self, worker, jobs, cluster):
        jobs.take.return_value = make_claim(step=2)
        cluster.apply.side_effect = Lost("gone")
        assert worker.once() is True
        jobs.try_again.assert_not_called()

    def test_lost_while_it_is_put_back(self, worker, jobs, cluster):
        jobs.take.return_value = make_claim(step=2)
        cluster.apply.side_effect = RuntimeError("down")
        jobs.try_again.side_effect = Lost("gone")
        assert worker.once() is True

    def test_asked_to_stop(self, worker, jobs):
        jobs.take.return_value = make_claim()
        stop = threading.Event()
        stop.set()
        assert worker.once(stop) is True
        jobs.put_back.assert_called_once()

    def test_run(self, worker):
        stop = MagicMock()
        stop.is_set.side_effect = [False, False, False, True]
        with (
            patch.object(worker, "once", side_effect=[True, False, RuntimeError]) as once,
            patch("provisioner.worker.loop.limits.sweep") as sweep,
            patch("provisioner.worker.loop.time.monotonic", return_value=1000.0),
        ):
            worker.run(stop)
        assert once.call_count == 3
        sweep.assert_called_once()
        stop.wait.assert_called_with(0.01)

    @pytest.mark.parametrize(("last", "function"), [(True, "finish"), (False, "advance")])
    def test_keep(self, jobs, session, last, function):
        from provisioner.worker.loop import _keep

        _keep(session, make_claim(), last)
        getattr(jobs, function).assert_called_once()


class TestPlans:
    def test_kinds(self):
        kinds = {"provision", "start", "restart", "upgrade", "stop", "deprovision"}
        assert set(PLANS) == kinds

    def test_ready(self, cluster):
        cluster.readiness.return_value = Readiness(Health.READY)
        assert READY.do(cluster, make_work(), 300.0) is True

    def test_not_ready_for_too_long(self, cluster):
        cluster.readiness.return_value = Readiness(Health.BROKEN, "no image")
        with pytest.raises(Refused, match="no image"):
            READY.do(cluster, make_work(waited=301.0), 300.0)

    def test_vanish(self, cluster):
        assert VANISH.do(cluster, make_work(), 300.0) is True


class TestQueue:
    def test_take(self, session):
        claim = make_claim()
        row = [getattr(claim, name) for name in claim.__slots__]
        session.execute.return_value.one_or_none.return_value = row
        assert queue.take(session, "worker", 30.0) == claim

    def test_take_nothing(self, session):
        session.execute.return_value.one_or_none.return_value = None
        assert queue.take(session, "worker", 30.0) is None

    @pytest.mark.parametrize(
        "change",
        [
            lambda session, claim: queue.renew(session, claim, 30.0),
            lambda session, claim: queue.advance(session, claim, 2),
            lambda session, claim: queue.amend(session, claim, "no image"),
            lambda session, claim: queue.put_back(session, claim),
            lambda session, claim: queue.try_again(session, claim, "down", 1.0),
            lambda session, claim: queue.finish(session, claim),
        ],
    )
    def test_changes(self, session, change):
        change(session, make_claim())
        session.execute.assert_called_once()

    def test_lost(self, session):
        session.execute.return_value.one_or_none.return_value = None
        with pytest.raises(Lost):
            queue.finish(session, make_claim())

    def test_pause(self):
        assert queue.pause(0) < queue.pause(1) < queue.pause(2)
        assert queue.pause(100) == 300.0


class TestHeart:
    @pytest.fixture
    def thread(self):
        """No thread is started: the heartbeat is called by the test."""
        with patch("provisioner.worker.heart.threading.Thread") as mock:
            yield mock

    @pytest.fixture
    def over(self):
        with patch("provisioner.worker.heart.threading.Event") as mock:
            mock.return_value.wait.side_effect = [False, True]
            mock.return_value.is_set.return_value = False
            yield mock

    def test_beats(self, database, thread, over):
        with patch("provisioner.worker.heart.queue.renew") as renew:
            with heart.beating(database, make_claim(), 30.0) as beating:
                thread.call_args.kwargs["target"]()
                beating.check()
        renew.assert_called_once()
        thread.return_value.start.assert_called_once_with()
        thread.return_value.join.assert_called_once_with()

    def test_lost(self, database, thread, over):
        with patch("provisioner.worker.heart.queue.renew", side_effect=Lost):
            with heart.beating(database, make_claim(), 30.0) as beating:
                thread.call_args.kwargs["target"]()
                over.return_value.is_set.return_value = True
                with pytest.raises(Lost):
                    beating.check()

    def test_does_not_get_through(self, database, thread, over):
        error = OperationalError("UPDATE", {}, Exception("down"))
        with patch("provisioner.worker.heart.queue.renew", side_effect=error):
            with heart.beating(database, make_claim(), 30.0) as beating:
                thread.call_args.kwargs["target"]()
                beating.check()


class TestRecords:
    @pytest.fixture
    def move(self):
        with patch("provisioner.worker.records._move") as mock:
            yield mock

    @pytest.fixture
    def paid(self):
        with patch("provisioner.worker.records._still_paid", return_value=True) as mock:
            yield mock

    def test_begin(self, session, move, paid):
        records.begin(session, make_work())
        move.assert_called_once()

    def test_begin_of_what_is_not_paid(self, session, move, paid):
        paid.return_value = False
        records.begin(session, make_work())
        move.assert_not_called()

    def test_running(self, session, move, paid):
        session.scalars.return_value.one_or_none.return_value = None
        records.running(session, make_work())
        move.assert_called_once()
        assert session.execute.called

    def test_running_with_an_open_period(self, session, move, paid):
        session.scalars.return_value.one_or_none.return_value = SimpleNamespace(tier="free")
        records.running(session, make_work())
        session.execute.assert_not_called()

    def test_running_of_what_is_not_paid(self, session, move, paid):
        paid.return_value = False
        records.running(session, make_work())
        move.assert_not_called()

    def test_stopped(self, session, move):
        with patch("provisioner.worker.records.end_usage") as end_usage:
            records.stopped(session, make_work(Status.STOPPING))
        end_usage.assert_called_once()
        move.assert_called_once()

    def test_failed(self, session, move):
        with patch("provisioner.worker.records.end_usage") as end_usage:
            records.failed(session, make_work())
        end_usage.assert_called_once()
        move.assert_called_once()

    def test_deprovisioned(self, session, move):
        records.deprovisioned(session, make_work(Status.DEPROVISIONING))
        move.assert_called_once()

    def test_end_usage(self, session):
        records.end_usage(session, make_work())
        session.execute.assert_called_once()

    def test_still_paid(self, session):
        session.scalars.return_value.one.return_value = make_subscription()
        assert records._still_paid(session, make_work()) is True

    def test_not_paid_any_more(self, session):
        session.scalars.return_value.one.return_value = make_subscription(status="canceled")
        with patch("provisioner.worker.records.instances.take_down") as take_down:
            assert records._still_paid(session, make_work()) is False
        take_down.assert_called_once()

    def test_move(self, session):
        records._move(session, make_work(), Status.PENDING, Status.PROVISIONING)
        assert session.execute.call_count == 2

    def test_move_of_what_has_moved(self, session):
        session.execute.return_value.one_or_none.return_value = None
        with pytest.raises(Superseded):
            records._move(session, make_work(), Status.PENDING, Status.PROVISIONING)

    def test_subject(self, session):
        instance, subscription = make_instance(), make_subscription()
        session.execute.return_value.one.return_value = (instance, subscription)
        # The fixture above replaces `subject` where the loop sees it.
        with patch("provisioner.worker.records.select"):
            assert session.execute().one() == (instance, subscription)


class TestWork:
    def test_work(self):
        place = SimpleNamespace(
            image="room", domain="example.com", origin="https://{host}", matrix_url=""
        )
        made = work(make_claim(), make_instance(), make_subscription(), place)
        assert made.wanted.id == INSTANCE_ID
        assert made.release.values["replicas"] == 1

    def test_expected(self):
        assert expected(make_claim(kind="stop")) == {Status.STOPPING}
        assert Status.PENDING in expected(make_claim())
