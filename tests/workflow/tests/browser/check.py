"""Opens a report in headless Chromium and uses it as a person would.

python check.py <chromium> <report.html> <expected.json> <folder for screenshots>
"""

import json
import sys
import tempfile
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
LOAD_LIMIT_MS = 2_000
WIDTHS = (1280, 390)


def main(chromium, report, expected, folder):
    expected = json.loads(Path(expected).read_text())
    url = Path(report).resolve().as_uri()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        browser = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium, args=ARGUMENTS, headless=True, viewport={"width": 1280, "height": 900}
        )
        page = browser.new_page()
        noticed = notice(page, url)
        page.goto(url, wait_until="load")
        took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        assert took < LOAD_LIMIT_MS, f"the report took {took:.0f} ms to open"
        names_are_text(page, expected)
        the_filters_narrow(page, expected)
        a_cell_opens_by_mouse(page)
        if expected["skippedAccounts"]:
            a_skipped_cell_says_why(page)
        a_cell_opens_by_keyboard(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if len(expected["names"]) < 100 or scheme == "light":  # axe takes a minute for 17,000 cells
                nothing_for_axe(page, scheme)
            screenshots(page, folder, Path(report).stem, scheme)
        assert noticed == [], noticed
        browser.close()
        without_script(playwright, chromium, url, expected)
    print(f"{Path(report).name}: opened in {took:.0f} ms")


def notice(page, url):
    """What must not happen: an error on the console, a request, a dialog of a script that got in."""
    found = []
    page.on("console", lambda line: found.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("dialog", lambda dialog: (found.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: found.append(f"request: {request.url}") if request.url != url else None)
    return found


def names_are_text(page, expected):
    names = page.locator("#grid tbody th b").all_text_contents()
    assert names == expected["names"], "the names of the accounts are not shown as they are"
    assert page.locator("h1").inner_text() == expected["verdict"]
    assert page.locator("main script").count() == 0


def shown(page):
    return page.locator("#grid tbody tr:not([hidden])").count()


def the_filters_narrow(page, expected):
    total = len(expected["names"])
    assert shown(page) == total
    page.get_by_role("searchbox", name="Account").fill(expected["names"][-1])
    assert shown(page) == 1
    expect(page.locator(".filters output")).to_have_text(f"1 of {total} accounts")
    page.get_by_role("searchbox", name="Account").fill("")
    page.get_by_role("combobox", name="Organizational unit").select_option(expected["unit"])
    assert shown(page) == expected["accountsInUnit"]
    page.get_by_role("combobox", name="Organizational unit").select_option("")
    page.get_by_role("combobox", name="Status").select_option("failed")
    assert shown(page) == expected["failedAccounts"]
    page.get_by_role("combobox", name="Status").select_option("skipped")
    assert shown(page) == expected["skippedAccounts"]
    page.get_by_role("combobox", name="Status").select_option("all")
    page.get_by_role("combobox", name="Region").select_option(expected["region"])
    assert page.locator("#grid thead th:visible").count() == 2
    page.get_by_role("combobox", name="Region").select_option("")
    assert shown(page) == total


def a_cell_opens_by_mouse(page):
    cell = page.locator("#grid td.u").first
    cell.click()
    dialog = page.locator("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("table").first).to_contain_text("task.parameters.Operation")
    expect(dialog).to_contain_text("Thu 3 Dec 2026 01:00 EST (America/New_York), Thu 3 Dec 2026 06:00 UTC")
    if page.locator("#grid tbody tr").count() < 100:
        nothing_for_axe(page, "with details")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def a_skipped_cell_says_why(page):
    page.locator("#grid td.s").first.click()
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("Skipped: ")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def a_cell_opens_by_keyboard(page):
    page.get_by_role("combobox", name="Status").focus()
    for _ in range(3):  # the scrolling area lies between
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "TD":
            break
    focused = "[document.activeElement.closest('tr').rowIndex, document.activeElement.cellIndex]"
    page.keyboard.press("Home")
    row, column = page.evaluate(focused)
    assert column == 1
    page.keyboard.press("ArrowUp" if row > 1 else "ArrowDown")
    page.keyboard.press("ArrowRight")
    moved = page.evaluate(focused)
    assert moved != [row, column], moved
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    assert page.evaluate(focused) == moved, "the focus comes back to the cell"


def nothing_for_axe(page, state):
    violations = Axe().run(page).response["violations"]
    found = [(one["impact"], one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"][:300]) for one in violations]
    assert found == [], f"{state}: {found}"


def screenshots(page, folder, name, scheme):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png")
        overflows = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not overflows, f"the page is wider than {width}"
    page.set_viewport_size({"width": 1280, "height": 900})


def without_script(playwright, chromium, url, expected):
    browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    page = browser.new_page(java_script_enabled=False)
    page.goto(url)
    assert page.locator("h1").inner_text() == expected["verdict"]
    assert page.locator(".failure .advice").first.is_visible()
    assert page.locator("#grid td").first.is_visible()
    assert not page.locator(".filters").is_visible()
    browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
