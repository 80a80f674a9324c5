"""Scalp hair: what is lost, what loses its colour, and what has to stay as it is."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from diseaseface.edits import Change
from diseaseface.engines.morph import haircolour, hairloss, scalp, skull
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare, spread
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.evaluation.readings import read_change
from diseaseface.faces.chart import ring_window
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

CATALOGUE = attributes()
SIGNS = [name for name, attribute in CATALOGUE.items() if attribute.operator == "scalp"]
PALER = ("hair_hypopigmentation", "hair_greying", "white_forelock")


@pytest.fixture(scope="module")
def short():
    """A synthetic head with short brown hair."""
    photo = Image.open(Path(__file__).parents[1] / "assets" / "examples" / "head-02.jpg").convert("RGB")
    return look(np.array(photo.resize((photo.width // 2, photo.height // 2), Image.LANCZOS)))


@pytest.fixture(scope="module")
def engine():
    return MorphEngine()


def asked(name, share):
    attribute = CATALOGUE[name]
    return Change(attribute, share * (attribute.positive or attribute.negative).full)


def light(canvas, changes):
    """Logarithm of green light in the chart's box, and where it has changed."""
    linear, painted, applied = paint(canvas, changes, 0)
    return np.log(np.maximum(linear[..., 1], 1 / 512)), painted, applied


@pytest.fixture(scope="module")
def canvas(short):
    return prepare(short)


@pytest.fixture(scope="module")
def head(canvas):
    return scalp.find(canvas)


def region(short, name):
    x0, y0, x1, y1 = short.chart.box
    return getattr(short.regions, name)[y0:y1, x0:x1]


@pytest.mark.parametrize("name", SIGNS)
def test_none_asked_none_changed(canvas, name):
    assert not light(canvas, [asked(name, 0.0)])[1].any()


@pytest.mark.parametrize("name", SIGNS)
def test_more_of_it_changes_the_hair_more(canvas, name):
    before = light(canvas, [])[0]
    change = [float(np.abs(light(canvas, [asked(name, share)])[0] - before).mean()) for share in (0.3, 0.6, 1.0)]
    assert np.all(np.diff(change) > 0.1 * change[0])


@pytest.mark.parametrize("name", SIGNS)
def test_eyes_mouth_brows_and_the_middle_of_the_face_stay(short, canvas, name):
    painted = light(canvas, [asked(name, 1.0)])[1]
    untouched = np.maximum.reduce([region(short, part) for part in ("sclera", "iris", "lips", "mouth")]) > 0.02
    place = short.pixels_cm
    middle = (np.abs(place[..., 0]) < 5.0) & (place[..., 1] < 4.0)
    assert not painted[untouched | middle].any()


@pytest.mark.parametrize("name", PALER)
def test_hair_that_loses_its_pigment_gets_paler_and_less_coloured(canvas, head, name):
    linear = paint(canvas, [asked(name, 1.0)], 0)[0][head.canvas.window]
    before = canvas.linear[head.canvas.window]
    changed = np.abs(linear - before).max(axis=-1) > 0.1
    assert changed.sum() > 100
    assert np.median(linear[changed].mean(axis=-1)) > 2.0 * np.median(before[changed].mean(axis=-1))
    chroma = [np.median(np.ptp(p[changed], axis=-1) / p[changed].max(axis=-1)) for p in (linear, before)]
    assert chroma[0] < chroma[1]


def test_hair_pales_up_to_its_outer_edge(face, engine):
    """The hair's own mask stops half a centimetre short; what is left dark there is a rim around the head."""
    drawn = engine.render(face, [asked("hair_hypopigmentation", 1.0)]).picture
    head = scalp.find(prepare(face))
    x0, y0, x1, y1 = face.chart.box

    def near(image):
        return image[y0:y1, x0:x1][head.canvas.window]

    was, now = (np.log(near(image)[..., 1] + 1.0) for image in (face.image.astype(float), drawn.astype(float)))
    person = cv2.erode(near(face.regions.person), np.ones((3, 3)))
    rim = (person > 0.9) & (head.canvas.y_cm > 3.0) & (skull.radius(head.canvas) > 1.15) & (head.canvas.skin < 0.1)
    assert rim.sum() > 1000
    assert np.mean((now - was < 0.15)[rim]) < 0.03


