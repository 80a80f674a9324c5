"""Warps: what is asked is what the landmarks do, on either side, at any size and tilt."""

import numpy as np
import pytest
from PIL import Image

from diseaseface.edits import Change
from diseaseface.engines.morph import fields, folds, geometry, relief, warp
from diseaseface.engines.morph.shape import LEAST_JACOBIAN, solve
from diseaseface.faces.anthropometry import MEASURES
from diseaseface.faces.colorimetry import to_linear
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

CATALOGUE = attributes()
SIGNS = [
    pytest.param(name, direction, id=f"{name}{'+' if direction > 0 else '-'}")
    for name in fields.recipes()
    for direction in (1, -1)
    if (CATALOGUE[name].positive if direction > 0 else CATALOGUE[name].negative)
]


def asked(name, direction, share=1.0):
    side = "left" if fields.takes_one_side(name) else None
    return Change(CATALOGUE[name], share * CATALOGUE[name].pole(direction).full, side)


def solved(face, *changes):
    def unit(change):
        return geometry.evaluate_recipe(face, change)

    return solve(face, changes, unit, {"left": None, "right": None})


def moved_px(face, shape):
    """Displacement of the landmarks in the photo."""
    field_px = face.pose.vectors_to_px(shape.move_cm).astype(np.float32)
    return face.chart.at(field_px, face.landmarks_px)


@pytest.mark.parametrize(("name", "direction"), SIGNS)
def test_the_landmarks_move_by_what_was_asked(face, name, direction):
    change = asked(name, direction, 0.7)
    shape = solved(face, change)
    assert shape.least_jacobian >= LEAST_JACOBIAN
    assert shape.applied[0].amount == pytest.approx(change.amount, rel=0.1)
    measure = geometry.measure_of(change)
    if measure is None:
        return
    # An independent way to the same number: through pixels, and back by the pose.
    moved = moved_px(face, shape) / face.pose.px_per_cm * np.array([1.0, -1.0])
    in_plane = np.column_stack([moved, shape_depth(face, shape)])
    points = face.points_cm + in_plane @ face.pose.rotation
    change_read = MEASURES[measure].compute(points) - MEASURES[measure].compute(face.points_cm)
    assert change_read == pytest.approx(change.amount, rel=0.1)


def shape_depth(face, shape):
    return face.chart.at(shape.move_cm, face.landmarks_px) @ face.pose.rotation[2]


def test_signs_that_share_landmarks_are_solved_together(face):
    together = [asked("nose_width", 1, 0.5), asked("philtrum_length", 1, 0.5), asked("nose_length", -1, 0.5)]
    for applied in solved(face, *together).applied:
        assert applied.amount == pytest.approx(applied.change.amount, rel=0.1)


@pytest.mark.parametrize("seed", [0, 2, 4])
def test_where_one_sign_can_be_taken_back_no_further_the_others_make_up_for_it(face, seed):
    rng = np.random.default_rng(seed)
    measured = [
        one for one in CATALOGUE.values() if one.name in fields.recipes() and geometry.measure_of(Change(one, 1))
    ]
    few = []
    for one in (measured[at] for at in rng.choice(len(measured), 20, replace=False)):
        pole = one.negative or one.positive
        few.append(Change(one, pole.full * float(rng.uniform(0.02, 0.6))))
    applied = [done for done in solved(face, *few).applied if done.amount is not None]
    missed = [abs(done.amount - done.change.amount) / abs(done.change.pole.full) for done in applied]
    assert len(applied) == 20
    assert max(missed) < 0.7, "as a share of a full amount; beyond 1 it is another face"


def test_a_small_jaw_in_a_long_face_is_small_for_that_face_and_drags_no_neck(face):
    long, small = asked("face_length", 1), asked("mandible_size", -1)
    alone = [solved(face, change).move_cm for change in (long, small)]
    together = solved(face, long, small).move_cm
    assert np.abs(together - sum(alone)).max() < 0.25 * np.abs(sum(alone)).max()


def test_a_jaw_that_would_come_out_longer_in_a_long_face_is_left_out_with_the_reason(face):
    long, small = asked("face_length", 1), asked("mandible_size", -1, 0.3)
    together = solved(face, long, small)
    told = {applied.change.attribute.name: applied for applied in together.applied}
    assert told["mandible_size"].amount is None
    assert "the other way round" in told["mandible_size"].reason
    assert np.array_equal(together.move_cm, solved(face, long).move_cm)


