"""The HTML page in a real Chromium: links, filters, keys, accessibility, hostile texts, size."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.e2e.browser import SIZES, Reader, chromium
from tests.e2e.stage import stage
from tests.pages import EVIL, hostile, large, small, suggested

from refute.judgement import Judgement, Past, Verdict
from refute.metrics.mutation import Estimate
from refute.report.html import Beside, Material, render
from refute.report.words import WORDS

VIEWS = (
    "#/",
    "#/code",
    "#/code/src/shop/cloud.py",
    "#/faults",
    "#/theatre",
    "#/theatre/tests",
    "#/theatre/doubles",
    "#/theatre/arguments",
    "#/theatre/lies",
    "#/reality",
    "#/findings",
    "#/run",
)
LISTS = ("#/faults", "#/theatre/tests", "#/theatre/doubles", "#/theatre/lies", "#/findings")
NEVER = "img, iframe, object, embed, form[action], [onload], [onerror], [onmouseover]"
DRAWN = 1500
"""Elements of a view at the most, however large the report is."""

FOLLOW = """address => new Promise(done => {
  const told = () => done([
    [...document.querySelectorAll('#main h1, #details h2')].map(one => one.textContent),
    [...document.querySelectorAll('a')].map(one => one.getAttribute('href'))]);
  if (location.hash === address) { told(); return; }
  addEventListener('hashchange', () => requestAnimationFrame(told), {once: true});
  location.hash = address;
})"""
"""Go to an address within the page; its titles, and all links that it then has."""

Open = Callable[..., Reader]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def past(judgement: Judgement, number: int, report: str) -> Past:
    return Past(
        at=f"2027-01-{number:02}T10:00:00Z",
        report=report,
        version=judgement.version,
        commit="c" * 40,
        dirty=False,
        tree="",
        part="",
        partial=False,
        noticed=3 + number,
        scored=11,
        candidates=12,
        survived=5 - number,
        no_coverage=2,
        tests={"prayer": 2},
        first_failure=0.5,
    )


def stopped(found: Judgement) -> Judgement:
    """The same, had it been stopped when four faults were tried."""
    judged = [
        one if number < 4 else replace(one, verdict=Verdict.PENDING, kill_kind=None)
        for number, one in enumerate(found.judged)
    ]
    return replace(
        found, judged=tuple(judged), partial=True, estimate=Estimate(score=0.714, low=0.6, high=0.8)
    )


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, Path]:
    """Files by name; the small one has a base, a history, and reports of the other commands."""
    found = small()
    turned = {Verdict.SURVIVED: Verdict.KILLED, Verdict.KILLED: Verdict.SURVIVED}
    judged = [replace(one, verdict=turned.get(one.verdict, one.verdict)) for one in found.judged]
    beside = Beside(
        {"metrics": {"defects": {"detected": 3, "missed": 1}}},
        {"counts": {"stable": 8, "judged": 9, "causes": {"flaky": 1}}},
    )
    material = {
        "small": Material(
            found, beside, replace(found, judged=tuple(judged)), suggested=suggested(found),
            history=[past(found, n, f"r{n}") for n in (1, 2, 3)], report="r3",
        ),
        "plain": Material(found, history=[past(found, n, f"r{n}") for n in (1, 2)], report="r2"),
        "hostile": Material(
            hostile(), base=hostile(), suggested=suggested(hostile(), "|".join(EVIL))
        ),
        "large": Material(large()),
        "stopped": Material(stopped(found)),
    }  # fmt: skip
    for name, one in material.items():
        (folder / f"{name}.html").write_bytes(render(one))
    return {name: folder / f"{name}.html" for name in material}


@pytest.fixture
def opened(browser: Any, pages: dict[str, Path]) -> Iterator[Open]:
    readers: list[Reader] = []

    def make(name: str = "small", **how: str) -> Reader:
        readers.append(Reader(browser, pages[name], **how))
        return readers[-1]

    yield make
    for reader in readers:
        reader.close()


def test_each_link_leads_somewhere(opened: Open) -> None:
    reader = opened()
    seen: set[str] = set()
    ahead = list(VIEWS)
    page = reader.go()
    while ahead:
        address = ahead.pop()
        titles, links = page.evaluate(FOLLOW, address)
        assert not {"Not in this report", "There is no such view"} & {*titles}, address
        assert len(titles) == 1 + ("open=" in address), address
        assert all(link.startswith("#") for link in links)
        # One way to each thing is enough: what opens in a panel is the same beside each view.
        for link in links:
            _, _, query = link.partition("?")
            known = query if "open=" in query else link
            if link.startswith("#/") and known not in seen:
                seen.add(known)
                ahead.append(link)
    assert len(seen) > 60


def test_the_overview_says_what_the_report_says(opened: Open) -> None:
    found, reader = small(), opened()
    page, counts = reader.go(), small().counts
    said = f"Your tests noticed {counts.detected} of {counts.scored} faults"
    assert page.locator("h1").text_content() == said
    measures = dict(zip(("score", "defects", "stability", "speed", "clarity"),
                        reader.texts(".measure"), strict=True))  # fmt: skip
    assert f"{counts.detected} of {counts.scored} faults" in measures["score"]
    assert "3 of 4 past bugs" in measures["defects"]
    assert "8 of 9 tests" in measures["stability"]
    assert "0.40 s" in measures["speed"]
    assert "not measured" in measures["clarity"]
    assert "▼" in measures["score"] or "▲" in measures["score"]
    assert reader.count(".curve circle") == 3
    page.wait_for_selector("a.tile")
    assert reader.count("a.tile") >= len(found.sources)


def test_a_run_that_was_stopped_shows_what_it_foretells(opened: Open) -> None:
    counts, reader = stopped(small()).counts, opened("stopped")
    page = reader.go()
    assert counts.pending
    tried = counts.tried - counts.settled
    said = f"Your tests noticed {counts.detected} of {tried} faults tried so far"
    assert page.locator("h1").text_content() == said
    assert page.locator(".hero .figure").text_content() == "about 71.4%"
    assert "about 71.4%" in reader.texts("[data-measure=score]")[0]
    assert "which is too low" in "".join(reader.texts(".lead"))


def test_without_a_base_the_last_run_is_compared(opened: Open) -> None:
    reader = opened("plain")
    reader.go()
    assert "9.1 points" not in "".join(reader.texts(".lead"))
    assert any("the last run, 2027-01-01 10:00 UTC" in text for text in reader.texts(".lead"))
    assert "not measured" in reader.texts("[data-measure=defects]")[0]


@pytest.mark.parametrize("address", LISTS)
def test_each_filter_holds_after_a_reload(opened: Open, address: str) -> None:
    reader = opened()
    page = reader.go(address)
    whole = reader.texts(".tell")[0]
    for number in range(page.locator("select").count()):
        for value in (
            page.locator("select")
            .nth(number)
            .locator("option")
            .evaluate_all("all => all.map(one => one.value).filter(Boolean)")
        ):
            page.locator("select").nth(number).select_option(value)
            rows, told = reader.texts(".row"), reader.texts(".tell")
            assert told[0].startswith(f"{len(rows)} of ")
            assert "=" in reader.address
        if page.locator("select").nth(number).input_value():
            page = reader.go(reader.address)
            assert reader.texts(".row") == rows
            assert page.locator("select").nth(number).input_value() == value
            page.get_by_role("button", name="Clear search and filters").first.click()
            assert reader.texts(".tell") == [whole]
            assert reader.address == address


def test_filters_show_what_they_say(opened: Open) -> None:
    found, reader = small(), opened()
    verdicts = Counter(item.verdict.value for item in found.judged)
    page = reader.go("#/faults")
    for verdict, number in verdicts.items():
        page.locator("#f-verdict").select_option(verdict)
        assert reader.count(".rows .row") == number
    assert found.theatre is not None
    page = reader.go("#/theatre/tests")
    tests = Counter(one.verdict for one in found.theatre.strengths)
    for kind, number in tests.items():
        page.locator("#f-verdict").select_option(kind.value)
        assert reader.texts(".rows .chip") == [WORDS[kind].one] * number
    page = reader.go("#/faults?since=worse")
    assert reader.count(".rows .row") > 0


def test_search_and_sort_live_in_the_address(opened: Open) -> None:
    reader = opened()
    page = reader.go("#/faults")
    page.get_by_role("searchbox").fill("refund Unary")
    assert reader.count(".rows .row") == 1
    assert reader.address == "#/faults?q=refund+Unary"
    page = reader.go(reader.address)
    assert page.get_by_role("searchbox").input_value() == "refund Unary"
    page.get_by_role("searchbox").fill("no such thing")
    assert page.locator(".none").is_visible()
    page.locator(".none button").click()
    page.get_by_role("button", name="Place").click()
    there = reader.texts(".rows .under")
    page.get_by_role("button", name="Place").click()
    assert reader.texts(".rows .under") == there[::-1]
    assert reader.address == "#/faults?sort=-place"
    assert page.locator("[aria-sort=descending]").text_content() == "Place"
    page = reader.go(reader.address)
    assert reader.texts(".rows .under") == there[::-1]


def test_a_list_is_walked_by_keys(opened: Open) -> None:
    reader = opened()
    page = reader.go("#/faults?verdict=survived")
    page.locator(".rows a.to").first.focus()
    first = reader.focused()
    page.keyboard.press("ArrowDown")
    second = reader.focused()
    assert second != first
    page.keyboard.press("Enter")
    reader.until("document.activeElement.matches('#details h2')")
    assert "open=m-" in reader.address
    heading = page.locator("#details h2")
    assert reader.focused() == heading.text_content()
    page.keyboard.press("Escape")
    assert page.locator("#details").is_hidden()
    assert reader.focused() == second
    assert reader.address == "#/faults?verdict=survived"
    page.keyboard.press("End")
    assert reader.focused() == reader.texts(".rows a.to")[-1]
    page.keyboard.press("Home")
    assert reader.focused() == first


def test_a_page_is_entered_by_keys(opened: Open) -> None:
    reader = opened()
    page = reader.go("#/findings")
    page.keyboard.press("Tab")
    assert reader.focused() == "Skip to content"
    page.keyboard.press("Enter")
    assert reader.focused() == "Findings"
    page = reader.go("#/")
    page.locator(".tabs a", has_text="Theatre").focus()
    page.keyboard.press("Enter")
    reader.until("document.activeElement.matches('h1')")
    assert reader.focused() == "Theatre"
    assert reader.address == "#/theatre"
    assert page.locator(".tabs [aria-current=page]").text_content() == "Theatre"
    page.go_back()
    reader.until("document.querySelector('h1').textContent.startsWith('Your tests')")


def test_the_map_leads_to_a_file_by_keys(opened: Open) -> None:
    reader = opened()
    page = reader.go("#/code")
    page.locator(".map a[tabindex='0']").focus()
    assert reader.count(".map a[tabindex='0']") == 1
    before = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowRight")
    after = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert before != after
    assert "score" in after
    page.set_viewport_size({"width": 1200, "height": 900})
    reader.until("document.querySelector('.map').lastChild.getBoundingClientRect().right < 1200")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == after
    page.keyboard.press("Enter")
    page.wait_for_selector(".codeview")
    assert reader.address.startswith("#/code/src/")


def test_the_size_of_a_tile_is_the_size_of_its_file(opened: Open) -> None:
    reader = opened()
    page = reader.go("#/code")
    page.wait_for_selector("a.tile")
    tiles = page.locator("a.tile").evaluate_all(
        "all => all.filter(one => !one.matches('.group')).map(one => [one.title.split(' ')[0],"
        " one.offsetWidth * one.offsetHeight])"
    )
    sources = small().sources
    lines = {file: sum(bool(line.strip()) for line in source.text.splitlines())
             for file, source in sources.items()}  # fmt: skip
    assert {name for name, _ in tiles} == set(lines)
    rates = [area / lines[name] for name, area in tiles]
    assert max(rates) < 1.15 * min(rates)
    hatched = page.locator("a.tile .hatch").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert any(hatched)


def test_a_survivor_in_the_margin_tells_all(opened: Open) -> None:
    reader = opened()
    page = reader.go("#/code/src/shop/cloud.py")
    assert reader.texts(".cl .tx")[3] == "def delete_pod(name, namespace):"
    marks = page.locator(".cl.hit .m a")
    assert "survived" in marks.first.get_attribute("aria-label")
    marks.first.click()
    page.locator("#details h2").wait_for()
    said = page.locator("#details").text_content()
    for words in ('"delete"', "Tests ran over it and none noticed", "Swallowed by the double",
                  "shop.cloud.run_kubectl", "Tests that ran (4 of 4", "refute try m-"):  # fmt: skip
        assert words in said
    assert reader.count("#details .del") == reader.count("#details .add") == 1
    page.locator("#details a", has_text="shop.cloud.run_kubectl").click()
    page.locator("#details h2", has_text="shop.cloud.run_kubectl").wait_for()
    said = page.locator("#details").text_content()
    assert "Arguments that nobody looks at" in said
    assert "which the real one catches" in said
    page.locator(".cl .m a").first.focus()
    line = page.evaluate("document.activeElement.dataset.line")
    page.keyboard.press("ArrowDown")
    assert int(page.evaluate("document.activeElement.dataset.line")) > int(line)
    page.locator("#show").select_option("none")
    assert reader.count(".cl .m a") == 0
    assert "show=none" in reader.address


def test_what_was_proven_is_shown_where_it_mends_something(opened: Open) -> None:
    reader, found = opened(), small()
    first, second = [m.mutant.id for m in found.judged if m.verdict is Verdict.SURVIVED][:2]
    page = reader.go(f"#/faults?open={first}")
    section = page.locator("#details section", has_text="What notices it, proven")
    said = section.text_content()
    assert "Passed the unchanged code 5 times of 5, and failed under this fault." in said
    assert section.locator(".add").text_content() == "put in: +assert x"
    assert f"refute suggest {first} --patch | git apply" in said
    page = reader.go(f"#/faults?open={second}")
    assert "Nothing x differs." in page.locator("#details").text_content()
    page = reader.go(f"#/theatre/tests?open={quote(found.tests[0].id)}")
    assert "and was told of" in page.locator("#details").text_content()
    finding = next(one.id for one in found.findings if first in one.evidence)
    page = reader.go(f"#/findings?open={finding}")
    assert "What notices it, proven" in page.locator("#details").text_content()


def test_the_boundary_map_draws_who_goes_where(opened: Open) -> None:
    reader = opened()
    page = reader.go("#/reality")
    assert reader.count(".flow.fake") == 2
    assert reader.count(".flow.real") == 1
    titles = reader.texts(".flow title")
    assert "src/shop/cloud.py → shop.cloud.run_kubectl: 4 tests" in titles
    assert "src/shop/cloud.py → process kubectl: 1 test" in titles
    drawn = page.locator(".flow").evaluate_all(
        "all => all.map(one => Number(one.getAttribute('stroke-width')))"
    )
    widths = dict(zip(titles, drawn, strict=True))
    assert max(widths, key=lambda title: widths[title]).endswith("4 tests")
    assert reader.texts(".pyramid .count b") == ["0", "1", "7"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(opened: Open, size: str, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    reader = opened(size=size, theme=theme)
    swallowed = next(iter(small().theatre.traces))  # type: ignore[union-attr]
    for address in (
        *VIEWS,
        "#/code/src/shop/cloud.py?show=all",
        f"#/faults?open={swallowed}",
        "#/theatre/doubles?open=w-11111111",
        "#/theatre/arguments?open=p-11111111",
        "#/theatre/tests?open=tests/test_cloud.py::test_delete_passes",
        "#/findings?q=nothing+at+all",
    ):
        page = reader.go(address)
        page.wait_for_timeout(50)
        found = axe.Axe().run(page).response["violations"]
        told = [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found]
        assert told == [], address


@pytest.mark.parametrize("size", SIZES)
def test_no_view_is_wider_than_the_screen(opened: Open, size: str) -> None:
    reader = opened(size=size)
    for address in (*VIEWS, "#/theatre/doubles?open=w-11111111"):
        page = reader.go(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_a_hostile_project_injects_nothing(opened: Open) -> None:
    reader = opened("hostile")
    found = hostile()
    file = next(one for one in found.sources if "script" in one)
    page = reader.go("#/code")
    href = page.locator("a.tile").evaluate_all(
        "all => all.map(one => one.getAttribute('href')).find(one => one.includes('script'))"
    )
    opened_by = [item.mutant.id for item in found.judged if item.mutant.file == file][:3]
    addresses = [*VIEWS[3:], "#/", "#/code", href, *(f"{href}?open={id}" for id in opened_by)]
    addresses += [f"#/theatre/doubles?open={one}" for one in ("w-11111111", "p-11111111")]
    addresses += [f"#/findings?open={found.findings[0].id}", "#/__proto__", "#/code/__proto__"]
    addresses += [f"#/faults?q={one}&open={one}&sort=__proto__" for one in EVIL[:3]]
    addresses += ["#/%E0%A4%A", "#/code/%E0%A4%A", "#/faults?sort=constructor&verdict=__proto__"]
    seen = ""
    for address in addresses:
        page = reader.go(address)
        seen += page.locator("#main").text_content() + page.locator("#details").text_content()
        assert page.evaluate("window.pwned") is None
        assert reader.count("script") == 3
        assert (
            reader.count("img, iframe, object, embed, form[action], [onload], [onmouseover]") == 0
        )
        assert reader.count("style") == 1
        assert not page.locator("a").evaluate_all(
            "all => all.some(one => one.protocol !== 'file:')"
        )
    # It is all there to read; what could deceive a reader is spelled out.
    assert EVIL[0] in seen
    assert EVIL[1] in seen
    assert "\\u202etxet neddih\\u202c" in seen
    assert not {*"\u202e\u202c\u2028\x1b\x00"} & {*seen}


def test_the_browser_refuses_what_the_page_never_does(opened: Open) -> None:
    reader = opened()
    page = reader.go()
    refused = page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return false; }"
        " catch (error) { return error instanceof TypeError; } }"
    )
    assert refused
    fetched = page.evaluate("() => fetch('https://example.org/').then(() => true, () => false)")
    assert fetched is False
    assert any("Content Security Policy" in text for text in reader.trouble)
    reader.trouble.clear()


def test_twenty_thousand_mutants_draw_a_few_nodes(opened: Open) -> None:
    reader = opened("large")
    for address, total in (
        ("#/", None),
        ("#/code", 100),
        ("#/code/src/big/part_0/module_000.py", None),
        ("#/faults", 20_000),
        ("#/theatre/tests", 10_000),
        ("#/theatre/arguments", 1_600),
        ("#/findings", 3_000),
        ("#/reality", None),
    ):
        page = reader.go(address)
        assert reader.count("*") < DRAWN, address
        if total is None:
            continue
        assert page.locator("[role=table]").get_attribute("aria-rowcount") == str(total + 1)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.wait_for_selector(f".row[aria-rowindex='{total + 1}']")
        assert reader.count("*") < DRAWN, address
    page = reader.go("#/faults")
    page.get_by_role("searchbox").fill("work_7 comparison")
    assert reader.texts(".tell")[0].startswith("100 of 20,000 faults")
    page.locator(".rows a.to").first.focus()
    for _ in range(60):
        page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('.row').dataset.index") == "60"
    assert reader.count(".row") < 100


def test_paper_has_the_rows_that_the_screen_leaves_out(opened: Open) -> None:
    reader = opened("large")
    page = reader.go("#/faults?verdict=timeout")
    drawn = reader.count(".rows .row")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert reader.count(".rows .row") > 10 * drawn
    assert page.locator(".top").is_hidden()
    assert len(page.pdf(format="A4")) > 10_000
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert reader.count(".rows .row") < 2 * drawn


def test_the_colours_are_chosen_by_a_button(opened: Open) -> None:
    reader = opened()
    page = reader.go()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Colours: auto").click()
    page.get_by_role("button", name="Colours: light").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_two_runs_make_a_page_with_a_curve(browser: Any) -> None:
    with stage("calc") as place:
        first, second = place.run("-q"), place.run("-q")
        assert (first.code, second.code) == (0, 0)
        lines = (place.project / ".refute" / "history.jsonl").read_text().splitlines()
        assert [json.loads(line)["scored"] for line in lines] == [
            first.report["metrics"]["mutation"]["killed"]
            + first.report["metrics"]["mutation"]["timeout"]
            + first.report["metrics"]["mutation"]["survived"]
            + first.report["metrics"]["mutation"]["no_coverage"]
        ] * 2
        told = place.finish(place.start("html", "."))
        assert told.code == 0
        written = place.project / ".refute" / "report.html"
        before = written.read_bytes()
        assert place.finish(place.start("html", ".")).code == 0
        assert written.read_bytes() == before
        reader = Reader(browser, written)
        reader.go("#/")
        assert reader.count(".curve circle") == 2
        assert reader.count(".measure .chip") >= 1
        page = reader.go("#/theatre/tests")
        page.locator(".rows a.to").first.click()
        page.locator("#details h2").wait_for()
        # The test's own code, which the report keeps.
        assert "def test_" in page.locator("#details .excerpt").first.text_content()
        reader.close()
        assert place.unchanged()
