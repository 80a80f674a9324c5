"""The page is killed and started again at the same address: whoever is on it is told what is gone, in words."""

import shutil
from pathlib import Path

import pytest

import diseaseface
from diseaseface.benchmarks.pageclient import Lost, Page, Session
from diseaseface.benchmarks.servers import Server
from diseaseface.ui import texts

HEAD = Path(diseaseface.__file__).parents[1] / "assets" / "examples" / "head-04.jpg"
PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    app = Server(tmp_path_factory.mktemp("page"))
    app.start()
    yield app
    app.stop()


@pytest.fixture(scope="module")
def sent(server):
    """What stands for a photo that was sent to the page before it was killed."""
    session = Session(Page(server.url))
    yield session.upload("jane-doe.jpg", HEAD.read_bytes())
    session.close()


@pytest.fixture
def tab():
    """A tab of a browser."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        yield page
        browser.close()


def again(server, tab=None) -> None:
    server.kill()
    if tab is not None:
        tab.evaluate("window.diseaseface.severity(60)")  # what is asked meets nobody
        tab.wait_for_selector(".toast-body.error")  # Gradio's own words that it is trying
    server.start()


@pytest.mark.browser
def test_an_open_tab_comes_back_with_its_settings_and_says_what_is_gone(server, sent, tab):
    """Stands first: the page was not killed before."""
    tab.goto(f"{server.url}?disease=ORPHA%3A904&severity=35&seed=4")
    tab.wait_for_selector("#signs table")
    tab.wait_for_selector("#returned", state="hidden")
    again(server, tab)
    tab.wait_for_selector("#returned p", state="visible")
    assert tab.inner_text("#returned p") == texts.RETURNED
    tab.wait_for_selector("#caption [data-link*='ORPHA%3A904']")
    tab.wait_for_selector("#caption [data-link*='severity=35'][data-link*='seed=4']")
    tab.click("#returned button")
    tab.wait_for_selector("#returned", state="hidden")
    tab.reload()
    tab.wait_for_selector("#signs table")
    tab.wait_for_selector("#returned", state="hidden")


@pytest.mark.parametrize("programs", [True, False], ids=["programs", "page"])
def test_a_photo_of_the_page_before_is_refused_in_one_sentence(server, sent, programs):
    if Path(sent["path"]).exists():
        again(server)
    session = Session(Page(server.url))
    page = session.page
    event = page.endpoint("transform") if programs else page.event({"photo", "disease", "severity"}, "picture")
    values = page.values(event, {"photo": sent, "disease": "DF:rosacea", "severity": 40, "consent": True})
    if programs:
        values[:2] = sent, "DF:rosacea"
    with pytest.raises(Lost) as told:
        list(session.ask(event, values))
    assert texts.PHOTO_BEFORE_START in str(told.value)
    assert "jane" not in str(told.value)
    session.close()


def test_the_log_holds_no_traceback(server, sent):
    """Stands last."""
    assert server.errors() == 0
