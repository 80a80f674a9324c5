"""The page on a small screen with a mouse: what one looks for is in sight and stays where it is."""

import pytest
from PIL import Image
from test_browser import UPLOAD, address, browser, in_sight, pytestmark, until_text, visit  # noqa: F401 - fixtures and marks of the page

SIZES = [(1440, 900), (1024, 768)]


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def page(request, browser, address):  # noqa: F811
    """The page as a visitor finds it, without scrolling."""
    width, height = request.param
    page = visit(browser, address, viewport={"width": width, "height": height})
    yield page
    page.context.close()


def test_suggestions_open_where_all_of_them_can_be_seen(page):
    page.fill("#disease input", "cornelia")
    page.wait_for_selector("#disease [role=option]:has-text('Cornelia de Lange syndrome 2')")
    assert in_sight(page, "#disease [role=listbox]")
    assert page.locator("#disease [role=listbox]").bounding_box()["height"] >= 150


def test_photo_disease_and_severity_are_in_sight_at_once(page):
    assert all(in_sight(page, place) for place in ("#photo", "#disease input", "#severity input[type=range]"))


def test_a_refused_photo_leaves_the_result_before_pale_and_says_that_it_is_of_before(page, tmp_path):
    wall = tmp_path / "wall.png"
    Image.new("RGB", (300, 300), "grey").save(wall)
    assert not page.is_visible("#stale")
    page.check("#consent input")
    page.set_input_files(UPLOAD, wall)
    page.wait_for_selector("#photo-notice .notice:has-text('face')")
    page.wait_for_selector("#stale", state="visible")
    assert float(page.eval_on_selector("#readings", "box => getComputedStyle(box).opacity")) < 0.6
    page.click("#examples button >> nth=1")
    page.wait_for_selector("#stale", state="hidden")
    assert page.eval_on_selector("#readings", "box => getComputedStyle(box).opacity") == "1"


IN_SIGHT = """at => { const box = document.querySelector(at).getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight; }"""


def test_an_age_is_heard_when_its_box_is_left_and_what_is_wrong_with_it_comes_in_sight(page):
    page.click("#more > button")
    page.wait_for_timeout(1000)  # Gradio lays out what was folded once more, and what is typed until then is lost
    page.fill("#age input, #age textarea", "abc")
    page.press("#age input, #age textarea", "Tab")
    until_text(page, "#notice", "number of years")
    page.wait_for_function(IN_SIGHT, arg="#notice .notice")


def test_answers_are_in_sight_beside_the_head_that_is_asked_about(page):
    page.click("button[role=tab]:has-text('Teach')")
    page.wait_for_selector("#quiz-options button")
    assert in_sight(page, "#quiz-options")
    assert in_sight(page, "#quiz-picture .frame")


def test_a_name_that_no_disease_has_is_said_inside_the_list_for_screen_readers(page):
    page.fill("#disease input", "zzzz")
    page.wait_for_selector("#disease .none")
    children = "list => [...list.children].every(one => one.getAttribute('role') === 'option')"
    assert page.eval_on_selector("#disease [role=listbox]", children)
    assert page.get_attribute("#disease .none", "aria-disabled") == "true"


MOVES = """() => { window.moved = []; const box = document.querySelector('#compared .frame');
    const note = () => window.moved.push(Math.round(box.getBoundingClientRect().top));
    new MutationObserver(note).observe(document.querySelector('#compare-shown'), {childList: true, subtree: true});
    note(); }"""


def test_pictures_that_are_compared_stay_where_they_are_while_they_are_drawn_anew(page):
    page.click("button[role=tab]:has-text('Compare')")
    page.wait_for_selector("#compare-differences table")
    page.wait_for_selector("#compare-status .working", state="detached")
    page.evaluate(MOVES)
    page.press("#compare-one-severity input[type=range]", "ArrowRight")
    until_text(page, "#compare-differences thead", "71\N{NO-BREAK SPACE}%")
    page.wait_for_selector("#compare-status .working", state="detached")
    assert len(set(page.evaluate("window.moved"))) == 1
