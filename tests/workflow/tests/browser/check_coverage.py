"""Opens the page of an inspection in headless Chromium and uses it as a person would.

python check_coverage.py <chromium> <coverage.html> <expected.json> <folder for screenshots>
"""

import re
import sys

from playwright.sync_api import expect

from pages import it_looks_well, nothing_for_axe, opened, read, without_script

LIST_LIMIT_MS = 1_000


def main(chromium, report, expected, folder):
    expected = read(expected)
    with opened(chromium, report) as page:
        page.locator(".hosts tbody tr").first.wait_for(timeout=LIST_LIMIT_MS)
        names_are_text(page, expected)
        every_host_is_there(page, expected)
        a_reason_opens_its_hosts(page, expected)
        a_verdict_opens_its_hosts(page, expected)
        the_filters_narrow(page, expected)
        the_waves_are_told(page, expected)
        a_host_opens(page, expected)
        a_cell_opens_its_hosts(page, expected)
        a_place_that_nobody_saw_says_why(page, expected)
        page.locator("#host-filters").get_by_role("button", name="All").click()
        it_looks_well(page, folder, report, is_small=len(expected["accounts"]) < 100)
    with without_script(chromium, report) as page:
        assert page.locator("h1").inner_text() == expected["headline"]
        assert page.locator(".why .advice").first.is_visible()
        assert page.locator("#grid td").first.is_visible()
        assert page.locator("noscript").count() == 1
        for hidden in ("#grid-filters", "#host-filters", "#host-table", ".to-hosts >> nth=0"):
            assert not page.locator(hidden).is_visible(), hidden


def found(page):
    """How many hosts the list says that it has, of how many."""
    numbers = [int(number.replace(",", "")) for number in re.findall(r"[\d,]+", page.locator("#host-filters output").inner_text())]
    return numbers[0], numbers[-1]


def names_are_text(page, expected):
    assert page.locator("h1").inner_text() == expected["headline"]
    assert page.locator("#grid tbody th b").all_text_contents() == expected["accounts"]
    assert page.locator("main script").count() == 0
    for host, name in expected["hostile"].items():
        search(page, host)
        assert page.locator(".hosts tbody button").all_text_contents() == [name]
    search(page, "")


def the_waves_are_told(page, expected):
    table = page.locator("table[aria-labelledby=waves]")
    assert table.count() == (1 if expected["waves"] else 0)
    assert table.locator("tbody th").all_inner_texts() == [name for name, _ in expected["waves"]]
    for at, (name, wave) in enumerate(expected["waves"]):
        numbers = table.locator("tbody tr").nth(at).locator("td").all_inner_texts()
        assert numbers[0] == str(wave["accounts"])
        hosts = int(numbers[1].replace(",", ""))
        assert abs(float(numbers[2].split()[0]) - 100 * wave["patched"] / hosts) < 0.1, (name, numbers)
        hosts_of = page.locator("#host-filters").get_by_role("combobox", name="Wave")
        hosts_of.select_option(name)
        assert found(page) == (wave["hosts"], expected["hosts"])
        hosts_of.select_option("")
        accounts_of = page.locator("#grid-filters").get_by_role("combobox", name="Wave")
        accounts_of.select_option(name)
        assert page.locator("#grid tbody tr:not([hidden])").count() == wave["accounts"]
        accounts_of.select_option("")


def search(page, text):
    page.get_by_role("searchbox", name="Host or account").fill(text)


def every_host_is_there(page, expected):
    assert found(page) == (expected["hosts"], expected["hosts"])
    rows = min(expected["hosts"], 200)
    assert page.locator(".hosts tbody tr").count() == rows
    if expected["hosts"] > 200:
        page.get_by_role("button", name="Show more").click()
        assert page.locator(".hosts tbody tr").count() == min(expected["hosts"], 400)
        assert page.evaluate("document.activeElement.closest('tr').sectionRowIndex") == 200, "the focus goes to the first new host"


def a_reason_opens_its_hosts(page, expected):
    for reason, hosts in expected["reasons"].items():
        page.locator(f"a[data-reason='{reason}']").click()
        assert found(page) == (hosts, expected["hosts"]), reason
        assert page.locator("#host-filters [name=reason]").input_value() == reason


def a_verdict_opens_its_hosts(page, expected):
    for verdict, hosts in expected["verdicts"].items():
        page.locator(f"a[data-verdict='{verdict}']").click()
        assert found(page)[0] == hosts, verdict
        assert set(page.locator(".hosts .badge").all_text_contents()) <= {verdict}


def the_filters_narrow(page, expected):
    form = page.locator("#host-filters")
    form.get_by_role("button", name="All").click()
    for label, (value, hosts) in expected["filters"].items():
        form.get_by_role("combobox", name=label).select_option(value)
        assert found(page)[0] == hosts, label
        form.get_by_role("combobox", name=label).select_option("")
    search(page, "no such host")
    assert found(page)[0] == 0
    search(page, "")
    total = len(expected["accounts"])
    page.get_by_role("searchbox", name="Account", exact=True).fill(expected["accounts"][-1])
    expect(page.locator("#grid-filters output")).to_have_text(f"1 of {total} accounts")
    page.get_by_role("searchbox", name="Account", exact=True).fill("")


def a_host_opens(page, expected):
    host = expected["command"]
    search(page, host["id"])
    button = page.locator(".hosts tbody button").first
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text(host["command"])
    expect(dialog).to_contain_text(host["advice"])
    assert host["id"] in dialog.get_by_role("link", name="In the AWS console").get_attribute("href")
    if len(expected["accounts"]) < 100:
        nothing_for_axe(page, "with a host")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Commands for these hosts").click()
    expect(dialog.locator("pre")).to_contain_text(host["command"])
    page.keyboard.press("Escape")
    search(page, "")


def a_cell_opens_its_hosts(page, expected):
    cell = page.locator("#grid td:not(.x, .k, .whole)").first
    cell.click()
    dialog = page.locator("dialog")
    expect(dialog).to_be_visible()
    hosts = sum(int(count.replace(",", "")) for count in dialog.locator("dd").all_text_contents())
    dialog.get_by_role("button", name="Show the hosts").click()
    expect(dialog).to_be_hidden()
    assert found(page)[0] == hosts


def a_place_that_nobody_saw_says_why(page, expected):
    if not expected["notInspected"]:
        return
    assert page.locator("a[data-reason='NotInspected']").count() == 0, "no host of the list has it"
    page.locator("#grid td.k").first.focus()
    page.locator("#grid td.k").first.click()
    expect(page.locator("dialog")).to_contain_text("Not looked at: ")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()


if __name__ == "__main__":
    main(*sys.argv[1:])
