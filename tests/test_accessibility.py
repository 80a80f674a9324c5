"""Every tab in both themes and at three widths: no finding of axe that keeps people out, no error, nothing sideways."""

import pytest
import test_browser
from axe_playwright_python.base import AXE_SCRIPT

address, browser, pytestmark = test_browser.address, test_browser.browser, test_browser.pytestmark

WIDTHS_PX = (1440, 1024, 390)
GRAVE = ("serious", "critical")
# What Gradio draws itself and takes no setting for: (rule, part of the element's HTML), with the reason.
ALLOWED = {
    (
        "aria-prohibited-attr",
        'aria-label="Empty value"',
    ): "Gradio names a plain div where a plot will be",
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@pytest.fixture(scope="module", params=["light", "dark"])
def visit(request, browser, address):
    """A visit in one theme, with the console's errors of all of it."""
    screen = {"viewport": {"width": WIDTHS_PX[0], "height": 900}, "color_scheme": request.param}
    page, errors = test_browser.patient_page(browser, **screen), []
    page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.wait_for_selector("#signs table")
    page.evaluate(AXE_SCRIPT)
    yield page, errors
    page.context.close()


def tabs(page) -> list[str]:
    """Return the names of the tabs, whichever there are."""
    names = page.eval_on_selector_all("#rooms button[role=tab]", "tabs => tabs.map(tab => tab.innerText.trim())")
    return list(dict.fromkeys(name for name in names if name))


def open_tab(page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).first.click()
    page.wait_for_timeout(800)
    page.wait_for_selector(".working", state="detached")


def findings(page) -> list[str]:
    """Return axe's grave findings on what is shown, one line an element."""
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target'][0]} {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
        if not any(rule["id"] == id_ and part in node["html"] for id_, part in ALLOWED)
    ]


BEYOND = """width => [...document.querySelectorAll('table, img, h2, h3, button, input, label, p')]
    .filter((one) => one.checkVisibility())
    .filter((one) => !one.closest('.visited, #examples, #evaluate-examples, #profile-graph, .viewer, [hidden]'))
    .filter((one) => one.getBoundingClientRect().width && one.getBoundingClientRect().right > width + 1)
    .filter((one) => getComputedStyle(one).clip === 'auto')
    .map((one) => one.outerHTML.slice(0, 90))"""


def test_every_tab_is_accessible_and_fits_every_width(visit):
    page, errors = visit
    names, wrong = tabs(page), []
    assert len(names) >= 3
    for name in names:
        open_tab(page, name)
        wrong += [f"{name}: {finding}" for finding in findings(page)]
        for width in WIDTHS_PX:
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong += [f"{name}: {wide} px wide at {width}"] if wide > width else []
            wrong += [f"{name}: cut off at {width}: {one}" for one in page.evaluate(BEYOND, width)]
        page.set_viewport_size({"width": WIDTHS_PX[0], "height": 900})
    assert wrong == []
    assert errors == []
