"""Head, ears and neck: found where they show, and moved without the world around them."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from diseaseface.edits import Change
from diseaseface.engines.morph import contours, geometry
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.faces.chart import ring_window
from diseaseface.faces.extents import read_extents
from diseaseface.faces.look import look
from diseaseface.faces.outline import outline_of
from diseaseface.knowledge.catalogue import attributes

CATALOGUE = attributes()
PHOTO = Path(__file__).parents[1] / "assets" / "examples" / "head-02.jpg"
SIGNS = [
    pytest.param(name, direction, id=f"{name}{'+' if direction > 0 else '-'}")
    for name in contours.CONTOURS
    for direction in (1, -1)
    if (CATALOGUE[name].positive if direction > 0 else CATALOGUE[name].negative)
]
ABOVE_FACE = ["cranial_vault_size", "cranial_breadth", "turricephaly", "hairline_height"]
BELOW_FACE = ["neck_length", "neck_width", "neck_webbing", "goitre"]
BESIDE_FACE = ["ear_position", "ear_size", "ear_rotation", "ear_protrusion", "earlobe_size"]


@pytest.fixture(scope="module")
def photo():
    return np.array(Image.open(PHOTO).convert("RGB"))


@pytest.fixture(scope="module")
def head(photo):
    """A short-haired synthetic head with bare ears and neck."""
    return look(photo)


@pytest.fixture(scope="module")
def engine():
    return MorphEngine()


def asked(name, direction, share=1.0, side=None):
    return Change(CATALOGUE[name], share * CATALOGUE[name].pole(direction).full, side)


def field_cm(face, name, direction, side=None):
    """Displacement at full severity on the chart's nodes, (h, w, 3)."""
    change = asked(name, direction, side=side)
    return abs(change.amount) * geometry.evaluate_recipe(face, change).nodes_cm


def test_bare_ears_and_neck_are_found_alike_on_both_sides(head):
    outline = outline_of(head)
    left, right = outline.ears["left"], outline.ears["right"]
    assert 4.0 < left.length_cm < 7.6
    assert left.length_cm == pytest.approx(right.length_cm, abs=0.8)
    assert left.root_cm == pytest.approx(-right.root_cm, abs=0.8)
    assert right.root_cm < outline.neck.edges_cm["right"] < -3 < 3 < outline.neck.edges_cm["left"] < left.root_cm
    assert outline.neck.shoulders_cm < outline.neck.narrow_cm < outline.chin_cm < outline.brow_cm < outline.crown_cm


def test_a_mirrored_photo_has_a_mirrored_outline(head, photo):
    here = read_extents(outline_of(head))
    there = read_extents(outline_of(look(np.ascontiguousarray(photo[:, ::-1]))))
    for name, value in here.items():
        other = name.replace("left", "other").replace("right", "left").replace("other", "right")
        assert there[other] == pytest.approx(value, abs=4.0), name


def test_ears_under_hair_are_not_invented(face, engine):
    assert outline_of(face).ears == {"left": None, "right": None}
    drawn = engine.render(face, [asked("ear_size", 1)])
    assert drawn.applied[0].amount is None
    assert "hair" in drawn.applied[0].reason
    np.testing.assert_array_equal(drawn.picture, face.image)


def test_with_one_ear_covered_the_other_alone_is_drawn(head, photo, engine):
    covered = photo.copy()
    x = round(head.pose.to_px(np.array([7.0, 0.0, 0.0]))[0])
    covered[:, x:] = photo[5, -5]
    half = look(covered)
    assert outline_of(half).ears["left"] is None
    drawn = engine.render(half, [asked("ear_size", 1)])
    assert drawn.applied[0].amount == pytest.approx(asked("ear_size", 1).amount, rel=0.1)
    assert "right side only" in drawn.applied[0].reason
    assert engine.render(half, [asked("ear_size", 1, side="left")]).applied[0].amount is None


def test_a_cropped_crown_is_not_shrunk_into_the_unknown(head, photo, engine):
    rows = round(head.pose.to_px(np.array([0.0, 11.0, 0.0]))[1])
    cropped = look(np.ascontiguousarray(photo[rows:]))
    assert outline_of(cropped).crown_cm is None
    smaller, larger = (engine.render(cropped, [asked("cranial_vault_size", d)]).applied[0] for d in (-1, 1))
    assert smaller.amount is None
    assert smaller.reason.endswith(".")
    assert larger.amount > 0


@pytest.mark.parametrize(("name", "direction"), SIGNS)
def test_nothing_moves_away_from_the_person(head, name, direction):
    moves = np.abs(field_cm(head, name, direction)).max(axis=-1)
    nodes = head.chart.nodes_cm
    assert moves.max() > 0.2
    assert not moves[ring_window(nodes[..., 0], nodes[..., 1]) == 0].any()
    outline = outline_of(head)
    at = np.rint(outline.frame.to_frame(head.chart.nodes_px.reshape(-1, 2))).astype(int)
    within = ((at >= 0) & (at < outline.frame.size)).all(axis=1)
    away = outline.away_cm[at[within, 1], at[within, 0]]
    assert moves.reshape(-1)[within][away > 6.0].max(initial=0.0) < 0.02


