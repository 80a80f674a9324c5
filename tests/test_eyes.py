"""The eyeball: found in the photo, and its signs drawn where and as far as they are asked."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diseaseface.edits import Change
from diseaseface.engines.morph import eyeparts
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.engines.morph.eyes import find_eye
from diseaseface.faces.anthropometry import IRIS_ARM_MM, MM_PER_CANONICAL_CM
from diseaseface.faces.colorimetry import to_linear
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Sign

CATALOGUE = attributes()
EYE_SIGNS = [name for name, attribute in CATALOGUE.items() if attribute.operator == "eye"]
BETWEEN_LIDS = [name for name in EYE_SIGNS if name != "blepharitis"]
HEADS = Path(__file__).parents[1] / "assets" / "examples"


@pytest.fixture(scope="module")
def head():
    """A synthetic head with blue irises, 800 px high."""
    return look(np.array(Image.open(HEADS / "head-02.jpg").convert("RGB")))


@pytest.fixture(scope="module")
def engine():
    return MorphEngine()


def change(name, share=1.0, side=None, direction=1):
    attribute = CATALOGUE[name]
    side = side or ("left" if attribute.one_sided else None)
    return Change(attribute, share * attribute.pole(direction).full, side)


def drawn(engine, face, *changes):
    return engine.render(face, list(changes), seed=3)


def eye_of(face, side):
    """The eye's frame, and the part of the photo that it covers."""
    eye = find_eye(face, side)
    x0, y0 = face.chart.box[0] + eye.box[0], face.chart.box[1] + eye.box[1]
    return eye, np.s_[y0 : y0 + eye.u_cm.shape[0], x0 : x0 + eye.u_cm.shape[1]]


def dark_centre(eye, picture):
    """Where along the fissure the dark of the iris lies, canonical centimetres."""
    light = to_linear(picture).mean(axis=-1)
    inside = np.minimum(eye.upper_cm - eye.v_cm, eye.v_cm - eye.lower_cm) > 0.12
    weight = inside * np.maximum(np.percentile(light[inside], 70) - light, 0.0) * (np.abs(eye.u_cm) < 1.1)
    return float((weight * eye.u_cm).sum() / weight.sum())


def test_the_edge_of_the_iris_is_found_where_the_light_steps(head):
    for side in ("left", "right"):
        eye, part = eye_of(head, side)
        light = to_linear(head.image[part]).mean(axis=-1)
        radius = np.hypot(eye.u_cm - eye.iris_uv[0], eye.v_cm - eye.iris_uv[1]) / eye.iris_cm
        free = np.minimum(eye.upper_cm - eye.v_cm, eye.v_cm - eye.lower_cm) > 0.1
        beside = free & (np.abs(eye.v_cm - eye.iris_uv[1]) < 0.3)
        within, beyond = (np.median(light[beside & ring]) for ring in
                          ((radius > 0.75) & (radius < 0.9), (radius > 1.1) & (radius < 1.25)))  # fmt: skip
        assert beyond > 2.0 * within
        assert 0.1 < eye.pupil < 0.5


@pytest.mark.parametrize(("direction", "side"), [(1, "left"), (-1, "left"), (1, "right")])
def test_a_turned_eye_moves_its_iris_by_the_arm_of_the_rotation(engine, head, direction, side):
    turned = drawn(engine, head, change("strabismus", 0.7, side, direction))
    eye, part = eye_of(head, side)
    moved = dark_centre(eye, turned.picture[part]) - dark_centre(eye, head.image[part])
    wanted = -IRIS_ARM_MM / MM_PER_CANONICAL_CM * np.sin(np.radians(turned.applied[0].amount))  # u runs outwards
    assert moved == pytest.approx(wanted, rel=0.3)
    assert np.sign(moved) == -direction


def test_reflections_of_lights_follow_a_turned_eye_by_half_the_way(head):
    bright = next(
        (eye, parts)
        for eye, parts in ((e, eyeparts.take_apart(e, to_linear(head.image[p]))) for e, p in
                           (eye_of(head, side) for side in ("right", "left")))
        if parts.glint.sum() > 0.2
    )  # fmt: skip
    from diseaseface.engines.morph import eyesigns

    eye, parts = bright
    turn = eyesigns._Turn(out=0.2)

    def middle(glint):
        light = glint.sum(axis=-1)
        return float((light * eye.u_cm).sum() / light.sum())

    way = middle(eyesigns._glint(parts, turn)) - middle(parts.glint)
    iris = turn.placed(parts)[0] - eye.iris_uv[0]
    assert way / iris == pytest.approx(5.7 / 10.5, abs=0.05)


@pytest.mark.parametrize("name", BETWEEN_LIDS)
def test_an_eye_sign_stays_between_the_lids(engine, head, name):
    picture = drawn(engine, head, change(name)).picture
    changed = (picture != head.image).any(axis=-1)
    allowed = np.zeros_like(changed)
    for side in ("left", "right"):
        eye, part = eye_of(head, side)
        opening = np.minimum(eye.upper_cm - eye.v_cm, eye.v_cm - eye.lower_cm)
        allowed[part] |= (opening > -3.0 / head.pose.px_per_cm) & (np.abs(eye.u_cm) < eye.half_cm + 0.1)
    assert not (changed & ~allowed).any()


@pytest.mark.parametrize("name", [n for n in EYE_SIGNS if CATALOGUE[n].sided])
def test_a_sign_of_one_eye_leaves_the_other_alone(engine, head, name):
    columns = np.flatnonzero((drawn(engine, head, change(name, 1.0, "left")).picture != head.image).any(axis=(0, 2)))
    middle = head.landmarks_px[168, 0]
    assert not len(columns) or columns.min() > middle  # the subject's left is on our right


