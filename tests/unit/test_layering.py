"""The rooms of ARCHITECTURE.md, and which of them may import which; held by reading imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"

MODULES = {
    path.relative_to(SRC)
    .with_suffix("")
    .as_posix()
    .removesuffix("/__init__")
    .replace("/", "."): path
    for path in sorted(SRC.rglob("*.py"))
}

ROOMS = {
    "errors": ("refute.errors", "refute.messages"),
    "settings": ("refute.settings", "refute.formats"),
    "project": (
        "refute.project",
        "refute.hints",
        "refute.layout",
        "refute.sources",
        "refute.interpreter",
        "refute.contents",
        "refute.changes",
        "refute.git",
    ),
    "outcome": ("refute.trials.outcome", "refute.trials.facts"),
    "observed": ("refute.observed", "refute.raised"),
    "fault": ("refute.faults.fault", "refute.faults.double", "refute.faults.past"),
    "history": ("refute.history",),
    "strength": ("refute.strength",),
    "baseline": ("refute.baseline",),
    "faults": ("refute.faults",),
    "trials": ("refute.trials",),
    "verdicts": ("refute.verdicts", "refute.replayed"),
    "metrics": ("refute.metrics",),
    "findings": ("refute.findings", "refute.finding", "refute.missed", "refute.unclear"),
    "theatre": ("refute.theatre",),
    "acceptance": ("refute.acceptance", "refute.outline"),
    "judgement": ("refute.judgement",),
    "imports": ("refute.imports",),
    "gate": ("refute.gate",),
    "store": ("refute.store", "refute.facts", "refute.storefile"),
    "report": ("refute.report",),
    "browse": ("refute.browse",),
    "events": ("refute.events",),
    "console": ("refute.console",),
    "verify": ("refute.verify",),
    "pipeline": (
        "refute.pipeline",
        "refute.budgeting",
        "refute.concluding",
        "refute.contracting",
        "refute.diary",
        "refute.failures",
        "refute.keeping",
        "refute.ledger",
        "refute.reuse",
        "refute.reuse_strength",
        "refute.selecting",
        "refute.strengthening",
        "refute.tree",
    ),
    "attempt": ("refute.attempt",),
    "stability": ("refute.stability",),
    "defects": ("refute.defects",),
    "chaos": ("refute.chaos",),
    "suggestions": ("refute.suggestions",),
    "suggesting": ("refute.suggesting",),
    "subrun": ("refute.subrun",),
    "real": ("refute.real",),
    "contracts": ("refute.contracts",),
    "agreements": ("refute.agreements",),
    "plugin": ("refute.pytest_plugin", "refute.pytesting"),
    "watching": ("refute.watching",),
    "starting": ("refute.starting",),
    "mcp": ("refute.mcp",),
    "cli": ("refute.cli", "refute.__main__"),
    "child": ("refute_child",),
}
"""Room to the modules and packages in it; the longest name that fits a module decides."""

STAGES = {
    "project",
    "outcome",
    "observed",
    "fault",
    "strength",
    "baseline",
    "faults",
    "trials",
    "verdicts",
    "metrics",
    "findings",
    "theatre",
    "acceptance",
    "judgement",
}

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    # The names of operators and rules, to refuse a wrong one at once.
    "settings": {"errors", "child"},
    "project": {"errors", "settings"},
    "outcome": set(),
    "observed": set(),
    "fault": {"observed"},
    # Reads git, and patches and merges copies of files.
    "history": {"errors", "fault", "project", "settings"},
    "strength": set(),
    "baseline": {"observed"},
    # How a value of a double is changed, to show what a fault makes of it.
    "faults": {"baseline", "child", "fault", "observed", "outcome", "project", "settings"},
    "trials": {
        "baseline",
        "child",
        "errors",
        "fault",
        "faults",
        "observed",
        "outcome",
        "project",
        "real",
        "settings",
        "strength",
    },
    "verdicts": {"fault", "outcome"},
    "metrics": {"fault", "verdicts"},
    "findings": {"baseline", "fault", "metrics", "verdicts"},
    "theatre": {
        "baseline",
        "fault",
        "findings",
        "metrics",
        "observed",
        "outcome",
        "strength",
        "verdicts",
    },
    "acceptance": {"errors", "findings", "metrics", "project", "settings"},
    "judgement": {
        "baseline",
        "errors",
        "fault",
        "findings",
        "metrics",
        "observed",
        "outcome",
        "strength",
        "theatre",
        "verdicts",
    },
    "store": {"judgement", "outcome"},
    "imports": {"errors"},
    # The project lends it the meaning of a pattern, the settings the reading of their file.
    "gate": {"errors", "imports", "judgement", "project", "settings"},
    # What operators do is told by their own pages.
    "report": {"child", "errors", "gate", "judgement"},
    "events": {"findings", "verdicts"},
    "console": {"events", "report", "verdicts"},
    # The pipeline tells the console what happens, and knows nothing else of it.
    "pipeline": {
        *STAGES,
        "agreements",
        "child",
        "console",
        "contracts",
        "errors",
        "events",
        "settings",
        "store",
    }
    - {"metrics"},
    "verify": {
        "baseline",
        "console",
        "errors",
        "faults",
        "judgement",
        "outcome",
        "pipeline",
        "project",
        "settings",
        "trials",
    },
    "attempt": {
        "errors",
        "fault",
        "faults",
        "judgement",
        "observed",
        "outcome",
        "pipeline",
        "project",
        "settings",
        "trials",
        "verdicts",
    },
    "stability": {
        "console",
        "errors",
        "faults",
        "judgement",
        "metrics",
        "pipeline",
        "project",
        "report",
        "settings",
        "trials",
    },
    "defects": {
        "baseline",
        "console",
        "errors",
        "fault",
        "findings",
        "history",
        "judgement",
        "metrics",
        "outcome",
        "pipeline",
        "project",
        "settings",
        "trials",
        "verdicts",
    },
    "chaos": {
        "console",
        "errors",
        "faults",
        "judgement",
        "pipeline",
        "project",
        "report",
        "settings",
        "trials",
    },
    "suggestions": set(),
    "suggesting": {
        "attempt",
        "child",
        "errors",
        "events",
        "fault",
        "faults",
        "judgement",
        "outcome",
        "pipeline",
        "project",
        "report",
        "settings",
        "suggestions",
        "trials",
        "verdicts",
    },
    "subrun": set(),
    "browse": {"errors", "judgement", "report"},
    "real": {"child", "errors"},
    "contracts": {"errors"},
    "agreements": {"contracts", "errors", "judgement", "real", "settings"},
    "plugin": {"errors", "subrun"},
    "watching": {"acceptance", "errors", "judgement", "project", "report", "settings", "subrun"},
    "starting": {"errors", "judgement", "project", "settings"},
    "mcp": {
        "attempt",
        "errors",
        "events",
        "gate",
        "judgement",
        "pipeline",
        "project",
        "report",
        "settings",
        "suggesting",
    },
    "cli": {
        "acceptance",
        "agreements",
        "attempt",
        "browse",
        "chaos",
        "child",
        "console",
        "contracts",
        "defects",
        "errors",
        "gate",
        "history",
        "imports",
        "judgement",
        "mcp",
        "pipeline",
        "project",
        "faults",
        "real",
        "report",
        "settings",
        "stability",
        "starting",
        "suggesting",
        "trials",
        "verify",
        "watching",
    },
    "child": set(),
}
"""The last column of the table in ARCHITECTURE.md."""

THIRD_PARTY = {
    "cli": {"click"},
    "report": {"rich"},
    # Textual is an extra.
    "browse": {"rich", "textual"},
    "console": {"rich"},
    "watching": {"rich"},
    "plugin": {"pytest"},
    "stability": {"rich"},
    "chaos": {"rich"},
    "suggesting": {"rich"},
    # In the user's own tests, and imported where it is used: the core needs none of them.
    "real": {
        "aiosmtpd",
        "helm_python",
        "hypothesis",
        "playwright",
        "pytest",
        "testcontainers",
        "yaml",
    },
    # Extras, imported where they are used.
    "contracts": {"alembic", "hypothesis", "jsonschema", "schemathesis", "sqlalchemy", "yaml"},
    # The extra of `refute mcp`, with what the SDK itself is built on.
    "mcp": {"anyio", "mcp", "pydantic", "typing_extensions"},
    "child": {"pytest", "_pytest"},
}
"""What a room may import that is neither ours nor the standard library."""

WITHOUT_PYTEST = (
    "refute_child.operators",
    "refute_child.suppress",
    "refute_child.mutants",
    "refute_child.past",
    "refute_child.sources",
    "refute_child.units",
    "refute_child.wire",
    "refute_child.launch",
    "refute_child.relay",
    "refute_child.links",
    "refute_child.mounts",
    "refute_child.linux",
)
"""Parts of the child that run without pytest: the seal's launcher and what makes mutants."""

