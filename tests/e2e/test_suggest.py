"""`refute suggest`: what is suggested is taken as a patch, and the faults are told from then on."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from tests.e2e.stage import PATIENCE, Done, Stage, stage

pytestmark = pytest.mark.slow

QUICK = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""The project needs none of the plugins that are installed beside our own tests."""


@pytest.fixture(scope="module")
def place() -> Iterator[Stage]:
    with stage("suggest") as made:
        yield made


@pytest.fixture(scope="module")
def last(place: Stage) -> Done:
    """A run of the suite as it is."""
    return place.run(env=QUICK)


def suggest(place: Stage, *words: str) -> Done:
    return place.finish(place.start("suggest", *words, "--plain", env=QUICK))


def printed(place: Stage, *words: str) -> bytes:
    """What it prints on its standard output alone."""
    program = place.start("suggest", *words, "--plain", stdout=subprocess.PIPE, env=QUICK)
    said, _ = program.communicate(timeout=2 * PATIENCE)
    return bytes(said)


@pytest.fixture(scope="module")
def found(place: Stage, last: Done) -> dict[str, Any]:
    """All suggestions, as JSON."""
    document: dict[str, Any] = json.loads(printed(place, "--all", "--json"))
    return document


def of_function(found: dict[str, Any], name: str) -> list[str]:
    return [one["assertion"] for one in found["suggestions"] if one["function"].endswith(name)]


def test_nothing_is_written(place: Stage, found: dict[str, Any]) -> None:
    assert found["suggestions"]
    assert place.clean()


@pytest.mark.parametrize(
    ("function", "assertion"),
    [
        ("test_total_runs", "assert total([10, 20], 50) == 15"),
        ("test_labels", 'assert labels([name, "b"]) == ["A", "B"]'),
        ("test_quote", "assert await quote([1]) == 6"),
        ("test_basket", "assert basket.count == 2"),
        ("test_sends_later", "client.post.assert_awaited_once_with('/later', 7)"),
        ("test_stamp", 'assert sorted(receipt) == ["at", "id", "name"]'),
    ],
)
def test_each_kind_in_the_manners_of_its_file(
    found: dict[str, Any], function: str, assertion: str
) -> None:
    assert assertion in of_function(found, function)


def test_what_a_double_was_sent(found: dict[str, Any]) -> None:
    said = {one["assertion"] for one in found["suggestions"] if one["kind"] == "double"}
    assert said & {
        "client.post.assert_called_once_with('/orders', body=['apple'], retries=3)",
        'self.client.post.assert_called_once_with("/orders", body=["pear"], retries=3)',
    }


def test_text_of_an_exception(found: dict[str, Any]) -> None:
    said = [one["assertion"] for one in found["suggestions"] if one["kind"] == "exception"]
    assert any("is empty" in text for text in said)


def test_a_double_gets_a_spec_where_no_assertion_can_be_made(
    last: Done, found: dict[str, Any]
) -> None:
    [one] = [one for one in found["suggestions"] if one["kind"] == "spec"]
    assert '+@patch("shop.mail.Post", autospec=True)\n' in one["patch"]
    assert one["told"] == []
    # What is sent differs from run to run; that a copy is missing, the real post would refuse.
    [fault] = one["refused"]
    assert last.mutant(id=fault)["original"] == ", copies=2"


@pytest.mark.parametrize("function", ["test_draw", "test_token", "test_thing", "test_letters"])
def test_noise_and_secrets_are_not_pinned(found: dict[str, Any], function: str) -> None:
    assert of_function(found, function) == []
    assert "ghp_" not in found["patch"]


def test_each_fault_has_a_suggestion_or_a_reason(found: dict[str, Any]) -> None:
    told = {fault for one in found["suggestions"] for fault in one["told"] + one["refused"]}
    left = {one["id"]: one["reason"] for one in found["nothing"]}
    assert told | left.keys() == {one["id"] for one in found["asked"]}
    assert not told & left.keys()
    assert all(left.values())


