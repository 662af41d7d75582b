"""Stryker's own viewer shows our report: its package from npm, in a headless Chromium."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.chromium import chromium, environment
from tests.unit.saved_reports import hostile_subject, tool

from refute.report import stryker
from refute.report.subject import Subject

PACKAGE = "mutation-testing-elements@3.9.0"

pytestmark = pytest.mark.network

PAGE = """<!doctype html><html><head><meta charset="utf-8">
<script src="viewer.js"></script></head><body>
<mutation-test-report-app title-postfix="refute"></mutation-test-report-app>
<pre id="seen"></pre>
<script>
const errors = [];
addEventListener("error", (event) => errors.push(String(event.message)));
const app = document.querySelector("mutation-test-report-app");
app.report = __REPORT__;
function all(root) {
  // Texts of all shadow roots, as a reader sees them.
  let text = "";
  for (const node of root.childNodes) {
    if (node.nodeType === 3) text += node.data + " ";
    if (node.nodeType !== 1 || ["STYLE", "SCRIPT"].includes(node.tagName)) continue;
    if (node.shadowRoot) text += all(node.shadowRoot);
    text += all(node);
  }
  return text;
}
function scripts(root) {
  let found = root.querySelectorAll("script, iframe, object").length;
  for (const node of root.querySelectorAll("*")) {
    if (node.shadowRoot) found += scripts(node.shadowRoot);
  }
  return found;
}
function look() {
  const root = app.shadowRoot;
  return { text: all(root), scripts: scripts(root) };
}
async function main() {
  const seen = {};
  for (const place of __PLACES__) {
    location.hash = place;
    await new Promise((done) => setTimeout(done, 1500));
    seen[place] = look();
  }
  document.getElementById("seen").textContent = JSON.stringify({ seen, errors });
}
main();
</script></body></html>
"""


@cache
def missing() -> str:
    """Why the viewer can't be had here; empty when it can."""
    absent = [name for name in ("node", "npm") if shutil.which(name) is None]
    if chromium() is None:
        absent.append("chromium")
    return f"{' and '.join(absent)} not installed" if absent else ""


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The viewer's one file, from npm."""
    if missing():
        pytest.skip(missing())
    folder: Path = tmp_path_factory.mktemp("viewer")
    done = subprocess.run(
        ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"npm can't fetch {PACKAGE}: {done.stderr.strip()[-300:]}")
    return folder / "node_modules/mutation-testing-elements/dist/mutation-test-elements.js"


def seen(viewer: Path, folder: Path, subject: Subject, *places: str) -> dict[str, dict[str, Any]]:
    """What a reader sees of a report, at each of these places of the viewer."""
    shutil.copy(viewer, folder / "viewer.js")
    report = stryker.render(subject).replace("<", "\\u003c")
    page = PAGE.replace("__PLACES__", json.dumps(list(places))).replace("__REPORT__", report)
    (folder / "page.html").write_text(page, encoding="utf-8")
    program = chromium()
    assert program is not None
    done = subprocess.run(
        [
            str(program), "--headless", "--no-sandbox", "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=60000",
            "--dump-dom", (folder / "page.html").as_uri(),
        ],
        capture_output=True, text=True, check=False, timeout=180,
        env={**os.environ, **environment(program)},
    )  # fmt: skip
    match = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, re.DOTALL)
    assert match, done.stderr[-2000:]
    assert match[1], "the page did not come to its end"
    found = json.loads(html.unescape(match[1]))
    assert found["errors"] == []
    shown: dict[str, dict[str, Any]] = found["seen"]
    return shown


def test_the_viewer_shows_files_mutants_and_tests(viewer: Path, tmp_path: Path) -> None:
    subject = tool().subject("stryker")
    found = seen(viewer, tmp_path, subject, "mutant", "mutant/cluster.py", "test")
    texts = {place: " ".join(one["text"].split()) for place, one in found.items()}
    # The score is theirs, computed from our mutants.
    assert "All files" in texts["mutant"]
    assert "62.07" in texts["mutant"]
    assert "def delete_pod" in texts["mutant/cluster.py"]
    for count in ("Killed ( 144 )", "Survived ( 64 )", "NoCoverage ( 24 )", "Ignored ( 4 )"):
        assert count in texts["mutant/cluster.py"]
    assert "All tests 14" in texts["test"]


def test_the_viewer_takes_hostile_names_for_text(viewer: Path, tmp_path: Path) -> None:
    # It takes what is before the last slash for folders.
    found = seen(viewer, tmp_path, hostile_subject(), "mutant", "mutant/close.py", "test")
    assert "<script>alert('EVIL')</script>" in found["mutant/close.py"]["text"]
    assert [one["scripts"] for one in found.values()] == [0, 0, 0]
