"""Command lines that doubles took: what is read out of observations, and what follows."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from refute.contracting import answers
from refute.observed import Argument, Call, Double, DoubleKind, Observed, Seen, Site
from refute.theatre.commands import Answered, Command, checked_calls, commands, with_contracts
from refute.theatre.identity import double_id

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
    return list(commands(seen(double(one, target=target))))


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
    wrong, right = commands(observed)
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
    found = {command.words[1:]: said for command, said in answers(observed).items()}
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
