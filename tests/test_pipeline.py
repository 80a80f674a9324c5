"""The whole way with the real parts, on a real face."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from diseaseface import Pipeline, pictures
from diseaseface.errors import EngineUnavailable, FaceError, RequestError, UnknownDisease

DISEASE = "Down syndrome"


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline.load()


@pytest.fixture(scope="module")
def result(pipeline, face):
    return pipeline.transform(face, DISEASE, 0.7)


@pytest.fixture(scope="module")
def drawn(result, tmp_path_factory):
    """A picture saved as the page and the command line save it."""
    path = tmp_path_factory.mktemp("drawn") / "drawn.png"
    path.write_bytes(pictures.encode_png(result.picture, result.report.to_dict()))
    return path


def test_severity_zero_gives_back_the_photo(pipeline, face):
    result = pipeline.transform(face, DISEASE, 0.0)
    np.testing.assert_array_equal(result.picture, face.image)
    assert result.report.to_dict()["severity"] == 0.0


def test_a_picture_has_the_shape_of_the_photo_and_differs_from_it(result, face):
    assert result.picture.shape == face.image.shape
    assert result.picture.dtype == np.uint8
    assert (result.picture != face.image).any()


def test_the_same_request_gives_the_same_bytes(pipeline, face, result):
    again = pipeline.transform(face, DISEASE, 0.7)
    first, second = (pictures.encode_png(one.picture, one.report.to_dict()) for one in (result, again))
    assert first == second


@pytest.mark.parametrize("kind", ["path", "bytes", "image", "array", "face"])
def test_a_photo_may_come_in_any_shape(pipeline, astronaut, face, result, tmp_path, kind):
    path = tmp_path / "astronaut.png"
    Image.fromarray(astronaut).save(path)
    photo = {
        "path": path,
        "bytes": path.read_bytes(),
        "image": Image.open(io.BytesIO(path.read_bytes())),
        "array": astronaut,
        "face": face,
    }[kind]
    np.testing.assert_array_equal(pipeline.draw(photo, DISEASE, 0.7).rendering.picture, result.picture)


@pytest.mark.parametrize("name", ["down syndrome", "DOWN SYNDROME", "ORPHA:870", "trisomy 21"])
def test_a_disease_goes_by_name_id_and_synonym(pipeline, result, name):
    assert pipeline.profile(name).id == result.report.to_dict()["disease"]["id"]


def test_a_profile_edited_by_hand_is_drawn(pipeline, face):
    from dataclasses import replace

    profile = pipeline.profile(DISEASE)
    one = replace(profile, id="DF:mine", name="mine", signs=profile.signs[:1])
    report = pipeline.transform(face, one, 1.0).report.to_dict()
    assert report["disease"] == {"id": "DF:mine", "name": "mine"}
    assert len(report["attributes"]) == 1


def test_the_report_keeps_the_contract(result):
    report = result.report.to_dict()
    json.dumps(report, allow_nan=False)
    assert report["schema"] == "diseaseface.report/1"
    assert report["synthetic"] is True
    assert (report["severity"], report["seed"]) == (0.7, 0)
    assert (report["engine"], report["toward"]) == ("morph", "disease")
    assert report["scores"].keys() >= {"profile_match", "severity", "identity", "unchanged_outside"}
    assert report["timings_ms"].keys() == {"face", "render", "evaluate"}
    assert {"diseaseface", "hpo"} <= report["versions"].keys()


def test_every_sign_says_what_was_asked_and_what_was_applied(result):
    signs = result.report.to_dict()["attributes"]
    assert signs
    for sign in signs:
        assert sign["asked"] is not None
        assert sign["evidence"]
        assert 0.0 <= sign["weight"] <= 1.0
        assert sign["status"] in ("measured", "not_available", "not_measurable")
        assert (sign["measured"] is None) == (sign["status"] != "measured")
        assert sign["status"] == "measured" or sign["reason"]


def test_what_was_drawn_reads_as_the_disease(result):
    scores = result.report.to_dict()["scores"]
    assert scores["profile_match"]["value"] > 0.5
    assert scores["unchanged_outside"]["value"] == 1.0


def test_transform_and_evaluate_of_the_saved_picture_agree(pipeline, face, result, drawn):
    report, read = result.report.to_dict(), pipeline.evaluate(drawn, DISEASE, before=face).to_dict()
    for name in ("profile_match", "severity", "identity", "unchanged_outside"):
        assert read["scores"][name] == report["scores"][name]
    measured = {sign["name"]: sign["measured"] for sign in report["attributes"]}
    assert {sign["name"]: sign["measured"] for sign in read["attributes"]} == measured


def test_the_way_back_ends_close_to_the_photo(pipeline, face, result, drawn):
    back = pipeline.draw(drawn, DISEASE, 0.7, toward="healthy").rendering.picture
    region = face.regions.skin > 0.5

    def off(picture):
        return np.abs(picture[region].astype(float) - face.image[region]).mean()

    assert off(back) < 0.6 * off(result.picture)


def test_no_more_is_taken_away_than_was_drawn(pipeline, drawn):
    drawing = pipeline.draw(drawn, DISEASE, 1.0, toward="healthy")
    assert drawing.request.severity == 0.7
    assert "0.70" in drawing.notes[0]


def test_a_strip_runs_from_the_photo_to_the_marked_end(pipeline, face):
    stages = list(pipeline.draw_strip(face, DISEASE, 4))
    assert [stage.request.severity for stage in stages] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    np.testing.assert_array_equal(stages[0].rendering.picture, face.image)
    change = [np.abs(stage.rendering.picture.astype(int) - face.image).sum() for stage in stages]
    assert change == sorted(change)


def test_a_strip_gives_a_report_for_each_stage(pipeline, face):
    results = pipeline.strip(face, "rosacea", 2)
    assert [one.report.to_dict()["severity"] for one in results] == [0.0, 1.0]


def test_the_side_is_the_persons_own(pipeline, face):
    left, right = (pipeline.draw(face, "Bell's palsy", 1.0, side=side) for side in ("left", "right"))
    middle = face.landmarks_px[:, 0].mean()
    columns = np.arange(face.image.shape[1])

    def where(drawing):
        change = np.abs(drawing.rendering.picture.astype(float) - face.image).sum(axis=(0, 2))
        return (change * columns).sum() / change.sum()

    assert where(right) < middle < where(left)  # the person's left is the right of the picture


def test_two_seeds_show_two_people_with_one_disease(pipeline, face):
    one, two = (pipeline.draw(face, "Noonan syndrome", 0.8, presentation="sampled", seed=seed) for seed in (1, 2))
    assert {a.change.attribute.name for a in one.rendering.applied} != {
        a.change.attribute.name for a in two.rendering.applied
    }


def test_the_photo_is_never_written_to(pipeline, face):
    before = face.image.copy()
    pipeline.draw(face, "jaundice", 1.0)
    np.testing.assert_array_equal(face.image, before)


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ({"severity": 1.5}, RequestError),
        ({"severity": float("nan")}, RequestError),
        ({"side": "middle"}, RequestError),
        ({"presentation": "usual"}, RequestError),
        ({"toward": "better"}, RequestError),
        ({"seed": -1}, RequestError),
        ({"engine": "magic"}, RequestError),
        ({"engine": "diffusion"}, EngineUnavailable),
        ({"disease": "no such disease"}, UnknownDisease),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused_in_one_sentence(pipeline, face, settings, refusal):
    request = {"disease": DISEASE, "severity": 0.5} | settings
    with pytest.raises(refusal) as told:
        pipeline.transform(face, **request)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("stages", [1, 0, 1000, 2.5])
def test_a_strip_of_an_odd_length_is_refused(pipeline, face, stages):
    with pytest.raises(RequestError, match="stages"):
        pipeline.strip(face, DISEASE, stages)


def test_a_photo_without_a_face_is_refused(pipeline):
    with pytest.raises(FaceError):
        pipeline.transform(np.full((200, 200, 3), 128, np.uint8), DISEASE, 0.5)


@pytest.mark.parametrize("disease", [None, {"id": "ORPHA:870", "name": "Down syndrome"}])
def test_a_report_that_somebody_else_wrote_cannot_break_the_way_back(pipeline, astronaut, disease):
    forged = {"schema": "diseaseface.report/1", "disease": disease, "severity": "much"}
    drawing = pipeline.draw(pictures.encode_png(astronaut, forged), DISEASE, 0.3, toward="healthy")
    assert drawing.request.severity == 0.3
