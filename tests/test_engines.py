"""The promise every engine keeps, and what holds for each sign that the morph engine draws."""

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.diffusion.engine import DiffusionEngine
from diseaseface.engines.diffusion.options import Options
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.engines.morph.fields import takes_one_side
from diseaseface.faces.chart import ring_window
from diseaseface.faces.face import NOBODY, Face
from diseaseface.faces.look import look
from diseaseface.faces.prepared import bytes_of, bytes_prepared, let_go
from diseaseface.knowledge.catalogue import attributes

CATALOGUE = attributes()
POLES = [
    pytest.param(attribute, direction, id=f"{name}{'+' if direction > 0 else '-'}")
    for name, attribute in CATALOGUE.items()
    for direction in (1, -1)
    if (attribute.positive if direction > 0 else attribute.negative)
]
ONE_SIDED = {name for name in CATALOGUE if takes_one_side(name)}
# The diffusion engine draws these with the morph engine's help: one sign of each kind tells enough.
KINDS = {attribute.operator: name for name, attribute in CATALOGUE.items()}
CASES = [pytest.param("morph", *pole.values, id=f"morph-{pole.id}") for pole in POLES]
CASES += [
    pytest.param("diffusion", *pole.values, id=f"diffusion-{pole.id}")
    for pole in POLES
    if pole.values[0].name in KINDS.values()
]
every_sign = pytest.mark.parametrize(("engine", "attribute", "direction"), CASES, indirect=["engine"])
every_engine = pytest.mark.parametrize("engine", ["morph", "diffusion"], indirect=True)


def change(name: str, share: float = 1.0, side: str | None = None) -> Change:
    attribute = CATALOGUE[name]
    pole = attribute.pole(1 if share > 0 else -1)
    return Change(attribute, abs(share) * pole.full, side or ("left" if name in ONE_SIDED else None))


@pytest.fixture(scope="module")
def engine(request):
    if request.param == "morph":
        return MorphEngine()
    request.getfixturevalue("with_weights")
    return DiffusionEngine(Options(conditions=("start", "strength", "words"), words="weighted", steps=4))


@every_engine
def test_no_change_asked_no_pixel_changed(engine, face):
    np.testing.assert_array_equal(engine.render(face, []).picture, face.image)


@every_sign
def test_a_sign_at_severity_zero_is_the_photo_itself(engine, face, attribute, direction):
    drawn = engine.render(face, [Change(attribute, 0.0)])
    np.testing.assert_array_equal(drawn.picture, face.image)
    assert drawn.applied[0].amount == 0.0


@every_sign
def test_a_sign_at_full_severity_is_drawn_and_accounted_for(engine, face, attribute, direction):
    asked = change(attribute.name, float(direction))
    drawn = engine.render(face, [asked], seed=2)
    applied = drawn.applied[0]
    assert applied.change is asked
    if applied.amount is None:
        assert applied.reason.endswith(".")
        np.testing.assert_array_equal(drawn.picture, face.image)
        return
    assert (drawn.picture != face.image).any()
    assert applied.amount == pytest.approx(asked.amount, rel=0.1) or applied.reason


@every_sign
def test_nothing_changes_outside_the_person_and_the_ring(engine, face, attribute, direction):
    drawn = engine.render(face, [change(attribute.name, float(direction))], seed=2)
    x0, y0, x1, y1 = face.chart.box
    allowed = face.regions.person > 0
    ring = ring_window(face.pixels_cm[..., 0], face.pixels_cm[..., 1]) > 0
    allowed[y0:y1, x0:x1] |= ring
    changed = (drawn.picture != face.image).any(axis=-1)
    assert not (changed & ~allowed).any()


def test_what_is_taken_for_skin_beyond_the_person_and_the_ring_keeps_its_bytes(face):
    x0, y0, x1, y1 = face.chart.box
    beyond = face.regions.person <= NOBODY
    beyond[y0:y1, x0:x1] &= ring_window(face.pixels_cm[..., 0], face.pixels_cm[..., 1]) <= 0
    regions = replace(face.regions, skin=np.where(beyond, np.float32(0.5), face.regions.skin))
    mistaken = Face(face.image, face.landmarks_px, face.points_cm, face.pose, face.chart, regions, face.blendshapes)
    tint = CATALOGUE["skin_jaundice"]
    picture = MorphEngine().render(mistaken, [Change(tint, tint.positive.full)]).picture
    np.testing.assert_array_equal(picture[beyond], face.image[beyond])
    assert (picture != face.image).any()


