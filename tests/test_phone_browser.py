"""The page on a phone: what one touches is large enough, what one waits for is told in sight, rows are short."""

import pytest
from PIL import Image
from test_browser import UPLOAD, address, browser, in_sight, pytestmark, until_value, visit  # noqa: F401 - fixtures and marks of the page

WIDTH, HEIGHT = 390, 844
READY = {
    "Transform": "#signs table",
    "Compare": "#compare-differences table",
    "Profiles": "#profile-near button",
    "Evaluate": "#evaluate-plot .scatterlayer",
    "Teach": "#quiz-options button",
}
# What is touched is the label around an input, or the row that a switch or a link stands in.
SMALL = """() => [...document.querySelectorAll('button, input, textarea, summary, label')]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width)
    .filter((one) => one.tagName !== 'LABEL' || one.querySelector('input'))
    .filter((one) => one.tagName !== 'INPUT' || !one.closest('label'))
    .filter((one) => one.type !== 'checkbox' && getComputedStyle(one).opacity !== '0')
    .filter((one) => one.getBoundingClientRect().height < 43.5)
    .map((one) => `${Math.round(one.getBoundingClientRect().height)} px: ${one.outerHTML.slice(0, 120)}`)"""
# Where the line of progress and its stop button end, looked for at every change, since both go when the work is done.
WATCH_ENDS = """() => { const look = () => {
     const boxes = ['#quiz-status .working', '#quiz-stop'].map((at) => document.querySelector(at))
       .map((one) => one?.getBoundingClientRect());
     if (boxes.every((box) => box?.height)) window.ends ??= boxes.map((box) => box.bottom);
   };
   new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true }); }"""
HEIGHTS = "rows => rows.map(row => row.getBoundingClientRect().height)"


@pytest.fixture
def page(browser, address):  # noqa: F811
    """The page as a visitor with a phone finds it."""
    page = visit(browser, address, viewport={"width": WIDTH, "height": HEIGHT}, has_touch=True, is_mobile=True)
    yield page
    page.context.close()


def opened(page, tab: str) -> None:
    page.get_by_role("tab", name=tab, exact=True).first.click()
    page.wait_for_selector(READY[tab], state="attached")
    page.wait_for_selector(".working", state="detached")


def test_whatever_is_touched_is_as_large_as_a_finger(page):
    small = {}
    for tab in READY:
        opened(page, tab)
        page.wait_for_function("[...document.images].every((one) => one.complete || !one.checkVisibility())")
        small[tab] = page.evaluate(SMALL)
    assert small == {tab: [] for tab in READY}


def test_rows_of_signs_are_short_and_open_to_their_reasons_and_sources(page):
    heights = page.eval_on_selector_all("#signs tbody tr", HEIGHTS)
    assert max(heights) < 130
    assert sum(heights) / len(heights) < 110
    row = "#signs tbody tr:has(.reason) >> nth=0"
    source = page.locator(row).locator("td:last-child")
    assert page.locator(row).locator(".brief").inner_text() == "not read"
    assert not source.is_visible()
    page.locator(row).locator(".unfold").tap()
    assert source.is_visible()
    assert page.locator(row).locator(".reason").is_visible()
    assert page.locator(row).locator(".unfold").get_attribute("aria-expanded") == "true"
    page.locator(row).locator(".unfold").tap()
    assert not source.is_visible()


def test_a_profile_comes_before_what_else_one_can_do_and_its_rows_are_short(page):
    opened(page, "Profiles")
    assert in_sight(page, "#profile-head h3")
    tops = "ids => ids.map(id => document.getElementById(id).getBoundingClientRect().top)"
    order = page.evaluate(tops, ["profile-show", "profile-head", "profile-words", "profile-signs", "profile-near"])
    assert order == sorted(order)
    heights = page.eval_on_selector_all("#profile-signs tbody tr", HEIGHTS)
    assert max(heights) < 130


def test_the_map_is_in_sight_without_scrolling(page):
    opened(page, "Evaluate")
    assert page.locator("#evaluate-picture").bounding_box()["y"] < 0.62 * HEIGHT
    assert not page.locator(".modebar").first.is_visible(), "tools of the plot would lie over its first row"


def test_what_is_being_done_and_why_a_photo_is_refused_are_in_sight(page, tmp_path):
    wall = tmp_path / "wall.png"
    Image.new("RGB", (300, 300), "grey").save(wall)
    page.check("#consent input")
    page.set_input_files(UPLOAD, wall)
    page.wait_for_selector("#photo-notice .notice:has-text('face')")
    assert in_sight(page, "#photo-notice .notice")
    page.evaluate(WATCH_ENDS)
    page.get_by_role("tab", name="Teach", exact=True).first.click()
    assert all(0 < end <= HEIGHT for end in page.wait_for_function("() => window.ends").json_value())


def test_a_near_disease_opens_without_the_graph(page):
    opened(page, "Profiles")
    near = page.locator("#profile-near button").first
    name = near.inner_text()
    near.tap()
    until_value(page, "#profile-one input", name)
    page.wait_for_function("name => document.querySelector('#profile-head h3').innerText.includes(name)", arg=name)