def test_hair_at_its_outer_edge_is_as_dark_as_hair_and_not_as_the_wall_behind_it(head):
    """What is left of a light wall in hair that lets little of it through is a bright rim once the hair is pale."""
    dark, wall = 0.02, 0.7
    share = cv2.GaussianBlur((head.hair > 0.5).astype(np.float32), (0, 0), 2.5)
    plane = share * np.float32(dark) + (1.0 - share) * np.float32(wall)
    outside = head.canvas.skin < 0.02
    planes = tuple(np.where(outside, plane, own).astype(np.float32) for own in head.canvas.planes)
    told = haircolour.strands(replace(head, canvas=replace(head.canvas, planes=planes, _kept={})))[1][1]
    rim = (share > 0.8) & (share < 0.98) & (skull.radius(head.canvas) > 1.05) & outside
    assert rim.sum() > 200
    assert np.percentile(told[rim], 80) < 1.3 * dark


def pale(head, share=1.0):
    """Light of hair without pigment, (h, w, 3)."""
    way = np.ones(head.canvas.shape, np.float32)
    target = share * haircolour.bleached(head, "hair_hypopigmentation", 1.0)[1]
    return cv2.merge(haircolour.recolour(head, haircolour.strands(head)[1], way, target))


def test_hair_without_pigment_shows_the_shade_of_the_head_that_dark_hair_hides(head):
    dark = tuple(np.where(head.hair > 0.1, np.float32(0.02), plane) for plane in head.canvas.planes)
    light = pale(replace(head, canvas=replace(head.canvas, planes=dark, _kept={})))[..., 1]
    deep, radius = (head.hair > 0.9) & (head.off_hair_cm > 0.6), skull.radius(head.canvas)
    assert 0.6 < np.median(light[deep & (radius > 1.15)]) / np.median(light[deep & (radius < 0.95)]) < 0.95


def test_skin_is_seen_through_hair_without_pigment_where_it_ends(head):
    ends = (head.hair > 0.5) & (head.off_hair_cm < 0.1) & (head.bare[1] > 0.9) & (head.off_cm > 1.2)
    deep = (head.hair > 0.9) & (head.off_hair_cm > 1.0)
    assert ends.sum() > 30
    hair = pale(head)
    at_end, inside, skin = (np.median(a[..., 0] / a[..., 1]) for a in (hair[ends], hair[deep], head.behind[ends]))
    assert inside < skin
    assert at_end - inside > 0.4 * (skin - inside)
    assert np.median(pale(head, 0.01)[ends]) < 0.1 * np.median(head.behind[ends]), "dark hair lets nothing be seen"


def test_temples_in_the_shade_of_hair_are_no_hair(canvas, head):
    """Light falls off evenly there; strands are dark beside what is light."""
    aside = np.clip((np.abs(canvas.x_cm) - 4.0) / 3.0, 0.0, 1.0)
    shaded = canvas.linear.copy()
    shaded[canvas.window] *= (1.0 - 0.4 * aside * canvas.skin)[..., None]
    darker = replace(canvas, linear=shaded, planes=tuple(shaded[canvas.window][..., k] for k in range(3)), _kept={})
    temples = (np.abs(head.canvas.x_cm) > 5.0) & (head.canvas.y_cm < 8.0) & (head.hair < 0.1) & (head.canvas.skin > 0.9)
    assert temples.sum() > 500
    assert scalp.find(darker).pigmented[temples].mean() < 0.05


