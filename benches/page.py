"""The HTML page of a large report in a real Chromium: opening, filtering, nodes.

    python benches/page.py [--mutants 20000] [--tests 10000] [--rounds 5]

Makes a report, writes the page, opens each view from disk and types into the list of faults.
Prints the middle of the rounds. The exit code is 1 if a view takes two seconds or more until it
is drawn, or a filter more than two frames (of 60 a second) of work until its rows are there.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from tests.e2e.browser import chromium
from tests.pages import large

from refute.report.html import Material, render

OPENS = 2.0
FILTERS = 2 / 60
VIEWS = ("#/", "#/code", "#/code/src/big/part_0/module_000.py", "#/faults", "#/theatre",
         "#/reality", "#/findings", "#/run")  # fmt: skip
DRAWN = (
    "new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
)
TYPES = """words => {
  const field = document.querySelector('#q-faults');
  return words.map(word => {
    const began = performance.now();
    field.value = word;
    field.dispatchEvent(new Event('input', {bubbles: true}));
    document.body.offsetHeight;
    return performance.now() - began;
  });
}"""
WORDS = ["w", "work_1", "work_19 comparison", "amount >", "no such fault", ""]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=20_000)
    parser.add_argument("--tests", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    judgement = large(options.mutants, options.tests)
    began = time.perf_counter()
    page = render(Material(judgement))
    print(f"rendered in {time.perf_counter() - began:.2f} s, {len(page) / 1e6:.1f} MB")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        file = Path(folder) / "report.html"
        file.write_bytes(page)
        slowest = max(opening(browser, file.as_uri(), view, options.rounds) for view in VIEWS)
        typing = filtering(browser, file.as_uri(), options.rounds)
    return int(slowest >= OPENS or typing > FILTERS)


def opening(browser: Any, address: str, view: str, rounds: int) -> float:
    """Seconds until a view is drawn, from a new tab on."""
    times, nodes = [], 0
    for _ in range(rounds):
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.goto(address + view)
        tab.wait_for_selector("#main h1")
        times.append(tab.evaluate(DRAWN) / 1000)
        nodes = tab.evaluate("document.querySelectorAll('*').length")
        tab.close()
    middle = statistics.median(times)
    print(f"{view:<40} {middle:6.2f} s  {nodes:>5} nodes")
    return middle


def filtering(browser: Any, address: str, rounds: int) -> float:
    """Seconds of work for each of some searches, from the key to the rows; the middle one."""
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.goto(f"{address}#/faults")
    tab.wait_for_selector(".row")
    tab.wait_for_timeout(1000)
    taken = [time / 1000 for _ in range(rounds) for time in tab.evaluate(TYPES, WORDS)]
    middle = statistics.median(taken)
    print(f"a search: {1000 * middle:.1f} ms, at the most {1000 * max(taken):.1f} ms")
    tab.close()
    return middle


if __name__ == "__main__":
    sys.exit(main())