IMPORTERS = {"__import__", "import_module", "run_path", "run_module", "exec", "eval", "execfile"}
"""Calls that could bring the project's code into the controller."""

IN_THE_PROJECTS_PYTHON = {"refute.contracts.beside"}
"""Modules that a process in that Python imports, and nobody here."""


def room_of(module: str) -> str:
    fits = [
        (len(prefix), room)
        for room, prefixes in ROOMS.items()
        for prefix in prefixes
        if module == prefix or module.startswith(prefix + ".")
    ]
    assert fits, f"{module} is in no room: give it one here and in ARCHITECTURE.md"
    return max(fits)[1]


def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imports_of(module: str) -> Iterator[str]:
    """The full names of all modules that a module imports, wherever in it."""
    package = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                base = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [base])])
            # `from package import module` imports the module, `from module import name` does not.
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in MODULES else base


def is_ours(name: str) -> bool:
    return name.split(".")[0] in ("refute", "refute_child")


@pytest.mark.parametrize("module", [name for name in MODULES if name != "refute"])
def test_module_imports_only_what_its_room_may(module: str) -> None:
    room = room_of(module)
    wrong = {
        name
        for name in imports_of(module)
        if is_ours(name)
        # The package itself holds the version alone, which everybody may know.
        and name != "refute"
        and room_of(name) not in {room, *MAY_IMPORT[room]}
    }
    assert wrong == set()


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_no_other_packages_than_agreed(module: str) -> None:
    allowed = set() if module == "refute" else THIRD_PARTY.get(room_of(module), set())
    if module.startswith(WITHOUT_PYTEST):
        allowed = set()
    if module.startswith("refute_child.startup"):
        # It stands before the project's own start-up module, which it has to run; our package
        # goes by another name there, so that it can't meet one that is installed.
        allowed = {"sitecustomize", "_refute_child"}
    tops = {name.split(".")[0] for name in imports_of(module) if not is_ours(name)}
    # Of the standard library from 3.14 on.
    library = sys.stdlib_module_names | {"annotationlib"}
    assert tops - library - allowed == set()


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("refute_child")])
def test_child_knows_nothing_of_the_controller(module: str) -> None:
    assert [name for name in imports_of(module) if name.split(".")[0] == "refute"] == []


