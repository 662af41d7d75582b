"""Rules that leave out mutants nobody would act on, each by name, each can be switched off.

A suppressed mutant stays in the list of mutants, with the rule as its reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .operators.base import Edit, FunctionNode, dotted, is_logging, is_text, last_name
from .operators.comments import Comments
from .operators.context import Context

_TYPE_MAKERS = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple", "NewType", "cast"})
_GENERICS = frozenset({
    "Annotated", "Awaitable", "Callable", "Coroutine", "Dict", "Generator", "Iterable", "Iterator",
    "List", "Literal", "Mapping", "Optional", "Sequence", "Set", "Tuple", "Type", "Union", "dict",
    "frozenset", "list", "set", "tuple", "type",
})  # fmt: skip
_HELP = frozenset({"help", "description", "epilog", "metavar", "short_help", "doc", "summary"})
_VERSIONS = re.compile(
    r"^(?:__(?:version|version_info|author|email|license|copyright|url|title|date)__"
    r"|version_info|VERSION)$"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an edit is, as a rule sees it: the touched node, and all around it, innermost
    first, within the text of a module whose comments ask for silence on some lines."""

    context: Context
    edit: Edit
    operator: str
    around: tuple[ast.AST, ...]
    comments: Comments


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of suppression: its name, what it leaves out and why, and the decision."""

    name: str
    description: str
    applies: Callable[[Place], bool]


class Suppressor:
    """The rules in force, for one module."""

    def __init__(self, context: Context, rules: Mapping[str, Rule]) -> None:
        self._context = context
        self._rules = [rule for name, rule in RULES.items() if name in rules]
        self._comments = Comments.of(context)

    def rule(self, edit: Edit, operator: str) -> str | None:
        """The name of the first rule that leaves out an edit, or None."""
        around = (edit.node, *self._context.parents(edit.node))
        place = Place(self._context, edit, operator, around, self._comments)
        for rule in self._rules:
            if rule.applies(place):
                return rule.name
        return None


def _logging(place: Place) -> bool:
    nodes: list[ast.AST] = list(place.around)
    if isinstance(nodes[0], ast.Expr):
        nodes.insert(0, nodes[0].value)
    for node in nodes:
        if isinstance(node, ast.Call):
            if is_logging(node) or last_name(node) in ("getLogger", "get_logger"):
                return place.edit.node is not node or place.operator != "assignment_removed"
            if last_name(node) in ("warn", "warn_explicit"):
                # That a warning is given at all is behaviour, its words are not.
                return place.operator != "statement_removed"
    return False


def _function_named(*names: str) -> Callable[[Place], bool]:
    def applies(place: Place) -> bool:
        return any(isinstance(n, FunctionNode) and n.name in names for n in place.around)

    return applies


def _message(place: Place) -> bool:
    """Whether an edit touches only the text of an exception or of an assertion."""
    inner: ast.AST | None = None
    for node in place.around:
        if isinstance(node, ast.Raise):
            return node.exc is not None and node.exc is inner and _in_text(place, node.exc)
        if isinstance(node, ast.Assert):
            return node.msg is inner and inner is not None
        if isinstance(node, ast.stmt):
            return isinstance(node, ast.Assign) and _raised_next(place, node)
        inner = node
    return False


def _raised_next(place: Place, node: ast.Assign) -> bool:
    """Whether a text is assigned to a name that the next statement raises."""
    for _, body in ast.iter_fields(place.context.parent(node) or node):
        if isinstance(body, list) and node in body[:-1]:
            after = body[body.index(node) + 1]
            raised = after.exc if isinstance(after, ast.Raise) else None
            names = {dotted(a) for a in raised.args} if isinstance(raised, ast.Call) else set()
            named = any(dotted(target) in names for target in node.targets)
            return named and _is_message(node.value)
    return False


def _in_text(place: Place, raised: ast.AST) -> bool:
    """Whether an edit lies within an argument of the raised call that is a text."""
    if not isinstance(raised, ast.Call):
        return False
    for argument in [*raised.args, *(keyword.value for keyword in raised.keywords)]:
        if argument in place.around:
            return _is_message(argument)
    return False


def _is_message(node: ast.expr) -> bool:
    """Whether an expression puts a text together."""
    if isinstance(node, ast.BinOp):
        return _is_message(node.left) or _is_message(node.right)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and _is_message(node.func.value)
    if isinstance(node, ast.IfExp):
        return _is_message(node.body) or _is_message(node.orelse)
    return is_text(node)


def _guard(*names: str) -> Callable[[Place], bool]:
    def applies(place: Place) -> bool:
        for node in place.around:
            if isinstance(node, ast.If) and place.edit.node is not node:
                test = node.test
                if isinstance(test, ast.Compare) and dotted(test.left) in names:
                    return True
                if last_name(test) in names:
                    return any(child is test for child in place.around)
        return False

    return applies


def _assigned(pattern: re.Pattern[str]) -> Callable[[Place], bool]:
    def applies(place: Place) -> bool:
        for node in place.around:
            if isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                return any(pattern.match(dotted(target)) for target in targets)
        return False

    return applies


def _typing(place: Place) -> bool:
    child: ast.AST | None = None
    for node in place.around:
        if isinstance(node, ast.Call) and last_name(node) in _TYPE_MAKERS:
            # The value that is cast is real; the type is not.
            swapped = child is None and place.operator == "argument_swapped"
            return last_name(node) != "cast" or swapped or child is node.args[0]
        if isinstance(node, ast.Assign | ast.AnnAssign):
            return _is_alias(node)
        child = node
    return False


def _is_alias(node: ast.Assign | ast.AnnAssign) -> bool:
    """Whether an assignment gives a name to a type."""
    if isinstance(node, ast.AnnAssign):
        return last_name(node.annotation) == "TypeAlias"
    names = [dotted(target) for target in node.targets]
    camel = all(name.lstrip("_")[:1].isupper() and not name.isupper() for name in names)
    value = node.value
    if isinstance(value, ast.Subscript):
        return camel and (last_name(value.value) in _GENERICS)
    union = isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr)
    return camel and union


def _help(place: Place) -> bool:
    for node in place.around:
        if isinstance(node, ast.keyword) and node.arg in _HELP and _is_message(node.value):
            return True
        if isinstance(node, ast.Call) and last_name(node) == "deprecated":
            return True
    return False


def _layout(place: Place) -> bool:
    if any(isinstance(node, ast.keyword) and node.arg == "slots" for node in place.around):
        return True
    return _assigned(re.compile(r"^(?:__slots__|__match_args__)$"))(place)


def _not_implemented(place: Place) -> bool:
    for node in place.around:
        if isinstance(node, ast.Raise) and last_name(node.exc or node) == "NotImplementedError":
            return True
    return False


def _uncovered(place: Place) -> bool:
    line = place.context.lines.position(place.edit.start)[0]
    return any(first <= line <= last for first, last in place.comments.uncovered)


def _skipped(place: Place) -> bool:
    line = place.context.lines.position(place.edit.start)[0]
    return any(
        first <= line <= last and (not names or place.operator in names)
        for first, last, names in place.comments.skipped
    )


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("skip_comment", "`# refute: skip`, or `# refute: skip[operator, ...]`, on the line "
             "or on the header of the block: you said so.", _skipped),
        Rule("no_cover", "`# pragma: no cover` on the line or on the header of the block: it is "
             "outside coverage too.", _uncovered),
        Rule("logging", "Calls of loggers and of `warnings.warn`: tests rarely read them. That a "
             "warning is given at all is still judged.", _logging),
        Rule("exception_message", "The text of an exception or of an assertion: written for "
             "people, not for programs.", _message),
        Rule("repr", "`__repr__`: for debugging.", _function_named("__repr__")),
        Rule("type_checking", "`if TYPE_CHECKING`: never runs.", _guard("TYPE_CHECKING")),
        Rule("main_guard", "`if __name__ == \"__main__\"` and what it guards: tests import the "
             "module.", _guard("__name__")),
        Rule("version", "`__version__`, `__author__` and the like.", _assigned(_VERSIONS)),
        Rule("slots", "`__slots__`, `__match_args__`, `slots=True`: layout, not behaviour.",
             _layout),
        Rule("typing", "What is handed to `TypeVar`, `NewType`, `cast` and the like, and names "
             "of types: for type checkers.", _typing),
        Rule("help_text", "`help=`, `description=` and the like, `@deprecated`: written for "
             "people, not for programs.", _help),
        Rule("not_implemented", "`raise NotImplementedError` in stubs: there is nothing to test.",
             _not_implemented),
    )
}  # fmt: skip
