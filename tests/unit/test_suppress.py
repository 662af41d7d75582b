"""Each rule of suppression, by what it leaves out and what it leaves in."""

from __future__ import annotations

import pytest

from refute_child.mutants import find_mutants
from refute_child.suppress import RULES

CASES: dict[str, list[tuple[str, bool]]] = {
    "skip_comment": [
        ("a = 1  # refute: skip", True),
        ("a = 1  # refute: skip[number]", True),
        ("a = 1  # refute: skip[string, none]", False),
        ("a = f(\n    1,\n    x=2,  # refute: skip\n)", True),
        ("def f(a):  # refute: skip\n    b()\n    return a + 1", True),
        ("if a:  # refute: skip\n    b = 1", True),
        ("if a:\n    b = 1\nelse:  # refute: skip\n    c = 2", False),
        ("x = '# refute: skip'", False),
    ],
    "no_cover": [
        ("a = 1  # pragma: no cover", True),
        ("class A:  # pragma: no cover\n    a = 1\n    b = 2", True),
        ("a = 1\nb = 2  # pragma: no cover", False),
        ("@d\ndef f(a):  # pragma: no cover\n    return a + 1", True),
    ],
    "logging": [
        ("logger.info('text %s', 1)", True),
        ("self._log.error(f'{a} text')", True),
        ("logging.getLogger('name').debug(1)", True),
        ("warnings.warn('text', stacklevel=2)", False),
        ("math.log(2)", False),
        ("catalog.info('name')", False),
        ("print('name')", False),
    ],
    "exception_message": [
        ("raise ValueError('some text')", False),
        ("raise error.with_name('text')", False),
    ],
    "repr": [
        ("class A:\n    def __repr__(self):\n        return 'A' + self.name", True),
        ("class A:\n    def __str__(self):\n        return 'A' + self.name", False),
    ],
    "type_checking": [
        ("if TYPE_CHECKING:\n    import a", True),
        ("if typing.TYPE_CHECKING:\n    a = 1", True),
        ("if TYPE_CHECKING:\n    a = 1\nelse:\n    a = 2", False),
    ],
    "main_guard": [
        ("if __name__ == '__main__':\n    main(1)", True),
        ("if name == '__main__':\n    main(1)", False),
    ],
    "version": [
        ("__version__ = '1.2.3'", True),
        ("VERSION = (1, 2)", True),
        ("version = '1.2.3'", False),
    ],
    "slots": [
        ("class A:\n    __slots__ = ('a', 'b')", True),
        ("class A:\n    fields = ('a', 'b')", False),
    ],
    "typing": [
        ("T = TypeVar('T', bound='X')", True),
        ("Alias = int | Callable[['X'], str]", True),
        ("Alias: TypeAlias = 'int'", True),
        ("flags = first | second", False),
        ("MASK = FIRST | SECOND", False),
    ],
    "help_text": [
        ("option('--name', help='the name')", False),
        ("@deprecated('use other')\nclass A:\n    pass", True),
    ],
    "not_implemented": [
        ("def f():\n    raise NotImplementedError('text')", True),
        ("def f():\n    raise ValueError('text')", False),
    ],
}


def test_every_rule_has_a_table() -> None:
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize(
    ("rule", "source", "everything"),
    [(rule, source, everything) for rule, rows in CASES.items() for source, everything in rows],
)
def test_rule(rule: str, source: str, everything: bool) -> None:
    records = find_mutants("a.py", source, None, frozenset({rule}))
    assert records
    left = [r for r in records if r["excluded"] != "suppressed"]
    assert (not left) is everything
    assert {r["reason"] for r in records if r["excluded"] == "suppressed"} <= {rule}


@pytest.mark.parametrize("rule", RULES)
def test_rule_can_be_switched_off(rule: str) -> None:
    source = CASES[rule][0][0]
    others = frozenset(RULES) - {rule}
    assert any(
        r["excluded"] != "suppressed" for r in find_mutants("a.py", source, None, others)
    )  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_rule_describes_itself(rule: str) -> None:
    assert RULES[rule].name == rule
    assert RULES[rule].description.endswith(".")


def reasons(source: str) -> dict[tuple[str, str], str]:
    """Why each mutant is left out, by operator and original."""
    return {(r["operator"], r["original"]): r["reason"] for r in find_mutants("a.py", source)}


@pytest.mark.parametrize(
    "raised",
    [
        "raise E('text')",
        "raise E(f'text {a}')",
        "raise E('text %s' % a)",
        "raise E('text {}'.format(a), code=b)",
        "assert a, 'text'",
        "message = 'text'\nraise E(message)",
    ],
)
def test_text_of_exceptions_is_left_out_and_the_raise_is_not(raised: str) -> None:
    found = reasons(raised)
    texts = {reason for (_, original), reason in found.items() if original.startswith(("'", "f'"))}
    assert texts <= {"exception_message"}
    whole = [r for (operator, _), r in found.items() if operator.endswith("_removed")]
    assert "" in whole


def test_a_value_in_an_exception_is_still_judged() -> None:
    assert reasons("raise E('text', codes[0])")["number", "0"] == ""


def test_help_is_left_out_and_the_option_is_not() -> None:
    found = reasons("option('--name', help='the name')")
    assert found["string_typo", "'the name'"] == "help_text"
    assert found["string_typo", "'--name'"] == ""


def test_that_a_warning_is_given_is_still_judged() -> None:
    found = reasons("warnings.warn('text', stacklevel=2)")
    assert found["statement_removed", "warnings.warn('text', stacklevel=2)"] == ""
    assert found["number", "2"] == "logging"


def test_value_of_a_cast_is_still_judged() -> None:
    found = reasons("def f(a):\n    return cast('int', a[0])")
    assert found["string_typo", "'int'"] == "typing"
    assert found["number", "0"] == ""
    assert found["return_value", "cast('int', a[0])"] == ""


def test_comment_on_else_speaks_for_its_block() -> None:
    source = "if a:\n    b = 1\nelse:  # pragma: no cover\n    c = 2\n    d = 3\ne = 4"
    found = {
        r["original"]: r["reason"] for r in find_mutants("a.py", source, frozenset({"number"}))
    }
    assert found == {"1": "", "2": "no_cover", "3": "no_cover", "4": ""}


def test_comment_on_a_handler_speaks_for_it_alone() -> None:
    source = "try:\n    a = 1\nexcept E:  # pragma: no cover\n    a = 2\nfinally:\n    b = 3"
    found = {
        r["original"]: r["reason"] for r in find_mutants("a.py", source, frozenset({"number"}))
    }
    assert found == {"1": "", "2": "no_cover", "3": ""}
