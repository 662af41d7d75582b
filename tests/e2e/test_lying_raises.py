"""Doubles that raise what the real one never lets out, found by the real command."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from tests.e2e.stage import stage

import refute

pytestmark = pytest.mark.slow

SCHEMA = json.loads((Path(refute.__file__).parent / "schema" / "report-1.json").read_text())


def test_lies_come_with_their_evidence_and_honest_ones_do_not() -> None:
    with stage("theatre/idioms/lying_raise") as made:
        done = made.run("--jobs", "1")
        assert done.code == 0, done.output
        jsonschema.Draft202012Validator(SCHEMA).validate(done.report)
        raised = {
            (double["target"], one["exception"]): one["verdict"]
            for double in done.report["doubles"]
            for one in double["raises"]
        }
        assert raised == {
            ("feeds.fetch", "KeyError"): "lies",
            ("feeds.fetch", "OSError"): "lies",
            ("feeds.parse", "FeedError"): "escapes",
            ("feeds.parse", "ValueError"): "lies",
        }
        found = [one for one in done.report["findings"] if one["slug"] == "lying-double"]
        source = (made.project / "tests" / "test_feeds.py").read_text().splitlines()
        assert len(found) == 3
        for one in found:
            assert "never lets that out" in one["message"]
            assert source[one["line"] - 1].strip().startswith("with ")
        (double,) = {one["evidence"][0] for one in found if "feeds.parse" in one["message"]}
        shown = made.finish(made.start("show", double)).output
        assert "FeedError: so may the real one: its own source raises it." in shown
        assert "it raises ValueError" in shown
        assert made.unchanged()
        assert made.left() == []
