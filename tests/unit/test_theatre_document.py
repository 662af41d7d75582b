"""What is judged of tests and doubles: to JSON and back, and against the schema."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from tests.unit.factory import shop
from tests.unit.theatre_factory import NAMES, SWALLOWED, VERB, stage, theatre, theatres

from refute.errors import RefuteError
from refute.judgement import Fate, Theatre, TriedDouble, dumps, from_json, load, save, to_json
from refute.observed import DoubleKind
from refute.report.lookup import find_fault
from refute.strength import Strength, TestVerdict


def schema() -> Any:
    return json.loads((files("refute") / "schema" / "report-1.json").read_bytes())


def valid(document: object) -> None:
    jsonschema.Draft202012Validator(schema()).validate(document)


def test_a_theatre_fits_the_schema_and_comes_back_the_same(tmp_path: Path) -> None:
    found = stage()
    document = to_json(found)
    valid(document)
    assert json.loads(dumps(document)) == document
    assert from_json(document) == found
    save(found, tmp_path)
    assert load(tmp_path) == found


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(theatres)
def test_any_theatre_fits_the_schema_and_comes_back_the_same(made: Theatre) -> None:
    found = stage(made)
    document = json.loads(dumps(to_json(found)))
    valid(document)
    assert from_json(document) == found


def test_a_run_without_a_theatre_says_so() -> None:
    document = to_json(shop())
    assert {"doubles", "pyramid", "double_faults"}.isdisjoint(document)
    assert {test["verdict"] for test in document["tests"]} == {None}
    assert from_json(document).theatre is None


def test_reports_of_before_are_read() -> None:
    document = to_json(shop())
    for record in document["tests"]:
        del record["verdict"], record["strength"]
    for record in document["mutants"]:
        del record["trace"]
    valid(document)
    assert from_json(document) == shop()


def test_what_readers_of_the_report_find() -> None:
    document = to_json(stage())
    prayer = document["tests"][0]
    assert (prayer["verdict"], prayer["strength"]["tried"]) == ("prayer", 34)
    assert prayer["strength"]["evidence"] == [VERB.id]
    (double, _) = document["doubles"]
    assert (double["id"], double["kind"], double["tests"]) == ("w-11111111", "mock", [0, 1, 2, 3])
    assert double["swallowed"] == [SWALLOWED.mutant.id]
    assert document["blind_places"][0]["example"].endswith("['deleet', 'pod', 'a']")
    assert [claim["empty"] for claim in document["claims"]] == [False, True]
    assert document["pyramid"] == {"unit": 7, "integration": 1, "end_to_end": 0}
    traces = {one["id"]: one["trace"] for one in document["mutants"] if one["trace"]}
    assert len(traces) == 3
    assert traces[SWALLOWED.mutant.id]["words"].startswith("swallowed by double shop.cloud")


def test_a_double_fault_can_be_tried_from_the_document() -> None:
    document = to_json(stage())
    record = document["double_faults"][2]
    assert (record["tried"], record["told"], record["crashed"]) == (4, 1, 1)
    assert find_fault(from_json(document), "d-111").fault == VERB


def test_the_schema_knows_all_words_and_fields_and_no_others() -> None:
    parts = schema()["$defs"]
    test = parts["test"]["properties"]
    assert test["verdict"]["enum"] == [*(word.value for word in TestVerdict), None]
    assert parts["double"]["properties"]["kind"]["enum"] == [word.value for word in DoubleKind]
    trace = parts["mutant"]["properties"]["trace"]["oneOf"][1]["properties"]
    assert trace["fate"]["enum"] == [word.value for word in Fate]
    strength = test["strength"]["oneOf"][1]["properties"]
    assert list(strength) == [one.name for one in fields(Strength) if one.name != "verdict"]


def test_every_list_of_a_theatre_is_in_the_document() -> None:
    document = to_json(stage())
    made = theatre()
    lists = {one.name for one in fields(Theatre) if isinstance(getattr(made, one.name), tuple)}
    for name in lists - {"strengths"}:
        member = document["unread_arrangements" if name == "unread" else name]
        assert len(member) == len(getattr(made, name)) > 0


@pytest.mark.parametrize("key", ["doubles", "double_faults", "claims", "leaks"])
def test_a_report_that_lacks_one_part_of_it_is_bad(key: str) -> None:
    document = to_json(stage())
    del document[key]
    with pytest.raises(RefuteError) as caught:
        from_json(document)
    assert caught.value.slug == "bad-report"


def test_a_value_may_lack_counts_and_nothing_else() -> None:
    document = to_json(stage())
    for count in ("tried", "told", "tripped", "crashed", "timeout"):
        del document["double_faults"][0][count]
    read = from_json(document).theatre
    assert read is not None
    assert read.double_faults[0] == TriedDouble(VERB)
    del document["double_faults"][0]["path"]
    with pytest.raises(RefuteError) as caught:
        from_json(document)
    assert caught.value.slug == "bad-report"


def test_verdicts_must_be_of_the_same_tests() -> None:
    short = replace(theatre(), strengths=theatre().strengths[1:])
    with pytest.raises(ValueError, match=f"{len(NAMES) - 1} verdicts on {len(NAMES)} tests"):
        to_json(stage(short))
