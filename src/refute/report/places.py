"""Where a finding is, as exactly as the report knows."""

from __future__ import annotations

from dataclasses import dataclass

from refute.judgement import Finding, Judged, Judgement, TestRecord, base


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a file; lines and columns count from 1, the end is exclusive."""

    file: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None

    @property
    def words(self) -> str:
        """``path:line``, or the path alone."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


class Places:
    """The places of one judgement's findings."""

    def __init__(self, judgement: Judgement) -> None:
        self._tests: dict[str, list[tuple[str, TestRecord]]] = {}
        self._known: dict[str, TestRecord] = {}
        for test in judgement.tests:
            name = base(test.id)
            if name not in self._known:
                self._tests.setdefault(name.partition("::")[0], []).append((name, test))
            self._known.setdefault(name, test)

    def of(self, finding: Finding, shown: Judged | None = None) -> Place:
        """The place of a finding.

        ``shown`` is the mutant that it leads with: where that begins on the finding's own
        line, the span is the mutant's. One on a test without a line is where the test is.
        """
        if finding.line is None:
            return self._test(finding)
        if shown is not None and (shown.mutant.file, shown.mutant.line) == (
            finding.file,
            finding.line,
        ):
            one = shown.mutant
            return Place(one.file, one.line, one.column, one.end_line, one.end_column)
        return Place(finding.file, finding.line)

    def test(self, id: str) -> Place | None:
        """Where a test's function is written; None where nobody knows."""
        test = self._known.get(base(id))
        return None if test is None else _defined(test)

    def _test(self, finding: Finding) -> Place:
        # The message of a finding on a test begins with the test's name.
        named = [
            (len(name), number)
            for number, (name, _) in enumerate(self._tests.get(finding.file, ()))
            if name in finding.message
        ]
        if not named:
            return Place(finding.file)
        found = _defined(self._tests[finding.file][max(named)[1]][1])
        return found if found is not None and found.file == finding.file else Place(finding.file)


def _defined(test: TestRecord) -> Place | None:
    file, _, line = test.defined.rpartition(":")
    return Place(file, int(line)) if file and line.isascii() and line.isdigit() else None
