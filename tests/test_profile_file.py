"""Profiles as JSON files."""

import known
import pytest

from diseaseface.errors import CatalogueError
from diseaseface.knowledge.index import Diseases
from diseaseface.knowledge.profile_file import read, write
from diseaseface.knowledge.profiles import Profile


@pytest.fixture(scope="module")
def diseases() -> Diseases:
    return known.diseases()


def test_a_profile_comes_back_from_its_file_unchanged(diseases, tmp_path):
    for name in ("Bell's palsy", "Williams", "OMIM:190685", "Rosacea"):
        write(diseases.find(name), tmp_path / "profile.json")
        assert read(tmp_path / "profile.json") == diseases.find(name)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("forms",), [{"name": "x", "share": 0.4, "weights": [], "reference": ""}], "reference"),
        (("forms",), [{"name": "x", "share": 0.4, "weights": [], "reference": "y"}], "add up to 1"),
        (("forms",), [{"name": "x", "share": 1.0, "weights": [["horns", 1, 0.1]], "reference": "y"}], "attribute"),
        (("name",), "", "name"),
        (("colour",), 1, "colour"),
        (("signs",), {}, "list"),
        (("signs", 0), 3, "object"),
        (("signs", 0, "attribute"), "horns", "horns"),
        (("signs", 0, "direction"), 0, "direction"),
        (("signs", 0, "direction"), True, "direction"),
        (("signs", 0, "weight"), 1.5, "weight"),
        (("signs", 0, "weight"), None, "weight"),
        (("signs", 0, "weight"), float("nan"), "weight"),
        (("signs", 0, "weight"), True, "weight"),
        (("signs", 0, "magnitude"), 9, "magnitude"),
        (("signs", 0, "side"), "up", "side"),
        (("signs", 0, "onset"), [0.9, 0.1], "onset"),
        (("signs", 0, "onset"), [0.1], "onset"),
        (("signs", 0, "evidence"), [{"source": 1}], "evidence"),
        (("signs", 0, "typical"), "yes", "typical"),
        (("undrawn",), [{"hpo": "HP:1"}], "undrawn"),
    ],
)
def test_a_malformed_profile_is_refused_in_one_sentence(diseases, path, value, message):
    data = diseases.find("Bell's palsy").to_dict()
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(CatalogueError, match=message) as refusal:
        Profile.from_dict(data)
    assert "\n" not in str(refusal.value)


def test_a_missing_field_and_a_missing_or_foreign_file_are_refused(tmp_path):
    with pytest.raises(CatalogueError, match="lacks the field"):
        Profile.from_dict({"id": "x"})
    with pytest.raises(CatalogueError, match="check the path"):
        read(tmp_path / "none.json")
    (tmp_path / "text.json").write_text("hello")
    with pytest.raises(CatalogueError, match="not JSON"):
        read(tmp_path / "text.json")
