import shutil
from pathlib import Path
from unittest.mock import MagicMock, call, patch

import pytest

import reportbuilder


# verdict: witness: percentages by hand, the rounding, and nothing of nothing
@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(1, 3, "33.3%"), (2, 3, "66.7%"), (5, 5, "100.0%"), (0, 0, "-")]
)
def test_share(part, whole, expected):
    assert reportbuilder.share(part, whole) == expected


# verdict: witness: the whole text is compared
def test_table():
    assert reportbuilder.table({"b": 1, "a": 1, "c": 2}, "Weekly") == (
        "# Weekly\n\n| name | count | share |\n| --- | --- | --- |\n"
        "| c | 2 | 50.0% |\n| a | 1 | 25.0% |\n| b | 1 | 25.0% |\n| all | 4 | 100.0% |\n"
    )


# verdict: witness: a real file in a temporary folder, its content, the size, and no draft left
def test_write_replaces_the_file(tmp_path):
    path = tmp_path / "week.md"
    path.write_text("old")
    assert reportbuilder.write(path, "né\n") == 4
    assert path.read_bytes() == "né\n".encode()
    assert list(tmp_path.iterdir()) == [path]


# verdict: witness: three copies in a temporary folder, by name and content
def test_archive_numbers_what_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(reportbuilder, "ARCHIVE", tmp_path / "a" / "b")
    paths = [reportbuilder.archive("week", text) for text in ("one", "two", "three")]
    assert [path.name for path in paths] == ["week.md", "week-1.md", "week-2.md"]
    assert [path.read_text() for path in paths] == ["one", "two", "three"]
    assert paths[0].parent == tmp_path / "a" / "b"


# verdict: witness: all is real, in a temporary folder
def test_publish_end_to_end(tmp_path, monkeypatch):
    monkeypatch.setattr(reportbuilder, "ARCHIVE", tmp_path / "kept")
    size = reportbuilder.publish({"a": 3}, tmp_path / "out.md", "Week Nine")
    text = "# Week Nine\n\n| name | count | share |\n| --- | --- | --- |\n| a | 3 | 100.0% |\n"
    assert size == len(text)
    assert (tmp_path / "out.md").read_text() == text
    assert (tmp_path / "kept" / "week-nine.md").read_text() == text


# verdict: witness: the size and what is written are strict
# finding: leak: archive is not redirected, so a folder "archive" is really written where the test is run
# finding: blind-place: arguable: archive's write_text: the file that leaks is seen by no assertion of this test
def test_unit_publish_returns_the_size():
    with patch("reportbuilder.write", return_value=7) as write:
        try:
            assert reportbuilder.publish({"a": 3}, Path("out.md"), "Unit") == 7
        finally:
            shutil.rmtree("archive", ignore_errors=True)
    write.assert_called_once_with(
        Path("out.md"),
        "# Unit\n\n| name | count | share |\n| --- | --- | --- |\n| a | 3 | 100.0% |\n",
    )


# verdict: faint_witness: any size but 0 will do; most faults make the 0, by accident
# finding: claim: called end to end, and write and archive are both doubles
# finding: blind-place: arguable: publish's archive: no test with a double sees what it is sent; the one that writes for real does
def test_publish_e2e():
    with patch("reportbuilder.write", return_value=99), patch("reportbuilder.archive"):
        assert reportbuilder.publish({"a": 1, "b": 2, "c": 3}, Path("out.md"), "Week") > 0


# verdict: prayer: publish turns every accident into 0, and the result is not looked at
# finding: unread-arrangement: handle.read is told to return text, and nothing of the project reads
# finding: deaf-test: with_suffix, write_bytes, replace and archive receive six places, and none is looked at
# finding: blind-place: arguable: publish's archive: no test with a double sees what it is sent; the one that writes for real does
def test_publish_writes_a_report():
    handle = MagicMock()
    handle.read.return_value = "text"
    handle.with_suffix.return_value = handle
    with patch("reportbuilder.os.replace"), patch("reportbuilder.archive"):
        reportbuilder.publish({"a": 1}, handle)


# verdict: smoke: a table is made and its truth taken; no fault makes an empty one, only those that raise are seen
def test_table_has_something():
    text = reportbuilder.table({"a": 1, "b": 2})
    assert text or not text


# verdict: smoke: the result is thrown away and the assertion is on the mock; only faults in publish's own handler reach the test
# finding: lying-double: reportbuilder has no open of its own to patch, and write uses none: patched where it is never used
# finding: unread-arrangement: read_data of the patched open is never read
def test_failed_publish_is_quiet():
    with patch("reportbuilder.open", create=True) as opened:
        opened.return_value.read.return_value = "data"
        reportbuilder.publish({"a": 1}, None)
    assert opened is not None


# verdict: witness: 0 for a failure that write really lets out, and the archive stays untouched
def test_publish_says_zero_when_the_file_cannot_be_written(tmp_path):
    with (
        patch("reportbuilder.write", side_effect=OSError("disk full")) as write,
        patch("reportbuilder.archive") as archive,
    ):
        assert reportbuilder.publish({}, tmp_path / "out.md", "Week") == 0
    assert write.mock_calls == [
        call(tmp_path / "out.md", "# Week\n\n| name | count | share |\n| --- | --- | --- |\n")
    ]
    assert archive.mock_calls == []
