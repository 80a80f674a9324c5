"""Lids: the margins go where they are asked to, and only there."""

import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph import epicanthus, lids
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.engines.morph.eyes import find_eye
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM
from diseaseface.faces.colorimetry import to_linear
from diseaseface.knowledge.catalogue import attributes

CATALOGUE = attributes()


@pytest.fixture(scope="module")
def eyes(face):
    return {side: find_eye(face, side) for side in ("left", "right")}


def patch(face, eye):
    x0, y0, _, _ = face.chart.box
    left, top, right, bottom = eye.box
    return to_linear(face.image[y0 + top : y0 + bottom, x0 + left : x0 + right])


def drawn(face, name, amount, side=None):
    return MorphEngine().render(face, [Change(CATALOGUE[name], amount, side)]).picture


@pytest.mark.parametrize("side", ["left", "right"])
def test_u_runs_from_the_inner_to_the_outer_canthus_and_v_upwards(face, eyes, side):
    eye = eyes[side]
    outward = 1 if side == "left" else -1
    assert eye.out_px[0] * outward > 0
    assert eye.up_px[1] < 0
    assert eye.half_cm == pytest.approx(1.3, abs=0.3)
    assert 0.5 < eye.iris_cm < 0.8


@pytest.mark.parametrize(("upper_mm", "lower_mm"), [(2.0, 0.0), (-2.0, 0.0), (0.0, 1.5), (1.5, 1.5)])
def test_skin_at_the_moved_margin_comes_from_the_old_margin(face, eyes, upper_mm, lower_mm):
    eye = eyes["left"]
    moved = lids.move(eye, patch(face, eye), upper_mm, lower_mm)
    middle = np.abs(eye.u_cm - eye.iris_uv[0]) < 0.1
    for shift_mm, margin in ((upper_mm, eye.upper_cm), (-lower_mm, eye.lower_cm)):
        shift = eye.across * shift_mm / MM_PER_CANONICAL_CM
        at_margin = middle & (np.abs(eye.v_cm - margin - shift) < 0.04)
        came_up = (moved.offset_px @ eye.up_px / (eye.up_px @ eye.up_px))[at_margin]
        np.testing.assert_allclose(came_up, -shift[at_margin], atol=0.01)


@pytest.mark.parametrize("upper_mm", [-3.0, 2.5])
def test_the_slide_never_folds_the_skin(face, eyes, upper_mm):
    eye = eyes["left"]
    moved = lids.move(eye, patch(face, eye), upper_mm, 0.0)
    column = np.abs(eye.u_cm) < 0.03
    height = eye.v_cm[column]
    source = height + (moved.offset_px @ eye.up_px / (eye.up_px @ eye.up_px))[column]
    order = np.argsort(height)
    above = height[order] > (eye.upper_cm + eye.across * upper_mm / MM_PER_CANONICAL_CM)[column][order]
    assert (np.diff(source[order][above]) > -0.02).all()


def test_a_raised_lid_bares_sclera_or_iris_where_there_was_lid(face, eyes):
    eye = eyes["left"]
    before, after = face.image.astype(int), drawn(face, "upper_lid_position", 2.5).astype(int)
    x0, y0 = face.chart.box[0] + eye.box[0], face.chart.box[1] + eye.box[1]
    bared = (eye.v_cm > eye.upper_cm + 0.03) & (eye.v_cm < eye.upper_cm + 0.2) & (np.abs(eye.u_cm) < 0.6)
    part = np.s_[y0 : y0 + bared.shape[0], x0 : x0 + bared.shape[1]]
    redness = [(p[part][bared][:, 0] - p[part][bared][:, 2]).mean() for p in (before, after)]
    assert redness[1] < redness[0] - 10  # an eyeball is less red than a lid


def test_one_lid_leaves_the_other_eye_alone(face, eyes):
    picture = drawn(face, "upper_lid_position", -2.5, "left")
    changed = (picture != face.image).any(axis=-1)
    columns = np.nonzero(changed.any(axis=0))[0]
    middle = face.landmarks_px[168, 0]
    assert columns.min() > middle  # the subject's left is on our right
    assert changed.any()


def test_lids_never_cross(eyes):
    for eye in eyes.values():
        upper, _ = lids.reachable_mm(eye, -20.0, 0.0)
        assert -20.0 < upper < -3.0
        assert lids.reachable_mm(eye, 1.0, 1.0) == (1.0, 1.0)


def test_the_photo_is_kept_where_no_lid_moves(face, eyes):
    eye = eyes["left"]
    content = patch(face, eye)
    moved = lids.move(eye, content, 2.0, 0.0)
    low = (eye.v_cm < eye.lower_cm + 0.03) & (moved.alpha > 0) & (np.abs(eye.u_cm) < 0.7)
    np.testing.assert_allclose(moved.eyeball[low], content[low], rtol=0.02, atol=0.002)
    assert not moved.offset_px[eye.v_cm < eye.lower_cm - 0.02].any()


def test_an_epicanthal_fold_covers_the_inner_canthus_only(face, eyes):
    eye = eyes["right"]
    sheet = epicanthus.sheet(eye, patch(face, eye), 4.0)
    covered = sheet.alpha > 0.5
    assert covered.any()
    assert eye.u_cm[covered].max() < -eye.half_cm + 0.75
    assert not (sheet.alpha > 0.01)[eye.u_cm > -0.1].any()
    assert epicanthus.sheet(eye, patch(face, eye), 2.0).alpha.sum() < sheet.alpha.sum()


def test_a_lid_that_gives_way_bares_a_gap_on_that_part_of_the_margin_only(face, eyes):
    eye = eyes["left"]
    for name, edge in lids.EDGES.items():
        moved = lids.move(eye, patch(face, eye), 0.0, 0.0, None, {name: 2.0})
        down = -(moved.offset_px @ eye.up_px / (eye.up_px @ eye.up_px))
        assert down.min() == pytest.approx(-2.0 / MM_PER_CANONICAL_CM, rel=0.15)
        far = np.abs(eye.u_cm / eye.half_cm - edge.centre) > edge.width
        assert not moved.offset_px[far].any()
        assert not moved.offset_px[eye.v_cm > eye.upper_cm].any()


def test_the_inside_of_a_turned_lid_is_red(face, eyes):
    eye = eyes["left"]
    moved = lids.move(eye, patch(face, eye), 0.0, 0.0, None, {"ectropion": 3.0})
    gap = (eye.v_cm < eye.lower_cm - 0.1) & (moved.alpha > 0.9) & (np.abs(eye.u_cm) < 0.5)
    red, green, _ = moved.eyeball[gap].mean(axis=0)
    assert gap.any()
    assert red > 1.8 * green
