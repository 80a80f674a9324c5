"""Towards healthy: what was drawn is taken away again, and nothing else."""

from functools import cache
from itertools import chain

import cv2
import numpy as np
import pytest

from diseaseface import edits, knowledge
from diseaseface.edits import Change
from diseaseface.engines.morph.appearance import paint, paints
from diseaseface.engines.morph.canvas import prepare
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.engines.morph.layers import before, through, with_shine, without_shine
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Sign

POLES = [
    pytest.param(attribute, direction, id=f"{name}{'+' if direction > 0 else '-'}")
    for name, attribute in attributes().items()
    for direction, pole in ((1, attribute.positive), (-1, attribute.negative))
    if pole and paints(Change(attribute, 0.0))
]
# How near to the photo the way back leads, as a share of the way there.
MARGIN = {
    "pigment": 0.15, "texture": 0.37, "creases": 0.6, "scales": 0.5, "plaques": 0.45, "patches": 0.35, "lesions": 0.45,
    "forehead_lines": 0.8, "chin_cleft": 0.7,  # a soft valley, and lines by a fringe: seen in part
    "synophrys": 0.5, "eyebrow_thickness": 0.75, "cafe_au_lait_spots": 0.7, "grooves": 0.5, "lips": 0.5, "veins": 0.5,
    "port_wine_stain_v2": 0.3, "melasma": 0.4, "irregular_hyperpigmentation": 0.4, "ecchymosis": 0.4,
    "reticulate_hyperpigmentation": 0.4, "midline_naevus": 0.5, "perioral_erythema": 0.4, "angular_cheilitis": 0.4,
    "basal_cell_carcinoma": 0.9,  # two small lesions: where the second reading puts them weighs most
    "acanthosis_nigricans": 0.3, "naevus_of_ota": 0.3, "lip_telangiectasia": 0.6,
    "piebald_patch": 0.7, "warts": 0.5,  # below a fringe of which, as processors round, a part is found as skin
}  # fmt: skip
# A few levels of 255 on a healthy face; the whole skin's tint has more room, since nobody can know it.
MOST_ON_HEALTHY = {"malar_erythema": 1.5, "centrofacial_erythema": 2.0, "scleral_icterus": 1.0, "blue_sclera": 1.0}
NOT_ON_HEALTHY = ("papules", "nodules", "telangiectasia", "vitiligo", "hypopigmented_macules", "synophrys")
# A few pixels of lid, beside the ear or below the fringe; stains so deep that not all of them passes for skin.
TOO_LITTLE = {
    "xanthelasma",
    "piebald_patch",
    "fibrous_plaque",
    "port_wine_stain_v1",
    "port_wine_stain_v3",
    "preauricular_tags",
    "preauricular_pits",
}
# What is gone leaves nothing to read it from.
NEVER_BACK = {"generalized_depigmentation"}
SEED = 1


@pytest.fixture(scope="module")
def engine():
    return MorphEngine()


@pytest.fixture(scope="module")
def large(astronaut):
    """The astronaut's head, large enough to show single lesions and hairs."""
    return look(cv2.resize(astronaut[:330, 90:370], None, fx=2.6, fy=2.6, interpolation=cv2.INTER_CUBIC))


def asked(attribute, direction, share=0.8):
    """A sign as a profile asks for it, towards the disease and towards healthy."""
    amount = share * attribute.pole(direction).full
    sign = sign_of(attribute, direction)
    return Change(attribute, amount, sign=sign), Change(attribute, -amount, sign=sign)


@cache
def named_signs():
    return {(s.attribute, s.direction): s for p in knowledge.load().curated() for s in p.signs}


def sign_of(attribute, direction):
    named = named_signs()
    some: Sign = next(iter(named.values()))
    return named.get((attribute.name, direction)) or edits.replace(some, attribute=attribute.name, direction=direction)


def distance(face, picture, other):
    """Mean difference of two pictures on the face, levels."""
    x0, y0, x1, y1 = face.chart.box
    on_face = np.hypot(face.pixels_cm[..., 0] / 8.5, (face.pixels_cm[..., 1] + 0.5) / 10.0) < 1.0
    return float(cv2.absdiff(picture, other)[y0:y1, x0:x1].mean(axis=-1)[on_face].mean())


def round_trip(engine, face, there, back):
    drawn = engine.render(face, there, seed=SEED)
    healed = engine.render(look(drawn.picture), back, seed=SEED)
    return distance(face, drawn.picture, face.image), distance(face, healed.picture, face.image), healed


def test_pigment_taken_out_leaves_the_light_there_was():
    light, density = np.meshgrid(np.linspace(0.01, 0.95, 40), np.linspace(-1.5, 1.5, 40))
    light, density = light.astype(np.float32), density.astype(np.float32)
    np.testing.assert_allclose(before(through(light, density), density), light, rtol=2e-3, atol=1e-4)
    shine = np.float32(0.2) * np.ones_like(light)
    np.testing.assert_allclose(without_shine(with_shine(light, shine), shine), light, rtol=1e-4)