def test_a_light_iris_keeps_its_pupil_and_its_texture_when_it_is_recoloured(engine, head):
    dark = drawn(engine, head, change("iris_pigmentation", 1.0)).picture
    light = drawn(engine, head, change("heterochromia", 1.0, "left")).picture
    eye, part = eye_of(head, "left")
    radius = np.hypot(eye.u_cm - eye.iris_uv[0], eye.v_cm - eye.iris_uv[1]) / eye.iris_cm
    free = np.minimum(eye.upper_cm - eye.v_cm, eye.v_cm - eye.lower_cm) > 0.12
    ring, pupil = free & (radius > 0.5) & (radius < 0.85), free & (radius < 0.6 * eye.pupil)
    before = to_linear(head.image[part]).mean(axis=-1)
    for picture, way in ((dark, -1), (light, 1)):
        after = to_linear(picture[part]).mean(axis=-1)
        assert way * (np.median(after[ring]) - np.median(before[ring])) > 0.01
        assert np.median(after[pupil]) < 0.7 * np.median(after[ring]) or way < 0
        assert np.corrcoef(after[ring], before[ring])[0, 1] > 0.4


@pytest.mark.parametrize(("direction", "ring"), [(1, (0.03, 0.12)), (-1, (-0.08, 0.0))], ids=["wider", "narrower"])
def test_a_pupil_gets_wider_or_narrower(engine, head, direction, ring):
    picture = drawn(engine, head, change("pupil_size", 0.6, None, direction)).picture
    eye, part = eye_of(head, "right")
    radius = np.hypot(eye.u_cm - eye.iris_uv[0], eye.v_cm - eye.iris_uv[1]) / eye.iris_cm - eye.pupil
    free = np.minimum(eye.upper_cm - eye.v_cm, eye.v_cm - eye.lower_cm) > 0.12
    passed = free & (radius > ring[0]) & (radius < ring[1])
    before, after = (to_linear(p[part]).mean(axis=-1)[passed].mean() for p in (head.image, picture))
    assert direction * (after / before - 1.0) < -0.12


def test_a_pupil_that_cannot_be_told_from_a_dark_iris_is_left_out_with_the_reason(engine):
    dark = look(np.array(Image.open(HEADS / "head-03.jpg").convert("RGB")))
    for side in ("left", "right"):
        engine.prepare(dark).eyes[side].__dict__["pupil"] = None
    done = drawn(engine, dark, change("pupil_size"))
    assert done.applied[0].amount is None
    assert "dark" in done.applied[0].reason
    np.testing.assert_array_equal(done.picture, dark.image)


def test_red_eyes_are_as_red_as_asked(engine, head):
    from diseaseface.evaluation.readings import read_change

    for share in (0.5, 1.0):
        asked = change("conjunctival_hyperaemia", share)
        seen = read_change(head, look(drawn(engine, head, asked).picture)).values["scleral_redness"]
        assert seen == pytest.approx(asked.amount, rel=0.25)


def test_small_signs_are_left_out_of_small_photos(engine, face):
    for name in ("brushfield_spots", "kayser_fleischer_ring", "iris_coloboma"):
        done = drawn(engine, face, change(name)).applied[0]
        assert done.amount is None
        assert "iris" in done.reason


def test_an_eye_sign_is_not_taken_away_where_nothing_shows_the_eye_without_it(engine, head):
    sign = Sign("strabismus", 1, 1.0, side="one")
    undone = engine.render(head, [Change(CATALOGUE["strabismus"], -10.0, "left", sign)])
    np.testing.assert_array_equal(undone.picture, head.image)
    assert undone.applied[0].amount == 0.0
    assert undone.applied[0].reason


def test_a_mirrored_photo_gives_the_mirrored_eyes(engine, head):
    mirrored = look(np.ascontiguousarray(head.image[:, ::-1]))
    for name in ("strabismus", "iris_coloboma", "conjunctival_hyperaemia"):
        here = drawn(engine, head, change(name, 1.0, "left")).picture.astype(int)
        there = drawn(engine, mirrored, change(name, 1.0, "right")).picture[:, ::-1].astype(int)
        did, did_there = here - head.image, there - head.image
        both = (np.abs(did).max(axis=-1) > 12) | (np.abs(did_there).max(axis=-1) > 12)
        assert np.corrcoef(did[both].ravel(), did_there[both].ravel())[0, 1] > 0.8


def test_lids_close_over_a_turned_eye(engine, head):
    turned = change("strabismus", 1.0, "left")
    lid = Change(CATALOGUE["upper_lid_position"], -2.0, "left")
    both = drawn(engine, head, turned, lid)
    assert [done.amount for done in both.applied] == [
        drawn(engine, head, turned).applied[0].amount, drawn(engine, head, lid).applied[0].amount,
    ]  # fmt: skip
    eye, part = eye_of(head, "left")
    low = (eye.v_cm < eye.upper_cm - 0.5) & (eye.v_cm > eye.lower_cm + 0.12) & (np.abs(eye.u_cm) < 0.9)
    alone = drawn(engine, head, turned).picture[part].astype(int)
    assert np.abs(both.picture[part].astype(int) - alone)[low].mean() < 12


def test_a_small_eye_is_small_with_its_cornea(engine, head):
    asked = change("globe_size", 1.0, "right", -1)
    after = drawn(engine, head, asked).landmarks_px
    for one, other in ((33, 133), (469, 471), (470, 472)):
        lengths = [np.linalg.norm(points[one] - points[other]) for points in (head.landmarks_px, after)]
        assert lengths[1] / lengths[0] == pytest.approx(1.0 + asked.amount / 100.0, abs=0.08)
    assert np.abs(after - head.landmarks_px)[[263, 362, 474, 476]].max() < 0.5