def test_long_hair_beside_the_neck_has_no_holes(short, canvas, head):
    x0, y0, x1, y1 = short.chart.box
    near = scalp._over(canvas, np.s_[: y1 - y0, : x1 - x0])
    hair, person, x, y = np.zeros_like(near.x_cm), region(short, "person"), near.x_cm, near.y_cm
    hair[head.canvas.window] = head.hair
    lock = (np.abs(x - 7.3) < 1.2) & (y < -3.0) & (y > -9.0)
    sheen = lock & (np.abs(y + 6.0) < 0.8)
    planes = tuple(np.where(lock, np.where(sheen, 0.12, 0.06) * tint, p).astype(np.float32)
                   for p, tint in zip(near.planes, (1.0, 0.8, 0.6), strict=True))  # fmt: skip
    long = replace(near, planes=planes, skin=near.skin * ~lock, _kept={})
    found = scalp.hanging(long, np.maximum(hair, lock & ~sheen).astype(np.float32), lock.astype(np.float32))
    assert found[sheen].mean() > 0.85
    beside = cv2.dilate(lock.astype(np.uint8), np.ones((7, 7))) == 0
    np.testing.assert_array_equal(found[beside], hair[beside])
    np.testing.assert_array_equal(scalp.hanging(near, hair, person), hair)  # short hair has none


def test_hair_that_reaches_beyond_what_may_change_keeps_its_colour_and_says_why(engine):
    photo = np.array(Image.open(Path(__file__).parents[1] / "assets" / "examples" / "head-06.jpg").convert("RGB"))
    short = look(photo)
    hair = short.regions.hair.copy()
    hair[300:, :90] = hair[300:, -90:] = 1.0
    long = replace(short, regions=replace(short.regions, hair=hair, person=np.maximum(short.regions.person, hair)))
    change = asked("hair_hypopigmentation", 1.0)
    assert engine.render(short, [change]).applied[0].amount == change.amount
    drawn = engine.render(long, [change])
    assert "farther from the face" in drawn.applied[0].reason
    np.testing.assert_array_equal(drawn.picture, photo)


def test_a_bald_head_of_few_pixels_has_no_grain_of_pores(face):
    """Seven pixels a centimetre show none; what varies on so small a forehead are its edges."""
    head = scalp.find(prepare(face))
    light = np.log(head.behind[..., 1])
    grain = light - cv2.GaussianBlur(light, (0, 0), 1.5)
    made_up = (head.hair > 0.9) & (skull.radius(head.canvas) < 0.85) & (head.canvas.y_cm > 7.0)
    assert made_up.sum() > 1000
    assert 0.005 < grain[made_up].std() < 0.025


def test_no_tuft_is_left_above_a_bald_head(short, engine):
    """Hair that rises beyond the ring is the person's, and would float in the air."""
    short = look(np.pad(short.image, ((120, 0), (0, 0), (0, 0)), mode="edge"))
    x0, y0, x1, y1 = short.chart.box
    x, y = short.pixels_cm[..., 0], short.pixels_cm[..., 1]
    tuft = (np.abs(x - 6.0) < 0.5) & (y > 10.0)
    image, person, hair = short.image.copy(), short.regions.person.copy(), short.regions.hair.copy()
    image[y0:y1, x0:x1][tuft] = 30
    person[y0:y1, x0:x1][tuft] = hair[y0:y1, x0:x1][tuft] = 1.0
    ruffled = Face(image, short.landmarks_px, short.points_cm, short.pose, short.chart,
                   replace(short.regions, person=person, hair=hair), short.blendshapes)  # fmt: skip
    drawn = engine.render(ruffled, [asked("total_alopecia", 1.0)])
    above = tuft & (ring_window(x, y) == 0.0) & (y > 10.0)
    assert above.sum() > 20
    assert drawn.applied[0].reason is None
    assert np.mean(drawn.picture[y0:y1, x0:x1][above] > 90) > 0.9