@pytest.mark.parametrize(("attribute", "direction"), POLES)
def test_a_drawn_sign_is_taken_away_again(engine, large, attribute, direction):
    there, back = asked(attribute, direction)
    drawn, healed, rendering = round_trip(engine, large, [there], [back])
    applied = rendering.applied[0]
    if applied.amount is None:
        pytest.skip(applied.reason)
    assert np.sign(applied.amount) in (0.0, np.sign(back.amount))
    assert abs(applied.amount) <= 1.05 * abs(back.amount)
    assert applied.amount == pytest.approx(back.amount, rel=0.1) or applied.reason.endswith(".")
    if attribute.name in TOO_LITTLE | NEVER_BACK and not applied.amount:
        assert healed == drawn
        assert applied.reason
        return
    # Hair that is gone and ridges that are evened out leave nothing to see where they were.
    if attribute.name != "eyebrow_loss" and (attribute.operator, direction) != ("grooves", -1):
        assert healed < MARGIN.get(attribute.name, MARGIN.get(attribute.operator)) * drawn


@pytest.mark.parametrize("name", NOT_ON_HEALTHY)
def test_lesions_that_are_not_there_leave_no_ghosts(engine, large, name):
    _, back = asked(attributes()[name], 1)
    rendering = engine.render(large, [back], seed=SEED)
    np.testing.assert_array_equal(rendering.picture, large.image)
    assert rendering.applied[0].amount == 0.0
    assert rendering.applied[0].reason.endswith(".")


@pytest.mark.parametrize("name", MOST_ON_HEALTHY)
def test_a_healthy_face_loses_no_more_colour_than_healthy_faces_have(engine, large, name):
    _, back = asked(attributes()[name], 1, 1.0)
    healed = engine.render(large, [back], seed=SEED)
    assert distance(large, healed.picture, large.image) < MOST_ON_HEALTHY[name]
    assert abs(healed.applied[0].amount) < abs(back.amount)


def test_brows_that_have_all_their_hair_get_no_more(engine, large):
    _, back = asked(attributes()["eyebrow_loss"], 1, 0.7)
    np.testing.assert_array_equal(engine.render(large, [back], seed=SEED).picture, large.image)


def test_lost_brows_get_hair_again(astronaut):
    photo = cv2.resize(astronaut[:330, 90:370], None, fx=2.6, fy=2.6, interpolation=cv2.INTER_CUBIC)
    there, back = asked(attributes()["eyebrow_loss"], 1, 0.6)
    engine, face = MorphEngine(), look(photo)
    drawn = engine.render(face, [there], seed=SEED).picture
    sparse = look(drawn)
    rendering = engine.render(sparse, [back], seed=SEED)
    if not rendering.applied[0].amount:
        assert rendering.applied[0].reason.endswith(".")
        return
    canvas = prepare(face)
    tail = (np.abs(canvas.x_cm) > 3.0) & (np.abs(canvas.x_cm) < 5.2) & (canvas.brows > 0.4)
    (x0, y0), (rows, columns) = face.chart.box[:2], canvas.window
    dark = [float(p[y0:, x0:][rows, columns][tail].mean()) for p in (face.image, drawn, rendering.picture)]
    assert dark[0] - 25 < dark[2] < dark[1]


@pytest.mark.parametrize("share", [0.2, 1.0])
def test_no_sign_taken_away_makes_light_that_a_photo_cannot_hold(face, share):
    changes = [asked(*pole.values, share)[1] for pole in POLES]
    linear, _, applied = paint(prepare(face), changes, SEED)
    assert np.isfinite(linear).all()
    assert linear.min() >= 0.0
    for change, done in zip(changes, applied, strict=True):
        assert done.amount is not None or done.reason
        assert (done.amount or 0.0) * change.amount >= 0.0
        assert done.reason or done.amount == pytest.approx(change.amount, rel=0.1)


def test_a_direction_that_does_not_exist_means_to_take_the_sign_away(face):
    canvas = prepare(face)
    for name in ("papules", "centrofacial_erythema", "vitiligo"):
        change = Change(attributes()[name], -attributes()[name].positive.full)
        (applied,) = paint(canvas, [change], SEED)[2]
        assert change.amount < applied.amount <= 0.0


def test_brows_whose_hair_is_all_gone_say_so(engine, large):
    there, back = asked(attributes()["eyebrow_loss"], 1, 1.0)
    bare = look(engine.render(large, [there], seed=SEED).picture)
    rendering = engine.render(bare, [back], seed=SEED)
    assert rendering.applied[0].amount is None
    assert "No eyebrow hair is left" in rendering.applied[0].reason
    np.testing.assert_array_equal(rendering.picture, bare.image)


def test_signs_on_one_place_are_all_taken_away(engine, large):
    pairs = [asked(attributes()[name], 1) for name in ("synophrys", "eyebrow_thickness", "skin_jaundice")]
    drawn, healed, _ = round_trip(engine, large, *zip(*pairs, strict=True))
    assert healed < 0.2 * drawn


@pytest.mark.parametrize("name", ["rosacea", "jaundice", "vitiligo", "systemic lupus erythematosus", "Addison disease"])
def test_a_drawn_disease_of_the_skin_goes_back_to_the_photo(engine, large, name):
    profile = knowledge.load().find(name)
    ways = [
        [change for change in edits.plan(profile, 0.8, toward=toward) if change.attribute.operator != "scalp"]
        for toward in ("disease", "healthy")
    ]  # scalp hair that is lost is not made up again
    drawn, healed, rendering = round_trip(engine, large, *ways)
    assert healed < drawn / 3.0
    assert all(a.amount is not None or a.reason for a in chain(rendering.applied))
