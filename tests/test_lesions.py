from itertools import pairwise

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph import lesions
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes


@pytest.fixture(scope="module")
def canvas(astronaut):
    """The astronaut, large enough to show single lesions."""
    return prepare(look(cv2.resize(astronaut, (1100, 1100), interpolation=cv2.INTER_CUBIC)))


def layer(canvas, name, amount, seed=0):
    return lesions.draw(canvas, Change(attributes()[name], amount), seed)


def hills(height):
    """Number of separate lesions."""
    return cv2.connectedComponents((height > 1e-6).astype(np.uint8))[0] - 1


@pytest.mark.parametrize("name", ["papules", "nodules", "telangiectasia"])
def test_none_asked_none_drawn(canvas, name):
    linear, painted, (applied,) = paint(canvas, [Change(attributes()[name], 0.0)], 0)
    assert not painted.any()
    assert applied.amount == 0.0
    np.testing.assert_array_equal(linear, canvas.linear)


@pytest.mark.parametrize("amount", [3, 12, 25])
def test_as_many_papules_are_seen_as_were_asked(canvas, amount):
    drawn = layer(canvas, "papules", amount)
    assert drawn.applied == pytest.approx(amount)
    assert hills(drawn.height_cm) == pytest.approx(amount, rel=0.1)


@pytest.mark.parametrize(("name", "amounts"), [("papules", (4, 9.5, 20, 30)), ("nodules", (3, 7.5, 16, 25))])
def test_lesions_stay_and_grow_while_others_join(canvas, name, amounts):
    drawn = [layer(canvas, name, amount) for amount in amounts]
    for less, more in pairwise(drawn):
        assert (more.height_cm >= less.height_cm - 1e-6).all()
        assert more.height_cm.sum() > 1.2 * less.height_cm.sum()
        assert (more.inks[0].field >= less.inks[0].field - 1e-4).all()


def test_vessels_grow_and_cover_what_was_asked(canvas):
    fields = [layer(canvas, "telangiectasia", amount) for amount in (1.0, 2.5, 5.0)]
    for less, more in pairwise(fields):
        assert less.inks[0].field.sum() < more.inks[0].field.sum()
        assert (more.inks[0].field >= less.inks[0].field - 0.08).mean() > 0.999
    assert [f.applied for f in fields] == pytest.approx([1.0, 2.5, 5.0], rel=0.05)


def test_a_small_photo_says_that_vessels_only_tint(astronaut):
    small = prepare(look(cv2.resize(astronaut, (420, 420), interpolation=cv2.INTER_AREA)))
    drawn = layer(small, "telangiectasia", 4.0)
    assert "too small" in (drawn.reason or "") or small.px_per_cm > 11.0
    assert drawn.inks[0].field.max() < 0.8


def test_more_than_there_is_room_for_says_so(canvas):
    drawn = layer(canvas, "nodules", 500.0)
    assert drawn.applied < 100.0
    assert "room for only" in drawn.reason


@pytest.mark.parametrize("name", ["papules", "nodules", "telangiectasia"])
def test_lesions_keep_to_the_skin(canvas, name):
    linear, painted, _ = paint(canvas, [Change(attributes()[name], attributes()[name].positive.full)], 0)
    skin = np.zeros(painted.shape, np.float32)
    skin[canvas.window] = canvas.skin
    assert painted.any()
    assert not painted[skin < 1e-3].any()
    np.testing.assert_allclose(linear[skin < 1e-3], canvas.linear[skin < 1e-3], atol=1e-3)


def test_papules_are_red_and_the_seed_places_them(canvas):
    change = [Change(attributes()["papules"], 20.0)]
    one, again, other = (paint(canvas, change, seed)[0] for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 0.02
    core = layer(canvas, "papules", 20.0, 5).inks[0].field > 0.3
    before, after = (a[canvas.window][core].mean(axis=0) for a in (canvas.linear, one))
    assert after[0] / after[1] > 1.1 * before[0] / before[1]


def test_lesions_lie_on_the_same_centimetres_at_any_size(canvas, astronaut):
    small = prepare(look(cv2.resize(astronaut, (700, 700), interpolation=cv2.INTER_CUBIC)))
    for name, kind in lesions._KINDS.items():
        places, others = (np.array([s.at_cm for s in lesions._find_sites(c, name, kind, 0)]) for c in (small, canvas))
        apart = np.hypot(*(places[:, None] - others[None]).transpose(2, 0, 1)).min(axis=1)
        assert (apart < 1e-6).mean() > 0.85
