"""The Evaluate tab in a real browser: an example, a pair, a disease, a turn to the measurements, and a set."""

import numpy as np
import pytest
from PIL import Image
from test_browser import address, browser, patient_page, pytestmark, until_text  # noqa: F401 - fixtures and marks of the page

TAB = "button[role=tab]:has-text('Evaluate')"


def opened(browser, address, width: int, scheme: str = "light"):  # noqa: F811 - a fixture handed on
    page = patient_page(browser, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(address)
    page.click(TAB)
    page.wait_for_selector("#evaluate-picture img")
    return page


def test_a_pair_is_read_with_severity_ranking_and_map(browser, address, tmp_path):  # noqa: F811
    page = opened(browser, address, 1440)
    first = page.get_attribute("#evaluate-picture img", "src")
    other = "src => { const now = document.querySelector('#evaluate-picture img'); return now && now.src !== src; }"
    page.click("#evaluate-examples .pair")
    page.wait_for_function(other, arg=first)
    page.fill("#evaluate-disease input", "Down syndrome")
    page.wait_for_selector("#evaluate-disease li:has-text('Down syndrome')")
    page.press("#evaluate-disease input", "Enter")
    page.wait_for_selector("#evaluate-scores .gauge")
    page.wait_for_selector("#evaluate .working", state="detached")
    until_text(page, "#evaluate-notes", "was drawn here")
    until_text(page, "#evaluate-ranking", "Down syndrome")
    page.wait_for_function("document.querySelectorAll('#evaluate-plot .scatterlayer .point').length >= 5")
    mapped = page.get_attribute("#evaluate-picture img", "src")
    page.click("#evaluate-view label:has-text('Measurements')")
    page.wait_for_function(other, arg=mapped)

    wall = tmp_path / "wall.png"
    Image.fromarray(np.full((200, 200, 3), 128, np.uint8)).save(wall)
    page.check("#evaluate-consent input")
    page.click("#evaluate-many > button")
    page.set_input_files("#evaluate-files input[type=file]", [wall])
    page.click("#evaluate-read")
    page.wait_for_selector("#evaluate-table .refused-row")
    page.wait_for_selector("#evaluate-csv")
    frames = "rows => rows.map(row => getComputedStyle(row).borderLeftWidth)"
    assert set(page.eval_on_selector_all("#evaluate-table tr", frames)) == {"0px"}, "lines between rows, no boxes"
    with page.expect_download() as taken:
        page.click("#evaluate-csv")
    assert taken.value.suggested_filename.endswith(".csv")
    page.context.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_the_tab_does_not_scroll_sideways_and_keeps_its_order(browser, address, width, scheme):  # noqa: F811
    page = opened(browser, address, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    order = "['photo','before','disease','picture','scores','ranking','plot']"
    tops = page.evaluate(f"{order}.map(id => document.getElementById('evaluate-' + id).getBoundingClientRect().top)")
    if width == 390:
        assert tops == sorted(tops)
    page.context.close()