def test_a_bald_head_has_the_skin_of_the_forehead(canvas, head):
    linear, _, (applied,) = paint(canvas, [asked("total_alopecia", 1.0)], 0)
    assert applied.amount == pytest.approx(100.0, rel=0.05)
    near = linear[head.canvas.window]
    top = (head.hair > 0.9) & (skull.radius(head.canvas) < 0.8) & (head.canvas.y_cm > 5.0)
    forehead = (
        (head.canvas.skin > 0.9) & (np.abs(head.canvas.x_cm) < 3.0) & (head.canvas.y_cm > 5.5) & (head.hair < 0.1)
    )
    ratio = np.median(near[top], axis=0) / np.median(near[forehead], axis=0)
    assert np.all((ratio > 0.6) & (ratio < 1.2))
    assert np.ptp(ratio) < 0.15  # the same colour


@pytest.mark.parametrize("outward", [1, -1], ids=["left", "right"])
def test_an_ear_whose_top_is_under_hair_ends_in_an_arc(head, outward):
    covered = np.maximum(head.hair, (head.canvas.y_cm > 2.9).astype(np.float32) * head.canvas.skin)
    light, bare = skull.behind(head.canvas, covered, skull.stumps(head.canvas, covered), head.background)
    ear = (skull.radius(head.canvas) > 1.03) & (bare > 0.5)
    out = np.where(ear, outward * head.canvas.x_cm, 0.0)
    rows = head.canvas.y_cm[:, np.argmin(np.abs(head.canvas.x_cm[0] - 8.5 * outward))]
    reach = [out[(rows > y) & (rows <= y + 0.2)].max() - 8.1 for y in np.arange(2.0, 6.0, 0.2)]
    ends = int(np.argmax(np.array(reach) <= 0.0))
    assert 1.0 <= 2.0 + 0.2 * ends - 2.3 <= 3.2  # canonical cm above the widest of the ear
    assert reach[0] > 1.5
    assert reach[ends - 1] < 0.7 * reach[0]
    assert np.all(np.diff(reach[: ends + 1]) < 0.1)
    assert np.abs(light - head.background)[ear].max(axis=1).mean() > 0.05  # skin, not wall


def test_an_ear_whose_rim_shows_stays_as_it_is(canvas, head):
    linear, _, _ = paint(canvas, [asked("total_alopecia", 1.0)], 0)
    after, before = (planes[head.canvas.window] for planes in (linear, canvas.linear))
    assert {stump.outward for stump in head.stumps if stump.whole} == {1.0, -1.0}
    for stump in head.stumps:
        out, up = stump.outward * head.canvas.x_cm - stump.root, head.canvas.y_cm
        rim = (out > 0.5 * stump.width) & (out < stump.width) & (up > 0.0) & (up < stump.top - 0.2)
        assert np.mean(np.abs(after - before)[rim].max(axis=1) > 1 / 128) < 0.02
        above = (out > 0.5) & (out < 3.0) & (up > stump.top + 0.8) & (up < 6.0)
        assert np.abs(after - head.background)[above].mean() < 0.02  # nothing stands over it


def test_the_wall_keeps_its_colour_whatever_the_skin_gets(canvas, head):
    bald, white = asked("total_alopecia", 1.0), Change(CATALOGUE["vitiligo"], 30.0)
    around = (head.hair > 0.9) & (skull.radius(head.canvas) > 1.1) & (head.canvas.y_cm > 5.0)
    alone, both = (paint(canvas, changes, 0)[0][head.canvas.window][around] for changes in ([bald], [bald, white]))
    np.testing.assert_allclose(both, alone, atol=1e-6)


def test_what_is_filled_from_one_light_has_that_light_everywhere():
    known = np.zeros((90, 130), np.float32)
    known[:, :8], known[40:60, 60:] = 1.0, 1e-5  # hardly anything is known in the middle
    filled = spread(0.6 * known[..., None].repeat(3, axis=2), known)
    np.testing.assert_allclose(filled, 0.6, rtol=1e-3)


