"""ZeroGPU: only there, only with its package, and with arguments that survive the way into a fork."""

import pickle

import numpy as np
import pytest

from diseaseface import Pipeline
from diseaseface.edits import Change
from diseaseface.engines.diffusion.engine import DiffusionEngine
from diseaseface.engines.diffusion.options import Options
from diseaseface.knowledge.catalogue import attributes
from diseaseface.ui import zerogpu

JAUNDICE = Change(attributes()["skin_jaundice"], 8.0)


def test_elsewhere_nothing_changes(monkeypatch):
    pipeline = Pipeline.load()
    monkeypatch.delenv(zerogpu.SETTING, raising=False)
    assert zerogpu.prepared(pipeline) is pipeline


def test_without_weights_or_package_nothing_changes_on_zerogpu_either(monkeypatch):
    pipeline = Pipeline.load()
    monkeypatch.setenv(zerogpu.SETTING, "true")
    assert zerogpu.prepared(pipeline) is pipeline


def test_what_goes_into_the_fork_and_comes_back_can_be_pickled(face):
    there = pickle.loads(pickle.dumps((face, (JAUNDICE,), 3)))
    np.testing.assert_array_equal(there[0].image, face.image)
    assert there[1] == (JAUNDICE,)


def test_the_package_leaves_the_function_alone_elsewhere_and_more_work_asks_for_longer(with_weights, face):
    pytest.importorskip("spaces")
    engine = DiffusionEngine(Options(conditions=("start", "words"), steps=4))
    lent = zerogpu.BorrowedGpu(engine)
    told = []
    drawn = lent.render(face, [JAUNDICE], seed=1, on_step=lambda *step: told.append(step))
    np.testing.assert_array_equal(drawn.picture, engine.render(face, [JAUNDICE], seed=1).picture)
    assert told == [(1, 1)]
    many = zerogpu.BorrowedGpu(DiffusionEngine(Options(conditions=("start", "words"), steps=60)))
    assert lent.seconds(face, [JAUNDICE]) < many.seconds(face, [JAUNDICE] * 8) <= 120
