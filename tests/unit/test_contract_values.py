"""Values of Helm charts that helm itself took or refused, and what refute says of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from refute.contracts.helm import Chart, check_values, load_helm_chart
from refute.contracts.helm.template import TemplateError, parse
from refute.errors import RefuteError

DATA = Path(__file__).resolve().parents[2] / "testdata" / "contracts"
CASES: dict[str, Any] = json.loads((DATA / "values.json").read_text(encoding="utf-8"))

pytest.importorskip("yaml")


@pytest.fixture(scope="module")
def charts() -> dict[str, Chart]:
    return {path.name: load_helm_chart(path) for path in (DATA / "charts").iterdir()}


def test_values_that_helm_takes_are_accepted(charts: dict[str, Chart]) -> None:
    assert len(CASES["right"]) >= 100
    found = [
        [str(problem) for problem in check_values(charts[case["chart"]], case["values"]).problems]
        for case in CASES["right"]
    ]
    assert [problems for problems in found if problems] == []


def test_values_that_helm_refuses_or_ignores_are_refused(charts: dict[str, Chart]) -> None:
    assert len(CASES["wrong"]) >= 100
    accepted = [
        (case["chart"], case["fault"], case["at"], case["real"])
        for case in CASES["wrong"]
        if check_values(charts[case["chart"]], case["values"]).accepted
    ]
    assert accepted == []


def test_each_kind_of_fault_is_among_them() -> None:
    kinds = Counter(case["fault"] for case in CASES["wrong"])
    assert set(kinds) == {"slip", "kind", "taken away", "a level too high"}


def test_own_values_of_a_chart_that_needs_nothing(charts: dict[str, Chart]) -> None:
    assert check_values(charts["web"]).problems == ()
    assert check_values(charts["jobs"]).problems == ()


def chart(folder: Path, values: str, template: str, **files: str) -> Chart:
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: small\nversion: 0.1.0\n")
    (folder / "values.yaml").write_text(values)
    (folder / "templates" / "all.yaml").write_text(template)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return load_helm_chart(folder)


def slugs(chart: Chart, values: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    return [(one.slug, one.path) for one in check_values(chart, values).problems]


@pytest.mark.parametrize(
    ("values", "template", "found"),
    [
        ("a: 1", "{{ .Values.a }}", []),
        ("a: 1\nb: 2", "{{ .Values.a }}", [("unused-value", "b")]),
        ("a: {b: 1, c: 2}", "{{ .Values.a.b }}", [("unused-value", "a.c")]),
        ("a: {b: 1, c: 2}", "{{ toYaml .Values.a }}", []),
        ("a: {b: 1, c: 2}", "{{ with .Values.a }}{{ .b }}{{ end }}", [("unused-value", "a.c")]),
        ("a: {b: 1}", "{{ if .Values.a }}x{{ end }}", [("unused-value", "a.b")]),
        ("a: {b: 1}", '{{ index .Values.a "b" }}', []),
        ("a: {b: 1}", '{{ get .Values.a "b" }}', []),
        ("a: {x: 1, y: 2}", "{{ range $k, $v := .Values.a }}{{ $k }}={{ $v }}{{ end }}", []),
        (
            "l: [{n: 1, m: 2}]",
            "{{ range .Values.l }}{{ .n }}{{ end }}",
            [("unused-value", "l.*.m")],
        ),
        ("a: {b: 1}", "{{ range .Values.l }}{{ $.Values.a.b }}{{ end }}", []),
        ("a: {b: 1}", "{{ $v := .Values }}{{ $v.a.b }}", []),
        ("a: 1", '{{ define "t" }}{{ .x }}{{ end }}{{ include "t" (dict "x" .Values.a) }}', []),
        ("a: {b: 1}", '{{ define "t" }}{{ .b }}{{ end }}{{ template "t" .Values.a }}', []),
        ("a: {b: 1}", "{{ (.Values.a).b | quote }}", []),
        ("a: 1\nt: 'x{{ .Values.a }}'", "{{ tpl .Values.t . }}", []),
        ("a: 1", "{{/* .Values.b */}}{{ .Values.a }}", []),
        ("a: 1", "{{ .Values.a }}{{ .Values.b }}", [("ungiven-value", "b")]),
        ("a: 1", '{{ .Values.a }}{{ .Values.b | default "x" }}', []),
        ("a: 1", "{{ .Values.a }}{{ if .Values.b }}{{ .Values.b.c }}{{ end }}", []),
        ("a: 1", "{{ .Values.a }}{{ .Values.b.c }}", [("broken-path", "b.c")]),
        ("a: ''", '{{ required "a!" .Values.a }}', [("required-value", "a")]),
        ("a: x", '{{ if ne .Values.a "y" }}{{ fail "no" }}{{ end }}', [("chart-fails", "")]),
        ("a: y", '{{ if ne .Values.a "y" }}{{ fail "no" }}{{ end }}', []),
    ],
)
def test_uses_of_values(
    values: str, template: str, found: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert slugs(chart(tmp_path, values, template)) == found


def test_slip_has_the_right_name_beside_it(tmp_path: Path) -> None:
    small = chart(tmp_path, "image: {tag: a}", "{{ .Values.image.tag }}")
    (problem,) = check_values(small, {"image": {"tga": "b"}}).problems
    assert str(problem) == "`image.tga`: no template uses it: did you mean `tag`?"


def test_schema_and_kinds(tmp_path: Path) -> None:
    schema = '{"properties": {"n": {"type": "integer", "maximum": 5}}}'
    template = "{{ .Values.n }}{{ .Values.m.a }}{{ .Values.active }}"
    values = "n: 1\nm: {a: 1}\nactive: true"
    small = chart(tmp_path, values, template, values__schema__json=schema)
    assert slugs(small, {"n": 9}) == [("schema", "n")]
    assert slugs(small, {"m": "text"}) == [("wrong-type", "m"), ("broken-path", "m.a")]
    assert slugs(small, {"active": "false"}) == [("wrong-type", "active")]


def test_what_can_not_be_read_is_said(tmp_path: Path) -> None:
    small = chart(tmp_path, "a: 1\nb: 1", "{{ if .Values.a }}")
    answer = check_values(small)
    assert answer.problems == ()
    assert answer.unchecked[0] == "templates/all.yaml: line 1: a block without its `end`"


@pytest.mark.parametrize(
    "text", ["{{ end }}", "{{ if .a }}", "{{ ( .a }}", "{{ define }}{{ end }}"]
)
def test_templates_that_are_none(text: str) -> None:
    with pytest.raises(TemplateError):
        parse(text)


def test_folder_that_is_no_chart(tmp_path: Path) -> None:
    with pytest.raises(RefuteError, match="bad-chart"):
        load_helm_chart(tmp_path)
