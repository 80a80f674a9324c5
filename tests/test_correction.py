"""The closed loop, strips and both ways with the diffusion engine."""

from dataclasses import replace

import numpy as np
import pytest

from diseaseface import Pipeline
from diseaseface.edits import Change
from diseaseface.engines.base import Applied, Rendering
from diseaseface.engines.diffusion.engine import DiffusionEngine
from diseaseface.engines.diffusion.options import Options
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.evaluation import correction
from diseaseface.evaluation.evaluate import evaluate
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

CATALOGUE = attributes()
SETTINGS = Options(conditions=("start", "strength", "words"), words="weighted", steps=4)


class Timid:
    """Draws a share of what it is asked with the morph engine: a model that does less than told."""

    name, exact = "timid", False

    def __init__(self, share):
        self.share, self.asked = share, []

    def refusal(self):
        return None

    def render(self, face, edit, *, seed=0, on_step=None):
        self.asked.append([change.amount for change in edit])
        weaker = [replace(change, amount=self.share * change.amount) for change in edit]
        drawn = MorphEngine().render(face, weaker, seed=seed)
        pairs = zip(edit, drawn.applied, strict=True)
        return replace(drawn, applied=tuple(Applied(change, done.amount) for change, done in pairs))


def measured(face, engine, edit):
    drawn = engine.render(face, edit)
    return drawn, evaluate(look(drawn.picture), before=face, rendering=drawn)


JAUNDICE = [Change(CATALOGUE["skin_jaundice"], CATALOGUE["skin_jaundice"].positive.full)]


def test_a_sign_that_fell_short_is_asked_for_more_strongly_within_its_limit(face):
    drawn, report = measured(face, Timid(0.4), JAUNDICE)
    edit = correction.stronger(drawn, report)
    assert JAUNDICE[0].amount < edit[0].amount <= CATALOGUE["skin_jaundice"].positive.limit
    assert correction.names_of(edit, drawn) == ["skin_jaundice"]


def test_a_sign_that_arrived_is_left_alone(face):
    drawn, report = measured(face, Timid(1.0), JAUNDICE)
    assert correction.stronger(drawn, report) is None


def test_the_pipeline_keeps_the_nearer_picture_and_accounts_for_what_was_asked_first(face):
    timid = Timid(0.5)
    pipeline = Pipeline(Pipeline.load().diseases, {"timid": timid})
    first = pipeline.judge(pipeline.draw(face, "jaundice", 0.8, engine="timid"))
    result = pipeline.transform(face, "jaundice", 0.8, engine="timid")
    assert len(timid.asked) == 3
    signs = {sign.name: sign for sign in result.report.signs}
    before = {sign.name: sign for sign in first.report.signs}
    assert signs["skin_jaundice"].asked == before["skin_jaundice"].asked
    assert signs["skin_jaundice"].measured > before["skin_jaundice"].measured
    assert result.report.to_dict()["engine_details"]["corrective_pass"] is True
    assert any("corrective pass" in warning for warning in result.report.warnings)


def test_an_exact_engine_is_asked_once(face):
    class Exact(Timid):
        exact = True

    engine = Exact(0.5)
    Pipeline(Pipeline.load().diseases, {"timid": engine}).transform(face, "jaundice", 0.8, engine="timid")
    assert len(engine.asked) == 1


def test_nothing_is_nearer_without_a_sign_that_both_measured(face):
    empty = evaluate(face, before=face, rendering=Rendering(face.image, ()))
    assert not correction.nearer(empty, empty)


@pytest.fixture(scope="module")
def pipeline(with_weights):
    morph = MorphEngine()
    return Pipeline(Pipeline.load().diseases, {"morph": morph, "diffusion": DiffusionEngine(SETTINGS, morph)})


def test_stages_of_a_strip_share_noise_and_neighbours_differ_by_the_growth_alone(pipeline, face):
    def draw(severity, seed):
        drawing = pipeline.draw(face, "rosacea", severity, engine="diffusion", seed=seed)
        return drawing.rendering.picture.astype(float)

    stages = list(pipeline.draw_strip(face, "rosacea", 3, engine="diffusion", seed=1))
    np.testing.assert_array_equal(stages[0].rendering.picture, face.image)
    np.testing.assert_array_equal(stages[2].rendering.picture, draw(1.0, 1))
    neighbours = np.abs(draw(1.0, 1) - draw(0.97, 1)).mean()
    assert 0.0 < neighbours < 0.6 * np.abs(draw(1.0, 1) - draw(1.0, 2)).mean()


def test_the_way_back_is_drawn_too(pipeline, face):
    drawn = pipeline.draw(face, "jaundice", 0.8, engine="diffusion", toward="healthy")
    assert (drawn.rendering.picture != face.image).any()
    assert all(done.change.amount < 0 for done in drawn.rendering.applied if done.change.sign.direction > 0)
