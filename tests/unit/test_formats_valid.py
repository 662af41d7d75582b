"""Each format by its own schema, for ordinary projects and for one whose names are hostile."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt
from tests.pages import small, suggested
from tests.unit.factory import judgement, shop
from tests.unit.saved_reports import EVIL, SCHEMAS, hostile, hostile_gate, hostile_subject, tool
from tests.unit.theatre_factory import stage, theatres

from refute.gate import State
from refute.judgement import from_json, load_report
from refute.report.formats import FORMATS
from refute.report.subject import Subject
from refute.theatre.theatre import Theatre

SUBJECTS = {
    "saved": tool().subject("markdown"),
    "a little of everything": Subject(shop(), base=shop(), gate=hostile_gate()),
    "tests and doubles": Subject(stage(), base=stage()),
    "nothing": Subject(judgement([])),
    "hostile": hostile_subject(),
    "hostile alone": Subject(hostile()),
    "suggestions": Subject(small(), suggested=suggested(small())),
    "hostile suggestions": Subject(hostile(), suggested=suggested(hostile(), "|".join(EVIL))),
}

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@cache
def validator(name: str) -> Any:
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def rendered(name: str, subject: Subject) -> str:
    """What is written, as it is read back."""
    text = FORMATS[name].render(subject)
    return text.encode("utf-8").decode("utf-8")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_sarif_is_valid(subject: str) -> None:
    document = json.loads(rendered("sarif", SUBJECTS[subject]))
    validator("sarif-2.1.0.json").validate(document)
    run = document["runs"][0]
    for one in run["results"]:
        for place in one["locations"] + one.get("relatedLocations", []):
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            # A relative reference of harmless characters, which no reader takes for a scheme.
            assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", uri)
        assert not CONTROL.search(one["message"]["text"])
        assert one["message"]["text"]
        for fix in one.get("fixes", []):
            assert not CONTROL.search(fix["description"]["text"])
    assert subject != "suggestions" or any("fixes" in one for one in run["results"])
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_stryker_is_valid(subject: str) -> None:
    document = json.loads(rendered("stryker", SUBJECTS[subject]))
    validator("mutation-testing-report-3.8.4.json").validate(document)
    tests = [test["id"] for file in document["testFiles"].values() for test in file["tests"]]
    assert len(tests) == len(set(tests))
    for file in document["files"].values():
        for mutant in file["mutants"]:
            assert {*mutant["coveredBy"], *mutant.get("killedBy", ())} <= set(tests)


def test_stryker_computes_our_score() -> None:
    for run in (shop(), stage(), tool().subject("stryker").judgement):
        document = json.loads(rendered("stryker", Subject(run)))
        found = [one["status"] for file in document["files"].values() for one in file["mutants"]]
        noticed = found.count("Killed") + found.count("Timeout")
        missed = found.count("Survived") + found.count("NoCoverage")
        assert (noticed, noticed + missed) == (run.counts.detected, run.counts.scored)


def test_stryker_spans_are_the_text_that_is_replaced() -> None:
    run = tool().subject("stryker").judgement
    document = json.loads(rendered("stryker", Subject(run)))
    originals = {item.mutant.id: item.mutant.original for item in run.judged}
    for file in document["files"].values():
        lines = file["source"].splitlines(keepends=True)
        for one in file["mutants"]:
            start, end = one["location"]["start"], one["location"]["end"]
            offset = [
                sum(map(len, lines[: at["line"] - 1])) + at["column"] - 1 for at in (start, end)
            ]
            assert file["source"][offset[0] : offset[1]] == originals[one["id"]]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_junit_is_valid(subject: str) -> None:
    xmlschema = pytest.importorskip("xmlschema")
    text = rendered("junit", SUBJECTS[subject])
    xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate(text.partition("\n")[2])


@pytest.mark.parametrize("subject", SUBJECTS)
def test_junit_holds_all_mutants_and_counts_them(subject: str) -> None:
    found = SUBJECTS[subject]
    whole = ElementTree.fromstring(rendered("junit", found).encode())
    cases = list(whole.iter("testcase"))
    mutants = [case for case in cases if re.search(r"\(m-[0-9a-f]{8}\)$", case.attrib["name"])]
    assert len(mutants) == len(found.judgement.judged)
    for suite in [whole, *whole]:
        inside = list(suite.iter("testcase"))
        assert suite.attrib["tests"] == str(len(inside))
        assert suite.attrib["failures"] == str(len(list(suite.iter("failure"))))
        assert suite.attrib["errors"] == str(len(list(suite.iter("error"))))
    assert {one.tag for one in whole.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped"),
    }
    for one in whole.iter():
        assert not CONTROL.search("".join([one.text or "", *one.attrib.values()]))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_json_is_valid(subject: str) -> None:
    schema = json.loads((files("refute") / "schema" / "report-1.json").read_bytes())
    if subject.startswith("hostile"):
        pytest.skip("the schema wants ids and versions that such names are none of")
    document = json.loads(rendered("json", SUBJECTS[subject]))
    jsonschema.validate(document, schema)
    # It is still a report.
    assert from_json(document) == SUBJECTS[subject].judgement


def test_json_of_hostile_names_is_json(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(rendered("json", hostile_subject()), encoding="utf-8")
    assert load_report(path) == hostile()


class Page(HTMLParser):
    """The tags and attributes of a page, and its texts outside of code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[tuple[str, tuple[str, ...]]] = set()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.code: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add((tag, tuple(f"{name}={value}" for name, value in attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.code if "code" in self.open else self.texts).append(data)


HARMLESS = {
    *("h3", "h4", "p", "details", "summary", "b", "strong", "code", "pre", "ul", "li", "br", "sub"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_markdown_injects_nothing(subject: str) -> None:
    text = rendered("markdown", SUBJECTS[subject])
    assert len(text) <= 65_000
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    page = Page(html)
    assert page.open == []
    assert {tag for tag, _ in page.tags} <= HARMLESS
    kinds = {attribute for _, attributes in page.tags for attribute in attributes}
    assert kinds <= {"class=language-diff", "style=text-align:right"}
    for shown in page.texts:
        # Each text is seen by itself by what turns mentions and addresses into links.
        assert not re.search(r"[@#]\w|://|www\.\w|GH-\d", shown)
    assert not CONTROL.search(text.replace("\n", ""))
    assert not any(line.startswith("/") for line in text.splitlines())


def commands(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Workflow commands as GitHub's runner reads them; other lines as ``text``."""
    for line in re.split(r"\r\n|\r|\n", text):
        # The runner takes a command anywhere at the start of a line, blanks or not.
        match = re.fullmatch(r"\s*::(\w+)(?: (.*?))?::(.*)", line)
        if match is None:
            yield "text", {}, line
            continue
        pairs = (one.partition("=") for one in (match[2] or "").split(","))
        named = {
            name: value.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":")
            .replace("%2C", ",").replace("%25", "%")
            for name, _, value in pairs
        }  # fmt: skip
        said = match[3].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        yield match[1], named, said


@pytest.mark.parametrize("subject", SUBJECTS)
def test_github_has_no_commands_but_ours(subject: str) -> None:
    text = rendered("github", SUBJECTS[subject])
    found = list(commands(text.removesuffix("\n")))
    kinds = [kind for kind, _, _ in found]
    assert set(kinds) <= {"notice", "warning", "error", "text"}
    assert kinds.count("text") <= 1
    assert all(kinds.count(kind) <= 10 for kind in ("notice", "warning", "error"))
    for kind, named, said in found:
        assert named.keys() <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert kind == "text" or named["title"].split(" ")[0].isprintable()
        assert not CONTROL.search(said.replace("\n", "") + "".join(named.values()))
        assert named.get("line", "1").isdecimal()
    # The places are those of findings, whole.
    judged = SUBJECTS[subject].judgement
    if any("file" in named for _, named, _ in found):
        known = {one.file for one in judged.findings if one.file.isprintable()}
        shown = {named["file"] for _, named, _ in found if "file" in named}
        assert subject.startswith("hostile") or shown <= known


@pytest.mark.parametrize("subject", SUBJECTS)
def test_badge_is_svg_with_a_name_and_nothing_of_the_network(subject: str) -> None:
    text = rendered("badge", SUBJECTS[subject])
    whole = ElementTree.fromstring(text)
    assert whole.tag == "{http://www.w3.org/2000/svg}svg"
    assert whole.attrib["role"] == "img"
    title = whole.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert whole.attrib["aria-label"] == title.text
    assert text.count("http") == 1
    assert "EVIL" not in text
    assert json.loads(rendered("badge-json", SUBJECTS[subject]))["schemaVersion"] == 1


@pytest.mark.parametrize("subject", SUBJECTS)
def test_agent_quotes_the_project_behind_a_bar(subject: str) -> None:
    text = rendered("agent", SUBJECTS[subject])
    for line in text.splitlines():
        before, _, _ = line.partition("| ")
        assert "EVIL" not in before
    assert not CONTROL.search(text.replace("\n", ""))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_terminal_moves_no_cursor(subject: str) -> None:
    text = rendered("terminal", SUBJECTS[subject])
    kinds = {unicodedata.category(char) for char in text} - {"Zs"}
    assert not kinds & {"Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert {char for char in text if unicodedata.category(char) == "Cc"} == {"\n"}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(theatres)
def test_any_theatre_gives_valid_documents(found: Theatre) -> None:
    subject = Subject(stage(found), base=stage())
    for name in FORMATS:
        rendered(name, subject)
    validator("sarif-2.1.0.json").validate(json.loads(rendered("sarif", subject)))
    validator("mutation-testing-report-3.8.4.json").validate(
        json.loads(rendered("stryker", subject))
    )
    ElementTree.fromstring(rendered("junit", subject).encode())


def test_every_state_of_a_gate_is_in_the_hostile_one() -> None:
    assert {one.state for one in hostile_gate().lines} == set(State)


def test_hostile_names_are_not_lost() -> None:
    """The tests above would pass if nothing were shown."""
    for name in FORMATS:
        text = rendered(name, hostile_subject())
        assert ("EVIL" in text) == (name not in ("badge", "badge-json"))
