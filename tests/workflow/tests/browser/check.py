"""Opens a report in headless Chromium and uses it as a person would.

python check.py <chromium> <report.html> <expected.json> <folder for screenshots>
"""

import sys

from playwright.sync_api import expect

from pages import it_looks_well, nothing_for_axe, opened, read, without_script


def main(chromium, report, expected, folder):
    expected = read(expected)
    with opened(chromium, report) as page:
        names_are_text(page, expected)
        the_filters_narrow(page, expected)
        the_waves_are_told(page, expected)
        the_calendar_is_whole(page, expected)
        if expected["notReachedAccounts"]:
            what_was_not_reached_is_told(page, expected)
        else:
            a_cell_opens_by_mouse(page, expected)
        if expected["skippedAccounts"]:
            a_skipped_cell_says_why(page)
        a_cell_opens_by_keyboard(page)
        it_looks_well(page, folder, report, is_small=len(expected["names"]) < 100)
    with without_script(chromium, report) as page:
        assert page.locator("h1").inner_text() == expected["verdict"]
        assert page.locator(".failure .advice").first.is_visible()
        assert page.locator("#grid td").first.is_visible()
        assert not page.locator(".filters").is_visible()
        assert page.locator(".calendar td.open").first.is_visible()


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
    assert page.locator("#grid thead th:visible").count() == (3 if expected["waves"] else 2)
    page.get_by_role("combobox", name="Region").select_option("")
    assert shown(page) == total


def the_waves_are_told(page, expected):
    table = page.locator("table[aria-labelledby=waves]")
    assert table.count() == (1 if expected["waves"] else 0)
    assert page.locator("#grid .wave").count() == (len(expected["names"]) + 1 if expected["waves"] else 0)
    for at, (name, count) in enumerate(expected["waves"]):
        row = table.locator("tbody tr").nth(at)
        assert row.locator("th").inner_text() == f"{at + 1}. {name}"
        numbers = [int(number) for number in row.locator("td").all_inner_texts()[:5]]
        assert numbers == [count[part] for part in ("accounts", "succeeded", "failed", "skipped", "notReached")], (name, numbers)
        page.get_by_role("combobox", name="Wave").select_option(name)
        assert shown(page) == count["accounts"]
        assert set(page.locator("#grid tbody tr:not([hidden]) .wave").all_inner_texts()) == {name}
        page.get_by_role("combobox", name="Wave").select_option("")
        page.get_by_role("searchbox", name="Account").fill(name)
        assert shown(page) >= count["accounts"]
        page.get_by_role("searchbox", name="Account").fill("")


def the_calendar_is_whole(page, expected):
    calendar = page.locator(".calendar")
    assert calendar.locator("thead th").count() == 36
    assert calendar.locator("thead th").nth(1).inner_text().split() == ["Tue", "24", "Nov"]
    assert calendar.locator("tbody").count() == max(len(expected["waves"]), 1)
    if not expected["waves"]:
        assert calendar.locator("tbody tr").count() == 3
        assert calendar.locator("td.open").count() == 15  # each week
        return
    names = [" ".join(name.split()[:2]) for name in calendar.locator("th.wave").all_inner_texts()]
    assert names == [f"{at + 1}. {name}" for at, (name, _) in enumerate(expected["waves"])], names
    opens = [day.split() for day in calendar.locator("thead th").all_inner_texts()]
    for at, day in enumerate((["Wed", "9", "Dec"], ["Sat", "12", "Dec"], ["Thu", "17", "Dec"])):
        cells = calendar.locator("tbody").nth(at).locator("tr").last.locator("td")
        found = [opens[index + 1] for index, text in enumerate(cells.all_inner_texts()) if text]
        assert found == [day], (at, found)


def what_was_not_reached_is_told(page, expected):
    assert page.locator("body.bad").count() == 1
    told = page.locator(".run-error").inner_text()
    for part in ("In the wave early", "more than 20 % of a wave", "Not begun, so that their accounts hold what they held before: production", "retryOf"):
        assert part in told, (part, told)
    page.get_by_role("combobox", name="Status").select_option("not reached")
    assert shown(page) == expected["notReachedAccounts"]
    row = page.locator("#grid tbody tr:not([hidden])").last
    assert row.locator("td").inner_text().split() == ["R", "not", "reached"]
    row.locator("td").click()
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("Not reached")
    nothing_for_axe(page, "with an account that was not reached")
    dialog.get_by_role("button", name="Close").click()
    page.get_by_role("combobox", name="Status").select_option("all")
    section = page.locator("section[aria-labelledby=not-reached]")
    assert section.locator("h3").all_inner_texts()[-1].startswith("production")
    assert section.locator("li").count() == expected["notReachedAccounts"]


def a_cell_opens_by_mouse(page, expected):
    cell = page.locator("#grid td.u").first
    cell.click()
    dialog = page.locator("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("table").first).to_contain_text("task.parameters.Operation")
    expect(dialog).to_contain_text(expected["next"])
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
    first = page.locator("#grid thead .leading").count()
    assert column == first
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
