"""What the checks of both pages share: a browser, what must not happen in it, axe and screenshots."""

import contextlib
import json
import tempfile
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
LOAD_LIMIT_MS = 2_000
WIDTHS = (1280, 390)


@contextlib.contextmanager
def opened(chromium, file):
    """The page as a person opens it; at the end, nothing may have happened that must not."""
    url = Path(file).resolve().as_uri()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        browser = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium, args=ARGUMENTS, headless=True, viewport={"width": 1280, "height": 900}
        )
        page = browser.new_page()
        noticed = notice(page, url)
        page.goto(url, wait_until="load")
        took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        assert took < LOAD_LIMIT_MS, f"the page took {took:.0f} ms to open"
        yield page
        assert noticed == [], noticed
        browser.close()
    print(f"{Path(file).name}: opened in {took:.0f} ms")


@contextlib.contextmanager
def without_script(chromium, file):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(java_script_enabled=False)
        page.goto(Path(file).resolve().as_uri())
        yield page
        browser.close()


def read(expected):
    return json.loads(Path(expected).read_text())


def notice(page, url):
    """What must not happen: an error on the console, a request, a dialog of a script that got in."""
    found = []
    page.on("console", lambda line: found.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("dialog", lambda dialog: (found.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: found.append(f"request: {request.url}") if request.url != url else None)
    return found


def nothing_for_axe(page, state):
    violations = Axe().run(page).response["violations"]
    found = [(one["impact"], one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"][:300]) for one in violations]
    assert found == [], f"{state}: {found}"


def it_looks_well(page, folder, file, is_small):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        if is_small or scheme == "light":  # axe takes a minute for 17,000 cells
            nothing_for_axe(page, scheme)
        screenshots(page, folder, Path(file).stem, scheme)


def screenshots(page, folder, name, scheme):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png")
        overflows = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not overflows, f"the page is wider than {width}"
    page.set_viewport_size({"width": 1280, "height": 900})
