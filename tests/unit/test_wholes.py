"""Statements and outputs of doubles, as the child tells them at length."""

from __future__ import annotations

from subprocess import CompletedProcess
from types import SimpleNamespace

import pytest

from refute_child.observe.shown import Secrets
from refute_child.observe.wholes import outputs_of, statement_of, told_output, told_statement


class TextClause:
    def __init__(self, text: str) -> None:
        self.text = text


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "  -- who\n  select * from t",
        "/* a\n b */ WITH x AS (SELECT 1) SELECT * FROM x",
        "(SELECT 1) UNION (SELECT 2)",
        "delete from t",
    ],
)
def test_statements_are_known_by_their_verb(text: str) -> None:
    assert statement_of(text) == text
    assert statement_of(TextClause(text)) == text


@pytest.mark.parametrize("value", ["selected", "SELECT", "", "hello", b"SELECT 1", 7, None])
def test_others_are_none(value: object) -> None:
    assert statement_of(value) == ""


def test_what_may_be_secret_is_blanked_and_the_rest_kept() -> None:
    secrets = Secrets()
    secrets.learn("hunter2hunter2")
    plain = "SELECT a FROM t WHERE b = 'x' LIMIT 5"
    assert told_statement(plain, secrets) == plain
    told = told_statement("SELECT a FROM t WHERE password = 'hunter2hunter2' LIMIT 5", secrets)
    assert told == "SELECT a FROM t WHERE password = '***' LIMIT 0"
    keyed = "SELECT a FROM t WHERE token = :token AND api_key = %s"
    assert told_statement(keyed, secrets) == keyed
    assert "hunter2" not in told_statement("SELECT hunter2hunter2 FROM t", secrets)
    assert told_statement("SELECT " + "a, " * 2000, secrets).endswith("…")


class Done:
    returncode = 0
    stdout = b"[]"


@pytest.mark.parametrize(
    ("value", "call", "names"),
    [
        (CompletedProcess(["x"], 3, "out", None), "run(x)", ["stdout", "stderr", "returncode"]),
        (SimpleNamespace(stdout="x"), "run(x)", ["stdout"]),
        (SimpleNamespace(stdout=object()), "run(x)", []),
        (Done(), "run(x)", ["stdout", "returncode"]),
        ("text", "subprocess.check_output(x)", ["stdout"]),
        ("text", "subprocess.run(x)", []),
        ((b"a", None), "process.communicate()", ["stdout", "stderr"]),
        ((b"a", None), "pair()", []),
        (object(), "run(x)", []),
    ],
)
def test_where_output_is_found(value: object, call: str, names: list[str]) -> None:
    assert [name for name, _ in outputs_of(value, call)] == names


@pytest.mark.parametrize(
    ("value", "kind", "json"),
    [
        ('{"a": 1}', "str", "object"),
        (b"[1]\n", "bytes", "array"),
        ("3", "str", "other"),
        ("web 1/1", "str", "invalid"),
        ("", "str", ""),
        (7, "int", ""),
    ],
)
def test_what_is_told_of_output(value: object, kind: str, json: str) -> None:
    told = told_output("stdout", value, Secrets())
    assert (told["kind"], told["json"]) == (kind, json)
