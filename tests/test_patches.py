from itertools import pairwise

import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph import patches
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare
from diseaseface.knowledge.catalogue import attributes

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


@pytest.fixture(scope="module")
def canvas(face):
    return prepare(face)


def drawn(canvas, name, amount, seed=0):
    linear, painted, (applied,) = paint(canvas, [Change(attributes()[name], amount)], seed)
    return linear[canvas.window] @ LUMINANCE, painted, applied


@pytest.mark.parametrize("name", ["vitiligo", "hypopigmented_macules"])
@pytest.mark.parametrize("amount", [5.0, 12.0, 25.0])
def test_patches_cover_the_share_of_the_face_that_was_asked(canvas, name, amount):
    _, _, applied = drawn(canvas, name, amount)
    assert applied.amount == pytest.approx(amount, rel=0.1)


def test_the_share_is_seen_in_the_pixels(canvas):
    before = canvas.linear[canvas.window] @ LUMINANCE
    after, _, _ = drawn(canvas, "vitiligo", 20.0)
    lighter = (after > 1.04 * before) & (canvas.matte > 0.6)
    known = canvas.inside * (canvas.matte > 0.6)
    assert 100 * (lighter * known).sum() / known.sum() == pytest.approx(20.0, rel=0.2)


@pytest.mark.parametrize("name", ["vitiligo", "hypopigmented_macules", "piebald_patch"])
def test_patches_grow_and_never_move(canvas, name):
    amounts = (4.0, 10.0, 18.0, 25.0)
    layers = [patches.draw(canvas, Change(attributes()[name], amount), 0) for amount in amounts]
    fields = [np.abs(layer.inks[0].field) for layer in layers]
    for less, more in pairwise(fields):
        assert (more >= less - 1e-5).all()


def test_none_asked_none_drawn(canvas):
    for name in ("vitiligo", "hypopigmented_macules"):
        assert not drawn(canvas, name, 0.0)[1].any()


def test_white_patches_keep_light_shade_and_pores(canvas):
    before = canvas.linear[canvas.window] @ LUMINANCE
    after, _, _ = drawn(canvas, "vitiligo", 30.0)
    patch = (after > 1.15 * before) & (canvas.inside > 0.9)
    assert np.corrcoef(np.log(before[patch]), np.log(after[patch]))[0, 1] > 0.8
    assert after.max() <= 1.0 + 1e-6


def test_patches_keep_to_bare_skin(canvas):
    _, painted, _ = drawn(canvas, "vitiligo", 30.0)
    skin = np.zeros(painted.shape, np.float32)
    skin[canvas.window] = canvas.skin
    assert not painted[skin < 1e-3].any()


def test_a_piebald_patch_lies_on_the_middle_of_the_forehead(canvas):
    layer = patches.draw(canvas, Change(attributes()["piebald_patch"], 3.0), 0)
    field = np.abs(layer.inks[0].field) * canvas.skin
    weight = field / field.sum()
    assert (weight * np.abs(canvas.x_cm)).sum() < 2.0
    assert (weight * canvas.y_cm).sum() > 4.0
