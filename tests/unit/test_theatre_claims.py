"""Claims, leaks, the map of boundaries and the pyramid, from what tests cross."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.factory import fault, survived
from tests.unit.stage_props import CLOUD, baseline, call, double, named, observed, seen, site

from refute.baseline import Coverage, TestOutcome
from refute.observed import DoubleKind, Seen
from refute.theatre.boundaries import map_boundaries, measure_pyramid
from refute.theatre.claims import Leak, claimed, find_claims, find_leaks
from refute.theatre.crossings import real_kinds, stands_for_boundary


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("tests/integration/test_pods.py::test_delete", ("integration",)),
        ("tests/test_pods_integration.py::test_delete", ("integration",)),
        ("tests/test_pods.py::TestIntegration::test_delete", ("integration",)),
        ("tests/test_pods.py::test_delete_end_to_end", ("end_to_end",)),
        ("tests/e2e/test_pods.py::test_delete", ("e2e",)),
        ("tests/database/test_pods.py::test_delete", ("database",)),
        ("tests/test_database.py::test_delete", ("database",)),
        ("tests/test_pods.py::test_live_delete", ("live",)),
        ("tests/test_pods.py::test_delete[integration]", ()),
        ("tests/test_pods.py::test_parse_database_url", ()),
        ("tests/test_pods.py::test_database_url", ()),
        ("tests/test_pods.py::test_network_failure_is_retried", ()),
        ("tests/test_pods.py::test_delivers", ()),
        ("tests/test_integrations.py::test_list", ()),
    ],
)
def test_names_and_paths_that_claim(id: str, words: tuple[str, ...]) -> None:
    assert claimed(id, ()) == words


def test_markers_claim_and_names_of_project_files_do_not() -> None:
    id = "tests/test_database.py::test_database_saves"
    assert claimed(id, (), {"database"}) == ()
    assert claimed(id, ("database", "asyncio"), {"database"}) == ("database",)
    assert claimed("tests/test_a.py::test_a", ("integration_test",)) == ("integration",)


@pytest.mark.parametrize(
    ("test", "subject", "words"),
    [
        ("TestNetworkWatchdog::test_init", "network_watchdog", ()),
        ("test_network_watchdog_takes_flags", "network_watchdog", ()),
        ("test_network_watch", "network_watchdog", ("network",)),
        ("test_network_is_reached", "network_watchdog", ("network",)),
    ],
)
def test_a_medium_that_begins_a_name_of_the_projects_is_a_subject(
    test: str, subject: str, words: tuple[str, ...]
) -> None:
    assert claimed(f"tests/test_a.py::{test}", (), {subject}) == words


def test_names_of_several_words_in_the_code_are_subjects() -> None:
    base = baseline(named("tests/test_a.py::TestDatabaseManager::test_saves"))
    assert find_claims(base, observed(seen()), ["DatabaseManager.save"]) == ()
    assert len(find_claims(base, observed(seen()), ["database", "Manager.save"])) == 1


INTEGRATION = "tests/integration/test_a.py::test_a"


def claims(one: Seen, id: str = INTEGRATION) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    found = find_claims(baseline(named(id)), observed(one))
    return [(claim.crosses, claim.doubles) for claim in found]


@pytest.mark.parametrize(
    ("crossing", "kind"),
    [
        ("process kubectl @12", "process"),
        ("connect 10.0.0.1:443", "connect"),
        ("listen 127.0.0.1:0", "listen"),
        ("database sqlite :memory:", "database"),
        ("database postgresql @12", "database"),
        ("write /srv/data.json @12", "files"),
        ("fork", "process"),
    ],
)
def test_a_claim_holds_if_anything_real_is_crossed(crossing: str, kind: str) -> None:
    assert claims(seen(crosses=[crossing])) == [((kind,), ())]


def test_sleeping_crosses_nothing() -> None:
    (found,) = find_claims(
        baseline(named(INTEGRATION)), observed(seen(crosses=["sleep", "signal"]))
    )
    assert found.empty


def test_an_empty_claim_names_the_doubles_in_the_boundaries_place() -> None:
    run, other = double("shop.cloud.subprocess.run"), double("shop.clock.now", calls=(call(),))
    assert claims(seen(other, run)) == [((), ("shop.cloud.subprocess.run",))]
    assert claims(seen(other)) == [((), ("shop.clock.now",))]
    assert claims(seen(other, run), "tests/test_a.py::test_a") == []


def test_tests_that_do_not_pass_claim_nothing() -> None:
    known = named(INTEGRATION, outcome=TestOutcome.FAILED)
    assert find_claims(baseline(known), observed(seen())) == ()


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("subprocess.run", True),
        ("shop.cloud.requests.get", True),
        ("os.system", True),
        ("shop.cloud.os.system", True),
        ("httpx.AsyncClient", True),
        ("kubernetes.client.CoreV1Api", True),
        ("shop.pricing.discount", False),
        ("os.getcwd", False),
    ],
)
def test_targets_that_stand_for_a_boundary(target: str, expected: bool) -> None:
    assert stands_for_boundary(double(target)) is expected
    assert not stands_for_boundary(double(target, kind=DoubleKind.VALUE))


def test_the_name_of_the_project_itself_says_nothing() -> None:
    inside = call(at=replace(site(), file="src/hvac/adapters.py"))
    assert not stands_for_boundary(double("hvac.utils.raise_for_error", calls=(inside,)))
    assert stands_for_boundary(double("hvac.adapters.requests", calls=(inside,)))
    assert stands_for_boundary(double("hvac.Client", calls=(call(),)))


def test_fakes_of_libraries_stand_for_a_boundary_and_a_frozen_clock_does_not() -> None:
    assert stands_for_boundary(double("", name="responses", kind=DoubleKind.LIBRARY))
    assert not stands_for_boundary(double("", name="freezegun", kind=DoubleKind.LIBRARY))


PLAIN = "tests/test_a.py::test_a"
MOCKED = double("shop.cloud.requests.get")


def leaks(one: Seen, id: str = PLAIN) -> tuple[Leak, ...]:
    return find_leaks(baseline(named(id)), observed(one))


def test_a_leak_says_what_where_and_beside_which_doubles() -> None:
    (found,) = leaks(seen(MOCKED, crosses=["process kubectl @12"]))
    assert (found.words, found.file, found.line) == ("process kubectl", CLOUD, 12)
    assert found.looks == "shop.cloud.requests.get is replaced"
    assert (len(found.doubles), found.remote) == (1, True)


@pytest.mark.parametrize(
    ("crossing", "remote"),
    [
        ("process git @12", False),
        ("connect 10.0.0.1:443 @12", True),
        ("connect 127.0.0.1:5432 @12", False),
        ("database postgresql @12", False),
        ("write /srv/data.json @12", False),
        ("delete /srv/data.json @12", False),
    ],
)
def test_what_leaks(crossing: str, remote: bool) -> None:
    assert [one.remote for one in leaks(seen(MOCKED, crosses=[crossing]))] == [remote]


@pytest.mark.parametrize(
    "crossing",
    [
        # The test's own code does it, and knows.
        "process kubectl",
        "database sqlite :memory: @12",
        "listen 127.0.0.1:0 @12",
        "sleep @12",
    ],
)
def test_what_does_not_leak(crossing: str) -> None:
    assert leaks(seen(MOCKED, crosses=[crossing])) == ()


def test_a_connection_to_the_tests_own_server_is_meant() -> None:
    crosses = ["listen 127.0.0.1:0", "connect 127.0.0.1:4711 @12", "connect 10.0.0.1:443 @12"]
    assert [one.what for one in leaks(seen(MOCKED, crosses=crosses))] == ["10.0.0.1:443"]


def test_only_what_looks_isolated_can_leak() -> None:
    crosses = ["process git @12"]
    two = [double("shop.a"), double("shop.b")]
    setting = double("os.environ[HOME]", kind=DoubleKind.VALUE)
    assert leaks(seen(crosses=crosses)) == ()
    assert leaks(seen(double("shop.a"), setting, setting, crosses=crosses)) == ()
    assert leaks(seen(MOCKED, crosses=crosses), INTEGRATION) == ()
    assert leaks(seen(*two, crosses=crosses))[0].looks == "2 doubles stand around it"


@pytest.mark.parametrize(
    ("id", "unit"),
    [
        ("tests/unit/test_a.py::test_a", True),
        ("tests/test_a_unit.py::test_a", True),
        ("tests/test_a.py::UnitTests::test_a", True),
        ("tests/test_a.py::test_unit_price", False),
        ("tests/test_a.py::test_unit_create", True),
        ("tests/test_unit_tenants.py::test_create", True),
        ("tests/test_units_of_measure.py::test_community", False),
        ("tests/test_a.py::test_delete_business_unit", False),
    ],
)
def test_what_is_called_a_unit_test(id: str, unit: bool) -> None:
    found = leaks(seen(crosses=["process git @12"]), id)
    assert [one.looks for one in found] == ["it is called a unit test"] * unit
    assert leaks(seen(crosses=["process git @12"], markers=["unit"]), id) != ()


def test_leaks_that_leave_the_machine_come_first() -> None:
    found = leaks(seen(MOCKED, crosses=["process git @12", "process helm @13"]))
    assert [one.what for one in found] == ["helm", "git"]


def test_the_map_counts_who_goes_there_really_and_who_through_a_double() -> None:
    run = double("shop.cloud.subprocess.run", calls=(call(at=site(12)),))
    known = named("test_a", "test_b", "test_c", "test_d")
    facts = observed(seen(crosses=["process kubectl @12"]), seen(run), seen(run), seen())
    (found,) = map_boundaries(baseline(known), facts, [])
    assert (found.file, found.line, found.really, found.doubled) == (CLOUD, 12, (0,), (1, 2))
    assert found.neither == 1
    assert found.what == ("process kubectl", "shop.cloud.subprocess.run")


def holder(unit: str) -> object:
    mutant = fault("and", "or", file=CLOUD, function=unit)
    return survived(replace(mutant, unit_line=10))


@pytest.mark.parametrize(
    ("unit", "target", "method", "doubled"),
    [
        ("run_kubectl", "shop.api.run_kubectl", "", True),
        ("Cloud.apply", "shop.api.Cloud", "().apply", True),
        ("Cloud.apply", "shop.api.Cloud", "().delete", False),
        ("run", "subprocess.run", "", False),
        ("run", "shop.cloud.run", "", True),
    ],
)
def test_a_double_of_the_function_that_crosses_counts_for_its_line(
    unit: str, target: str, method: str, doubled: bool
) -> None:
    made = double(target, calls=(call(at=site(70), method=method),))
    facts = observed(seen(crosses=["process kubectl @12"]), seen(made))
    found = map_boundaries(baseline(named("a", "b")), facts, [holder(unit)])  # type: ignore[list-item]
    assert found[0].doubled == ((1,) if doubled else ())


@pytest.mark.parametrize(
    ("crosses", "size"),
    [
        ([], "unit"),
        (["sleep"], "unit"),
        (["process git"], "integration"),
        (["connect 127.0.0.1:80"], "integration"),
        # A connection to a database is the database.
        (["database postgresql", "connect 127.0.0.1:5432"], "integration"),
        (["process kubectl", "database postgresql", "connect 127.0.0.1:5432"], "integration"),
        (["process server", "connect 127.0.0.1:80"], "end_to_end"),
        (["listen 127.0.0.1:0", "connect 127.0.0.1:80"], "end_to_end"),
        (["listen 127.0.0.1:0 @9", "database sqlite :memory:"], "end_to_end"),
        # The test serves a stand-in, and project code with a database of its own goes there.
        (["listen 127.0.0.1:0", "database sqlite :memory:"], "integration"),
        (["listen 127.0.0.1:0", "connect 127.0.0.1:80 @9", "database sqlite x"], "integration"),
        (["listen 127.0.0.1:0", "process helm @9", "database postgresql"], "integration"),
    ],
)
def test_the_pyramid_goes_by_what_is_crossed(crosses: list[str], size: str) -> None:
    found = measure_pyramid(baseline(named("test_a")), observed(seen(crosses=crosses)))
    assert getattr(found, size) == found.total == 1


def test_the_pyramid_leaves_out_what_does_not_pass_or_was_not_seen() -> None:
    known = [*named("test_a", "test_b"), *named("test_c", outcome=TestOutcome.FLAKY)]
    facts = replace(observed(seen()), tests={0: seen(), 2: seen()})
    assert measure_pyramid(baseline(known), facts).total == 1


def test_kinds_come_in_one_order() -> None:
    crossings = seen(crosses=["write /a", "process b", "connect c"]).crossings
    assert real_kinds(crossings) == real_kinds(crossings[::-1]) == ("process", "connect", "files")


def test_subjects_come_from_the_projects_own_files() -> None:
    base = baseline(named("tests/test_database.py::test_saves"))
    assert len(find_claims(base, observed(seen()))) == 1
    lines = {"src/shop/database.py": {5: frozenset({0})}}
    base = replace(base, coverage=Coverage(lines, {}, {}, {}))
    assert find_claims(base, observed(seen())) == ()