@pytest.mark.parametrize("module", [name for name in MODULES if name.split(".")[0] == "refute"])
def test_controller_never_runs_code_that_it_was_given(module: str) -> None:
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
    }
    assert module in IN_THE_PROJECTS_PYTHON or called & IMPORTERS == set()


@pytest.mark.parametrize("module", MODULES)
def test_what_runs_in_the_projects_python_is_never_imported_here(module: str) -> None:
    assert not IN_THE_PROJECTS_PYTHON.intersection(imports_of(module))


@pytest.mark.parametrize("module", MODULES)
def test_module_and_its_functions_are_of_a_size_to_be_read(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= 300
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = {
        node.name
        for node in ast.walk(tree_of(module))
        if isinstance(node, functions) and (node.end_lineno or 0) - node.lineno >= 60
    }
    assert long == set()


@pytest.mark.parametrize("module", MODULES)
def test_module_says_what_it_is_for(module: str) -> None:
    assert ast.get_docstring(tree_of(module))


def rows_of_the_map() -> dict[str, list[str]]:
    """Room to the other cells of its row in ARCHITECTURE.md."""
    text = (SRC.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    return {row[0]: row[1:] for row in rows if len(row) == 4 and row[0] in ROOMS}


@pytest.mark.parametrize("room", ROOMS)
def test_map_tells_what_a_room_holds_and_may_import(room: str) -> None:
    modules, _, imports = rows_of_the_map()[room]
    assert {name.strip("` ") for name in modules.split(",")} == set(ROOMS[room])
    assert {name.strip() for name in imports.split(",") if name} == MAY_IMPORT[room]


def test_map_names_each_module_beside_the_tests() -> None:
    text = (SRC.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    parts = {name.split(".")[1] for name in MODULES if name.startswith("refute_child.")}
    assert {name for name in parts if f"`{name}`" not in text and f"`{name}/`" not in text} == set()


def test_entry_point_for_pytest_imports_nothing_at_first() -> None:
    top = [
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in tree_of("refute.pytest_plugin").body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert top == ["__future__", "os", "pytest"]
