"""The HTML page without a browser: its bytes, its data, its measures, and the history of runs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.pages import EVIL, hostile, small
from tests.unit.factory import shop
from tests.unit.theatre_factory import KUBECTL, stage

from refute.cli.app import app
from refute.judgement import (
    Judgement,
    Past,
    before,
    digest_of,
    dumps,
    from_json,
    read_history,
    remember,
    save,
    to_json,
)
from refute.judgement.history import HISTORY, MOST, OF_A_PART, kept, past
from refute.report.html import Beside, Material, render
from refute.report.html.measures import measures
from refute.report.html.page import SCRIPTS, STYLES, embed
from refute.report.html.reality import links
from refute.report.html.sets import TestSets, ranges

FORBIDDEN = """
    innerHTML outerHTML insertAdjacentHTML document.write eval( Function( fetch( XMLHttpRequest
    import( http: https:
"""


def parts(page: bytes) -> tuple[str, str, str, str]:
    """Policy, style, data and script of a page."""
    text = page.decode()
    policy = re.search(r'Security-Policy" content="([^"]*)"', text)
    style = re.search(r"<style>(.*?)</style>", text, re.S)
    data = re.search(r'id="data">(.*?)</script>', text, re.S)
    script = re.search(r"<script>(.*?)</script>", text, re.S)
    assert policy
    assert style
    assert data
    assert script
    return policy[1], style[1], data[1], script[1]


def digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_one_judgement_is_one_file_byte_for_byte() -> None:
    again = from_json(json.loads(dumps(to_json(small()))))
    assert render(Material(small())) == render(Material(again))


def test_the_policy_names_the_style_and_the_script_alone() -> None:
    policy, style, _, script = parts(render(Material(small())))
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == f"'{digest(style)}'"
    assert rules["script-src"] == f"'{digest(script)}'"
    assert rules["require-trusted-types-for"] == "'script'"


def test_the_scripts_use_nothing_that_reads_markup_or_the_network() -> None:
    _, style, _, script = parts(render(Material(small())))
    for word in FORBIDDEN.split():
        assert word not in script.replace("http://www.w3.org/2000/svg", "")
    assert "url(" not in style
    assert "@import" not in style


def test_every_asset_is_used() -> None:
    folder = Path(render.__code__.co_filename).parent / "assets"
    known = {f"{name}.css" for name in STYLES} | {f"{name}.js" for name in SCRIPTS}
    assert {path.name for path in folder.iterdir()} == known | {"page.html"}


def test_a_hostile_project_adds_no_tag() -> None:
    tame, wild = render(Material(small())).decode(), render(Material(hostile())).decode()
    assert tame.count("<script") == wild.count("<script")
    assert tame.count("</script") == wild.count("</script")
    assert wild.count("<img") == 0
    assert json.loads(parts(wild.encode())[2])["project"]["name"] == EVIL[0]


@given(st.text() | st.sampled_from(EVIL))
def test_what_is_embedded_comes_back_and_ends_nothing(text: str) -> None:
    found = embed({"a": text})
    assert not {"<", ">", "&", "\u2028", "\u2029"} & {*found}
    lone = re.sub("[\ud800-\udfff]", lambda one: f"\\u{ord(one[0]):04x}", text)
    assert json.loads(found) == {"a": lone}
    found.encode()


@given(st.sets(st.integers(0, 60)))
def test_ranges_hold_all_numbers(numbers: Iterable[int]) -> None:
    found: set[int] = set()
    for piece in filter(None, ranges(numbers).split(",")):
        first, _, last = piece.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    assert found == numbers


def test_sets_of_tests_are_kept_once() -> None:
    sets = TestSets(["a", "b", "c"])
    assert sets.named(()) == 0
    assert sets.named(("a", "b")) == sets.named(("b", "a")) == sets.numbered([0, 1]) == 1
    assert sets.named(("c", "made by a fault")) == 2
    assert (sets.all, sets.others) == (["", "0-1", "2-3"], ["made by a fault"])


def measure(material: Material) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in measures(material)}


def test_measures_keep_their_numerators_and_denominators() -> None:
    found = measure(Material(small()))
    counts = small().counts
    score = found["score"]["value"]
    assert (score["part"], score["whole"]) == (counts.detected, counts.scored)
    assert found["score"]["earlier"] is None
    assert found["defects"]["value"] is None
    assert found["defects"]["why"] == "Not measured: `refute defects` has not been run."
    assert found["speed"]["value"] == {"value": 0.4, "part": 4, "whole": 0}


def test_reports_of_other_commands_are_measured_as_they_are_kept() -> None:
    beside = Beside(
        {"metrics": {"defects": {"detected": 3, "missed": 1}}},
        {"counts": {"stable": 8, "judged": 9, "causes": {"flaky": 1, "brittle": 0}}},
    )
    found = measure(Material(small(), beside, base=small(), base_beside=beside))
    assert found["defects"]["value"] == {"value": 0.75, "part": 3, "whole": 4}
    assert found["defects"]["earlier"] == found["defects"]["value"]
    assert (found["stability"]["value"]["part"], found["stability"]["value"]["whole"]) == (8, 9)
    assert found["stability"]["facts"] == ("Unstable: 1 flaky.",)


@pytest.mark.parametrize("broken", [{}, {"metrics": []}, {"metrics": {"defects": {"missed": "x"}}}])
def test_a_report_that_can_not_be_read_says_so(broken: dict[str, Any]) -> None:
    found = measure(Material(small(), Beside(broken, broken)))
    assert found["defects"]["why"] == "The report of `refute defects` can't be read."
    assert found["stability"]["value"] is None


def test_scores_are_compared_only_where_they_can_be() -> None:
    found, stopped = small(), replace(small(), partial=True)
    assert measure(Material(found, base=found))["score"]["earlier"] is not None
    assert measure(Material(found, base=stopped))["score"]["earlier"] is None
    runs = [replace(line(0), report="a"), replace(line(1), report="b")]
    earlier = measure(Material(found, history=runs, report="b"))["score"]["earlier"]
    assert (earlier["part"], earlier["whole"]) == (5, 10)
    runs[0] = replace(runs[0], partial=True)
    assert measure(Material(found, history=runs, report="b"))["score"]["earlier"] is None


def test_the_map_counts_tests_by_double_and_real_thing() -> None:
    theatre = stage().theatre
    assert theatre is not None
    assert [(one["name"], one["real"], one["tests"], one["double"]) for one in links(theatre)] == [
        (KUBECTL, False, [0, 1, 2, 3], "w-11111111"),
        ("process kubectl", True, [9], ""),
        ("connect mail:25", False, [3], ""),
    ]


def line(number: int, part: str = "", report: str = "") -> Past:
    return Past("2027-01-01T00:00:00Z", report or f"r{number}", "0.1.0", None, None, "", part,
                False, 5, 10, 10, 3, 2)  # fmt: skip


def test_a_run_is_remembered_with_its_counts(tmp_path: Path) -> None:
    for judgement in (shop(), small()):
        report = save(judgement, tmp_path)
        remember(judgement, report, tmp_path)
    first, second = read_history(tmp_path / ".refute")
    assert first == replace(past(shop(), dumps(to_json(shop())), first.at))
    assert (second.noticed, second.scored) == (small().counts.detected, small().counts.scored)
    assert second.report == digest_of(report.read_bytes())
    assert second.tests["prayer"] == 2
    assert before([first, second], second.report, "") == first
    assert before([first, second], first.report, "") is None
    assert before([first, second], "unknown", "") is None


def test_runs_on_parts_push_no_run_of_the_whole_out() -> None:
    whole = [line(n) for n in range(3)]
    runs = kept([*whole, *(line(n, "one file") for n in range(OF_A_PART + 50))])
    assert runs[:3] == whole
    assert len(runs) == 3 + OF_A_PART
    assert runs[-1] == line(OF_A_PART + 49, "one file")
    assert len(kept([line(n, f"part {n}") for n in range(MOST + 9)])) == MOST
    assert before([line(1), line(2, "x"), line(3)], "r3", "") == line(1)


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "null", '{"at": 1}', "\udcff", '"a"', "[" * 9999]
)
def test_a_damaged_line_is_skipped(tmp_path: Path, damage: str) -> None:
    good = json.dumps(asdict(line(1)))
    more = json.dumps(asdict(line(2)) | {"of a newer refute": 1})
    wrong = json.dumps(asdict(line(3)) | {"noticed": "many"})
    text = f"{good}\n{damage}\n{wrong}\n{more}\n"
    (tmp_path / HISTORY).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert read_history(tmp_path) == [line(1), line(2)]
    assert read_history(tmp_path / "nowhere") == []


def test_the_sources_of_tests_come_back() -> None:
    found = small()
    document = to_json(found)
    assert from_json(json.loads(dumps(document))) == found
    del document["project"]["test_files"]
    assert from_json(document).test_sources == {}


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["html", *arguments], standalone_mode=False)
    assert result.exception is None
    return result.output


def test_the_command_writes_where_it_is_told_to(tmp_path: Path) -> None:
    found: Judgement = small()
    report = save(found, tmp_path)
    remember(found, report, tmp_path)
    page = report.with_suffix(".html")
    assert str(page) in run(str(tmp_path))
    (report.parent / "defects.json").write_text('{"metrics":{"defects":{"detected":1,"missed":0}}}')
    other = tmp_path / "other.html"
    run(str(report), "--output", str(other), "--base", str(report))
    history = read_history(report.parent)
    name = digest_of(report.read_bytes())
    assert page.read_bytes() == render(Material(found, history=history, report=name))
    data = json.loads(parts(other.read_bytes())[2])
    assert data["compared"]["base"] is True
    assert data["measures"][1]["earlier"] == {"value": 1.0, "part": 1, "whole": 1}