PROPORTIONS = {
    "a big jaw, a broad chin and a slightly long face": (
        ("face_length", 1, 0.4), ("mandible_size", 1, 0.6), ("jaw_width", 1, 0.5), ("chin_width", 1, 0.3)),
    "slightly full cheeks of a broad face": (("face_width", 1, 0.85), ("cheek_fullness", 1, 0.2)),
    "thick lips of a long face": (("face_length", 1, 0.9), ("upper_vermilion_height", 1, 0.37)),
    "a long philtrum and a short nose in a long face": (
        ("face_length", 1, 0.8), ("philtrum_length", 1, 0.8), ("nose_length", -1, 0.6)),
    "a slightly thin lip below a short philtrum": (("philtrum_length", -1, 1.0), ("upper_vermilion_height", -1, 0.2)),
}  # fmt: skip


@pytest.mark.parametrize("signs", PROPORTIONS.values(), ids=PROPORTIONS)
def test_parts_come_out_as_asked_in_a_face_that_changes_as_a_whole(face, signs):
    for applied in solved(face, *(asked(*sign) for sign in signs)).applied:
        assert applied.amount == pytest.approx(applied.change.amount, rel=0.2), applied.change.attribute.name


def test_a_slightly_long_face_does_not_undo_a_small_jaw_but_is_left_out(face):
    small, long = solved(face, asked("mandible_size", -1), asked("face_length", 1, 0.2)).applied
    assert small.amount == pytest.approx(small.change.amount, rel=0.05)
    assert long.amount is None
    assert "the other way round" in long.reason


@pytest.mark.parametrize("seed", [12, 14, 18])
def test_no_sign_comes_out_the_other_way_round(face, seed):
    random = np.random.default_rng(seed)
    names = [one for one in fields.recipes() if CATALOGUE[one].positive and CATALOGUE[one].negative]
    signs = [asked(name, int(random.choice((-1, 1)))) for name in random.choice(names, 20, replace=False)]
    shape = solved(face, *signs)
    assert {id(applied.change) for applied in shape.applied} == {id(sign) for sign in signs}
    for applied in shape.applied:
        name = applied.change.attribute.name
        assert applied.amount is None or applied.amount / applied.change.amount >= -0.05, name
        assert applied.amount is not None or applied.reason, name


def test_a_short_face_with_a_small_jaw_is_no_shorter_than_either_asks(face):
    short, small = asked("face_length", -1, 0.6), asked("mandible_size", -1)
    before = face.points_cm
    after = before + face.chart.at(solved(face, short, small).move_cm, face.landmarks_px)
    change = MEASURES["face_height"].compute(after) - MEASURES["face_height"].compute(before)
    assert change == pytest.approx(min(short.amount, small.amount), abs=1.5)


@pytest.fixture(scope="module")
def views(astronaut):
    """The astronaut from the same camera: twice the size, and tilted."""
    photo = Image.fromarray(astronaut)
    twice = photo.resize((1024, 1024), Image.LANCZOS)
    return {
        "twice the size": look(twice),
        "tilted left": look(photo.rotate(25, Image.BICUBIC)),
        "tilted right": look(photo.rotate(-25, Image.BICUBIC)),
    }


@pytest.mark.parametrize("view", ["twice the size", "tilted left", "tilted right"])
@pytest.mark.parametrize(("name", "direction"), SIGNS)
def test_a_sign_is_the_same_in_face_units_at_any_size_and_tilt(face, views, view, name, direction):
    change = asked(name, direction, 0.6)
    here = face.chart.at(solved(face, change).move_cm, face.landmarks_px)
    there_face = views[view]
    there = there_face.chart.at(solved(there_face, change).move_cm, there_face.landmarks_px)
    largest = np.linalg.norm(here, axis=1).max()
    assert np.linalg.norm(here - there, axis=1).max() < 0.12 * largest
    assert np.linalg.norm(here - there, axis=1).mean() < 0.02 * largest


