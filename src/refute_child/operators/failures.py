"""Operators on failure: what if it fails, and what if nobody hears of it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from .base import Edit, Operator, dotted, is_logging, last_name
from .context import Context

_PLAUSIBLE = (
    ("TimeoutError", ("wait", "wait_for", "acquire", "communicate", "result", "poll")),
    (
        "ConnectionError",
        ("connect", "request", "urlopen", "send", "sendall", "recv", "post", "put", "patch",
         "fetch", "execute", "publish", "subscribe", "query", "commit", "create_connection"),
    ),
    (
        "OSError",
        ("open", "read", "write", "flush", "close", "mkdir", "makedirs", "unlink", "remove",
         "rename", "replace", "rmtree", "copy", "copyfile", "move", "stat", "listdir", "scandir",
         "readline", "readlines", "read_text", "write_text", "read_bytes", "write_bytes", "chmod",
         "run", "Popen", "check_call", "check_output", "call", "touch", "glob", "iterdir"),
    ),
    ("ValueError", ("int", "float", "loads", "load", "fromisoformat", "strptime", "parse",
                    "decode", "index")),
    ("KeyError", ("__getitem__",)),
    ("ImportError", ("import_module", "__import__")),
)  # fmt: skip
_HARMLESS = frozenset({
    "abs", "add", "all", "any", "append", "appendleft", "bool", "bytes", "bytearray", "cast",
    "chr", "clear", "copy", "deque", "dict", "discard", "divmod", "endswith", "enumerate",
    "extend", "field", "filter", "format", "frozenset", "get", "getattr", "hasattr", "hash", "id",
    "insert", "isinstance", "issubclass", "items", "iter", "join", "keys", "len", "list", "lower",
    "lstrip", "map", "max", "min", "monotonic", "object", "ord", "partition", "perf_counter",
    "pop", "print", "range", "repr", "reversed", "round", "rpartition", "rstrip", "set",
    "setattr", "setdefault", "sort", "sorted", "split", "startswith", "str", "strip", "sum",
    "super", "time", "title", "tuple", "type", "update", "upper", "values", "vars", "zip",
    "warn", "wraps", "TypeVar", "ParamSpec", "namedtuple", "NewType", "rsplit", "splitlines",
    "popleft", "popitem", "move_to_end", "__init__", "__init_subclass__", "locals", "globals",
})  # fmt: skip
"""Calls that hardly ever fail, whatever the world is like."""
_NEED_MORE = frozenset({
    "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeTranslateError", "ExceptionGroup",
    "BaseExceptionGroup", "KeyboardInterrupt", "SystemExit", "GeneratorExit",
})  # fmt: skip


def handler_emptied(node: ast.AST, context: Context) -> Iterator[Edit]:
    """An exception handler does nothing."""
    assert isinstance(node, ast.ExceptHandler)
    if not isinstance(node.body[-1], ast.Pass) or len(node.body) > 1:
        yield _body(node, "pass", context)


def handler_raises(node: ast.AST, context: Context) -> Iterator[Edit]:
    """An exception handler lets the exception through."""
    assert isinstance(node, ast.ExceptHandler)
    if not isinstance(node.body[-1], ast.Raise):
        yield _body(node, "raise", context)


def _body(node: ast.ExceptHandler, text: str, context: Context) -> Edit:
    start, end = context.start(node.body[0]), context.span(node.body[-1])[1]
    return Edit(start, end, text, node.body[0], tuple(node.body))


def raise_removed(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A ``raise`` becomes ``pass``."""
    assert isinstance(node, ast.Raise)
    yield context.replace(node, "pass")


