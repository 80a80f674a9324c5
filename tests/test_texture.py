import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes


@pytest.fixture(scope="module")
def canvas(astronaut):
    return prepare(look(cv2.resize(astronaut, (900, 900), interpolation=cv2.INTER_CUBIC)))


def drawn(canvas, name, amount):
    linear, painted, (applied,) = paint(canvas, [Change(attributes()[name], amount)], 0)
    return linear[canvas.window], painted, applied


def contrast(canvas, linear):
    """Root mean square of the fine detail of log green on skin well inside the mask."""
    log = np.log(np.maximum(linear[..., 1], 1 / 512)).astype(np.float32)
    detail = np.clip(log - cv2.GaussianBlur(log, (0, 0), 0.16 * canvas.px_per_cm), -0.22, 0.22)
    size = 2 * round(0.3 * canvas.px_per_cm) + 1
    inner = cv2.erode(canvas.inside, np.ones((size, size))) > 0.9
    return float(np.sqrt((detail[inner] ** 2).mean()))


@pytest.mark.parametrize(("name", "sign"), [("skin_coarsening", 1), ("skin_tightening", -1)])
def test_fine_contrast_changes_about_as_much_as_said(canvas, name, sign):
    before = contrast(canvas, canvas.linear[canvas.window])
    seen = []
    for amount in (8.0, 16.0, 24.0):
        linear, _, applied = drawn(canvas, name, amount)
        assert applied.amount == pytest.approx(amount, rel=0.1)
        seen.append(sign * 100 * (contrast(canvas, linear) / before - 1))
    assert np.all(np.diff(seen) > 1.0)
    assert seen[-1] == pytest.approx(24.0, rel=0.5)


def test_nothing_asked_nothing_changed(canvas):
    for name in ("skin_coarsening", "skin_tightening"):
        assert not drawn(canvas, name, 0.0)[1].any()


def test_brows_hair_and_lips_keep_their_texture(canvas):
    for name in ("skin_coarsening", "skin_tightening"):
        linear, _, _ = drawn(canvas, name, 24.0)
        elsewhere = canvas.skin < 1e-3
        np.testing.assert_allclose(linear[elsewhere], canvas.linear[canvas.window][elsewhere], atol=1e-3)


def test_tight_skin_shines_on_the_convex_parts(canvas):
    linear, _, _ = drawn(canvas, "skin_tightening", 24.0)
    blurred = [
        cv2.GaussianBlur(np.ascontiguousarray(a[..., 1]), (0, 0), 0.4 * canvas.px_per_cm)
        for a in (linear, canvas.linear[canvas.window])
    ]
    gain = (blurred[0] - blurred[1])[canvas.inside > 0.9]
    assert np.percentile(gain, 95) > 0.01
    assert np.percentile(gain, 20) < 0.5 * np.percentile(gain, 95)
