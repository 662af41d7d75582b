"""Suggestions as changed files, and as a patch that `git apply` takes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from refute.suggestions.instrument import edited
from refute.suggestions.values import Candidate, TestFile

CONTEXT = 3


def changed(file: TestFile, candidates: Iterable[Candidate]) -> bytes:
    """The file's content with these changes. Raises Clash."""
    edits = [edit for one in candidates for edit in one.edits]
    return edited(file.text, edits).encode(file.encoding)


def changed_files(
    files: Mapping[str, TestFile], candidates: Iterable[Candidate]
) -> dict[str, bytes]:
    """The content of each file with a change. Raises Clash."""
    by_file: dict[str, list[Candidate]] = {}
    for one in candidates:
        by_file.setdefault(one.point.file, []).append(one)
    return {file: changed(files[file], found) for file, found in sorted(by_file.items())}


def diff(file: str, before: bytes, after: bytes) -> bytes:
    """One file's part of a patch, in the file's own bytes; without a `diff --git` line, so that
    it applies below the top of a repository, too.
    """
    old, new = _lines(before), _lines(after)
    out = [_header("--- a/", file), _header("+++ b/", file)]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(CONTEXT):
        first, last = group[0], group[-1]
        out.append(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n".encode())
        for tag, low, high, start, end in group:
            if tag == "equal":
                out += _marked(b" ", old[low:high])
            else:
                out += [*_marked(b"-", old[low:high]), *_marked(b"+", new[start:end])]
    return b"".join(out) if len(out) > 2 else b""


def _range(start: int, end: int) -> str:
    size = end - start
    return f"{start + 1 if size else start},{size}"


def _lines(data: bytes) -> list[bytes]:
    """Lines as git sees them: a line feed alone ends one."""
    return re.findall(rb"[^\n]*\n|[^\n]+", data)


def _marked(mark: bytes, lines: Iterable[bytes]) -> list[bytes]:
    return [
        mark + (line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n")
        for line in lines
    ]


def _header(side: str, file: str) -> bytes:
    """A path as git writes it: quoted where it has to be, ended by a tab where it has spaces."""
    name = file.encode("utf-8", "surrogateescape")
    if any(byte < 0x20 or byte in b'"\\' or byte >= 0x7F for byte in name):
        text = "".join(
            chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\{byte:03o}"
            for byte in name
        )
        return f'{side[:4]}"{side[4:]}{text}"\n'.encode()
    return side.encode() + name + (b"\t\n" if b" " in name else b"\n")
