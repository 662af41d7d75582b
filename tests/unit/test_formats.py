"""The formats of `refute report`: what each says of two saved reports of one project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.factory import FILES, fault, judgement, killed, other, shop, survived
from tests.unit.saved_reports import REPORTS, ROOT, tool
from tests.unit.test_cli import refute
from tests.unit.theatre_factory import stage

from refute.cli.app import app
from refute.cli.report import NAMES
from refute.errors import ExitCode
from refute.findings import Slug
from refute.judgement import Judgement, Selection, Source, Verdict, load_report
from refute.metrics.mutation import Estimate
from refute.report import agent, badge, github, markdown
from refute.report.formats import FORMATS
from refute.report.guide import HELP, TITLES
from refute.report.subject import Subject

AFTER, BEFORE = REPORTS / "after", REPORTS / "before"


UNFINISHED = judgement(
    [killed(fault("100", "101")), other(fault("and", "or"), Verdict.PENDING)], partial=True
)


def said(folder: Path, *arguments: str) -> str:
    """What the command writes into a file, here in this process."""
    target = folder / "out"
    code = app.main(["report", *arguments, "-o", str(target)], standalone_mode=False)
    assert code == ExitCode.OK
    return target.read_text(encoding="utf-8")


def many(number: int) -> Judgement:
    """A run with one survivor on each of so many lines."""
    text = "".join(f"def f{one}(x):\n    return x + {one}\n" for one in range(number))
    judged = [
        survived(
            fault(f"x + {one}\n", f"x - {one}\n", text=text, function=f"f{one}",
                  operator="arithmetic", file="src/many.py")
        )
        for one in range(number)
    ]  # fmt: skip
    return judgement(judged, sources={"src/many.py": Source("utf-8", text)})


def test_snapshots_and_the_examples_of_the_page_are_up_to_date() -> None:
    module = tool()
    stale = [path for path, text in module.wanted().items() if path.read_bytes() != text.encode()]
    assert [str(path.relative_to(ROOT)) for path in stale] == []


def test_the_command_knows_all_formats() -> None:
    assert tuple(FORMATS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_format_is_the_same_bytes_each_time(name: str, tmp_path: Path) -> None:
    wanted = FORMATS[name].render(tool().subject(name))
    base = ("--base", str(BEFORE)) if FORMATS[name].compares else ()
    assert said(tmp_path, str(AFTER), "--format", name, *base) == wanted
    assert FORMATS[name].render(tool().subject(name)) == wanted


def test_standard_output_gets_the_same_bytes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "refute", "report", "-f", "junit"],
        cwd=AFTER, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert done.stdout == FORMATS["junit"].render(tool().subject("junit")).encode()


def test_a_report_is_found_by_its_project_its_folder_and_its_path(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    (root / ".refute").mkdir(parents=True)
    shutil.copy(AFTER / "report.json", root / ".refute")
    places = (root, root / ".refute", root / ".refute" / "report.json")
    assert len({said(tmp_path, str(place), "-f", "badge-json") for place in places}) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("-f", "nothing"), 2, "'nothing' is not one of"),
        (("-f", "stryker", "--base", "x"), 2, "stryker shows one run alone: leave --base out."),
        (("--base", "nowhere"), 2, "There is no report at nowhere."),
        (("-o", "nowhere/x"), 2, "There is no folder"),
        (("-o", "."), 2, "is a folder, not a file."),
        (("-f", "agent", "--tokens", "10"), 2, "300"),
    ],
)
def test_what_can_t_be_done_is_said(arguments: tuple[str, ...], code: int, words: str) -> None:
    done = refute("report", *arguments, cwd=AFTER)
    assert done.returncode == code
    assert words in " ".join(done.stderr.split())


def test_output_to_a_pipe_does_not_replace_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True)
    app.main(["report", str(AFTER), "-f", "badge-json", "-o", str(pipe)], standalone_mode=False)
    assert json.loads(reader.communicate()[0])["message"] == "62.1%"
    assert pipe.is_fifo()


def test_the_gate_is_shown_for_the_very_report_that_it_was_held_against(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.refute.gate]\nsurvivors = 0\n")
    folder = tmp_path / ".refute"
    folder.mkdir()
    shutil.copy(AFTER / "report.json", folder)

    def shown(name: str) -> str:
        return said(tmp_path, str(tmp_path), "-f", name)

    assert "The gate" not in shown("markdown")
    assert app.main(["gate", str(tmp_path)], standalone_mode=False) == ExitCode.FINDINGS
    for name in ("markdown", "terminal", "github"):
        assert "The gate fails: 1 of 1 line does not hold" in shown(name)
    assert "gate: | failed: survivors: 63" in shown("agent")
    assert '<testsuite name="gate" tests="1" failures="1"' in shown("junit")
    run = json.loads(shown("sarif"))["runs"][0]
    assert run["properties"]["gate"]["holds"] is False
    shutil.copy(BEFORE / "report.json", folder)
    assert "The gate" not in shown("markdown")
    (folder / "gate.json").write_text("[1")
    assert "The gate" not in shown("markdown")


def test_json_is_the_report_and_what_was_added(tmp_path: Path) -> None:
    plain = json.loads((AFTER / "report.json").read_bytes())
    found: dict[str, Any] = json.loads(
        said(tmp_path, str(AFTER), "-f", "json", "--base", str(BEFORE))
    )
    assert found.pop("gate")["holds"] is False
    change = found.pop("change")
    # Older reports lack what newer ones say of a project; it is added, empty.
    assert plain.pop("project").items() <= found.pop("project").items()
    assert plain.items() <= found.items()
    assert change["limits"] == ""
    assert (len(change["new_findings"]), len(change["gone_findings"])) == (3, 6)
    assert (len(change["lost"]), len(change["won"])) == (0, 6)
    back = json.loads(said(tmp_path, str(BEFORE), "-f", "json", "--base", str(AFTER)))["change"]
    assert (len(back["lost"]), len(back["won"])) == (6, 0)
    assert back["score_before"] == change["score_after"]


# Markdown


def test_markdown_shows_at_most_twenty_findings_and_counts_the_rest() -> None:
    text = markdown.render(Subject(many(300)))
    assert text.count("<details>") == 20
    assert "#### 301 findings" in text
    assert "And 281 more: `refute report` shows them." in text


def test_markdown_of_very_long_names_fits_a_comment() -> None:
    long = "x" * 5000
    lines = "".join(f"def {long}{one}(a):\n    return {long}+{one}\n" for one in range(40))
    judged = [
        survived(
            fault(f"{long}+{one}\n", f"{long}-{one}\n", text=lines, function=f"{long}{one}",
                  file=f"src/{long}.py"),
            *(f"tests/{long}.py::test_{long}{number}" for number in range(30)),
        )
        for one in range(40)
    ]  # fmt: skip
    run = judgement(judged, sources={f"src/{long}.py": Source("utf-8", lines)})
    text = markdown.render(Subject(run, base=shop()))
    assert len(text) <= 65_000
    assert text.count("<details>") == text.count("</details>")
    assert text.count("<summary><b>") == 20


def test_markdown_sets_the_numbers_beside_those_of_the_base() -> None:
    text = (REPORTS / "snapshots" / "report.md").read_text(encoding="utf-8")
    assert "| mutation score | 65.1% (138/212) | 62.1% (144/232) | -3.0 points |" in text
    assert "| faults that no test runs | 4 | 24 | +20 |" in text
    assert "6 faults that the base did not notice are noticed now." in text
    assert "<summary>6 findings of the base are gone</summary>" in text
    assert "<b>untested-function</b> (new, medium)" in text
    assert "1 finding accepted, and not shown." in text
    # The first three are those that the base lacks.
    assert text.count("(new, ") == 3
    assert text.index("(new, ") < text.index("<b>survivor</b> (high)")


def test_markdown_names_faults_that_are_no_longer_noticed() -> None:
    text = markdown.render(Subject(load_report(BEFORE), base=load_report(AFTER)))
    assert "**6 faults that the base noticed are no longer noticed:**" in text
    assert "<li><code>cluster.py:55</code> <code>m-ca61ad63</code> in" in text


def test_a_diff_with_fences_in_it_stays_one_block() -> None:
    source = 'def f(x):\n    return x + """\n```\n~~~~~ ````` """\n'
    item = survived(
        fault('"""\n```\n~~~~~ ````` """', '""', text=source, function="f", file="a.py")
    )
    text = markdown.render(Subject(judgement([item], sources={"a.py": Source("utf-8", source)})))
    assert text.count("\n``````diff\n") == 1
    assert text.count("\n``````\n") == 1


# Comparing


@pytest.mark.parametrize(
    ("base", "now", "limits", "new"),
    [
        ({}, {"selection": Selection(paths=("src",))}, "another part", True),
        ({"selection": Selection(paths=("src",))}, {}, "another part", False),
        ({"partial": True}, {}, "The base was stopped", False),
        ({}, {"partial": True}, "This run was stopped", True),
        ({"selection": Selection(operators=("number",))}, {}, "other operators", False),
    ],
)
def test_what_can_t_be_compared_is_said_and_not_compared(
    base: dict[str, Any], now: dict[str, Any], limits: str, new: bool
) -> None:
    whole = replace(shop(), selection=Selection())
    subject = Subject(replace(whole, **now), base=replace(whole, findings=(), **base))
    change = subject.change
    assert change is not None
    assert limits in change.limits
    assert (change.before, change.after, change.gone) == (None, None, None)
    assert (change.new is not None) == new
    for name in ("markdown", "terminal", "agent"):
        assert change.limits in " ".join(FORMATS[name].render(subject).split())
    assert "| base |" not in markdown.render(subject)


def test_an_equal_base_changes_nothing() -> None:
    subject = Subject(shop(), base=shop())
    change = subject.change
    assert change is not None
    assert (change.new, change.gone, change.lost, change.won) == (frozenset(), (), (), ())
    assert "| 30.0% (3/10) | 30.0% (3/10) | none |" in markdown.render(subject)
    assert "score 30.0% -> 30.0% (the same)" in FORMATS["terminal"].render(subject)


# SARIF and places


def sarif(subject: Subject) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FORMATS["sarif"].render(subject))["runs"][0]
    return found


def test_sarif_fingerprints_stay_when_lines_move() -> None:
    def prints(moved: str) -> list[Any]:
        text = moved + FILES["src/shop/money.py"]
        item = survived(fault("amount > 100", "amount >= 100", text=text))
        item = replace(item, mutant=replace(item.mutant, id="m-00000001"))
        run = judgement([item], sources={"src/shop/money.py": Source("utf-8", text)})
        results = sarif(Subject(run))["results"]
        return [
            (one["partialFingerprints"], one["locations"][0]["physicalLocation"]["region"])
            for one in results
        ]

    [(first, here)], [(second, there)] = prints(""), prints("import os\n\n\n")
    assert first == second
    assert there["startLine"] == here["startLine"] + 3


def test_sarif_has_rules_for_what_it_found_spans_operators_and_the_fault_as_a_patch() -> None:
    run = sarif(tool().subject("sarif"))
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == [slug.value for slug in Slug if slug.value in rules]
    for one in run["results"]:
        assert rules[one["ruleIndex"]] == one["ruleId"]
        assert "fixes" not in one
    first = run["results"][0]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "cluster.py", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 53, "startColumn": 8, "endLine": 53, "endColumn": 19},
    }
    assert first["baselineState"] == "unchanged"
    assert "\n-    if grace != 30:\n+    if True:\n" in first["properties"]["patch"]
    taxa = run["taxonomies"][0]["taxa"]
    assert [taxa[one["index"]]["id"] for one in first["taxa"]] == [
        one["id"] for one in first["taxa"]
    ]
    assert first["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 35
    [accepted] = [one for one in run["results"] if "suppressions" in one]
    assert accepted["suppressions"][0] == {
        "kind": "inSource",
        "status": "accepted",
        "justification": "each test names its own program",
    }


def test_the_fault_as_a_patch_applies(tmp_path: Path) -> None:
    run = load_report(AFTER)
    for file, source in run.sources.items():
        (tmp_path / file).write_bytes(source.data)
    for one in sarif(Subject(run))["results"]:
        if "patch" in one["properties"]:
            subprocess.run(
                ["git", "apply", "--check", "-"], input=one["properties"]["patch"].encode(),
                cwd=tmp_path, check=True,
            )  # fmt: skip


def test_findings_on_tests_are_where_the_test_is() -> None:
    places = {
        one["ruleId"]: one["locations"][0]["physicalLocation"]
        for one in sarif(Subject(load_report(AFTER), prefix="services/shop/"))["results"]
    }
    smoke = places["smoke-test"]
    assert smoke["artifactLocation"]["uri"] == "services/shop/tests/test_cluster.py"
    assert smoke["region"] == {"startLine": 47}


def test_what_has_no_file_is_a_notification() -> None:
    run = sarif(Subject(judgement([survived(fault("100", "101"))], unsealed="no namespaces")))
    texts = [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]]
    assert "The trials ran without a seal: no namespaces." in texts
    assert "unsealed" not in {one["ruleId"] for one in run["results"]}


@pytest.mark.parametrize("slug", Slug)
def test_help_of_a_rule_is_the_section_of_the_docs(slug: Slug) -> None:
    page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {slug.value}\n")[2].partition("\n## ")[0]
    assert re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", section.strip()) == HELP[slug]
    assert TITLES[slug]


def test_a_run_that_was_not_finished_says_what_is_known() -> None:
    text = markdown.render(Subject(replace(UNFINISHED, estimate=Estimate(0.8, 0.7, 0.9))))
    assert (
        "### refute: 1 of 1 fault tried so far noticed, which foretells a score of 80.0% "
        "(95% confidence 70.0% to 90.0%)\n"
    ) in text
    assert "The run was stopped before its end." in text
    # What needs no trial is known before all else: a share of what is known would mislead.
    assert "| faults tried so far | 1 of 1 noticed |" in text
    assert "| mutation score |" not in text
    text = agent.render(Subject(UNFINISHED))
    assert "1 of 1 fault tried so far noticed, too little to foretell the score." in text
    assert sarif(Subject(UNFINISHED))["invocations"][0]["executionSuccessful"] is False


# GitHub


def test_github_writes_no_more_than_is_shown_and_says_so() -> None:
    lines = github.render(Subject(many(300))).splitlines()
    kinds = [line.partition(" ")[0] for line in lines[:-1]]
    assert {kind: kinds.count(kind) for kind in kinds}.get("::warning") == 10
    assert all(kinds.count(kind) <= 10 for kind in kinds)
    assert lines[-1] == (
        "290 more findings are not annotated (290 warnings): GitHub shows 10 of each kind a step. "
        "`refute report` shows them all."
    )


def test_github_points_at_lines_below_the_prefix() -> None:
    text = github.render(Subject(load_report(AFTER), prefix="services/shop/"))
    assert (
        "::error file=services/shop/cluster.py,line=53,endLine=53,col=8,endColumn=19,title=" in text
    )
    assert text.startswith("::notice title=refute::62.1%25 of faults noticed (144 of 232)\n")


# Badge


def contrast(colour: str) -> float:
    """The contrast of a colour with white, by WCAG 2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    light = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 1.05 / (0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] + 0.05)


