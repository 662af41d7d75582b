"""What programs print, and what subprocess makes of it."""

from __future__ import annotations

import pytest

from refute.contracts import Accepted, Refused, Unknown
from refute.contracts.outputs import Part, check_output

PODS = ("kubectl", "get", "pods", "-o", "json")
OK = Part("int", "0")


def out(text: str, json: str = "", kind: str = "str") -> dict[str, Part]:
    return {"stdout": Part(kind, text, json), "returncode": OK}


@pytest.mark.parametrize(
    ("words", "stdout", "why"),
    [
        (PODS, Part("str", '{"items": []}', "object"), ""),
        (PODS, Part("str", "[]", "array"), "kubectl get prints an object in JSON, and not this"),
        (PODS, Part("str", "web 1/1", "invalid"), "kubectl get prints JSON, and this is none"),
        (PODS, Part("str", ""), "kubectl get prints JSON, and not nothing"),
        ((*PODS, "--ignore-not-found"), Part("str", ""), ""),
        ((*PODS, "--watch"), Part("str", "{}\n{}", "invalid"), ""),
        (PODS[:3], Part("str", "web 1/1", "invalid"), ""),
        (("helm", "list", "--output=json"), Part("str", "[]", "array"), ""),
        (("helm", "ls", "-ojson"), Part("str", "{}", "object"), "a list"),
        (("git", "rev-parse", "HEAD"), Part("str", "a" * 40 + "\n"), ""),
        (("/usr/bin/git", "rev-parse", "--verify", "HEAD"), Part("str", "f" * 64), ""),
        (("git", "rev-parse", "HEAD"), Part("str", "abc123\n"), "hexadecimal"),
        (("git", "rev-parse", "--short", "HEAD"), Part("str", "abc123\n"), ""),
        (("git", "rev-parse", "--show-toplevel"), Part("str", "repo"), "absolute path"),
        (("git", "rev-parse", "--is-inside-work-tree"), Part("str", "yes"), "true or false"),
        (("my-program", "get", "-o", "json"), Part("str", "x", "invalid"), ""),
    ],
)
def test_what_a_program_prints(words: tuple[str, ...], stdout: Part, why: str) -> None:
    answer = check_output(words, {"stdout": stdout, "returncode": OK})
    assert isinstance(answer, Refused if why else Accepted)
    assert why in str(answer)


def test_what_failed_may_print_anything() -> None:
    failed = {"stdout": Part("str", "", ""), "returncode": Part("int", "1")}
    assert check_output(PODS, failed) == Accepted()
    # Nobody knows how it ended.
    assert check_output(PODS, {"stdout": Part("str", "x", "invalid")}) == Accepted()
    assert isinstance(check_output(PODS, {"stdout": Part("str", "", "")}, check=True), Refused)


@pytest.mark.parametrize(
    ("reads", "kind", "text", "verdict"),
    [
        ("bytes", "bytes", "web", Accepted),
        ("bytes", "str", "web", Refused),
        ("str", "bytes", "web", Refused),
        ("str", "str", "web", Accepted),
        ("", "str", "web", Unknown),
        ("bytes", "str", "", Unknown),
        ("bytes", "none", "None", Refused),
        ("bytes", "int", "3", Refused),
    ],
)
def test_text_is_text_only_where_it_was_asked_for(
    reads: str, kind: str, text: str, verdict: type
) -> None:
    answer = check_output(("prog",), out(text, kind=kind), reads=reads, captured=("stdout",))
    assert isinstance(answer, verdict)
    # Nobody captures it here, and other calls of the same double may.
    assert check_output(("prog",), out(text, kind=kind), reads=reads) == Accepted()


def test_return_codes() -> None:
    assert isinstance(check_output(("prog",), {"returncode": Part("str", "0")}), Refused)
    one = {"returncode": Part("int", "1")}
    assert check_output(("prog",), one) == Accepted()
    said = check_output(("prog",), one, check=True)
    assert str(said) == "with check=True, return code 1 raises CalledProcessError"
    unknown = check_output((*PODS, "x"), out("web", "invalid"), whole=False)
    assert unknown == Accepted()
