"""What is read from pixels is what is there."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from diseaseface import edits, knowledge
from diseaseface.benchmarks import calibration, learning
from diseaseface.benchmarks import norms as norms_benchmark
from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.evaluation import evaluate as evaluation
from diseaseface.evaluation import gains, integrity, norms, ranking, scores, severity
from diseaseface.evaluation.contours import traced_points_cm
from diseaseface.evaluation.evaluate import evaluate
from diseaseface.evaluation.frame import frame_of
from diseaseface.evaluation.margins import margin_shifts
from diseaseface.evaluation.measurements import definitions
from diseaseface.evaluation.ranking import departure
from diseaseface.evaluation.readings import ALIGNED, ALONE, RETAKEN, SURFACE, Readings, read_change
from diseaseface.evaluation.report import NOT_AVAILABLE, NOT_MEASURABLE, Score
from diseaseface.evaluation.tracking import Motion, moved_points_cm, track
from diseaseface.faces.anthropometry import MEASURES, MM_PER_CANONICAL_CM, measures_for, readings
from diseaseface.faces.colorimetry import from_linear, to_linear
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes
from diseaseface.ui.examples import examples


@pytest.fixture(scope="module")
def diseases():
    return knowledge.load()


@pytest.fixture(scope="module")
def engine():
    return MorphEngine()


@pytest.fixture(autouse=True)
def no_identity_network(monkeypatch):
    """Identity has tests of its own, and takes longer than all the rest."""
    monkeypatch.setattr(evaluation, "_identity", lambda *_: Score.missing(NOT_AVAILABLE, "Not asked."))


def with_picture(face, picture):
    """The same face with other pixels, as in a picture edited from the photo."""
    return replace(face, image=np.ascontiguousarray(picture))


def drawn(face, engine, name, amount, side=None):
    change = Change(attributes()[name], amount, side)
    rendering = engine.render(face, [change])
    return with_picture(face, rendering.picture), rendering.applied[0]


def warped(face, shift_px):
    """The photo with its content moved by a smooth field (H, W, 2), here given backwards."""
    height, width = face.image.shape[:2]
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(face.image, columns + shift_px[..., 0], rows + shift_px[..., 1], cv2.INTER_CUBIC)


def bump(face, index, reach_px, by_px):
    height, width = face.image.shape[:2]
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    x, y = face.landmarks_px[index]
    weight = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * reach_px**2))
    return (-weight[..., None] * np.array(by_px)).astype(np.float32)


def test_tracking_follows_a_known_warp(face):
    moved = with_picture(face, warped(face, bump(face, 4, 18, (0.0, 3.0))))
    frame = frame_of(face)
    motion = track(frame, frame.see(moved.image))
    fallen = (moved_points_cm(frame, motion) - face.points_cm)[4, 1]
    assert fallen == pytest.approx(-3.0 / face.pose.px_per_cm, rel=0.15)
    assert motion.agreement > 0.8


def test_a_mouth_that_flow_takes_for_another_edge_is_found_where_its_points_lead(engine):
    head = look(next(one.path for one in examples() if one.path.name == "head-01.jpg"))
    known = learning.known_profile("opposite", learning.PROFILES["opposite"])
    rendering = engine.render(head, edits.plan(known, 1.0))
    asked = {done.change.attribute.name: done.amount for done in rendering.applied}
    after, frame = look(rendering.picture), frame_of(head)
    was, codes = readings(frame.points_cm), frame.see(after.image)
    wide, sunk = [], []
    for points in (None, frame.at(after.landmarks_px)):
        now = readings(moved_points_cm(frame, track(frame, codes, points)))
        wide.append(now["mouth_width"] - was["mouth_width"])
        sunk.append(now["mouth_corner_height"] - was["mouth_corner_height"])
    assert wide[0] < 0.0 < sunk[0], "flow alone is misled"
    assert wide[1] == pytest.approx(asked["mouth_width"], rel=0.2)
    assert sunk[1] == pytest.approx(asked["mouth_corners"], rel=0.3)


def test_what_flow_finds_by_itself_is_not_led(face, engine):
    after = look(drawn(face, engine, "nose_width", 6.0)[0].image)
    frame = frame_of(face)
    codes = frame.see(after.image)
    alone, led = (track(frame, codes, points) for points in (None, frame.at(after.landmarks_px)))
    assert led.led is None
    assert np.array_equal(alone.flow, led.flow)


def test_hair_that_is_gone_is_not_looked_for_elsewhere(engine):
    head = look(next(one.path for one in examples() if one.path.name == "head-01.jpg"))
    brows = attributes()["eyebrow_loss"]
    after, frame = look(engine.render(head, [Change(brows, brows.positive.full)]).picture), frame_of(head)
    codes = frame.see(after.image)
    alone, led = (track(frame, codes, points) for points in (None, frame.at(after.landmarks_px)))
    assert np.array_equal(alone.flow, led.flow)
    assert np.array_equal(alone.seen, led.seen)


def exposed(face, seed):
    """The face as another exposure shows it: with grain of its own."""
    grain = cv2.GaussianBlur(np.random.default_rng(seed).normal(size=face.image.shape), (0, 0), 1.0)
    grain *= 4.0 / grain.std() * (face.regions.person > 0.5)[..., None]
    return with_picture(face, np.clip(np.rint(face.image + grain), 0, 255).astype(np.uint8))


def test_grain_of_two_exposures_hardly_moves_points(face):
    first, second = exposed(face, 1), exposed(face, 2)
    frame = frame_of(first)
    moved = moved_points_cm(frame, track(frame, frame.see(second.image))) - frame.points_cm
    moved_mm = MM_PER_CANONICAL_CM * np.linalg.norm(moved[:, :2], axis=1)
    assert np.sqrt((moved_mm**2).mean()) < 0.6


def test_grain_of_two_exposures_hardly_moves_lids(face):
    found = read_change(exposed(face, 1), exposed(face, 2))
    assert found.mode == ALIGNED
    lids = [found.values[f"{lid}_lid_position_{side}"] for lid in ("upper", "lower") for side in ("left", "right")]
    assert np.abs(lids).max() < 0.2, "mm"


def test_through_grain_the_traced_edge_tells_half_of_how_much_narrower_a_jaw_is(face):
    jaw = attributes()["jaw_width"]
    drawn = with_picture(face, MorphEngine().render(face, [Change(jaw, jaw.negative.full)]).picture)
    before, after = exposed(face, 1), exposed(drawn, 2)
    frame = frame_of(before)
    followed = moved_points_cm(frame, track(frame, frame.see(after.image)))
    was, flow, now = (
        readings(points)["jaw_width"] for points in (frame.points_cm, followed, traced_points_cm(frame_of(after)))
    )
    traced = now - readings(traced_points_cm(frame))["jaw_width"]
    found = read_change(before, after).values["jaw_width"]
    assert found == pytest.approx(0.5 * (flow - was + traced), abs=1e-6)
    assert found < 0.5 * jaw.negative.full


def test_the_same_picture_shows_no_change(face, diseases):
    report = evaluate(face, profile=diseases.find("Down syndrome"), before=face, diseases=diseases)
    assert all(sign.measured in (0.0, None) for sign in report.signs)
    assert report.scores["severity"].value == 0.0
    assert report.scores["profile_match"].status == NOT_MEASURABLE
    assert not report.departs
    assert report.ranking == ()


def as_jpeg(image, quality):
    _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1].copy()


@pytest.mark.parametrize("quality", [95, 90])
def test_a_jpeg_copy_does_not_depart(face, quality):
    copy = with_picture(face, as_jpeg(face.image, quality))
    found = read_change(face, copy)
    assert found.mode == ALIGNED
    assert not departure(found).departs


@pytest.fixture(scope="module")
def head():
    return look(cv2.imread("assets/examples/head-03.jpg")[..., ::-1].copy())


SIGNS = [
    ("palpebral_fissure_slant", 6.0, None),
    ("palpebral_fissure_slant", -6.0, None),
    ("interocular_distance", 5.0, None),
    ("nose_width", 6.0, None),
    ("nose_length", -5.0, None),
    ("mouth_width", -7.0, None),
    ("mouth_corners", -4.0, None),
    ("mandible_size", -6.0, None),
    ("jaw_width", 10.0, None),
    ("cheek_fullness", 12.0, None),
    ("upper_lid_position", -2.0, None),
    ("facial_weakness", 8.0, "left"),
    ("facial_weakness", 8.0, "right"),
    ("malar_erythema", 12.0, None),
    ("facial_erythema", 9.0, None),
    ("skin_jaundice", 12.0, None),
    ("scleral_icterus", 18.0, None),
    ("hyperpigmentation", 12.0, None),
    ("vitiligo", 20.0, None),
    ("cyanosis", 10.0, None),
]


@pytest.mark.parametrize(("name", "amount", "side"), SIGNS)
def test_what_is_drawn_is_read_back(face, engine, name, amount, side):
    picture, applied = drawn(face, engine, name, amount, side)
    found = gains.reading(read_change(face, picture), attributes()[name], side, amount)
    assert found.value == pytest.approx(applied.amount, rel=0.3, abs=0.3)


@pytest.mark.parametrize(("name", "amount"), [("cranial_breadth", -9.0), ("neck_width", 16.0), ("mouth_opening", 5.0)])
def test_outlines_and_an_open_mouth_are_read_in_each_picture_by_itself(head, engine, name, amount):
    picture = engine.render(head, [Change(attributes()[name], amount)])
    readings = read_change(head, look(picture.picture))
    assert readings.mode == ALIGNED
    found = gains.reading(readings, attributes()[name], None, amount)
    assert found.value == pytest.approx(picture.applied[0].amount, rel=0.3)


@pytest.mark.parametrize("name", ["palpebral_fissure_slant", "cheek_fullness", "skin_jaundice", "malar_erythema"])
def test_more_of_a_sign_reads_as_more(face, engine, name):
    attribute = attributes()[name]
    steps = [drawn(face, engine, name, share * attribute.positive.full)[0] for share in (0.25, 0.5, 0.75, 1.0)]
    read = [gains.reading(read_change(face, step), attribute, None, 1).value for step in steps]
    assert read == sorted(read)
    assert read[0] > 0


def test_a_weak_side_is_read_on_that_side_only(face, engine):
    picture, _ = drawn(face, engine, "upper_lid_position", -2.0, "left")
    values = read_change(face, picture).values
    assert values["upper_lid_position_left"] < -1.2
    assert abs(values["upper_lid_position_right"]) < 0.4


def test_a_lid_that_the_flow_overlooks_is_looked_for_at_its_lashes(face, engine):
    frame = frame_of(face)
    codes = frame.see(drawn(face, engine, "upper_lid_position", -3.0)[0].image)
    overlooked = Motion(np.zeros((*frame.shape, 2), np.float32), codes, 1.0)
    lid = "upper_lid_position_left"
    by_flow, by_both = (margin_shifts(frame, codes, overlooked, told)[lid] for told in ({}, {lid: -1.8}))
    assert by_flow.amount_mm > -1.0
    assert by_both.amount_mm == pytest.approx(-2.4, abs=0.3)
    nothing = np.full_like(codes, 90.0)
    assert lid not in margin_shifts(frame, nothing, overlooked)
    assert margin_shifts(frame, nothing, overlooked, {lid: -1.8})[lid].amount_mm == -1.8


def test_pigment_of_our_own_mixing_is_read_in_index_units(face):
    density = np.array([0.0, 0.0, 0.1])  # of log10: ten units of yellowness
    skin = face.regions.skin[..., None]
    yellow = from_linear(to_linear(face.image) * 10.0 ** (-density * skin))
    picture = with_picture(face, np.rint(yellow).astype(np.uint8))
    values = read_change(face, picture).values
    assert values["skin_yellowness"] == pytest.approx(10.0, abs=1.0)
    assert abs(values["facial_erythema"]) < 0.5


@pytest.fixture(scope="module")
def turned(face):
    height, width = face.image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 5.0, 0.95)
    return look(cv2.warpAffine(face.image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE))


def test_a_turned_copy_is_read_as_a_new_photo(face, turned):
    found = read_change(face, turned)
    assert found.mode == RETAKEN
    assert abs(found.values["palpebral_fissure_slant"]) < 2.0


def test_two_photos_are_judged_against_all_diseases_and_not_by_their_skin_tone(face, turned, diseases):
    found = read_change(face, turned)
    assert found.values["skin_typology_angle"] is not None
    assert "skin_typology_angle" not in departure(found).measures
    assert np.isfinite(ranking.log_odds(departure(found), ranking.atlas_of(diseases, RETAKEN))).all()
    assert evaluate(turned, before=face, diseases=diseases).reading == RETAKEN


def test_a_plain_background_does_not_hide_that_the_head_has_moved(face):
    plain = face.image.copy()
    plain[face.regions.person < 0.5] = 200
    height, width = plain.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 0.8, 0.98)
    moved = cv2.warpAffine(plain, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    first = look(plain)
    assert read_change(first, look(moved)).mode == RETAKEN
    assert read_change(first, look(as_jpeg(plain, 75))).mode == ALIGNED


def test_colours_of_dark_skin_are_read_against_a_photo_from_before_alone(face):
    dark = with_picture(face, np.rint(from_linear(to_linear(face.image) * 0.25)).astype(np.uint8))
    alone = {sign.name: sign for sign in evaluate(dark).signs}
    assert alone["malar_erythema"].status == NOT_MEASURABLE
    assert "dark" in alone["malar_erythema"].reason
    assert alone["nose_width"].measured is not None
    after = {sign.name: sign for sign in evaluate(dark, before=face).signs}
    assert after["malar_erythema"].measured is not None


def test_what_was_asked_does_not_change_what_is_measured(face, engine, diseases):
    profile = diseases.find("Down syndrome")
    rendering = engine.render(face, edits.plan(profile, 0.8))
    picture = with_picture(face, rendering.picture)
    told = evaluate(picture, profile=profile, before=face, rendering=rendering)
    untold = evaluate(picture, profile=profile, before=face)
    assert [s.measured for s in told.signs] == [s.measured for s in untold.signs]
    assert told.scores["profile_match"] == untold.scores["profile_match"]
    assert told.scores["severity"] == untold.scores["severity"]
    assert all(sign.asked is None and sign.applied is None for sign in untold.signs)


@pytest.mark.parametrize("name", ["Down syndrome", "jaundice", "Cushing syndrome", "Bell's palsy", "vitiligo"])
def test_a_drawn_disease_departs_and_its_severity_is_estimated(face, engine, diseases, name):
    profile = diseases.find(name)
    rendering = engine.render(face, edits.plan(profile, 0.7))
    report = evaluate(with_picture(face, rendering.picture), profile=profile, before=face, diseases=diseases)
    assert report.departs
    assert report.scores["profile_match"].value > 0.8
    assert report.scores["severity"].value == pytest.approx(0.7, abs=0.2)


@pytest.mark.parametrize("name", ["Down syndrome", "jaundice", "Cushing syndrome", "Bell's palsy"])
def test_a_drawn_disease_is_among_the_first_ten_of_all(face, engine, diseases, name):
    profile = diseases.find(name)
    drawn_face = with_picture(face, engine.render(face, edits.plan(profile, 0.7)).picture)
    likely = evaluate(drawn_face, before=face, diseases=diseases).ranking
    shown = {candidate.id for candidate in likely} | {id_ for candidate in likely for id_, _ in candidate.same_signs}
    assert profile.id in shown


def test_depth_is_not_measurable_from_one_frontal_photo_and_says_so(face, diseases):
    report = evaluate(face, profile=diseases.find("Down syndrome"), before=face)
    depth = next(sign for sign in report.signs if sign.name == "midface_projection")
    assert depth.status == NOT_MEASURABLE
    assert depth.measured is None
    assert depth.reason.endswith(".")


def test_without_a_photo_before_the_norms_take_its_place(face, diseases):
    report = evaluate(face, profile=diseases.find("Down syndrome"), diseases=diseases)
    slant = next(sign for sign in report.signs if sign.name == "palpebral_fissure_slant")
    mean = norms.norms().mean["palpebral_fissure_slant"]
    assert slant.measured == pytest.approx(slant.baseline - mean, abs=1e-6)
    assert report.scores["unchanged_outside"].status == NOT_AVAILABLE


def test_without_a_disease_every_measure_is_told(face):
    report = evaluate(face)
    assert {sign.name for sign in report.signs} == set(attributes())
    assert report.scores["severity"].status == NOT_AVAILABLE


def test_a_pixel_changed_far_from_the_face_is_counted(face):
    picture = face.image.copy()
    outside = integrity.unchanged_outside(face, picture)
    picture[:8, :8] = 255 - picture[:8, :8]
    assert outside == 1.0
    assert 0.9 < integrity.unchanged_outside(face, picture) < 1.0
    assert integrity.unchanged_outside(face, picture[:-1]) is None


def test_burning_out_the_skin_is_counted(face):
    assert integrity.newly_clipped(face, face.image) == 0.0
    assert integrity.newly_clipped(face, np.full_like(face.image, 255)) > 0.9


COURSE = np.linspace(0, 1, 11)[:, None] * np.array([4.0, -8.0, 2.0])


@pytest.mark.parametrize("true", [0.0, 0.33, 0.7, 1.0])
def test_the_severity_that_made_the_amounts_is_found(true):
    found = severity.estimate(COURSE, true * COURSE[-1], [0.1, 0.1, 0.1], [1.0, 0.5, 0.2])
    assert found.value == pytest.approx(true, abs=0.015)
    assert found.low <= found.value <= found.high


def test_more_noise_and_contradiction_widen_the_interval():
    def width(measured, noise):
        found = severity.estimate(COURSE, measured, [noise] * 3, [1.0] * 3)
        return found.high - found.low

    assert width(0.5 * COURSE[-1], 1.0) > width(0.5 * COURSE[-1], 0.2)
    assert width([4.0, 0.0, 1.0], 0.2) > width(0.5 * COURSE[-1], 0.2)


def test_a_sign_that_is_overlooked_on_this_face_does_not_draw_the_severity_to_none():
    found = severity.estimate(COURSE, [2.8, -5.6, 0.0], [0.1] * 3, [1.0] * 3, [0.05, 0.05, 0.8])
    assert found.value == pytest.approx(0.7, abs=0.03)


def test_noise_that_grows_with_the_amount_is_that_of_what_is_there():
    amount = COURSE[:, :1]
    found = severity.estimate(amount, 0.5 * amount[-1], [0.01], [1.0], 0.2)
    at = np.linspace(0.0, 1.0, 2001)[1:]
    likely = np.exp(-0.5 * ((at - 0.5) / (0.2 * at)) ** 2)
    likely /= likely.sum()
    level = np.sort(likely)[::-1]
    inside = at[likely >= level[np.searchsorted(np.cumsum(level), 0.9)]]  # the shortest interval of nine tenths
    by_hand = (np.interp(0.5, np.cumsum(likely), at), inside[0], inside[-1])
    assert (found.value, found.low, found.high) == pytest.approx(by_hand, abs=0.011)


def test_what_all_signs_of_a_picture_share_is_not_made_surer_by_more_signs():
    many = np.linspace(0, 1, 11)[:, None] * np.ones(12)
    own, all_together = (
        severity.estimate(many, np.full(12, 0.5), [0.02] * 12, [1.0] * 12, *spread) for spread in ((0.2,), (0.0, 0.2))
    )
    assert own.high - own.low < 0.2 < 0.3 < all_together.high - all_together.low
    assert all_together.value == pytest.approx(0.5, abs=0.06)


def test_what_points_the_other_way_is_none_of_the_disease():
    found = severity.estimate(COURSE, -0.3 * COURSE[-1], [0.5] * 3, [1.0] * 3)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high > 0.0


def test_a_gain_of_two_sources_lies_between_them_and_is_unsure_by_how_far_they_are_apart():
    drawn = gains.Gain(1.0, 0.1, 0.02, 16)
    alike, apart = (gains.together(drawn, gains.RenderedGain(gain, 0.05, 3)) for gain in (0.95, 0.5))
    assert 0.95 < alike.gain < 1.0
    assert 0.5 < apart.gain < alike.gain
    assert apart.spread > 0.3 > 0.1 > alike.spread > drawn.spread
    assert apart.drawn == drawn.gain
    few = gains.together(drawn, gains.RenderedGain(0.5, 0.6, 1))
    assert few.gain > apart.gain, "what few heads say unsurely counts for less"
    assert gains.together(drawn, gains.RenderedGain(-1.0, 0.05, 3)).gain > 0.4, "a sign is never read inside out"


def test_a_sign_that_heads_show_and_nobody_sees_is_not_measurable(monkeypatch):
    drawn = gains.Gain(1.0, 0.1, 0.02, 16)
    unseen = gains.together(drawn, gains.RenderedGain(-0.2, 0.5, 2))
    assert not gains.together(drawn, gains.RenderedGain(-0.2, 0.5, 1)).contradicted, "one head may be odd"
    unordered = gains.together(drawn, gains.RenderedGain(0.5, 0.5, 3, 0.4))
    assert unordered.contradicted, "more of the sign is not read as more"
    assert gains.together(drawn, gains.RenderedGain(0.8, 0.1, 5, 0.88)).contradicted, "nor is it always"
    assert not gains.together(drawn, gains.RenderedGain(0.5, 0.5, 3, 0.9)).contradicted
    known = replace(gains.gains(), own={ALIGNED: {"nose_width+": unseen}})
    monkeypatch.setattr(gains, "gains", lambda: known)
    found = gains.reading(Readings(ALIGNED, {"nose_width": 3.0}), attributes()["nose_width"], None, 1)
    assert found.value is None
    assert "known geometry" in found.reason


def test_a_new_calibration_keeps_what_heads_say(monkeypatch, tmp_path):
    own = {ALIGNED: {}, RETAKEN: {}}
    table = {"own": own, "response": {}, "still": {ALIGNED: {}}, "departure": {ALIGNED: 1.0}}
    monkeypatch.setattr(calibration, "measure", lambda *_: table)
    out = tmp_path / "gains.json"
    calibration.run(["--faces", str(tmp_path), "--out", str(out)])
    assert len(json.loads(out.read_text())["heads"]) > 60


def test_signs_of_geometry_are_not_expected_to_disturb_each_other(diseases):
    whole = diseases.find("Acromegaly")
    profile = replace(whole, signs=tuple(s for s in whole.signs if measures_for(attributes()[s.attribute].measure)))
    changes = severity.course_of(profile).changes
    rows = [scores.Row(change, gains.Reading(0.0), 1.0) for change in changes]
    assert len(rows) > 5
    expected = scores._course(profile, None, rows, ALIGNED)[-1]
    assert expected == pytest.approx([change.amount for change in changes])


def test_the_interval_holds_the_truth_nine_times_in_ten():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(300):
        measured = 0.5 * COURSE[-1] + rng.normal(0, 0.8, 3)
        found = severity.estimate(COURSE, measured, [0.8] * 3, [1.0] * 3)
        hits += found.low <= 0.5 <= found.high
    assert 0.85 < hits / 300 <= 1.0


@pytest.mark.parametrize(
    ("measured", "expected"), [([1, 2, -1], 1.0), ([-1, -2, 1], -1.0), ([2, -1, 0], 0.0), ([0, 0, 0], None)]
)
def test_the_match_is_a_cosine(measured, expected):
    assert severity.match([1, 2, -1], measured, [1, 1, 1]) == (
        None if expected is None else pytest.approx(expected, abs=1e-9)
    )


def test_a_rare_sign_counts_less_in_the_match():
    missed = [1.0, 0.0]
    assert severity.match([1, 1], missed, [1.0, 0.1]) > severity.match([1, 1], missed, [1.0, 1.0])


def test_the_norms_are_of_measures_that_exist_and_a_covariance():
    known = norms.norms()
    assert set(known.jointly) <= set(known.mean) == set(known.sd) <= set(definitions())
    assert all(sd > 0 for sd in known.sd.values())
    assert known.n >= 50
    np.testing.assert_allclose(known.precision, known.precision.T, atol=1e-4)
    assert np.linalg.eigvalsh(known.precision).min() > 0


def test_the_norms_agree_with_published_ones():
    mean, sd = norms.norms().mean, norms.norms().sd
    assert mean["palpebral_fissure_slant"] == pytest.approx(3.5, abs=1.0)  # 3.5 ± 2 deg
    assert sd["palpebral_fissure_slant"] == pytest.approx(2.0, abs=0.8)
    assert mean["jaw_width"] == pytest.approx(102, abs=8)  # go-go 106.6 men, 96.8 women


def test_norms_are_means_and_spreads_of_the_faces_read():
    rng = np.random.default_rng(5)
    names = (*MEASURES, *SURFACE)
    read = [{name: 10.0 + rng.normal() for name in names} for _ in range(120)]
    read[0]["malar_erythema"] = None
    readers = [norms_benchmark.Reader(values, Readings(ALONE, values)) for values in read]
    known = norms.parse(json.dumps(norms_benchmark.summarise(readers, "made up")))
    assert known.mean["nose_width"] == pytest.approx(10.0, abs=0.4)
    assert known.sd["nose_width"] == pytest.approx(1.0, abs=0.2)
    assert known.sd["skin_roughness"] == pytest.approx(10.0, abs=2.0)  # per cent of the mean
    assert len(known.jointly) ** 0.5 < known.departure < 2 * len(known.jointly) ** 0.5


def test_norms_trust_correlations_where_faces_have_them_and_enough_faces_tell_them():
    rng = np.random.default_rng(6)
    common, own = rng.normal(size=(90, 2)) @ rng.normal(size=(2, 20)), rng.normal(size=(90, 20))
    together = norms_benchmark.likeliest_spread(common + 1.5 * own).shrinkage
    few = norms_benchmark.likeliest_spread((common + 1.5 * own)[:12]).shrinkage
    apart = norms_benchmark.likeliest_spread(own).shrinkage
    assert together < few <= apart
    assert apart >= 0.8


def test_a_left_out_face_is_measured_by_all_others():
    faces = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0], [1.0, 7.0]])
    distances, sizes = norms_benchmark.left_out(faces, 1.0)
    assert distances[-1] == pytest.approx(6.0 / np.sqrt(4 / 3))  # their mean is 1, their variance 4/3
    assert sizes[-1] == pytest.approx(np.log(4 / 3))


def test_a_gain_is_the_slope_and_a_sign_that_cannot_be_read_has_none():
    single = [(face, amount, 0.5 * amount) for face in range(6) for amount in (2.0, 6.0)]
    noisy = [(face, amount, 0.5 * amount + 0.4 * (-1) ** face) for face, amount, _ in single]
    found = calibration._gain("nose_width+", single, noisy, {})
    assert found["gain"] == pytest.approx(0.5)
    assert found["noise"] == pytest.approx(0.8, abs=0.1)
    assert calibration._gain("nose_width+", [(f, a, -raw) for f, a, raw in single], [], {}) is None
    assert calibration._gain("nose_width+", single, [], {"nose_width": 50.0}) is None


def test_every_shipped_gain_has_the_sense_of_its_sign():
    for mode, signs in gains.gains().own.items():
        for name, gain in signs.items():
            lowers = name[:-1] in gains.LOWERS
            assert (gain.gain < 0) == lowers, (mode, name)
            assert gain.noise > 0
            assert gain.n >= 1