def test_badge_can_be_read() -> None:
    assert min(map(contrast, [*badge.COLOURS.values(), "#3f4448"])) >= 4.5


@pytest.mark.parametrize(
    ("run", "message", "colour"),
    [
        (shop(), "30.0%", "red"),
        (judgement([]), "not judged", "lightgrey"),
        (judgement([killed(fault("100", "101"))]), "100%", "brightgreen"),
        (replace(shop(), selection=Selection(paths=("src",))), "30.0% of a part", "red"),
        (replace(UNFINISHED, estimate=Estimate(0.8, 0.7, 0.9)), "about 80.0%", "yellow"),
        (replace(UNFINISHED, estimate=Estimate(0.8, 0.1, 0.9)), "not finished", "lightgrey"),
        (UNFINISHED, "not finished", "lightgrey"),
    ],
)
def test_badge_says_no_more_than_is_known(run: Judgement, message: str, colour: str) -> None:
    found = json.loads(FORMATS["badge-json"].render(Subject(run)))
    assert found == {
        "schemaVersion": 1,
        "label": "mutation score",
        "message": message,
        "color": colour,
    }
    assert f'aria-label="mutation score: {message}"' in FORMATS["badge"].render(Subject(run))


def test_badge_never_rounds_up_to_a_hundred() -> None:
    text = "".join(f"x{one} = {one}\n" for one in range(2000))
    judged = [killed(fault(f"= {one}\n", "= 0\n", text=text)) for one in range(1999)]
    run = judgement([*judged, other(fault("x1999", "y", text=text), Verdict.NO_COVERAGE)])
    assert json.loads(FORMATS["badge-json"].render(Subject(run)))["message"] == "99.9%"


