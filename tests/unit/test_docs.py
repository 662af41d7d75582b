"""The documentation is complete: a page for each command, operator, message; no dead link."""

from __future__ import annotations

import json
import re
import runpy
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from refute.cli.app import app
from refute.errors import MESSAGES, ExitCode
from refute.findings import Slug
from refute.settings import COMMAND_LINE_ONLY, KEYS
from refute.verdicts import KillKind, Reached, Verdict
from refute_child.operators import OPERATORS
from refute_child.suppress import RULES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SCHEMA = ROOT / "src" / "refute" / "schema" / "report-1.json"


def read(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """tools/docs.py as a module."""
    spec = spec_from_file_location("refute_docs_tool", ROOT / "tools" / "docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_complete_and_up_to_date(tool: ModuleType) -> None:
    assert tool.stale() == []


def test_check_sees_missing_old_and_superfluous_pages(tool: ModuleType, tmp_path: Path) -> None:
    tool.write(tmp_path)
    assert tool.stale(tmp_path) == []
    (tmp_path / "messages/no-tests.md").unlink()
    (tmp_path / "commands/run.md").write_text("old")
    (tmp_path / "operators/gone.md").write_text("gone")
    assert tool.stale(tmp_path) == [
        "docs/commands/run.md is out of date",
        "docs/messages/no-tests.md is missing",
        "docs/operators/gone.md is of nothing that exists",
    ]
    tool.write(tmp_path)
    assert tool.stale(tmp_path) == []


def test_operator_page_shows_measured_figures(tool: ModuleType) -> None:
    operator = next(iter(OPERATORS.values()))
    counts = {"mutants": 8, "scored": 6, "noticed": 3}
    figures = {
        "measured": "2026-01-31, CPython 3.12.1, Linux, commit abc",
        "packages": ["a"],
        "operators": {operator.name: counts},
    }
    page = tool.operator_page(operator, figures)
    assert "Measured on 2026-01-31 on a: 8 mutants; of 6 scored, 3 were noticed (50%)." in page
    assert "3 of 6 |" in tool.operators_index(figures)
    assert "Measured: not yet." in tool.operator_page(operator, {})


@pytest.mark.parametrize("name", app.commands)
def test_each_command_has_a_page_with_all_its_options(name: str) -> None:
    page = read(f"commands/{name}.md")
    for parameter in app.commands[name].params:
        for option in parameter.opts:
            assert option in page or option in (parameter.name or "")


@pytest.mark.parametrize("name", OPERATORS)
def test_each_operator_has_a_page(name: str) -> None:
    page = read(f"operators/{name}.md")
    assert OPERATORS[name].why in page
    assert "```diff" in page


@pytest.mark.parametrize("slug", MESSAGES)
def test_each_message_has_a_page(slug: str) -> None:
    assert MESSAGES[slug].meaning in read(f"messages/{slug}.md")


def test_each_rule_is_described() -> None:
    assert all(f"`{name}`" in read("operators/suppression.md") for name in RULES)


@pytest.mark.parametrize("code", ExitCode)
def test_each_exit_code_is_described(code: ExitCode) -> None:
    assert f"| {int(code)} | `{code.name}` |" in read("exit-codes.md")


@pytest.mark.parametrize("key", KEYS)
def test_each_key_is_described(key: str) -> None:
    page = read("configuration.md")
    assert f"\n| `{key}` |" in page
    assert f"\n{key} = " in page


def test_each_option_without_a_key_is_named() -> None:
    options = (name.replace("_", "-") for name in COMMAND_LINE_ONLY)
    assert all(f"`--{name}`" in read("configuration.md") for name in options)


def test_each_verdict_kind_and_reach_is_explained() -> None:
    page = read("reading.md")
    assert all(f"| `{verdict}` |" in page for verdict in Verdict)
    assert all(f"**{kind}**" in page for kind in KillKind if kind is not KillKind.TIMEOUT)
    assert all(f"**{reached}**" in page for reached in Reached)


def test_each_finding_has_a_section() -> None:
    sections = re.findall(r"^## (.+)$", read("findings.md"), re.MULTILINE)
    assert sorted(sections) == sorted(Slug)


def test_each_field_of_the_report_is_described() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    page = read("report.md")
    assert [name for name in schema["properties"] if f"| `{name}` |" not in page] == []


def test_each_page_has_a_place_in_the_navigation_of_the_site() -> None:
    config = runpy.run_path(str(DOCS / "conf.py"))
    listed = [page for pages in config["NAVIGATION"].values() for page in pages]
    pages = {page.relative_to(DOCS).with_suffix("").as_posix() for page in DOCS.rglob("*.md")}
    apart = {page for page in pages if page.partition("/")[0] in {*config["FOLDERS"], "tutorial"}}
    assert pages - apart - set(listed) == {"index", "tutorial"} - set(listed)
    assert set(listed) <= pages
    assert len(listed) == len(set(listed))


def test_links_lead_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in [*DOCS.rglob("*.md"), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert dead == []


def test_changelog_fragments_keep_to_the_rule() -> None:
    for path in (ROOT / "changelog.d").iterdir():
        if path.name != "README.md":
            assert re.fullmatch(r"[a-z0-9-]+\.(added|changed|fixed|removed)\.md", path.name)
            assert path.read_text(encoding="utf-8").strip().endswith(".")