@pytest.mark.parametrize("name", [*ABOVE_FACE, *BELOW_FACE, *BESIDE_FACE])
def test_the_face_itself_keeps_its_shape(head, name):
    direction = 1 if CATALOGUE[name].positive else -1
    change = asked(name, direction)
    moved = abs(change.amount) * geometry.evaluate_recipe(head, change).points_cm
    inner = [33, 133, 362, 263, 1, 61, 291, 13, 468, 473, 50, 280]
    assert np.abs(moved[inner]).max() < 0.06


@pytest.mark.parametrize("name", BESIDE_FACE)
@pytest.mark.parametrize(("side", "sense"), [("left", 1), ("right", -1)])
def test_one_ear_is_moved_alone(head, name, side, sense):
    direction = 1 if CATALOGUE[name].positive else -1
    moves = np.abs(field_cm(head, name, direction, side)).max(axis=-1)
    x = sense * head.chart.nodes_cm[..., 0]
    assert moves[x > 5].max() > 0.2
    assert moves[x < 4].max() < 0.02


READ = [
    ("cranial_vault_size", -1, "vault_height"),
    ("cranial_breadth", 1, "head_width"), ("hairline_height", 1, "hairline_height"),
    ("ear_size", 1, "ear_length_left"), ("ear_protrusion", 1, "ear_reach_right"),
    ("ear_position", -1, "ear_top_height_left"), ("neck_width", 1, "neck_width"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "direction", "extent"), READ)
def test_what_is_drawn_is_seen_in_the_outline_of_the_picture(head, engine, name, direction, extent):
    before = read_extents(outline_of(head))[extent]
    seen = [
        read_extents(outline_of(look(engine.render(head, [asked(name, direction, share)]).picture)))[extent] - before
        for share in (0.5, 1.0)
    ]
    assert direction * seen[1] > 3.0
    assert direction * seen[1] > direction * seen[0] > 0


def test_colour_fades_below_the_neck_without_a_band(photo, head, engine):
    chest = photo.copy()
    first = round(head.pose.to_px(np.array([0.0, -11.0, 0.0]))[1])
    middle = slice(*(round(head.pose.to_px(np.array([x, -11.0, 0.0]))[0]) for x in (-5.0, 5.0)))
    chest = np.concatenate([chest, chest[-120:]])
    chest[first:, middle] = photo[first - 3, middle]
    bare = look(chest)
    drawn = engine.render(bare, [Change(CATALOGUE["skin_jaundice"], CATALOGUE["skin_jaundice"].positive.full)])
    x = (middle.start + middle.stop) // 2
    change = np.abs(drawn.picture.astype(int) - bare.image)[first:, x - 20 : x + 20, 2].mean(axis=1)
    assert change[0] > 15
    assert change[-1] == 0
    assert np.abs(np.diff(change)).max() < 0.15 * change[0]


def test_signs_that_push_one_outline_keep_a_limit_together(head, engine):
    both = engine.render(head, [asked("neck_width", 1), asked("neck_webbing", 1)]).applied
    shares = [done.amount / done.change.attribute.positive.limit for done in both]
    assert 0.8 < sum(shares) < 1.05
    assert all(done.reason.startswith("Coupled") for done in both)


@pytest.mark.parametrize("signs", [["cranial_vault_size"], ["ear_size", "ear_protrusion"], ["neck_webbing"]])
def test_what_grows_covers_the_wall_and_does_not_push_it_aside(photo, head, engine, signs):
    rows, columns = np.mgrid[: photo.shape[0], : photo.shape[1]]
    lines = np.where(((rows % 24 < 3) | (columns % 24 < 3))[..., None], 90, 200)
    share = np.clip(head.regions.person * 1.25 - 0.1, 0, 1)[..., None]
    papered = look((share * photo + (1 - share) * lines).astype(np.uint8))
    drawn = engine.render(papered, [asked(name, 1) for name in signs]).picture
    outline = outline_of(papered)
    at = np.stack([columns, rows], axis=-1).reshape(-1, 2)
    at = np.rint(outline.frame.to_frame(at)).astype(int)
    within = ((at >= 0) & (at < outline.frame.size)).all(axis=1)
    away = np.zeros(len(at))
    away[within] = outline.away_cm[at[within, 1], at[within, 0]]
    changed = (drawn != papered.image).any(axis=-1).ravel()
    assert changed[away < 1.0].sum() > 500
    assert changed[away > 2.6].mean() < 0.002


@pytest.mark.parametrize("direction", [1, -1])
def test_the_hairline_of_a_shaven_head_stays_where_it_is(direction):
    """A rim of stubble would be stretched over the wall, or pressed to a line."""
    unseen = contours.CONTOURS["hairline_height"].unseen
    short, shaven = (SimpleNamespace(crown_cm=13.0, hairline_cm=13.0 - hair, brow_cm=5.0) for hair in (2.5, 0.4))
    assert unseen(short, direction) is None
    assert "Too little hair" in unseen(shaven, direction)
