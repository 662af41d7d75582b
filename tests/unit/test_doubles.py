"""What the observer of test doubles tells, of each idiom in the suite of testdata/doubles.

Each interpreter that is here runs the suite once, by each mechanism it has.
"""

from __future__ import annotations

import shutil

import pytest
from tests.unit.interpreters import ways
from tests.unit.watched import SUITE, Told, Way, read, run_suite

from refute.observed import Argument, Call, Double, DoubleKind

TESTS = ("test_mocks.py", "test_plain.py", "test_lies.py", "test_secrets.py", "test_bounds.py")


@pytest.fixture(scope="module", params=[pytest.param(one.values, id=one.id) for one in ways()])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("doubles")
    shutil.copytree(SUITE, folder / "suite")
    way: Way = request.param
    done = run_suite(folder, way, *(f"tests/{name}" for name in TESTS))
    assert done.returncode == 0, done.stdout + done.stderr
    return read(folder, way)


def source_at(call: Call) -> str:
    """The text that a call's site covers, joined to one line."""
    lines = (SUITE / call.site.file).read_text(encoding="utf-8").splitlines()
    part = lines[call.site.line - 1 : call.site.end_line]
    part[-1] = part[-1][: call.site.end_column - 1]
    part[0] = part[0][call.site.column - 1 :]
    return "".join(line.strip() for line in part)


def shown(arguments: tuple[Argument, ...]) -> dict[str, str]:
    return {one.path: one.shown for one in arguments}


def calls(double: Double) -> list[tuple[str, str, dict[str, str], str, str]]:
    return [
        (one.method, source_at(one), shown(one.arguments), one.result, one.returned)
        for one in double.calls
    ]


DELETE = 'run_kubectl(["delete", "pod", name], namespace=space)'
DELETED = {
    "0": "['delete', 'pod', 'a']",
    "0[0]": "'delete'",
    "0[1]": "'pod'",
    "0[2]": "'a'",
    "namespace": "'default'",
}


def test_patch_as_decorator(told: Told) -> None:
    double = told.double("test_decorator")
    assert (double.target, double.name) == ("shop.jobs.run_kubectl", "run_kubectl")
    assert (double.kind, double.spec, double.returns) == (DoubleKind.MOCK, False, "0")
    assert (double.file, double.line) == ("tests/test_mocks.py", line_of("def test_decorator") - 1)
    assert double.looked == ("assert_called_once_with", "call_args", "method_calls")
    assert calls(double) == [("", DELETE, DELETED, "int", "0")]
    assert [(one.path, one.kind) for one in double.calls[0].arguments] == [
        ("0", "list"), ("0[0]", "str"), ("0[1]", "str"), ("0[2]", "str"), ("namespace", "str"),
    ]  # fmt: skip
    assert double.calls[0].site.function == "delete"