def test_a_wall_runs_on_behind_the_hair_at_its_own_level(canvas, head):
    wall = (head.person < 0.01) & (head.hair < 0.01) & (skull.radius(head.canvas) > 1.25)
    known = np.median(np.stack(head.canvas.planes, axis=-1)[wall], axis=0)
    continued = head.background[skull.radius(head.canvas) < 1.2]
    np.testing.assert_allclose(np.median(continued, axis=0), known, rtol=0.03)


def test_the_bald_head_takes_the_colour_that_the_skin_gets(canvas, head):
    bald = asked("total_alopecia", 1.0)
    yellow = Change(CATALOGUE["skin_jaundice"], CATALOGUE["skin_jaundice"].positive.full)
    top = (head.hair > 0.9) & (skull.radius(head.canvas) < 0.8) & (head.canvas.y_cm > 6.0)
    blue = [paint(canvas, changes, 0)[0][head.canvas.window][top][:, 2].mean() for changes in ([bald], [bald, yellow])]
    assert blue[1] < 0.8 * blue[0]


def test_the_first_strands_lost_lay_no_scratches_of_bare_skin_into_hair(head):
    few, many = (hairloss.lost(head, "scalp_hair_density", share, 0)[2] for share in (0.16, 0.8))
    hair = (head.hair > 0.9) & (few > 0.02)
    assert hair.sum() > 1000
    assert np.percentile(few[hair], 99) < 0.65
    assert np.percentile(many[hair], 99) > 0.95


@pytest.mark.parametrize("share", [0.8, 0.9, 0.95])
def test_hair_before_the_wall_is_there_or_gone_and_no_veil(head, share):
    gone = hairloss.lost(head, "total_alopecia", share, 0)[2]
    beyond = (head.hair > 0.9) & (skull.radius(head.canvas) > 1.03) & (head.canvas.y_cm > 3.0)
    assert beyond.sum() > 1000
    assert np.mean(np.abs(gone[beyond] - 0.5) < 0.35) < 0.3


def test_hair_recedes_most_at_the_temples(canvas, head):
    after, before = (light(canvas, changes)[0] for changes in ([asked("frontal_balding", 0.7)], []))
    rise = (after - before)[head.canvas.window]
    aside, above = np.abs(head.canvas.x_cm), head.line_cm
    band = (above > 1.2) & (above < 2.2) & (head.hair > 0.5)
    temples, middle = band & (aside > 3.5) & (aside < 5.2), band & (aside < 1.0)
    assert rise[temples].mean() > 1.5 * rise[middle].mean()


def test_grey_begins_at_the_temples(canvas, head):
    after, before = (light(canvas, changes)[0] for changes in ([asked("hair_greying", 0.4)], []))
    rise = (after - before)[head.canvas.window]
    hair = head.hair > 0.8
    temples = hair & (np.abs(head.canvas.x_cm) > 6.0) & (head.canvas.y_cm < 8.0)
    crown = hair & (np.abs(head.canvas.x_cm) < 3.0) & (head.canvas.y_cm > 11.0)
    assert rise[temples].mean() > 1.5 * rise[crown].mean()


def test_the_white_lock_lies_in_the_middle_and_front(short, canvas):
    painted = light(canvas, [asked("white_forelock", 1.0)])[1]
    aside, up = np.abs(short.pixels_cm[..., 0])[painted], short.pixels_cm[..., 1][painted]
    assert np.median(aside) < 2.5
    assert up.min() > 4.0