def call_raises(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A call that makes up a statement fails with a plausible exception."""
    assert isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign | ast.Return)
    value = node.value
    awaited = isinstance(value, ast.Await)
    if isinstance(value, ast.Await):
        value = value.value
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
        if not isinstance(value.slice.value, str):
            return
        kind = "KeyError"
    elif isinstance(value, ast.Call):
        name = last_name(value)
        guarded = _expected(node, context)
        if guarded is None and not awaited and (name in _HARMLESS or _constructs(value)):
            return
        kind = guarded or _by_name(value)
        # Whatever stops a value from coming is noticed like the lack of the value.
        if kind == "RuntimeError" and not awaited and not isinstance(node, ast.Expr):
            return
    else:
        return
    if context.where(node).scope is not None:
        yield context.replace(node, f'raise {kind}("injected by refute")')


def _constructs(call: ast.Call) -> bool:
    """Whether a call makes an object of a class, going by its name."""
    name = last_name(call).lstrip("_")
    return name[:1].isupper() and name != "Popen"


def _by_name(call: ast.Call) -> str:
    name = last_name(call)
    if isinstance(call.func, ast.Attribute) and dotted(call.func.value) in (
        "requests", "httpx", "session", "client", "self.client", "self.session", "self._client",
    ):  # fmt: skip
        return "ConnectionError"
    for kind, names in _PLAUSIBLE:
        if name in names:
            return kind
    return "RuntimeError"


def _expected(node: ast.stmt, context: Context) -> str | None:
    """The built-in exception that the code around a statement expects of it, if it says so."""
    child: ast.AST = node
    for parent in context.parents(node):
        if isinstance(parent, ast.Try) and child in parent.body:
            for handler in parent.handlers:
                kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
                for kind in kinds:
                    if isinstance(kind, ast.Name) and _raisable(kind.id):
                        return kind.id
        outside = not isinstance(parent, ast.stmt | ast.ExceptHandler)
        if outside or parent is context.where(node).scope:
            return None
        child = parent
    return None


def _raisable(name: str) -> bool:
    """Whether a name is that of a built-in exception made from one message."""
    kind = getattr(builtins, name, None)
    return (
        isinstance(kind, type)
        and issubclass(kind, Exception)
        and kind is not Exception
        and name not in _NEED_MORE
    )


def statements_swapped(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A statement with an effect and the one after it change places."""
    assert isinstance(node, ast.Expr)
    parent = context.parent(node)
    if parent is None or not _effect(node):
        return
    for _, body in ast.iter_fields(parent):
        if isinstance(body, list) and node in body[:-1]:
            following = body[body.index(node) + 1]
            if not _effect(following) or context.text(node) == context.text(following):
                return
            (start, middle), (after, end) = context.span(node), context.span(following)
            source = context.source
            text = source[after:end] + source[middle:after] + source[start:middle]
            yield Edit(start, end, text, node, (node, following))


def _effect(node: ast.AST) -> bool:
    """Whether a statement is an awaited or plain call with an effect of its own."""
    if not isinstance(node, ast.Expr):
        return False
    if isinstance(node.value, ast.Await):
        return True
    return (
        isinstance(node.value, ast.Call)
        and last_name(node.value) not in ("print", "warn")
        and not is_logging(node.value)
    )


OPERATORS = (
    Operator(
        "handler_emptied",
        "failures",
        "The body of an exception handler becomes `pass`.",
        "A survivor means that no test looks at what happens after the failure.",
        (
            "try:\n    send()\nexcept OSError:\n    retry()",
            "try:\n    send()\nexcept OSError:\n    pass",
        ),
        (ast.ExceptHandler,),
        handler_emptied,
    ),
    Operator(
        "handler_raises",
        "failures",
        "The body of an exception handler becomes `raise`.",
        "A survivor means that no test makes the guarded code fail.",
        (
            "try:\n    send()\nexcept OSError:\n    retry()",
            "try:\n    send()\nexcept OSError:\n    raise",
        ),
        (ast.ExceptHandler,),
        handler_raises,
    ),
    Operator(
        "raise_removed",
        "failures",
        "A `raise` is removed.",
        "A survivor means that no test comes with the input that is refused here.",
        (
            "def check(age):\n    if age < 0:\n        raise ValueError(age)",
            "def check(age):\n    if age < 0:\n        pass",
        ),
        (ast.Raise,),
        raise_removed,
    ),
    Operator(
        "call_raises",
        "failures",
        "A statement that is one call raises an exception instead: the one that the code "
        "around it expects, else one that fits the call's name.",
        "A survivor means that something swallows the failure, or that no test gets here.",
        (
            "def load(path):\n    data = open(path)\n    return data",
            'def load(path):\n    raise OSError("injected by refute")\n    return data',
        ),
        (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return),
        call_raises,
    ),
    Operator(
        "statements_swapped",
        "failures",
        "A call and the call in the next statement change places.",
        "A survivor means that no test depends on the order of the two effects.",
        (
            "def stop():\n    flush()\n    close()",
            "def stop():\n    close()\n    flush()",
        ),
        (ast.Expr,),
        statements_swapped,
    ),
)
