"""The gallery: a sheet for every subject, rows of faces and columns of severities, and a page that lists them."""

from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from diseaseface.benchmarks import gallery
from diseaseface.knowledge.catalogue import attributes


class Sources(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.found.append(dict(attrs)["src"].replace("%2B", "+"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("gallery")
    gallery.run(["--out", str(out), "--only", "mouth_width", "Jaundice", "--width", "120"])
    return out


def test_the_page_lists_every_sheet_and_every_sheet_exists(folder):
    page = Sources()
    page.feed((folder / "index.html").read_text(encoding="utf-8"))
    assert sorted(page.found) == sorted(path.name for path in folder.glob("*.jpg"))
    assert {"mouth_width+.jpg", "mouth_width-.jpg"} < set(page.found)


def test_severity_grows_from_left_to_right(folder):
    for path in folder.glob("*.jpg"):
        page = np.asarray(Image.open(path)).astype(int)
        tiles = [page[:80, left : left + 110] for left in (4, 125, 246, 367)]
        apart = [np.abs(tile - tiles[0]).mean() for tile in tiles]
        assert apart[0] < apart[1] < apart[2] < apart[3]


def test_every_direction_the_morph_engine_draws_has_a_sheet_of_its_own():
    files = [subject.file for subject in gallery._subjects(None)]
    assert len(files) == len(set(files))
    for name, attribute in attributes().items():
        drawn = attribute.engine == "morph"
        assert (f"{name}+.jpg" in files) == (drawn and attribute.positive is not None)
        assert (f"{name}-.jpg" in files) == (drawn and attribute.negative is not None)
