from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph import kinds, lesions
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.engines.morph.sites import find_sites
from diseaseface.errors import CatalogueError
from diseaseface.evaluation.readings import read_change
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes


@pytest.fixture(scope="module")
def canvas(astronaut):
    """The astronaut, large enough to show single lesions."""
    return prepare(look(cv2.resize(astronaut, (1100, 1100), interpolation=cv2.INTER_CUBIC)))


@pytest.fixture(scope="module")
def photo(astronaut):
    """The astronaut's head, large enough to count small spots."""
    return look(cv2.resize(astronaut[:330, 90:370], None, fx=3.8, fy=3.8, interpolation=cv2.INTER_CUBIC))


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
        bare = more.inks[-1].field == 0.0 if name == "papules" else True  # pus hides the redness below
        assert ((more.inks[0].field >= less.inks[0].field - 1e-4) | ~np.asarray(bare)).all()


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
    for name in ("papules", "nodules", "freckles"):
        kind = kinds.kinds()[name]
        places, others = (np.array([s.at_cm for s in find_sites(c, name, kind, 0)]) for c in (small, canvas))
        apart = np.hypot(*(places[:, None] - others[None]).transpose(2, 0, 1)).min(axis=1)
        assert (apart < 1e-6).mean() > 0.85


SPOTS = ("freckles", "lentigines", "moles", "petechiae", "purpura", "confetti_macules")
COUNTED = [name for name, attribute in attributes().items() if name in kinds.kinds() and attribute.engine == "morph"]


@pytest.mark.parametrize("name", COUNTED)
def test_every_kind_grows_with_the_amount_and_keeps_to_where_it_belongs(canvas, name):
    full = attributes()[name].positive.full
    changed = []
    for share in (0.3, 0.65, 1.0):
        linear, painted, (applied,) = paint(canvas, [Change(attributes()[name], share * full)], 3)
        assert applied.amount == pytest.approx(share * full, rel=0.01) or "room for only" in applied.reason
        changed.append(float(np.abs(linear - canvas.linear).sum()))
    assert changed[0] < changed[1] < changed[2]
    allowed = np.zeros(painted.shape, np.float32)
    allowed[canvas.window] = sum(getattr(canvas, region) for region in kinds.kinds()[name].on)
    assert not painted[allowed < 1e-3].any()


def test_spots_on_the_lips_are_on_the_lips(canvas):
    drawn = layer(canvas, "lip_telangiectasia", 24.0).inks[0].field
    assert (drawn * (canvas.lips > 0.1)).sum() > 0.95 * drawn.sum() > 10.0


def test_inflamed_skin_is_red_on_light_skin_and_brown_on_dark_skin(canvas):
    dark = replace(canvas, planes=tuple(np.float32(0.15) * plane for plane in canvas.planes), _kept={})
    on_light, on_dark = (np.array(kinds.density(c, "inflamed")) for c in (canvas, dark))
    assert kinds.darkness(canvas) < 0.2 < 0.9 < kinds.darkness(dark)
    assert on_dark[0] > 2.0 * on_light[0]  # red light is lost, too
    assert on_dark[1] > on_dark[0]


def test_pus_is_yellow_and_bright_whatever_the_light(canvas):
    reddish = replace(
        canvas, planes=tuple(p * np.float32(k) for p, k in zip(canvas.planes, (1.0, 0.6, 0.8), strict=True)), _kept={}
    )
    for seen in (canvas, reddish):
        red, green, blue = kinds.density(seen, "pus")
        assert green < 0.0  # brighter than skin
        assert blue - green > 0.0 or blue > red


@pytest.mark.parametrize("name", SPOTS)
def test_drawn_spots_are_counted(photo, name):
    engine, seen = MorphEngine(), []
    for share in (0.4, 1.0):
        drawn = engine.render(photo, [Change(attributes()[name], share * attributes()[name].positive.full)], seed=1)
        if drawn.applied[0].amount is None:
            pytest.skip(drawn.applied[0].reason)
        seen.append(read_change(photo, replace(photo, image=drawn.picture)).values[attributes()[name].measure])
    assert seen[1] > 1.3 * seen[0] > 0.0
    assert seen[1] > 0.3 * attributes()[name].positive.full


def test_cafe_au_lait_spots_are_read_as_brown_and_a_rash_is_not(photo):
    areas = {}
    for name in ("cafe_au_lait_spots", "malar_erythema"):
        drawn = MorphEngine().render(photo, [Change(attributes()[name], attributes()[name].positive.full)])
        areas[name] = read_change(photo, replace(photo, image=drawn.picture)).values["pigmented_area"]
    assert areas["cafe_au_lait_spots"] > 1.0
    assert areas["malar_erythema"] < 0.5 * areas["cafe_au_lait_spots"]


@pytest.mark.parametrize("name", ["papules", "spider_naevi", "lip_telangiectasia"])
def test_a_face_without_bare_skin_gets_none_and_says_so(canvas, name):
    blank = np.zeros_like(canvas.skin)
    hidden = replace(canvas, skin=blank, lips=blank, _kept={})
    for way in (lesions.draw, lesions.undo):
        drawn = way(hidden, Change(attributes()[name], 5.0), 0)
        assert drawn.applied == 0.0
        assert drawn.reason.endswith(".")
        assert not drawn.inks


def test_an_unknown_colour_or_field_of_a_kind_is_refused_by_name():
    table = {"area": "papules", "stains": [{"pigment": "melanin", "strength": 1.0}]}
    with pytest.raises(CatalogueError, match=r"kinds.some"):
        kinds._kind("some", table)