# Agent


@pytest.mark.parametrize("size", [300, 500, 2000, 8000])
def test_agent_keeps_to_its_size_and_says_it(size: int) -> None:
    for run in (load_report(AFTER), many(300), stage()):
        text = agent.render(Subject(run, tokens=size))
        [named] = re.findall(r"At most ([0-9,]+) tokens\.", text)
        assert agent.tokens(text) <= int(named.replace(",", "")) <= size
        assert agent.tokens(text) <= len(text.encode())


def test_agent_says_more_the_more_it_may() -> None:
    sizes = [len(agent.render(Subject(many(100), tokens=size))) for size in (500, 2000, 8000)]
    assert sizes == sorted(set(sizes))


def test_agent_with_nothing_to_fix() -> None:
    text = agent.render(Subject(judgement([killed(fault("100", "101"))])))
    assert text == (
        "refute: 100% of faults noticed (1 of 1).\nNothing to fix. (At most 45 tokens.)\n"
    )


def test_agent_names_the_check_of_each_thing_to_do() -> None:
    text = (REPORTS / "snapshots" / "report.agent.txt").read_text(encoding="utf-8")
    checks = [line for line in text.splitlines() if line.startswith("check: | ")]
    assert checks[0] == "check: | refute run && refute show m-835f8fa7"
    assert checks[-1].startswith("check: | refute try m-")
    assert len(checks) == text.count("\ndo: ")
