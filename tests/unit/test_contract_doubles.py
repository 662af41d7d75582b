"""Command lines that doubles took: what is read out of observations, and what follows."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from refute.contracting import answers
from refute.observed import Argument, Call, Double, DoubleKind, Observed, Seen, Site
from refute.theatre.commands import Answered, Command, all_taken, checked_calls, with_contracts
from refute.theatre.identity import double_id
from refute.theatre.requests import HttpCall, HttpReturn

SITE = Site("src/shop/cloud.py", 5, 5, 5, 40, "delete")


def listed(*words: str, path: str = "0") -> tuple[Argument, ...]:
    parts = [Argument(f"{path}[{at}]", "str", repr(word)) for at, word in enumerate(words)]
    return (Argument(path, "list", str(list(words))), *parts)


def call(*arguments: Argument, method: str = "") -> Call:
    return Call(SITE, method, arguments, "int", "0")


def double(*calls: Call, target: str = "shop.cloud.subprocess.run") -> Double:
    return Double(target, "run", DoubleKind.MOCK, False, "tests/test_cloud.py", 3, calls=calls)


def seen(*doubles: Double) -> Observed:
    return Observed({0: Seen(doubles), 4: Seen(doubles)})


def of(one: Call, target: str = "shop.cloud.subprocess.run") -> list[Command]:
    taken = all_taken(seen(double(one, target=target)))
    return [one for one in taken if isinstance(one, Command)]


@pytest.mark.parametrize(
    ("target", "arguments", "words"),
    [
        ("subprocess.run", listed("git", "push"), ("git", "push")),
        ("shop.cloud.subprocess.Popen", listed("git", "push"), ("git", "push")),
        ("subprocess.check_output", listed("git", path="args"), ("git",)),
        ("shop.cloud.run_command", listed("git", "push"), ("git", "push")),
        ("shop.cloud.store", listed("git", "push"), None),
        ("shop.run_kubectl", listed("deleet", "pod"), ("kubectl", "deleet", "pod")),
        ("shop.run_kubectl", listed("kubectl", "get"), ("kubectl", "get")),
        ("os.system", (Argument("0", "str", "'git push'"),), ("git", "push")),
        ("os.system", (Argument("0", "str", "'git push | cat'"),), None),
        (
            "asyncio.create_subprocess_exec",
            (Argument("0", "str", "'git'"), Argument("1", "str", "'push'")),
            ("git", "push"),
        ),
    ],
)
def test_where_a_command_stands(
    target: str, arguments: tuple[Argument, ...], words: tuple[str, ...] | None
) -> None:
    assert [one.words for one in of(call(*arguments), target)] == ([words] if words else [])


def test_a_patched_module_is_known_by_the_method() -> None:
    (one,) = of(call(*listed("git", "push"), method=".run"), "shop.cloud.subprocess")
    assert one.words == ("git", "push")


def test_words_that_are_not_known_to_the_letter() -> None:
    first, *rest = listed("git", "push", "x" * 20)
    masked = [*rest[:-1], Argument("0[2]", "str", "'***'"), Argument("0[3]", "object", "<Path>")]
    (one,) = of(call(first, *masked))
    assert one == Command(("git", "push", "***", "x"), frozenset({2, 3}))


def test_long_commands_may_go_on() -> None:
    (one,) = of(call(*listed("git", *"abcdefg")))
    assert not one.whole
    assert one.shown == "git a b c d e f g …"


def test_a_refused_command_makes_the_double_a_liar() -> None:
    observed = seen(double(call(*listed("git", "psuh")), call(*listed("git", "push"))))
    wrong, right = all_taken(observed)
    said = {wrong: Answered("refused", "no `psuh`"), right: Answered("accepted")}
    (lie,) = with_contracts(observed, said).tests[4].doubles[0].lies
    assert lie.kind == "contract"
    assert lie.message == "it takes `git psuh`, which the real program refuses: no `psuh`"
    first, second = checked_calls(observed, said)
    assert (first.command, first.verdict, first.line, first.tests) == (
        "git psuh",
        "refused",
        5,
        (0, 4),
    )
    assert second.verdict == "accepted"
    assert first.double == double_id(observed.tests[0].doubles[0])
    assert with_contracts(observed, {right: Answered("accepted")}) is observed


def test_git_itself_is_asked() -> None:
    lines = [("comit",), ("commit", "-m", "x"), ("commit", "--amned")]
    observed = seen(double(*(call(*listed("git", *line)) for line in lines)))
    found = {
        one.words[1:]: said for one, said in answers(observed).items() if isinstance(one, Command)
    }
    assert found[lines[0]].why == "git has no command `comit`: did you mean `commit`?"
    assert found[lines[1]].verdict == "accepted"
    assert found[lines[2]].why == "git commit has no option `--amned`: did you mean `--amend`?"


def test_what_was_not_recorded_is_not_held_against_a_double() -> None:
    (command,) = of(call(*listed("git", "commit", "--amned")))
    for vague in (replace(command, vague=frozenset({2})), replace(command, whole=False)):
        observed = seen(double(call(*listed("git", "commit", "--amned"))))
        assert answers(observed)[command].verdict == "refused"
        one = _first(vague)
        assert one.verdict == "unknown"


def _first(command: Command) -> Answered:
    from refute.contracting import _SAFE, _answer

    return _answer(command, os.environ, _SAFE)


def test_a_function_named_after_a_program_is_believed_in_its_verb_alone() -> None:
    found = [
        _first(Command(("git", *words), presumed=True)).verdict
        for words in (("comit",), ("commit", "--amned"), ("zzz",), ("commit",))
    ]
    assert found == ["refused", "unknown", "unknown", "accepted"]


def keyword(name: str, kind: str, shown: str) -> Argument:
    return Argument(name, kind, shown)


URL = keyword("0", "str", "'https://api.example.test/v1/items'")


@pytest.mark.parametrize(
    ("target", "arguments", "expected"),
    [
        ("shop.requests.get", (URL,), HttpCall("GET", "https://api.example.test/v1/items")),
        ("shop.client.get", (keyword("0", "str", "'/items'"),), None),
        ("shop.cache.get", (keyword("0", "str", "'key'"),), None),
        ("shop.requests.get", (keyword("0", "str", "'https://api.example.test/…'"),), None),
        (
            "httpx.request",
            (keyword("0", "str", "'put'"), keyword("1", "str", "'http://a.test/'")),
            HttpCall("PUT", "http://a.test/"),
        ),
        (
            "shop.requests.get",
            (URL, keyword("params", "dict", "…"), keyword('params["limit"]', "int", "5")),
            HttpCall("GET", "https://api.example.test/v1/items?limit=5"),
        ),
        (
            "shop.requests.post",
            (
                URL,
                keyword("json", "dict", "…"),
                keyword('json["n"]', "int", "1"),
                keyword('json["l"]', "list", "['a']"),
                keyword('json["l"][0]', "str", "'a'"),
            ),
            HttpCall("POST", "https://api.example.test/v1/items", '{"l": ["a"], "n": 1}'),
        ),
        (
            "shop.requests.post",
            (URL, keyword("json", "dict", "…"), keyword('json["token"]', "str", "'***'")),
            HttpCall("POST", "https://api.example.test/v1/items", body_known=False),
        ),
        (
            "shop.requests.post",
            (URL, keyword("data", "bytes", "b'x'")),
            HttpCall("POST", "https://api.example.test/v1/items", body_known=False),
        ),
    ],
)
def test_http_calls(
    target: str, arguments: tuple[Argument, ...], expected: HttpCall | None
) -> None:
    taken = all_taken(seen(double(call(*arguments), target=target)))
    assert taken == (() if expected is None else (expected,))


def test_calls_are_held_against_the_documents_of_the_project(tmp_path: Path) -> None:
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    content = {"application/json": {"schema": {"type": "object", "required": ["n"]}}}
    item = {
        "get": {"parameters": [limit], "responses": {}},
        "post": {"requestBody": {"required": True, "content": content}, "responses": {}},
    }
    (tmp_path / "vendor").mkdir()
    document = {
        "openapi": "3.1.0",
        "servers": [{"url": "https://api.example.test/v1"}],
        "paths": {"/items": item},
    }
    (tmp_path / "vendor" / "example-openapi.json").write_text(json.dumps(document))
    limti = (keyword("params", "dict", "…"), keyword('params["limti"]', "int", "5"))
    empty = keyword("json", "dict", "{}")
    other = keyword("0", "str", "'https://other.test/'")
    observed = seen(
        double(call(URL), call(URL, *limti), call(other), target="requests.get"),
        double(call(URL, empty), call(URL), target="requests.post"),
    )
    found = [(one.verdict, one.why) for one in answers(observed, tmp_path).values()]
    assert found == [
        ("accepted", ""),
        ("refused", "query.limti: the operation has no such parameter: did you mean `limit`?"),
        ("unknown", "no OpenAPI document in the project names other.test as a server"),
        ("refused", "body: 'n' is a required property"),
        ("refused", "body: it must be given"),
    ]
    (lie,) = with_contracts(observed, answers(observed, tmp_path)).tests[0].doubles[0].lies
    assert "which the provider's OpenAPI document forbids: query.limti" in lie.message


@pytest.mark.parametrize(
    ("returned", "verdict", "why"),
    [
        ("{'items': [{'id': 1}]}", "accepted", ""),
        ("{'items': [{…}]}", "unknown", "the part that matters was not recorded"),
        ("{'items': [1]}", "refused", "body.items.0: 1 is not of type 'object'"),
        ("{'itmes': []}", "refused", "body: 'items' is a required property"),
        ("[…]", "unknown", "the part that matters was not recorded"),
    ],
)
def test_answers_are_held_against_the_document(
    returned: str, verdict: str, why: str, tmp_path: Path
) -> None:
    item = {"type": "object", "required": ["id"]}
    items = {"type": "array", "items": item}
    schema = {"type": "object", "required": ["items"], "properties": {"items": items}}
    answer = {"200": {"content": {"application/json": {"schema": schema}}}}
    document = {
        "openapi": "3.1.0",
        "servers": [{"url": "https://api.example.test/v1"}],
        "paths": {"/items": {"get": {"responses": answer}}},
    }
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    kind = "list" if returned.startswith("[") else "dict"
    read = Call(SITE, "().json", (), kind, returned)
    observed = seen(double(call(URL), read, target="requests.get"))
    found = [one for one in answers(observed, tmp_path).items() if isinstance(one[0], HttpReturn)]
    assert [(said.verdict, said.why) for _, said in found] == [(verdict, why)]


def test_an_answer_to_one_of_several_calls_belongs_to_none() -> None:
    other = keyword("0", "str", "'https://api.example.test/v1/others'")
    read = Call(SITE, "().json", (), "dict", "{'n': 1}")
    observed = seen(double(call(URL), call(other), read, target="requests.get"))
    assert [one for one in all_taken(observed) if isinstance(one, HttpReturn)] == []
