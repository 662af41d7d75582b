"""The judgement: to JSON and back, into its file and out of it."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.factory import fault, judgement, killed, passed, shop, survived

from refute.baseline import TestOutcome
from refute.errors import RefuteError
from refute.judgement import (
    Acceptance,
    Judgement,
    KillKind,
    Reached,
    Severity,
    Slug,
    Source,
    Verdict,
    dumps,
    from_json,
    load,
    save,
    to_json,
)
from refute.trials.outcome import Failure, Mechanism


def schema() -> Any:
    return json.loads((files("refute") / "schema" / "report-1.json").read_bytes())


def valid(document: object) -> None:
    checked = schema()
    jsonschema.Draft202012Validator.check_schema(checked)
    jsonschema.Draft202012Validator(checked).validate(document)


def slug_of(root: Path) -> str:
    with pytest.raises(RefuteError) as caught:
        load(root)
    return caught.value.slug


@pytest.mark.parametrize(
    "found",
    [shop(), judgement([]), judgement([survived(fault("and", "or"))], partial=True, unsealed="x")],
    ids=["all", "nothing", "partial"],
)
def test_a_document_fits_the_schema_and_comes_back_the_same(found: Judgement) -> None:
    document = to_json(found)
    valid(document)
    assert json.loads(dumps(document)) == document
    assert from_json(document) == found


def test_the_document_has_what_the_readers_of_reports_need() -> None:
    document = to_json(shop())
    assert document["metrics"]["mutation"]["score"] == 0.3
    mutant = document["mutants"][0]
    assert (mutant["line"], mutant["column"], mutant["verdict"]) == (5, 8, "survived")
    ids = [document["tests"][number]["id"] for number in mutant["covered_by"]]
    assert ids[-1] == "tests/test_money.py::TestShop::test_smoke"
    smoke = document["tests"][mutant["covered_by"][-1]]
    assert (smoke["kills"], smoke["covers"]) == (0, 5)


def test_groups_add_up_to_the_whole() -> None:
    mutation = to_json(shop())["metrics"]["mutation"]
    assert mutation["oracle_gap"] == 0.5
    for group in ("by_file", "by_function", "by_operator"):
        parts = mutation[group]
        for name in ("scored", "survived", "no_coverage"):
            whole = mutation.get(name, 10)
            assert sum(part[name] for part in parts) == whole, (group, name)
        for part in parts:
            assert part["score"] is None or part["score"] == part["noticed"] / part["scored"]
    assert [part["file"] for part in mutation["by_file"]] == [
        "src/shop/money.py",
        "src/shop/texts.py",
    ]


def test_a_report_without_the_newer_members_is_read() -> None:
    document = to_json(shop())
    del document["metrics"]["speed"]
    for finding in document["findings"]:
        del finding["accepted"]
    assert from_json(document) == shop()


def test_acceptances_come_back() -> None:
    mark = Acceptance("it may stay", "2027-01-31", "src/shop/money.py:5")
    first, *others = shop().findings
    found = replace(shop(), findings=(replace(first, accepted=mark), *others))
    document = to_json(found)
    valid(document)
    assert from_json(document) == found


def test_the_schema_knows_all_words_and_no_others() -> None:
    parts = schema()["$defs"]
    mutant = parts["mutant"]["properties"]
    for words, known in (
        (Verdict, mutant["verdict"]["enum"]),
        (KillKind, mutant["kill_kind"]["enum"]),
        (Reached, mutant["reached"]["enum"]),
        (Mechanism, mutant["mechanism"]["enum"]),
        (Slug, parts["finding"]["properties"]["slug"]["enum"]),
        (Severity, parts["finding"]["properties"]["severity"]["enum"]),
        (TestOutcome, parts["test"]["properties"]["outcome"]["enum"]),
    ):
        assert [word.value for word in words] == [word for word in known if word is not None]


def test_an_unknown_field_does_not_fit_the_schema() -> None:
    document = to_json(shop())
    document["mutants"][0]["extra"] = 1
    with pytest.raises(jsonschema.ValidationError):
        valid(document)


def test_the_order_of_verdicts_does_not_show() -> None:
    judged = shop().judged
    tests = passed("tests/test_money.py::test_price")
    straight, turned = (judgement(items, tests=tests) for items in (judged, judged[::-1]))
    assert dumps(to_json(straight)) == dumps(to_json(turned))
    places = [(m["file"], m["line"], m["column"]) for m in to_json(straight)["mutants"]]
    assert places == sorted(places)


def test_a_test_that_exists_under_a_fault_only_is_named_by_its_id() -> None:
    found = judgement([killed(fault("and", "or"), "t.py::test_made[by-the-fault]")])
    document = to_json(found)
    assert document["mutants"][0]["tests_run"] == ["t.py::test_made[by-the-fault]"]
    valid(document)
    assert from_json(document) == found


@given(st.text(st.characters(codec=None)))
def test_any_text_survives_the_bytes(text: str) -> None:
    failure = Failure("call", "E", text, by_test=False, accident=True)
    found = judgement([killed(fault("and", "or"), failure=failure)])
    assert from_json(json.loads(dumps(to_json(found)))) == found


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"x = 1\r\ny = 2", "utf-8"),
        (b"\xef\xbb\xbfx = 1\n", "utf-8-sig"),
        (b"# coding: latin-1\nx = '\xe9'\r", "iso-8859-1"),
    ],
)
def test_a_source_keeps_its_bytes(data: bytes, encoding: str) -> None:
    source = Source.decode(data)
    assert (source.data, source.encoding) == (data, encoding)


def test_saved_and_loaded(tmp_path: Path) -> None:
    path = save(shop(), tmp_path)
    assert path == tmp_path / ".refute" / "report.json"
    assert (tmp_path / ".refute" / ".gitignore").read_text() == "*\n"
    assert load(tmp_path) == shop()
    first = path.read_bytes()
    save(shop(), tmp_path)
    assert path.read_bytes() == first
    assert sorted(item.name for item in path.parent.iterdir()) == [".gitignore", "report.json"]


def test_one_record_is_one_line(tmp_path: Path) -> None:
    lines = save(shop(), tmp_path).read_text().splitlines()
    mutants = [line for line in lines if line.startswith('{"id":"m-')]
    assert len(mutants) == len(shop().judged)


def test_a_place_that_cannot_be_written_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / ".refute").write_text("in the way")
    with pytest.raises(RefuteError) as caught:
        save(shop(), tmp_path)
    assert caught.value.slug == "read-only-tree"


def test_a_full_disk_leaves_the_old_report(tmp_path: Path) -> None:
    path = save(shop(), tmp_path)
    before = path.read_bytes()
    # A folder in the place of the report: the last step, the replacing, fails.
    path.unlink()
    path.mkdir()
    with pytest.raises(RefuteError):
        save(shop(), tmp_path)
    assert [item.name for item in path.parent.iterdir() if item.suffix == ".tmp"] == []
    path.rmdir()
    path.write_bytes(before)
    assert load(tmp_path) == shop()


def test_reports_that_cannot_be_read(tmp_path: Path) -> None:
    assert slug_of(tmp_path) == "no-report"
    path = save(shop(), tmp_path)
    whole = path.read_bytes()
    for broken in (b"", whole[:-100], b"[]", b"\xff", b'{"schema": "refute-report/2"}'):
        path.write_bytes(broken)
        assert slug_of(tmp_path) == "bad-report"


@pytest.mark.parametrize("key", ["mutants", "tests", "project", "sources", "environment"])
def test_a_report_that_lacks_a_part_is_bad(key: str) -> None:
    document = to_json(shop())
    del document[key]
    with pytest.raises(RefuteError) as caught:
        from_json(document)
    assert caught.value.slug == "bad-report"


def test_a_report_with_a_wrong_value_is_bad() -> None:
    document = to_json(shop())
    document["mutants"][0]["verdict"] = "fine"
    with pytest.raises(RefuteError) as caught:
        from_json(document)
    assert "fine" in caught.value.message


def test_sources_without_mutants_are_not_kept() -> None:
    found = judgement([survived(fault("and", "or"))])
    assert list(found.sources) == ["src/shop/money.py"]
    assert replace(found, sources={}).counts == found.counts
