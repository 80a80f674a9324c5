from dataclasses import replace

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph import maps, pigment
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare
from diseaseface.faces import colorimetry
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

MELANIN = np.array([0.42, 0.56, 0.72])
SKINS = {"light": 0.0, "tan": 0.8, "dark": 1.7}
INDEX = {
    "malar_erythema": colorimetry.erythema_index,
    "centrofacial_erythema": colorimetry.erythema_index,
    "plethora": colorimetry.erythema_index,
    "facial_erythema": colorimetry.erythema_index,
    "pallor": lambda linear: -colorimetry.erythema_index(linear),
    "skin_jaundice": colorimetry.yellowness_index,
    "hyperpigmentation": colorimetry.melanin_index,
    "cyanosis": colorimetry.blueness_index,
    "scleral_icterus": colorimetry.yellowness_index,
    "blue_sclera": colorimetry.blueness_index,
}
BY_RECIPE = {"erythema": colorimetry.erythema_index, "melanin": colorimetry.melanin_index}
STAINS = [
    "port_wine_stain_v1", "port_wine_stain_v2", "port_wine_stain_v3", "midline_naevus", "perioral_erythema",
    "angular_cheilitis", "cheilitis", "melasma", "irregular_hyperpigmentation", "reticulate_hyperpigmentation",
    "periorbital_hyperpigmentation", "acanthosis_nigricans", "lip_hyperpigmentation", "naevus_of_ota", "ecchymosis",
]  # fmt: skip
INDEX |= {name: BY_RECIPE[maps.recipes()["signs"][name]["index"]] for name in STAINS}


@pytest.fixture(scope="module", params=SKINS)
def canvas(request, face):
    """The astronaut with skin of one of three tones."""
    light = colorimetry.to_linear(face.image)
    skin = (face.regions.skin + face.regions.lips)[..., None]
    darker = colorimetry.from_linear(light * np.exp(-SKINS[request.param] * MELANIN * skin))
    return prepare(replace(face, image=np.rint(darker).astype(np.uint8)))


def asked(name, share=1.0):
    attribute = attributes()[name]
    return Change(attribute, abs(share) * attribute.pole(1 if share > 0 else -1).full)


def where_read(canvas, name):
    """Weights of the mean that the amount of a sign stands for."""
    if name in ("scleral_icterus", "blue_sclera"):
        return canvas.sclera
    recipe = maps.recipes()["signs"].get(name, {})
    if recipe.get("read_on") == "lips":
        return canvas.lips
    if name.endswith("erythema") or name == "plethora" or name in STAINS:
        return canvas.skin * maps.smoothstep(canvas.area(recipe["area"]), *recipe["edge"])
    return canvas.inside


def change_of_index(canvas, name, linear):
    weight = where_read(canvas, name)
    change = INDEX[name](linear[canvas.window]) - INDEX[name](canvas.linear[canvas.window])
    return float((weight * change).sum() / weight.sum())


@pytest.mark.parametrize("name", INDEX)
def test_zero_asked_nothing_painted(canvas, name):
    linear, painted, _ = paint(canvas, [Change(attributes()[name], 0.0)], 0)
    assert not painted.any()
    np.testing.assert_allclose(linear, canvas.linear, atol=1e-6)


@pytest.mark.parametrize("name", INDEX)
def test_the_index_read_from_the_pixels_changes_by_what_was_asked_and_said(canvas, name):
    change = asked(name)
    linear, _, (applied,) = paint(canvas, [change], 0)
    assert applied.amount == pytest.approx(change.amount, rel=0.1)
    assert change_of_index(canvas, name, linear) == pytest.approx(change.amount, rel=0.1)


@pytest.mark.parametrize("name", INDEX)
def test_more_asked_more_seen_on_any_skin(canvas, name):
    seen = [change_of_index(canvas, name, paint(canvas, [asked(name, share)], 0)[0]) for share in (0.1, 0.4, 0.7, 1.0)]
    assert np.all(np.diff(seen) > 0.2)


def test_lighter_skin_stays_below_white(canvas):
    linear, _, (applied,) = paint(canvas, [asked("hyperpigmentation", -1.0)], 0)
    assert applied.amount == pytest.approx(asked("hyperpigmentation", -1.0).amount, rel=0.1)
    assert linear.max() <= 1.0 + 1e-6
    assert change_of_index(canvas, "hyperpigmentation", linear) < -3.0


@pytest.mark.parametrize("name", INDEX)
def test_nothing_leaks_out_of_skin_lips_and_eyes(canvas, name):
    linear, painted, _ = paint(canvas, [asked(name)], 0)
    allowed = np.zeros(painted.shape, np.float32)
    allowed[canvas.window] = np.maximum.reduce([canvas.seen_skin, canvas.lips, canvas.sclera])
    assert not painted[allowed < 1e-3].any()
    np.testing.assert_allclose(linear[allowed < 1e-3], canvas.linear[allowed < 1e-3], atol=1e-3)


