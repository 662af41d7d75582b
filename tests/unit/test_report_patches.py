"""Changes as patches that git takes, and as a reader sees them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.unit.factory import MONEY, fault, judgement, survived

from refute.errors import RefuteError
from refute.judgement import Source
from refute.report.diff import excerpt, fitted, mutated
from refute.report.mutant import patch


def git(folder: Path, *args: str, data: bytes | None = None) -> None:
    subprocess.run(["git", "-c", "core.autocrlf=false", *args], cwd=folder, input=data, check=True)


LATIN = b"# coding: latin-1\n" + MONEY.replace("pays", "zahlt \xe9\xfc").encode("latin-1")

PLACES = [
    ("src/money.py", MONEY.encode()),
    ("src/crlf.py", MONEY.replace("\n", "\r\n").encode()),
    ("src/latin.py", LATIN),
    ("src/mark.py", b"\xef\xbb\xbf" + MONEY.encode()),
    ("src/no end.py", MONEY.rstrip().encode()),
    ("src/one line.py", b"a and b > 100"),
    ("src/mac.py", MONEY.replace("\n", "\r").encode()),
    ("a folder/with spaces.py", MONEY.encode()),
    ('src/\xe9t\xe9 "quoted"\\ \t.py', MONEY.encode()),
]


@pytest.mark.parametrize("subfolder", ["", "packages/shop"])
@pytest.mark.parametrize(("name", "data"), PLACES, ids=[name for name, _ in PLACES])
def test_git_takes_the_patch_and_gives_the_file_back(
    tmp_path: Path, name: str, data: bytes, subfolder: str
) -> None:
    root = tmp_path / subfolder
    path = root / name
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    source = Source.decode(data)
    mutant = fault("and", "or", text=source.text, file=name)
    item = survived(mutant)
    found = judgement([item], sources={name: source})
    made = patch(found, item)
    git(root, "apply", "--check", data=made)
    git(root, "apply", data=made)
    assert path.read_bytes() == data.replace(b" and ", b" or ", 1)
    git(root, "apply", "-R", data=made)
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("original", "replacement"),
    [
        ("    log(amount)\n", ""),
        ("log(amount)", ""),
        ("    log(amount)\n    return amount\n", "    return amount\n    log(amount)\n"),
        ("-order.total\n", "0"),
        ("return -order.total", "pass\n    pass"),
        ('"""What a customer pays."""', '"""X"""'),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_git_takes_patches_of_any_shape(
    tmp_path: Path, original: str, replacement: str, end: str
) -> None:
    path = tmp_path / "money.py"
    path.write_bytes(MONEY.replace("\n", end).encode())
    source = Source.decode(path.read_bytes())
    # The fault is given as one finds it in a text read with line feeds alone.
    item = survived(fault(original, replacement, file="money.py"))
    git(tmp_path, "init", "-q")
    made = patch(judgement([item], sources={"money.py": source}), item)
    git(tmp_path, "apply", data=made)
    expected = MONEY.replace(original, replacement, 1).replace("\n", end)
    assert path.read_bytes() == expected.encode()


def test_a_patch_needs_the_source_and_a_fault_that_fits_it() -> None:
    item = survived(fault("and", "or"))
    for sources in ({}, {"src/shop/money.py": Source("utf-8", "something = 'else'\n")}):
        with pytest.raises(RefuteError) as caught:
            patch(judgement([item], sources=sources), item)
        assert caught.value.slug == "bad-report"


def test_offsets_counted_with_other_line_ends_are_found_by_line_and_column() -> None:
    source = Source("utf-8", MONEY.replace("\n", "\r\n"))
    item = survived(fault("log(amount)", "pass\npass"))
    assert mutated(source, item) == source.text.replace("log(amount)", "pass\r\npass")


def test_long_changes_are_shortened() -> None:
    body = MONEY[MONEY.index("    if amount") : MONEY.index("\n\n\ndef refund")]
    item = survived(fault(body, "    return None", operator="whole_body"))
    lines = excerpt(Source("utf-8", MONEY), item, most=2)
    assert [f"{line.mark} {line.text}" for line in lines] == [
        "  def price(amount, member):",
        "-     if amount > 100 and member:",
        "- ... 3 more lines",
        "+     return None",
    ]


def test_a_removed_line_leaves_no_blank_one_behind() -> None:
    lines = excerpt(Source("utf-8", MONEY), survived(fault("log(amount)", "")), before=0)
    assert [(line.mark, line.number) for line in lines] == [("-", 7)]


def test_where_nothing_stands_above_the_next_line_is_shown() -> None:
    text = "\n\n@property\ndef name(self):\n    return 1\n"
    item = survived(fault("@property\n", "", text=text, file="a.py"))
    lines = excerpt(Source("utf-8", text), item)
    assert [(line.mark, line.text) for line in lines] == [
        ("-", "@property"),
        (" ", "def name(self):"),
    ]


def test_in_long_lines_the_change_stays_in_sight() -> None:
    text = f"    value = {' + '.join(f'part{n}' for n in range(40))} > limit\n"
    item = survived(fault("> limit", ">= limit", text=text, file="a.py"))
    lines = list(fitted(excerpt(Source("utf-8", text), item), 60))
    assert all(len(line.text) <= 60 for line in lines)
    assert lines[0].text.endswith("> limit")
    assert lines[1].text.endswith(">= limit")