def line_of(text: str, file: str = "tests/test_mocks.py") -> int:
    lines = (SUITE / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_calls_by_the_test_itself_are_not_the_projects(told: Told) -> None:
    double = told.double("test_context_manager")
    assert (double.target, double.calls) == ("shop.cloud.run_kubectl", ())
    assert double.looked == ("call_count",)
    assert double.line == line_of('with patch.object(cloud, "run_kubectl")')


@pytest.mark.parametrize("test", ["test_in_class", "test_started"])
def test_patch_of_a_class_of_tests_and_by_start(told: Told, test: str) -> None:
    double = told.double(test)
    assert double.target == "shop.jobs.run_kubectl"
    assert [one[1] for one in calls(double)] == [DELETE]


def test_patch_that_many_tests_share_is_not_blamed_for_idling(told: Told) -> None:
    assert told.lies("test_idle_in_class") == []
    assert told.double("test_idle_in_class").calls == ()


def test_patch_multiple_and_dict(told: Told) -> None:
    targets = [one.target for one in told.doubles("test_multiple")]
    assert targets == ["shop.jobs.run_kubectl", "shop.jobs.Client"]
    assert told.double("test_multiple", "shop.jobs.Client").looked == ("assert_not_called",)
    values = [(one.target, one.kind, one.returns) for one in told.doubles("test_dict")]
    assert values == [
        ("os.environ[STAGE]", DoubleKind.VALUE, "'test'"),
        ("shop.cloud.OPTIONS[retries]", DoubleKind.VALUE, "1"),
        ("shop.cloud.OPTIONS[more]", DoubleKind.VALUE, "'yes'"),
    ]


def test_chain_of_returned_mocks_is_one_double(told: Told) -> None:
    double = told.double("test_chain")
    assert (double.target, double.file) == ("", "tests/conftest.py")
    assert [(one[0], one[1]) for one in calls(double)] == [
        (".execute", 'db.execute("SELECT 1", {"id": key})'),
        (".execute().first", 'db.execute("SELECT 1", {"id": key}).first()'),
    ]
    assert shown(double.calls[0].arguments) == {
        "0": "'SELECT 1'",
        "1": "{'id': 1}",
        '1["id"]': "1",
    }
    assert double.calls[0].result == "mock"


def test_arrangements_of_the_test_that_nobody_came_for(told: Told) -> None:
    double = told.double("test_chain")
    # What the fixture has arranged for all its tests is no fault of this one.
    assert ".never() gives 4" in double.returns
    assert double.unread == (
        ".query().all() returns [1]",
        ".close() has the side effect OSError",
    )
    assert told.double("test_raises").unread == ("it has 2 more values to give",)


def test_what_is_arranged_for_a_whole_class_is_a_net(told: Told) -> None:
    assert told.double("test_under_a_net").returns == "{}"
    assert told.double("test_under_a_net").unread == ()
    assert told.double("test_arranges_itself").unread == ("returns 3",)


def test_the_object_of_a_method_is_no_argument(told: Told) -> None:
    assert calls(told.double("test_method_without_names")) == [
        ("", "client.get(path)", {"0": "'/a'"}, "str", "'v'")
    ]


def test_mocks_from_a_side_effect_belong_to_the_one_that_gave_them(told: Told) -> None:
    double = told.double("test_returned_by_side_effect", "")
    assert [one.method for one in double.calls] == [".execute", ".execute().first"]


def test_columns_count_characters_and_dunder_calls_do_not_count(told: Told) -> None:
    double = told.double("test_context")
    assert [(one[0], one[1]) for one in calls(double)] == [
        ("", "factory()"),
        ("().__enter__().execute", 'session.execute("é", values=(1, {"name": 2}),)'),
        ("().__enter__().add", 'session.add("ü", len("é"))'),
    ]
    assert shown(double.calls[1].arguments) == {
        "0": "'é'",
        "values": "(1, {'name': 2})",
        "values[0]": "1",
        "values[1]": "{'name': 2}",
        'values[1]["name"]': "2",
    }


def test_awaited_values_and_exceptions(told: Told) -> None:
    session, fetch, failing = told.doubles("test_async")
    assert (session.kind, session.looked) == (DoubleKind.ASYNC_MOCK, ("assert_awaited_once",))
    assert [(one.method, one.awaited) for one in session.calls] == [(".commit", True)]
    assert (fetch.target, fetch.kind) == ("shop.cloud.fetch", DoubleKind.ASYNC_MOCK)
    assert calls(fetch)[0][3:] == ("str", "'v'")
    assert (failing.raises, calls(failing)[0][3:]) == ("ValueError", ("raises", "ValueError"))
    gathered = told.double("test_gathered").calls
    assert [source_at(one) for one in gathered] == ['cloud.fetch("a")', 'cloud.fetch("b")']
    assert all(one.awaited and one.result == "none" for one in gathered)


def test_calls_that_a_library_makes_have_no_site(told: Told) -> None:
    double = told.double("test_in_thread")
    assert (double.calls, double.lies) == ((), ())


def test_autospec(told: Told) -> None:
    client, run, made = told.doubles("test_autospec")
    assert {one.kind for one in (client, run, made)} == {DoubleKind.AUTOSPEC}
    assert client.spec
    assert [(one.method, one.returned) for one in client.calls] == [
        ("", "<NonCallableMagicMock>"),
        ("().get", "{'z': 1}"),
    ]
    assert calls(run)[0][:3] == ("", DELETE, DELETED)
    assert run.looked == ("assert_called_once",)
    assert (made.target, made.returns) == ("shop.cloud.run_kubectl", "3")
    # The object that a method belongs to is no argument of the call.
    for double in told.doubles("test_autospec_method"):
        assert double.target == "shop.cloud.Client.get"
        assert [shown(one.arguments) for one in double.calls] == [{"0": "'/a'"}]


def test_specification_tells_what_a_handed_over_mock_replaces(told: Told) -> None:
    double = told.double("test_spec")
    assert (double.target, double.spec) == ("shop.cloud.Client", True)
    assert [one.method for one in double.calls] == [".get"]


def test_mocks_that_live_longer_than_a_test(told: Told) -> None:
    for test in ("test_shared", "test_shared_again"):
        double = told.double(test)
        assert (double.name, double.file) == ("client", "tests/conftest.py")
        assert [one.method for one in double.calls] == [".get"]
    early = told.double("test_early")
    assert (early.name, early.file, early.line) == ("early", "", 0)


def test_subclasses_properties_and_starred_calls(told: Told) -> None:
    assert [one[1] for one in calls(told.double("test_copying"))] == ['call("x")']
    assert [one.calls for one in told.doubles("test_property")] == [(), ()]
    starred = told.double("test_starred").calls[0]
    assert shown(starred.arguments) == {"0": "'first'", "1": "2", "name": "'n'"}


def test_alike_calls_are_one(told: Told) -> None:
    double = told.double("test_loop")
    assert [shown(one.arguments) for one in double.calls] == [{"0": "'a'"}]


def test_markers(told: Told) -> None:
    assert set(told.tests["test_marked[1]"].markers) == {"integration", "parametrize"}


def test_function_in_place(told: Told) -> None:
    double = told.double("test_function")
    assert (double.target, double.kind) == ("shop.jobs.run_kubectl", DoubleKind.FUNCTION)
    assert calls(double) == [("", DELETE, DELETED, "int", "0")]


def test_values_in_place(told: Told) -> None:
    doubles = told.doubles("test_set_value")
    assert {one.kind for one in doubles} == {DoubleKind.VALUE}
    assert [(one.target, one.returns) for one in doubles] == [
        ("shop.cloud.TIMEOUT", "9"),
        ("shop.cloud.OPTIONS[retries]", "1"),
        ("os.environ[STAGE]", "'test'"),
        ("shop.cloud.forget", "removed"),
        ("os.environ[STAGE]", "removed"),
    ]


def test_class_and_methods_in_place(told: Told) -> None:
    double = told.double("test_class")
    assert (double.target, double.kind) == ("shop.jobs.Client", DoubleKind.OBJECT)
    assert [(one.method, one.returned) for one in double.calls] == [
        ("", "<Client>"),
        ("().get", "{'a': '/a'}"),
    ]
    assert shown(double.calls[1].arguments) == {"0": "'/a'", "retries": "1"}
    get, parse = told.doubles("test_methods")
    assert (get.target, parse.target) == ("shop.cloud.Client.get", "shop.cloud.Client.parse")
    assert [calls(get)[0][2], calls(parse)[0][2]] == [{"0": "'/a'"}, {"0": "'t'"}]
    space = told.double("test_namespace")
    assert (space.target, space.kind) == ("shop.jobs.cloud", DoubleKind.OBJECT)
    assert [one.method for one in space.calls] == [".run_kubectl"]
    assert shown(space.calls[0].arguments)["wrong"] == "True"


def test_objects_of_the_tests_own_that_are_handed_over(told: Told) -> None:
    client, call, half = told.doubles("test_handed_over")
    assert (client.target, client.name, client.kind) == ("", "Client", DoubleKind.OBJECT)
    assert [(one[0], one[1], one[4]) for one in calls(client)] == [
        (".get", "client.get(path)", "{'a': '/a'}"),
        (".parse", "client.parse(text)", "'t!'"),
        (".items", "source.items(3)", "<generator>"),
    ]
    assert calls(call) == [("", 'call("x")', {"0": "'x'"}, "str", "'x'")]
    assert [one.method for one in half.calls] == [".get"]


def test_arguments_of_functions_by_the_form_of_the_call(told: Told) -> None:
    some, everything = told.doubles("test_spread")
    assert shown(some.calls[0].arguments) == {
        "0": "'first'",
        "1": "2",
        "2": "3",
        "last": "4",
        "other": "5",
    }
    assert shown(everything.calls[0].arguments) == {"0": "'first'", "1": "2", "last": "4"}


def test_coroutines_and_exceptions_of_functions(told: Told) -> None:
    fetch, session, broken = told.doubles("test_coroutines")
    assert calls(fetch)[0][1] == 'cloud.fetch("http://host/")'
    assert (calls(fetch)[0][3:], fetch.calls[0].awaited) == (("str", "'v'"), True)
    assert calls(session) == [(".commit", "session.commit()", {}, "none", "None")]
    assert calls(broken) == [(".commit", "session.commit()", {}, "raises", "ValueError")]
    refuse, catch = told.doubles("test_raising")
    assert calls(refuse)[0][3:] == ("raises", "OSError")
    assert calls(catch)[0][3:] == ("none", "None")


RUN = "shop.cloud.run_kubectl"


@pytest.mark.parametrize(
    ("test", "kind", "message"),
    [
        ("signature", "signature", f"{RUN} refuses this call: it has no parameter 'wrong'"),
        ("signature_of_method", "signature", "it takes 2 arguments by position, not 4"),
        ("attribute", "attribute", "instances of shop.cloud.Client have no attribute 'nothing'"),
        ("attribute_of_module", "attribute", "the real shop.cloud has no attribute 'get'"),
        ("attribute_of_module", "signature", "it has no parameter 'wrong'"),
        ("async_given_plain", "async", "is a coroutine function, and this double gives a plain"),
        ("plain_given_async", "async", f"{RUN} is a plain function, and this double gives a"),
        ("returns", "returns", f"it returns 'zero', and the real {RUN} says that it returns int"),
        ("returns_optional", "returns", "it returns 3, and the real shop.cloud.fetch says that"),
        ("unused", "unused", f"put in the place of {RUN}, and nothing came to it"),
    ],
)
def test_lie(told: Told, test: str, kind: str, message: str) -> None:
    assert [text for found, text in told.lies(f"test_{test}") if found == kind and message in text]


NO_LIES = ("returns_as_it_should", "not_unused", "not_unused_behind_a_function", "handed_on")


@pytest.mark.parametrize("test", NO_LIES)
def test_no_lie(told: Told, test: str) -> None:
    assert told.lies(f"test_{test}") == []


def test_lies_are_told_once_each(told: Told) -> None:
    tests = [name for name in told.tests if told.lies(name)]
    for test in tests:
        assert len(set(told.lies(test))) == len(told.lies(test))


def test_secrets_never_leave(told: Told) -> None:
    found = [at for at in range(len(told.text)) if told.text.startswith("leak", at)]
    # The suite's own names have the word in no other place.
    assert [told.text[at - 60 : at + 40] for at in found] == []
    assert "***" in told.text


def test_secrets_leave_the_rest_to_be_read(told: Told) -> None:
    first, second, third, fourth = told.double("test_names").calls
    assert shown(first.arguments) == {"0": "***", "1": "'user'", "2": "***"}
    assert shown(second.arguments)["0"] == "{'user': 'u', 'password': ***}"
    assert shown(third.arguments)["0"] == "['mysql', '--password', ***, '--token=***']"
    assert shown(fourth.arguments) == {"0": "***"}
    url = told.double("test_form[5]").calls[0]
    assert shown(url.arguments)["0"] == "'postgresql://***@host/db'"


def test_objects_are_told_by_their_class_alone(told: Told) -> None:
    double = told.doubles("test_objects")[0]
    assert [one.shown for one in double.calls[0].arguments if one.kind == "object"] == [
        "<Hostile>", "<Hostile>", "<Hostile>", "<Text>", "<Words>",
    ]  # fmt: skip


def test_names_that_a_reader_knows(told: Told) -> None:
    get = told.double("test_lookup_in_the_environment", "os.environ.get")
    assert shown(get.calls[0].arguments) == {"0": "'NOTIFY_SOCKET'", "1": "None"}
    made = told.double("test_lookup_in_the_environment", "socket.socket")
    assert shown(made.calls[0].arguments) == {"0": "AddressFamily.AF_UNIX"}


def test_the_environment_that_is_handed_on_is_left_out(told: Told) -> None:
    double = told.double("test_environment_handed_on")
    assert set(shown(double.calls[0].arguments)) == {"0", "0[0]", "env", 'env["LC_ALL"]'}


def test_a_place_that_calls_a_fake_again_and_again(told: Told) -> None:
    # Alike calls are one. A call after two hundred at one place is not looked at, not even one
    # with another kind of argument; a call at another place is.
    calls = told.double("test_many_calls_of_a_fake").calls
    assert [(call.method, [one.shown for one in call.arguments]) for call in calls] == [
        (".get", ["0"]),
        (".take", []),
    ]


def test_a_fake_that_was_left_alone_is_looked_at_in_the_next_test(told: Told) -> None:
    assert len(told.double("test_very_many_calls_of_a_fake").calls) == 1
    (call,) = told.double("test_the_same_fake_afterwards").calls
    assert (call.method, call.returned) == (".get", "2")


def test_bounds(told: Told) -> None:
    assert sum(len(one.calls) for one in told.tests["test_many_calls"].doubles) == 200
    assert len(told.tests["test_many_doubles"].doubles) == 60
    first, second = told.double("test_wide").calls
    texts = [one.shown for call in (first, second) for one in call.arguments]
    assert max(map(len, texts)) <= 80
    assert max(len(first.arguments), len(second.arguments)) <= 40
    assert shown(first.arguments)["0"] == "[0, 1, 2, 3, 4, 5, 6, 7, …]"
    assert shown(first.arguments)["2[0][0]"] == "[…]"
    assert "0[8]" not in shown(first.arguments)
