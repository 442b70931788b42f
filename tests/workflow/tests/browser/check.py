"""Opens a report in headless Chromium and uses it as a person would.

python check.py <chromium> <report.html> <expected.json> <folder for screenshots>
"""

import sys
from pathlib import Path

from playwright.sync_api import expect

from pages import nothing_for_axe, opened, read, screenshots, without_script


def main(chromium, report, expected, folder):
    expected = read(expected)
    with opened(chromium, report) as page:
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
    with without_script(chromium, report) as page:
        assert page.locator("h1").inner_text() == expected["verdict"]
        assert page.locator(".failure .advice").first.is_visible()
        assert page.locator("#grid td").first.is_visible()
        assert not page.locator(".filters").is_visible()


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


if __name__ == "__main__":
    main(*sys.argv[1:])