@every_sign
def test_more_of_a_sign_is_more_of_it(engine, face, attribute, direction):
    drawn = [
        engine.render(face, [change(attribute.name, direction * share)], seed=2).applied[0]
        for share in (0.25, 0.5, 0.75, 1.0)
    ]
    amounts = [applied.amount for applied in drawn]
    if None in amounts:
        pytest.skip("left out on a face of this size, with a reason")
    steps = np.diff(np.abs(amounts))
    steps[np.abs(steps) < 1e-9] = 0.0  # the last bits of a sum
    assert (steps >= 0).all()
    # Where a photo allows no more, the reason says so.
    assert all(step > 0 or applied.reason for step, applied in zip(steps, drawn[1:], strict=True))
    assert amounts[-1]
    assert np.sign(amounts[-1]) == np.sign(change(attribute.name, float(direction)).amount)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("engine", "diffusion", "only the diffusion engine"), ("least_iris_px", 900, "larger or closer photo")],
)
def test_what_this_engine_or_this_photo_cannot_show_is_left_out_with_the_reason(face, field, value, words):
    shown = change("skin_jaundice")
    hidden = replace(shown, attribute=replace(shown.attribute, **{field: value}))
    alone = MorphEngine().render(face, [hidden])
    np.testing.assert_array_equal(alone.picture, face.image)
    assert alone.applied[0].amount is None
    assert words in alone.applied[0].reason
    beside = MorphEngine().render(face, [hidden, change("malar_erythema")])
    np.testing.assert_array_equal(beside.picture, MorphEngine().render(face, [change("malar_erythema")]).picture)
    assert [done.amount is None for done in beside.applied] == [True, False]


WHOLE = [
    change("palpebral_fissure_slant"), change("nose_length", -1.0), change("skin_jaundice", 0.5),
    change("upper_lid_position", 0.6), change("papules", 0.7), change("facial_weakness", 0.5),
]  # fmt: skip


@every_engine
def test_the_same_request_gives_the_same_bytes(engine, face):
    once, again = (engine.render(face, WHOLE, seed=7).picture for _ in range(2))
    np.testing.assert_array_equal(once, again)


@every_engine
def test_the_order_of_the_signs_does_not_matter(engine, face):
    forwards = engine.render(face, WHOLE, seed=7).picture.astype(int)
    backwards = engine.render(face, WHOLE[::-1], seed=7).picture.astype(int)
    assert np.abs(forwards - backwards).max() <= 1


def test_what_is_prepared_for_a_face_is_counted_and_let_go_of_and_made_again_alike(face):
    engine, asked = MorphEngine(), [change("palpebral_fissure_slant"), change("facial_erythema")]
    once = engine.render(face, asked).picture
    assert bytes_prepared(face) > engine.prepare(face).codes.nbytes
    let_go(face)
    assert bytes_prepared(face) == 0
    np.testing.assert_array_equal(engine.render(face, asked).picture, once)


def test_an_array_in_two_records_is_counted_once(face):
    assert bytes_of(face.image, [face.image[:3]], {"again": weakref.proxy(face)}) == face.image.nbytes
    assert bytes_of(face) > bytes_of(face.regions) == 10 * 4 * face.image.shape[0] * face.image.shape[1]


@every_engine
def test_the_face_is_left_as_it_was(engine, face):
    before = face.image.copy(), face.landmarks_px.copy(), face.chart.nodes_cm.copy()
    engine.render(face, WHOLE, seed=7)
    for array, kept in zip((face.image, face.landmarks_px, face.chart.nodes_cm), before, strict=True):
        np.testing.assert_array_equal(array, kept)


@every_engine
def test_an_edit_never_folds(engine, face):
    everything = [change(name) for name, attribute in CATALOGUE.items() if attribute.positive]
    drawn = engine.render(face, everything, seed=1)
    assert drawn.least_jacobian >= 0.3
    assert any(applied.reason for applied in drawn.applied)  # and says what was taken away


@every_engine
def test_what_is_prepared_for_a_face_goes_with_the_face(engine, astronaut):
    own = look(astronaut)
    engine.render(own, WHOLE, seed=7)
    gone = weakref.ref(own)
    del own
    gc.collect()
    assert gone() is None
