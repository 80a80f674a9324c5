"""Many signs at once stay a face."""

import numpy as np

from diseaseface.benchmarks import composition
from diseaseface.knowledge.catalogue import attributes

CATALOGUE = [attribute for attribute in attributes().values() if attribute.engine == "morph"]


def test_a_random_edit_has_five_to_thirty_different_signs_at_their_full_amounts():
    for seed in range(20):
        edit = composition.random_edit(np.random.default_rng(seed), CATALOGUE)
        names = [change.attribute.name for change in edit]
        assert 5 <= len(names) == len(set(names)) <= 30
        poles = [c.attribute.positive if c.amount > 0 else c.attribute.negative for c in edit]
        assert [c.amount for c in edit] == [pole.full for pole in poles]
        assert all(c.side is None or c.attribute.sided for c in edit)


def test_random_profiles_neither_fail_nor_fold_nor_leave_the_person(face):
    table = composition.measure([face], draws=12, seed=3)
    assert table["exceptions"] == {}
    assert table["folded"] == 0
    assert table["least_jacobian"] >= 0.3
    assert table["changed_outside"] == 0


def test_the_benchmark_counts_what_goes_wrong(face, monkeypatch):
    def fail(self, face, edit, *, seed=0):
        raise ValueError("folded")

    monkeypatch.setattr(composition.MorphEngine, "render", fail)
    table = composition.measure([face], draws=3, seed=0)
    assert table["exceptions"] == {"ValueError: folded": 3}
