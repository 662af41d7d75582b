"""What people read of clarity, and what comes back of it from a report."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.clarity_texts import ALL, blamed, of
from tests.unit.factory import shop

import refute
from refute.gate.material import Material
from refute.gate.registry import METRICS, look
from refute.gate.values import Unmeasured, Value
from refute.judgement import Clarity, Judgement, from_json, to_json
from refute.metrics.clarity import Text
from refute.report import console_for
from refute.report.terminal import render

SCHEMA = json.loads((Path(refute.__file__).parent / "schema" / "report-1.json").read_text())


def summary(found: Judgement) -> str:
    stream = io.StringIO()
    render(found, console_for(stream, width=100, plain=True))
    return stream.getvalue()


def test_the_summary_has_a_line_and_quotes_the_worst() -> None:
    text = summary(blamed(of(*ALL, late=4)))
    assert "Clarity: both values are shown in 1 of 3 failure texts (33.3%)\n" in text
    assert (
        "  1 only that something was not called; 1 bare; 1 far from a fault that it does not name;"
        in text
    )
    assert "taken of 3 of 7 assertions" in " ".join(text.split())
    assert f"  {shop().tests[1].id}\n    assert False\n" in text
    accepted = summary(blamed(of(*ALL), accept=True))
    assert "Clarity: both values are shown in 1 of 3" in accepted
    assert "    assert False\n" not in accepted
    assert "Clarity" not in summary(blamed(of(late=4)))
    assert "Clarity" not in summary(blamed(None))


@pytest.mark.parametrize("clarity", [of(*ALL, late=4), of(), None], ids=["some", "empty", "none"])
def test_clarity_comes_back_from_the_document(clarity: Clarity | None) -> None:
    found = blamed(clarity)
    document = json.loads(json.dumps(to_json(found)))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert from_json(document) == found


def test_a_report_without_clarity_is_read() -> None:
    document = to_json(shop())
    del document["metrics"]["clarity"]
    for item in document["mutants"]:
        if item["failure"] is not None:
            del item["failure"]["line"]
    assert from_json(document) == shop()


_lines = st.integers(0, 10**6)
_words = st.text(max_size=40)
_texts = st.builds(
    Text,
    test=st.integers(0, 4), line=_lines, mutant=st.just("m-00000001"), mutant_file=_words,
    mutant_line=_lines, mutant_function=_words, text=_words, message=_words, exception=_words,
    lines=_lines, file=_words, at=_lines, side=st.sampled_from(["", "tests", "library", "project"]),
    function=_words, calls=st.none() | st.integers(1, 400),
)  # fmt: skip


@given(st.lists(_texts))
def test_any_texts_are_judged_and_come_back(texts: list[Text]) -> None:
    found = of(*texts, late=1)
    assert sum(found.kinds.values()) == found.taken == len(texts)
    assert 0 <= found.clear <= found.taken
    assert found.far + found.named <= found.taken
    document = to_json(replace(shop(), clarity=found))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert from_json(document).clarity == found


def measured(name: str, found: Judgement, scope: str = "") -> Value | Unmeasured:
    return METRICS[name].measure(Material(found, "2027-01-01", scope=scope))


def test_a_gate_can_hold_it() -> None:
    found = blamed(of(*ALL))
    assert measured("clear-failures", found) == Value(100 / 3, 1, 3, "failure texts")
    assert measured("far-failures", found) == Value(1, whole=3, of="failure texts")
    assert isinstance(measured("clear-failures", found, "tests/test_net.py"), Unmeasured)
    (far,) = look(METRICS["far-failures"], Material(found, "2027-01-01"))
    assert far.endswith(": 4 calls from the fault (refute show m-00000001)")
    assert isinstance(measured("clear-failures", blamed(None)), Unmeasured)
    assert isinstance(measured("far-failures", blamed(of(late=1))), Unmeasured)