def test_skin_between_fair_hairs_takes_a_colour_and_black_hair_none(face):
    """Else fair brows and the hairline keep the tinge that the skin around them has lost."""
    canvas = prepare(face)
    brows = canvas.brows > 0.5
    usual = canvas.smooth_colour(0.3)

    def taken(times):
        """How much of the skin's yellow brows take that are so many times darker than skin."""
        planes = tuple(
            np.where(brows, usual[..., k] / times, plane).astype(np.float32) for k, plane in enumerate(canvas.planes)
        )
        light = canvas.linear.copy()
        light[canvas.window] = cv2.merge(planes)
        other = replace(canvas, linear=light, planes=planes, _kept={})
        drawn = paint(other, [asked("skin_jaundice")], 0)[0][canvas.window]
        density = np.log(np.maximum(light[canvas.window][..., 2], 1e-3) / np.maximum(drawn[..., 2], 1e-3))
        return density[brows].mean() / density[canvas.inside > 0.9].mean()

    assert brows.sum() > 50
    assert taken(1.4) > 0.7
    assert 0.2 < taken(2.5) < taken(1.4)
    assert taken(8.0) < 0.25


def test_a_butterfly_spares_the_folds_beside_the_mouth_and_the_eyes():
    on, spared = [(3.5, 0.3), (-3.5, 0.3), (0.0, 0.9)], [(2.6, -2.9), (-2.6, -2.9), (3.2, 2.8), (0.0, -7.5)]
    height = {p: float(maps.area("butterfly", *(np.array([v], np.float32) for v in p))[0]) for p in on + spared}
    assert min(height[p] for p in on) > 0.8
    assert max(height[p] for p in spared) < 0.12


def test_the_order_of_signs_does_not_matter(canvas):
    signs = [asked("malar_erythema"), asked("skin_jaundice", 0.5), asked("scleral_icterus")]
    one, other = (paint(canvas, order, 3)[0] for order in (signs, signs[::-1]))
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_seed_alone_decides_the_mottling(canvas):
    once, again, other = (paint(canvas, [asked("malar_erythema")], seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(once, again)
    assert np.abs(once - other).max() > 0.005


def test_a_rash_lies_on_the_same_centimetres_at_any_size(astronaut):
    centres = []
    for side in (384, 512, 1024):
        canvas = prepare(look(cv2.resize(astronaut, (side, side), interpolation=cv2.INTER_AREA)))
        light, after = canvas.linear, paint(canvas, [asked("malar_erythema")], 0)[0]
        drawn = np.log(np.maximum(light, 1e-3) / np.maximum(after, 1e-3))[canvas.window]
        weight = np.clip(drawn[..., 1], 0, None)
        spread_cm = (weight * np.abs(canvas.x_cm)).sum() / weight.sum()
        centres.append((spread_cm, (weight * canvas.y_cm).sum() / weight.sum()))
    assert np.ptp(np.array(centres), axis=0).max() < 0.25


@pytest.mark.parametrize("name", [name for name in STAINS if attributes()[name].sided])
def test_a_stain_of_one_side_lies_on_the_persons_own_side(canvas, name):
    for side, outward in (("left", canvas.x_cm), ("right", -canvas.x_cm)):
        change = replace(asked(name), side=side)
        _, painted, (applied,) = paint(canvas, [change], 0)
        assert applied.amount == change.amount
        here = painted[canvas.window]
        assert (here & (outward > 0.6)).sum() > 50
        assert not (here & (outward < -0.6)).any()


def test_each_branch_of_the_trigeminal_nerve_has_its_own_stain(canvas):
    places = {"v1": (3.0, 6.5), "v2": (3.8, -0.5), "v3": (2.0, -8.0)}
    for name in places:
        heights = {
            other: float(maps.area(name, *(np.array([v], np.float32) for v in places[other]))[0]) for other in places
        }
        assert heights[name] > 0.8
        assert max(height for other, height in heights.items() if other != name) < 0.1


def test_a_rash_on_dark_skin_darkens_red_light_too(face):
    light = colorimetry.to_linear(face.image)
    skin = (face.regions.skin + face.regions.lips)[..., None]
    dark = colorimetry.from_linear(light * np.exp(-4.0 * MELANIN * skin))
    lost = []
    for image in (face.image, np.rint(dark).astype(np.uint8)):
        canvas = prepare(replace(face, image=image))
        linear, painted, _ = paint(canvas, [asked("malar_erythema")], 0)
        lost.append(float(np.log(canvas.linear[painted][:, 0] / np.maximum(linear[painted][:, 0], 1e-4)).mean()))
    assert lost[1] > 2.0 * lost[0] > 0.0


def test_a_bruise_is_violet_with_an_older_rim(canvas):
    layer = pigment.draw(canvas, replace(asked("ecchymosis"), side="left"), 0)
    inner, rim = layer.inks
    assert inner.pigment[1] > inner.pigment[2]  # green light lost most
    assert rim.pigment[2] > max(rim.pigment[:2])  # blue light lost most: yellow
    assert float((inner.field * rim.field).max()) < 0.6 * float(inner.field.max())