@pytest.mark.parametrize("name", sorted({*SIGNS} - {"alopecia_patches"}))  # patches lie where the seed puts them
def test_a_mirrored_photo_gives_a_mirrored_head(short, engine, name):
    mirrored = look(np.ascontiguousarray(short.image[:, ::-1]))
    change = asked(name, 0.7)
    here, there = (engine.render(face, [change]).picture.astype(float) for face in (short, mirrored))
    moved = [np.abs(p - face.image) for p, face in ((here, short), (there, mirrored))]
    blurred = [cv2.GaussianBlur(m, (0, 0), short.pose.px_per_cm) for m in (moved[0], moved[1][:, ::-1])]
    assert np.abs(blurred[0] - blurred[1]).mean() < 0.3 * blurred[0].mean()


@pytest.mark.parametrize("name", SIGNS)
def test_hair_that_is_not_known_is_not_given_back(short, engine, name):
    rendering = engine.render(short, [asked(name, -1.0)])
    assert rendering.applied[0].amount is None
    assert rendering.applied[0].reason.endswith(".")
    np.testing.assert_array_equal(rendering.picture, short.image)


def test_a_head_without_visible_hair_says_so(short, engine):
    below = look(np.ascontiguousarray(short.image))
    below.regions.hair[:] = 0.0
    applied = engine.render(below, [asked("hair_greying", 1.0)]).applied[0]
    assert applied.amount is None
    assert "hair" in applied.reason


def test_long_hair_is_thinned_but_what_it_hides_is_not_made_up(face, engine):
    applied = engine.render(face, [asked("total_alopecia", 1.0)]).applied[0]
    assert applied.amount == pytest.approx(50.0, rel=0.02)
    assert "hides" in applied.reason


def test_a_background_that_cannot_be_continued_limits_the_loss_too(short, engine):
    stripes = short.image.copy()
    around = short.regions.person < 0.02
    columns = np.broadcast_to(np.arange(stripes.shape[1]) // 12 % 2 == 0, around.shape)
    stripes[around & columns] //= 3
    applied = engine.render(look(stripes), [asked("total_alopecia", 1.0)]).applied[0]
    assert 20.0 < applied.amount <= 51.0
    assert "background" in applied.reason


def test_losses_and_colours_together_do_not_depend_on_their_order(canvas):
    changes = [asked(name, 0.6) for name in SIGNS]
    once, again = paint(canvas, changes, 0)[0], paint(canvas, changes[::-1], 0)[0]
    np.testing.assert_allclose(once, again, atol=1e-5)


@pytest.mark.parametrize("turn", [-20, 20])
def test_a_tilted_or_cropped_head_is_drawn_without_an_exception(short, engine, turn):
    photo = Image.fromarray(short.image)
    for picture in (photo.rotate(turn, Image.BICUBIC), photo.crop((0, 40, photo.width, photo.height))):
        assert engine.render(look(np.array(picture)), [asked(name, 1.0) for name in SIGNS]).picture.shape[2] == 3


def test_lost_and_paler_hair_is_read_from_the_pixels(short, engine):
    read = {}
    for name in ("scalp_hair_density", "hair_hypopigmentation", "hair_greying"):
        for share in (0.4, 0.8):
            drawn = look(engine.render(short, [asked(name, share)]).picture)
            read[name, share] = read_change(short, drawn).values
    cover = [read["scalp_hair_density", share]["hair_cover"] for share in (0.4, 0.8)]
    assert cover[1] < cover[0] < -1.0
    for name in ("hair_hypopigmentation", "hair_greying"):
        lighter = [read[name, share]["hair_lightness"] for share in (0.4, 0.8)]
        assert lighter[1] > lighter[0] > 2.0
    assert read["scalp_hair_density", 0.4]["hair_lightness"] < read["hair_hypopigmentation", 0.4]["hair_lightness"]


def test_hair_left_alone_reads_no_change(short, engine):
    nose = Change(CATALOGUE["nose_width"], 0.5 * CATALOGUE["nose_width"].positive.full)
    values = read_change(short, look(engine.render(short, [nose]).picture)).values
    assert abs(values["hair_cover"]) < 1.0
    assert abs(values["hair_lightness"]) < 1.0