def test_applied_patch_leaves_no_told_fault_alive(place: Stage, found: dict[str, Any]) -> None:
    with stage("suggest") as fresh:
        patch = fresh.project / "all.patch"
        patch.write_bytes(found["patch"].encode())
        done = subprocess.run(
            ["git", "apply", str(patch)], cwd=fresh.project, capture_output=True, check=False
        )
        assert done.stderr == b""
        patch.unlink()
        text = (fresh.project / "tests" / "test_case.py").read_bytes()
        assert text.count(b"\n") == text.count(b"\r\n")
        again = fresh.run("--score-only", env=QUICK)
        kinds = {m["id"]: (m["verdict"], m["kill_kind"]) for m in again.report["mutants"]}
        told = {fault for one in found["suggestions"] for fault in one["told"]}
        assert {kinds[fault] for fault in told} == {("killed", "told")}
        refused = {fault for one in found["suggestions"] for fault in one["refused"]}
        assert {kinds[fault][0] for fault in refused} == {"killed"}
        assert again.report["baseline"]["outcomes"]["failed"] == 0


def test_patch_of_one_is_nothing_but_a_patch(place: Stage, found: dict[str, Any]) -> None:
    one = next(one for one in found["suggestions"] if one["function"] == "test_labels")
    assert printed(place, one["told"][0], "--patch").decode() == one["patch"]


def test_one_fault_by_its_id_and_a_terminal(place: Stage, found: dict[str, Any]) -> None:
    one = found["suggestions"][0]["told"][0]
    done = suggest(place, one)
    assert done.code == 0
    assert f"told of {one}" in done.output
    assert "1 change proven: told of 1 of 1 fault" in done.output


def test_blind_place_is_seen_by_an_assertion_on_the_double(place: Stage, last: Done) -> None:
    blind = next(one for one in last.report["blind_places"] if one["argument"] == "retries")
    done = suggest(place, blind["id"])
    assert done.code == 0, done.output
    assert "assert_called_once_with" in done.output


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (b"y\n", "    assert total([10, 20], 50) == 15\n"),
        (b"e\n", "    assert total([10, 20], 50) <= 15\n"),
        (b"n\n", "    total([10, 20], 50)\n"),
    ],
)
def test_one_by_one(place: Stage, found: dict[str, Any], answer: bytes, line: str) -> None:
    one = next(one for one in found["suggestions"] if one["function"] == "test_total_runs")
    path = place.project / one["file"]
    before = path.read_bytes()
    try:
        done = subprocess.run(
            [place.python, "-m", "refute", "suggest", one["told"][0], "--interactive", "--plain"],
            cwd=place.project,
            env=place.environment(**QUICK, EDITOR="sed -i s/==/\\<=/"),
            input=answer,
            capture_output=True,
            check=False,
        )
        assert line in path.read_text(), done
    finally:
        path.write_bytes(before)


def test_file_that_has_changed_since_is_not_judged(place: Stage, last: Done) -> None:
    path = place.project / "shop" / "prices.py"
    before = path.read_bytes()
    path.write_bytes(before + b"\n")
    try:
        done = suggest(place, "--all")
        assert "shop/prices.py has changed since the last run" in done.output
    finally:
        path.write_bytes(before)


def test_what_was_found_is_shown_by_reports_and_fixes_do_what_the_patch_does(
    place: Stage, found: dict[str, Any]
) -> None:
    # By now other tests have asked for less; what was proven before is still known.
    program = place.start("report", "-f", "sarif", stdout=subprocess.PIPE)
    said, _ = program.communicate(timeout=PATIENCE)
    results = json.loads(said)["runs"][0]["results"]
    fixes = [fix for one in results for fix in one.get("fixes", ())]
    assert fixes
    for fix in fixes:
        [change] = fix["artifactChanges"]
        file = place.project / change["artifactLocation"]["uri"]
        before = file.read_bytes().decode()
        after = replaced(before, change["replacements"])
        asserted = fix["description"]["text"].partition(" asserts ")[2].partition(": proven")[0]
        assert after != before
        assert asserted.partition("(")[0] in after
        compile(after, str(file), "exec")
    for name in ("agent", "sarif"):
        done = place.finish(place.start("report", "-f", name))
        assert "proven, told of m-" in done.output
    place.finish(place.start("html"))
    page = (place.project / ".refute" / "report.html").read_text()
    assert all(one["function"] in page for one in found["suggestions"])


def replaced(text: str, pieces: list[dict[str, Any]]) -> str:
    """As a reader of SARIF would apply a fix: lines and columns count from 1."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    spans = []
    for piece in pieces:
        region = piece["deletedRegion"]
        begin = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        spans.append((begin, end, piece["insertedContent"]["text"]))
    for begin, end, fresh in sorted(spans, reverse=True):
        text = text[:begin] + fresh + text[end:]
    return text
