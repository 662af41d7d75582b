"""Accepting a finding: for which lines a comment speaks, what a rule meets, what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refute.acceptance import FILE, Accepted, accept
from refute.errors import RefuteError
from refute.finding import Finding, Severity, Slug, finding_id
from refute.outline import read_outline

TEXT = '''\
"""A test file: # refute: accept[prayer] said in a text."""


@mark("slow")
# refute: accept[prayer] above the second decorator
@mark(
    "net",
)
def test_one():
    assert pay(
        1,
    )  # refute: accept[survivor] at the end of a statement


class TestShop:  # refute: accept[smoke-test, prayer] all of it

    def test_two(self):
        if pay(2):
            pass

        # refute: accept[survivor] above a statement

        # another comment
        x = 1; y = 2
        z = 3

    async def test_three(self): return pay(3)


def test_four(): pass
'''
TESTS = [
    "tests/test_a.py::test_one",
    "tests/test_a.py::TestShop::test_two[x-1]",
    "tests/test_a.py::TestShop::test_two[y]",
    "tests/test_a.py::TestShop::test_three",
    "tests/test_a.py::TestShop::test_inherited",
    "tests/test_a.py::test_four",
]
DAY = "2027-01-31"


def on_line(slug: Slug, line: int | None, file: str = "tests/test_a.py") -> Finding:
    id = finding_id(slug, f"{file}:{line}")
    return Finding(id, slug, Severity.LOW, file, line, "m", ("e",), "refute show", "mend it")


def on_test(slug: Slug, name: str) -> Finding:
    found = on_line(slug, None, name.partition("::")[0])
    return replace(found, id=finding_id(slug, name))


def project(folder: Path, text: str = TEXT, file: str = "") -> Path:
    (folder / "tests").mkdir()
    (folder / "tests" / "test_a.py").write_text(text)
    if file:
        (folder / FILE).write_text(file)
    return folder


def judged(root: Path, *findings: Finding, day: str = DAY, whole: bool = False) -> Accepted:
    return accept(findings, root, TESTS, day, whole=whole)


def marks(found: Accepted) -> list[str]:
    return [one.accepted.reason if one.accepted else "" for one in found.findings]


def test_blocks_have_names_and_headers() -> None:
    outline = read_outline(TEXT)
    named = {block.name: (block.first, block.header, block.last) for block in outline.blocks}
    assert named["test_one"] == (4, 9, 12)
    assert named["TestShop"] == (15, 15, 27)
    assert named["TestShop.test_two"] == (17, 17, 25)
    assert named["TestShop.test_three"] == (27, 27, 27)
    assert outline.line_of("test_four") == 30
    assert outline.line_of("test_five") is None


@pytest.mark.parametrize(
    ("slug", "line", "reason"),
    [
        (Slug.SURVIVOR, 10, "at the end of a statement"),
        (Slug.SURVIVOR, 12, "at the end of a statement"),
        (Slug.SURVIVOR, 24, "above a statement"),
        (Slug.SURVIVOR, 25, ""),
        (Slug.SURVIVOR, 18, ""),
        (Slug.PRAYER, 10, "above the second decorator"),
        (Slug.PRAYER, 19, "all of it"),
        (Slug.PRAYER, 30, ""),
        (Slug.ECHO, 19, ""),
    ],
)
def test_a_comment_speaks_for_its_statement_or_block(
    tmp_path: Path, slug: Slug, line: int, reason: str
) -> None:
    assert marks(judged(project(tmp_path), on_line(slug, line))) == [reason]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("tests/test_a.py::test_one", "above the second decorator"),
        ("tests/test_a.py::TestShop::test_two", "all of it"),
        ("tests/test_a.py::TestShop::test_three", "all of it"),
        ("tests/test_a.py::TestShop::test_inherited", "all of it"),
        ("tests/test_a.py::test_four", ""),
    ],
)
def test_a_finding_on_a_test_is_at_its_header(tmp_path: Path, name: str, reason: str) -> None:
    found = judged(project(tmp_path), on_test(Slug.PRAYER, name))
    assert marks(found) == [reason]
    assert found.warnings == ()


ONE = finding_id(Slug.ECHO, "tests/test_a.py:3")
FILED = f"""
[[accept]]
finding = "prayer"
where = "tests/test_a.py::test_four"
reason = "one test"
until = 2027-06-30

[[accept]]
finding = "leak"
where = "src/**"
reason = "some files"

[[accept]]
finding = "{ONE}"
reason = "this one"
"""


def test_the_reviewed_file(tmp_path: Path) -> None:
    found = judged(
        project(tmp_path, "", FILED),
        on_test(Slug.PRAYER, "tests/test_a.py::test_four"),
        on_test(Slug.PRAYER, "tests/test_a.py::test_one"),
        on_line(Slug.LEAK, 3, "src/shop/cloud.py"),
        on_line(Slug.LEAK, 3, "lib/cloud.py"),
        on_line(Slug.ECHO, 3),
        on_line(Slug.ECHO, 4),
    )
    assert marks(found) == ["one test", "", "some files", "", "this one", ""]
    accepted = found.findings[0].accepted
    assert accepted is not None
    assert (accepted.until, accepted.where) == ("2027-06-30", "refute-accept.toml, no. 1")


@pytest.mark.parametrize(
    ("comment", "reason", "until"),
    [
        ("why, until 2027-01-31", "why", "2027-01-31"),
        ("why (until 2027-02-01)", "why", "2027-02-01"),
        ("until 2027-02-01: why", "why", "2027-02-01"),
        ("- lasts until it is mended", "lasts until it is mended", None),
    ],
)
def test_the_last_day_is_found_in_the_comment(
    tmp_path: Path, comment: str, reason: str, until: str | None
) -> None:
    root = project(tmp_path, f"x = 1  # refute: accept[survivor] {comment}\n")
    accepted = judged(root, on_line(Slug.SURVIVOR, 1)).findings[0].accepted
    assert accepted is not None
    assert (accepted.reason, accepted.until) == (reason, until)
    assert accepted.where == "tests/test_a.py:1"


def test_an_expired_acceptance_accepts_nothing_and_is_said(tmp_path: Path) -> None:
    root = project(tmp_path, "x = 1  # refute: accept[survivor] why, until 2027-01-30\n")
    found = judged(root, on_line(Slug.SURVIVOR, 1))
    assert marks(found) == [""]
    ((slug, text),) = found.warnings
    assert slug == "acceptance-expired"
    assert "held until 2027-01-30 (why); 1 finding counts again" in text


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("accept[survivor]", "say why"),
        ("accept[survivor] until 2027-01-31", "say why"),
        ("accept why", "name the kind"),
        ("accept[] why", "name the kind"),
        ("accept[survivors] why", "did you mean `survivor`?"),
        ("accept[survivor] why, until 2027-02-30", "there is no day 2027-02-30"),
    ],
)
def test_what_is_not_whole_accepts_nothing_and_is_said(
    tmp_path: Path, comment: str, said: str
) -> None:
    found = judged(project(tmp_path, f"x = 1  # refute: {comment}\n"), on_line(Slug.SURVIVOR, 1))
    assert marks(found) == [""]
    ((slug, text),) = found.warnings
    assert (slug, said in text) == ("bad-acceptance", True), text


def test_what_meets_nothing_is_said_where_all_was_judged(tmp_path: Path) -> None:
    root = project(tmp_path, "x = 1  # refute: accept[survivor] why\n")
    assert [slug for slug, _ in judged(root, whole=True).warnings] == ["acceptance-unused"]
    assert judged(root).warnings == ()
    (root / "shop.py").write_text("x = 1  # refute: accept[survivor] why\n")
    found = accept([], root, TESTS, DAY, sources=["shop.py"], whole=True)
    assert [text for _, text in found.warnings] == [
        "shop.py:1: accept[survivor] meets no finding any more.",
        "tests/test_a.py:1: accept[survivor] meets no finding any more.",
    ]


@pytest.mark.parametrize(
    ("text", "slug", "said"),
    [
        ("[[accept]]\nfinding = 'prayer'", "bad-setting", "say why"),
        ("[[accept]]\nreason = 'why'", "bad-setting", "name the kind"),
        ("[[accept]]\nfindings = 'prayer'", "unknown-setting", "did you mean `finding`?"),
        ("[[accepted]]\nfinding = 'prayer'", "unknown-setting", "did you mean `accept`?"),
        ("accept = 3", "bad-setting", "[[accept]]"),
        ("[[accept]]\nfinding = 'prayer'\nreason = 'x'\nuntil = 'soon'", "bad-setting", "a day"),
        ("[[accept]]\nfinding = 3\nreason = 'x'", "bad-setting", "strings"),
        ("[[accept]", "bad-setting", "can't be read"),
    ],
)
def test_a_file_that_cannot_be_meant(tmp_path: Path, text: str, slug: str, said: str) -> None:
    with pytest.raises(RefuteError) as caught:
        judged(project(tmp_path, "", text))
    assert (caught.value.slug, said in caught.value.message) == (slug, True), caught.value


def test_files_that_are_no_python_stop_nothing(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "tests" / "test_a.py").write_bytes(b"\xff\xfe # refute: accept[prayer] x")
    assert marks(judged(root, on_line(Slug.PRAYER, 1), on_line(Slug.PRAYER, 1, "gone.py"))) == [
        "",
        "",
    ]


def test_a_torn_file_keeps_its_comments(tmp_path: Path) -> None:
    root = project(tmp_path, "x = (\n1  # refute: accept[survivor] why\n")
    assert marks(judged(root, on_line(Slug.SURVIVOR, 2))) == ["why"]


@given(st.text("abd(:)\n \t#\"'@\\", max_size=80))
def test_an_outline_of_any_text_has_lines_of_the_text(text: str) -> None:
    outline = read_outline(text)
    count = len(text.split("\n"))
    for block in outline.blocks:
        assert 1 <= block.first <= block.header <= block.last <= count
    for comment in outline.comments:
        first, last = outline.reach(comment)
        assert 1 <= first <= last <= count