@pytest.mark.parametrize("name", sorted(fields.recipes()))
def test_recipes_are_mirror_images_of_themselves(name):
    x, y = np.meshgrid(np.linspace(-8, 8, 33), np.linspace(-10, 9, 39))
    sides = ("left", "right") if fields.takes_one_side(name) else (None, None)
    field = fields.unit_field(name, 1, x, y, sides[0])
    mirror = fields.unit_field(name, 1, x, y, sides[1])[:, ::-1] * np.array([-1.0, 1.0, 1.0])
    np.testing.assert_allclose(field, mirror, atol=1e-5)


def test_a_weak_left_side_drops_the_corner_on_the_subjects_left(face):
    moved = moved_px(face, solved(face, asked("facial_weakness", 1)))
    left_corner, right_corner = moved[291], moved[61]
    assert face.landmarks_px[291, 0] > face.landmarks_px[61, 0]  # the subject's left is on our right
    assert left_corner[1] > 3.0
    assert abs(right_corner[1]) < 0.2 * left_corner[1]


def test_irises_stay_round(face):
    for name in ("telecanthus", "palpebral_fissure_length", "palpebral_fissure_slant", "globe_projection"):
        points = face.landmarks_px + moved_px(face, solved(face, asked(name, 1)))
        for iris in ((469, 470, 471, 472), (474, 475, 476, 477)):
            before = _diameters(face.landmarks_px, iris)
            after = _diameters(points, iris)
            assert (after / before).max() / (after / before).min() < 1.06


def _diameters(points, iris):
    a, b, c, d = points[list(iris)]
    return np.array([np.linalg.norm(a - c), np.linalg.norm(b - d)])


def test_the_inverse_of_a_warp_undoes_it(face):
    forward = face.pose.vectors_to_px(solved(face, asked("cheek_fullness", 1)).move_cm).astype(np.float32)
    backward = warp.inverse(face.chart, forward)
    step = face.chart.step_px
    rows, columns = np.mgrid[: forward.shape[0], : forward.shape[1]].astype(np.float32)
    came_from = np.dstack([columns, rows]) + backward / step
    inside = np.s_[4:-4, 4:-4]
    there = _looked_up(forward, came_from)
    np.testing.assert_allclose((backward + there)[inside], 0.0, atol=0.05)


def _looked_up(field, at):
    from scipy.ndimage import map_coordinates

    place = [at[..., 1], at[..., 0]]
    return np.dstack([map_coordinates(field[..., k], place, order=1, mode="nearest") for k in (0, 1)])


def test_a_known_stretch_has_its_own_jacobian(face):
    nodes = face.chart.nodes_px
    stretch = (nodes - nodes.mean(axis=(0, 1))) * np.array([0.2, -0.1])
    np.testing.assert_allclose(warp.jacobian(face.chart, stretch), 1.2 * 0.9, rtol=1e-4)


def test_a_raised_surface_lights_up_above_and_darkens_below(face):
    x, y = face.chart.nodes_cm[..., 0], face.chart.nodes_cm[..., 1]
    move = np.zeros(face.chart.nodes_cm.shape, np.float32)
    move[..., 2] = 0.5 * np.exp(-((x / 1.0) ** 2 + ((y - 6.5) / 1.0) ** 2))
    gain = relief.log_gain(face, move, np.array([0.0, 0.5, 0.3]))
    above = gain[(np.abs(x) < 0.4) & (np.abs(y - 7.3) < 0.3)].mean()
    below = gain[(np.abs(x) < 0.4) & (np.abs(y - 5.7) < 0.3)].mean()
    assert above > 0.02
    assert below < above - 0.05
    assert gain[(np.abs(x) > 6) | (y < 0)].max() == 0.0


@pytest.mark.parametrize("depth_mm", [2.4, -1.8])
def test_a_fold_drawn_and_undone_is_the_photo_again(face, depth_mm):
    linear = to_linear(face.image)[face.chart.box[1] : face.chart.box[3], face.chart.box[0] : face.chart.box[2]]

    def lit(light, fold):
        light = light.copy()
        for shade in folds.shades(face, light, [fold]):
            light[shade.part] *= np.exp(shade.log_gain)
        return light

    drawn = lit(linear, folds.Fold("left", depth_mm))
    back = lit(drawn, folds.Fold("left", depth_mm, undone=True))
    assert np.abs(drawn - linear).max() > 0.01
    assert np.abs(back - linear).mean() < 0.35 * np.abs(drawn - linear).mean()
