"""The page in a real browser: upload, choose, move, and see picture, scores and strip."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from PIL import Image

import diseaseface

ROOT = Path(diseaseface.__file__).parents[1]
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PATIENCE_MS = 60_000
UPLOAD = "#upload input[type=file]"
CHOSEN = "#examples [aria-pressed=true]"
TOP = "id => document.getElementById(id).getBoundingClientRect().top + scrollY"
LONG_NAME = "Spondyloepiphyseal dysplasia-brachydactyly and distinctive speech"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None and os.environ.get("CI") != "true",
        reason="needs Debian's chromium: apt-get install chromium",
    ),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The running app, on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cache = str(tmp_path_factory.mktemp("gradio"))
    settings = os.environ | {"GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": cache}
    log = tmp_path_factory.mktemp("log") / "app.log"
    with log.open("w") as file:
        app = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=settings, stdout=file, stderr=file)
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", app, log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            app.terminate()
            app.wait(20)


def _wait_for(url: str, app: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            assert app.poll() is None, log.read_text()
            time.sleep(0.25)
    pytest.fail("the page was not served within a minute: " + log.read_text())


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


def patient_page(browser, **screen):
    """Return an empty page of a new visitor that waits as long as a busy machine may take."""
    context = browser.new_context(**screen)
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def visit(browser, address, **screen):
    """Open the page on a screen, as a visitor finds it: the first example is drawn already."""
    page = patient_page(browser, **screen)
    page.goto(address)
    page.wait_for_selector("#signs table")
    return page


@pytest.fixture
def page(browser, address):
    page = visit(browser, address, viewport={"width": 1440, "height": 900})
    yield page
    page.context.close()


def in_sight(page, selector: str) -> bool:
    box, height = page.locator(selector).bounding_box(), page.viewport_size["height"]
    return box["y"] >= 0 and box["y"] + box["height"] <= height


def settle(page, text: str) -> None:
    """Wait until the caption has a text and all that follows the picture is there."""
    page.wait_for_function("text => document.querySelector('#caption').innerText.includes(text)", arg=text)
    page.wait_for_selector(".working", state="detached")


def until_value(page, selector: str, value: str) -> None:
    """Wait until a field holds a value: names of diseases come by an answer of their own."""
    page.wait_for_function("([at, value]) => document.querySelector(at)?.value === value", arg=[selector, value])


def until_text(page, selector: str, text: str) -> None:
    """Wait until a part of the page has a text, or none where that is empty."""
    said = "document.querySelector(at)?.innerText ?? ''"
    page.wait_for_function(f"([at, text]) => text ? ({said}).includes(text) : !({said})", arg=[selector, text])


def choose(page, disease: str, box: str = "#disease") -> None:
    """Type a name and press Enter at once: suggestions for what stood there before must not be taken."""
    page.fill(f"{box} input", disease)
    page.press(f"{box} input", "Enter")


def drawn(page) -> str:
    return page.get_attribute("#picture img.drawn", "src")


def test_the_page_opens_without_asking_for_a_picture_of_its_own(browser, address):
    page, asked = patient_page(browser), []
    page.on("request", lambda one: asked.append(one.post_data_json["fn_index"]) if "queue/join" in one.url else None)
    page.goto(address)
    page.wait_for_selector("#photo img")
    page.press("#severity input[type=range]", "ArrowRight")
    settle(page, "71")
    made = page.evaluate("window.gradio_config.dependencies.find((one) => one.api_name === 'show').id")
    page.context.close()
    assert asked.count(made) == 1, "drawn once: for the severity"


def test_a_photo_a_disease_and_a_severity_give_picture_scores_and_strip(page, astronaut, tmp_path):
    photo = tmp_path / "portrait.jpg"
    Image.fromarray(astronaut).save(photo, quality=92)
    first = drawn(page)
    page.check("#consent input")
    page.set_input_files(UPLOAD, photo)
    page.wait_for_function("src => document.querySelector('#picture img.drawn').src !== src", arg=first)
    page.wait_for_selector(".working", state="detached")
    assert page.locator(CHOSEN).count() == 0, "no example is the photo"

    choose(page, "Rosacea")
    settle(page, "Rosacea")
    before = drawn(page)

    slider = page.locator("#severity input[type=range]").bounding_box()
    middle = slider["y"] + slider["height"] / 2
    page.wait_for_timeout(4000)  # what opening the page asked for is drawn
    page.mouse.move(slider["x"] + 0.7 * slider["width"], middle)
    page.mouse.down()
    page.mouse.move(slider["x"] + slider["width"], middle, steps=4)
    page.mouse.up()
    settle(page, "severity 100 %")

    assert drawn(page) != before
    assert "Rosacea at severity 100 %, a synthetic picture" in page.get_attribute("#picture img.drawn", "alt")
    assert page.locator("#scores .score").count() >= 4
    assert "%" in page.inner_text("#scores")
    assert page.locator("#strip [role=radio]").count() == 5
    assert page.locator("#plot i.drawn").count() >= 2
    assert page.locator("#visited button").count() == 4
    page.click("#visited button >> nth=3")
    page.wait_for_selector(f"{CHOSEN}[data-name='head-01.jpg']")


def test_no_photo_leaves_the_browser_before_consent_which_is_given_once_for_all_tabs(page, astronaut, tmp_path):
    photo, sent = tmp_path / "portrait.jpg", []
    Image.fromarray(astronaut).save(photo, quality=92)
    page.on("request", lambda request: sent.append(request.url) if "/upload?" in request.url + "?" else None)
    page.set_input_files(UPLOAD, photo)
    page.wait_for_selector("#controls .consent-told p:has-text('agrees')")
    assert page.evaluate("document.activeElement === document.querySelector('#consent input')")
    page.click("button[role=tab]:has-text('Evaluate')")
    page.wait_for_selector("#evaluate-picture img")
    page.set_input_files("#evaluate-before input[type=file]", photo)
    page.wait_for_timeout(500)
    assert sent == []
    page.check("#evaluate-consent input")
    page.wait_for_function("document.querySelector('#consent input').checked")
    with page.expect_request("**/upload*"):
        page.set_input_files("#evaluate-before input[type=file]", photo)


def test_the_first_example_is_there_when_the_page_opens(page):
    assert "Down syndrome" in page.inner_text("#caption")
    until_value(page, "#disease input", "Down syndrome")
    assert page.locator("#examples button").count() >= 1
    page.wait_for_selector(f"{CHOSEN}[data-name='head-01.jpg']")
    page.wait_for_timeout(1000)
    assert page.locator(".working").count() == 0, "nothing is drawn twice"
    page.fill("#disease input", "Rosac")
    page.press("#disease input", "Tab")
    until_value(page, "#disease input", "Down syndrome")  # what was typed and not chosen is not drawn


def test_a_stage_sets_the_severity_and_arrow_keys_step_on(page):
    page.click("#strip [data-severity='25']")
    settle(page, "severity 25 %")
    page.keyboard.press("ArrowRight")
    settle(page, "severity 50 %")
    until_value(page, "#severity input[type=number]", "50")
    page.wait_for_selector("#strip [aria-checked=true][data-severity='50']")
    page.fill("#severity input[type=number]", "55")
    page.press("#severity input[type=number]", "Enter")
    settle(page, "severity 55 %")
    assert page.evaluate("document.activeElement.type") == "number"


def test_a_row_of_the_plot_looks_closer_on_both_pictures_and_there_is_a_way_back(page):
    def widths():
        return [page.locator(f"#picture img.{name}").bounding_box()["width"] for name in ("before", "drawn")]

    def at_rest():
        """Return the widths once they do not change any more: pictures glide."""
        seen = widths()
        while True:
            page.wait_for_timeout(300)
            if (now := widths()) == seen:
                return seen
            seen = now

    head = at_rest()
    page.click("#plot button:has-text('Upslanted')")
    page.wait_for_selector("#picture .back", state="visible")
    near = at_rest()
    assert near[0] == near[1] > 1.5 * head[0]
    page.keyboard.press("Escape")
    page.wait_for_selector("#picture .back", state="hidden")
    assert at_rest() == pytest.approx(head)


def test_the_picture_follows_the_severity_while_it_is_dragged_and_the_course_plays(page):
    slider = page.locator("#severity input[type=range]").bounding_box()
    middle = slider["y"] + slider["height"] / 2
    page.mouse.move(slider["x"] + 0.7 * slider["width"], middle)
    page.mouse.down()
    page.mouse.move(slider["x"] + 0.4 * slider["width"], middle, steps=5)
    page.wait_for_selector("#picture img.quick", state="visible")
    assert "70 %" in page.inner_text("#caption"), "scores wait until the severity is let go"
    page.mouse.up()
    page.wait_for_selector("#picture img.quick", state="hidden")
    page.click("#picture [data-do=play]")
    page.wait_for_selector("#picture img.quick", state="visible")
    page.click("#picture [data-do=play]")
    page.wait_for_selector("#picture img.quick", state="hidden")


def test_a_link_opens_with_its_settings_and_the_page_makes_one(browser, address):
    page = patient_page(browser)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    query = "?disease=ORPHA%3A904&severity=35&seed=4&age=8&presentation=sampled&face=head-03.jpg"
    page.goto(address + query)
    page.wait_for_selector("#signs table")
    until_text(page, "#caption", "Williams syndrome")
    until_text(page, "#caption", "35 %")
    page.wait_for_selector(f"{CHOSEN}[data-name='head-03.jpg']")
    page.click("#link button")
    page.wait_for_selector("#link [role=status]:has-text('Copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert set(copied.split("?")[1].split("&")) == set(query[1:].split("&"))
    page.context.close()


UNNAMED = """() => [...document.querySelectorAll('button, input, textarea, select, [role=slider]')]
    .filter((one) => one.checkVisibility() && one.type !== 'hidden' && !one.disabled)
    .filter((one) => !(one.innerText || one.ariaLabel || one.title || one.labels?.length
        || one.getAttribute('aria-labelledby') || one.placeholder))
    .map((one) => one.outerHTML.slice(0, 200))"""
WORDLESS = (
    "() => [...document.images].filter((one) => !one.hasAttribute('alt')).map((one) => one.outerHTML.slice(0, 200))"
)


def test_every_control_has_a_name_and_every_picture_says_what_it_shows_or_is_decoration(page):
    for tab, there in (("Transform", "#signs table"), ("Compare", "#compare-differences table"), ("Teach", ".options")):
        page.click(f"button[role=tab]:has-text('{tab}')")
        page.wait_for_selector(there)
        assert page.evaluate(UNNAMED) == [], tab
        assert page.evaluate(WORDLESS) == [], tab
    drawn_alts = [page.get_attribute(f"#{one} img.drawn", "alt") for one in ("picture", "compared", "quiz-picture")]
    assert all("synthetic" in alt for alt in drawn_alts)


def test_the_divider_moves_by_keyboard_and_whoever_uses_one_sees_where_they_are(page):
    for stop in ("#consent input", "#severity input[type=range]", "#more > button"):
        page.focus(stop)
        assert page.eval_on_selector(stop, "one => getComputedStyle(one).outlineStyle") == "solid", stop
    page.focus("#picture .wipe")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("document.querySelector('#picture .frame').style.getPropertyValue('--wipe') === '45%'")


COVERED = """list => { const box = list.getBoundingClientRect(), found = new Set();
    for (let y = box.top + 2; y < Math.min(box.bottom, innerHeight) - 2; y += 6)
        for (let x = box.left + 2; x < box.right - 2; x += 6) {
            const seen = document.elementFromPoint(x, y);
            if (!list.contains(seen)) found.add(seen?.outerHTML.slice(0, 80));
        }
    return [...found]; }"""


def test_two_diseases_are_compared_and_one_of_eight_people_is_taken_over(page):
    page.press("button[role=tab]:has-text('Transform')", "ArrowRight")
    page.wait_for_selector("#compare-differences table")
    until_value(page, "#compare-one input", "Down syndrome")
    page.wait_for_function("!['', 'Down syndrome'].includes(document.querySelector('#compare-other input').value)")
    page.fill("#compare-one input", "syndrome")
    page.wait_for_selector("#compare-one li")
    assert page.eval_on_selector("#compare-one ul", COVERED) == [], "nothing lies over suggestions"
    page.keyboard.press("Escape")
    choose(page, LONG_NAME, "#compare-other")
    until_text(page, "#compare-differences thead", LONG_NAME)
    assert page.inner_text("#compare-other .whole") == LONG_NAME, "the box is too narrow for it"
    assert not page.inner_text("#compare-one .whole")
    page.press("#compare-one-severity input[type=range]", "ArrowRight")
    until_text(page, "#compare-differences thead", "Down syndrome, 71\N{NO-BREAK SPACE}%")
    below = page.evaluate(TOP, "foot")
    page.click("#patients-draw")
    page.wait_for_selector("#patients-status .working")
    assert page.evaluate(TOP, "foot") == below, "the line of progress moves nothing"
    page.wait_for_selector("#patients img")
    assert page.locator("#patients img").count() == 8
    page.click("#patients [data-seed='3']")
    page.wait_for_selector("#picture", state="visible")
    page.wait_for_selector("#caption [data-link*='seed=3']")


def test_a_question_is_asked_answered_and_explained(page):
    page.click("button[role=tab]:has-text('Teach')")
    page.wait_for_selector("#quiz-options button")
    assert page.locator("#quiz-options button").count() == 4
    page.keyboard.press("2")
    page.wait_for_selector("#quiz-explained .verdict")
    page.wait_for_function("document.activeElement.id === 'quiz-next'")
    until_text(page, "#quiz-score", "1 right this visit")
    until_text(page, "#quiz-options", "the answer")
    first = page.get_attribute("#quiz-picture img.drawn", "src")
    page.keyboard.press("Enter")
    page.wait_for_function("src => document.querySelector('#quiz-picture img.drawn').src !== src", arg=first)
    until_text(page, "#quiz-explained", "")


@pytest.mark.parametrize(
    ("part", "ending"),
    [
        ("picture", ".png"), ("strip", ".png"), ("gif", ".gif"), ("mp4", ".mp4"), ("pdf", ".pdf"), ("table", ".csv"),
        ("report", ".json"), ("everything", ".zip"),
    ],
)  # fmt: skip
def test_a_result_can_be_taken_away(page, part, ending):
    with page.expect_download() as taken:
        page.click(f"#take-{part}")
    assert taken.value.suggested_filename.endswith(ending)


def test_a_picture_that_was_taken_away_and_is_dropped_back_sets_the_page_as_it_was(page, tmp_path):
    with page.expect_download() as taken:
        page.click("#take-picture")
    drawn_before = tmp_path / "drawn.png"
    taken.value.save_as(drawn_before)
    choose(page, "Rosacea")
    settle(page, "Rosacea")
    page.check("#consent input")
    page.set_input_files(UPLOAD, drawn_before)
    settle(page, "Down syndrome")
    until_value(page, "#disease input", "Down syndrome")
    until_text(page, "#own-picture", "drawn here before")


def test_a_picture_without_a_face_and_a_file_that_is_no_picture_are_refused_next_to_the_photo(page, tmp_path):
    wall = tmp_path / "wall.png"
    Image.new("RGB", (300, 300), "grey").save(wall)
    page.check("#consent input")
    page.set_input_files(UPLOAD, wall)
    page.wait_for_selector("#photo-notice .notice:has-text('face')")
    words = tmp_path / "words.jpg"
    words.write_text("no picture")
    page.set_input_files(UPLOAD, words)
    page.wait_for_selector("#photo-notice .notice:has-text('cannot be read')")
    page.wait_for_function("getComputedStyle(document.querySelector('#photo img')).visibility === 'hidden'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_scrolls_sideways(browser, address, width, scheme):
    page = visit(browser, address, viewport={"width": width, "height": 844}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.body.classList.contains('dark')") == (scheme == "dark")
    if width == 390:
        order = "['picture .frame','photo','disease','severity','caption','strip','scores','signs']"
        tops = page.evaluate(f"{order}.map(one => document.querySelector('#' + one).getBoundingClientRect().top)")
        assert tops == sorted(tops)
        for part in ("severity", "plot", "signs"):
            page.evaluate("id => document.getElementById(id).scrollIntoView()", part)
            seen = page.locator("#picture .frame").bounding_box()
            assert -1 <= seen["y"] < seen["y"] + seen["height"] < 844 / 2, f"the picture is in sight beside {part}"
    page.context.close()


def test_a_profile_is_opened_changed_compared_and_shown_on_the_photo(page):
    page.click("button[role=tab]:has-text('Profiles')")
    empty = page.evaluate(TOP, "profile-main")
    page.wait_for_selector("#profile-signs tr[data-sign]")
    page.wait_for_selector("#profile-graph .scatterlayer")
    assert abs(page.evaluate(TOP, "profile-main") - empty) < 60, "what comes has its place"
    until_value(page, "#profile-one input", "Down syndrome")
    choose(page, "Williams syndrome", "#profile-other")
    page.wait_for_selector("#profile-compared table")
    assert page.locator("#profile-compared").bounding_box()["height"] < 600, "the signs stay near"
    choose(page, "", "#profile-other")
    page.wait_for_selector("#profile-compared table", state="detached")

    page.uncheck("#profile-signs tr[data-sign='0'] input[type=checkbox]")
    page.wait_for_selector("#profile-changed .note")
    with page.expect_download() as taken:
        page.click("#profile-export")
    assert taken.value.suggested_filename.endswith(".json")
    page.click("#profile-show")
    settle(page, "Down syndrome (edited)")
    page.wait_for_selector("#picture", state="visible")
    until_value(page, "#disease input", "Down syndrome (edited)")

    page.click("button[role=tab]:has-text('Profiles')")
    page.fill("#profile-words textarea", "yellow eyes and puffy eyelids")
    page.click("#profile-describe")
    page.wait_for_selector("#profile-head h3:has-text('My description')")
    assert page.locator("#profile-signs tr[data-sign]").count() >= 2
    page.click("button[role=tab]:has-text('Compare')")
    page.wait_for_selector("#compare-differences table")
    page.click("#compare-open")
    page.wait_for_selector("#compare-differences th:has-text('My description')")
    until_value(page, "#compare-one input", "My description")


SCROLLED = """all => all.filter((one) => one.scrollWidth > one.clientWidth + 1)
    .filter((one) => ['auto', 'scroll'].includes(getComputedStyle(one).overflowX))
    .map((one) => one.id || one.className)"""


@pytest.mark.parametrize("width", [390, 1440])
def test_the_profiles_do_not_scroll_sideways(browser, address, width):
    page = visit(browser, address, viewport={"width": width, "height": 844})
    page.click("button[role=tab]:has-text('Profiles')")
    page.wait_for_selector("#profile-graph .scatterlayer", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.is_visible("#profile-graph") == (width > 390), "a phone is too narrow for the graph"
    assert page.eval_on_selector_all("#profiles *", SCROLLED) == []
    assert "flat face" in page.inner_text("#profile-near"), "what near diseases share is told in words"
    page.context.close()


def test_nothing_is_fetched_from_elsewhere(browser, address):
    page, asked = patient_page(browser), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_selector("#signs table")
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    page.context.close()
