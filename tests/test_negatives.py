"""Hard negatives: descriptions that are wrong in one sign, and how often the reading prefers the right one."""

import numpy as np
import pytest

from diseaseface.benchmarks import negatives as benchmark
from diseaseface.benchmarks.negatives import Case
from diseaseface.edits import SIDES
from diseaseface.evaluation.gains import gains, measure_names, sign_name
from diseaseface.evaluation.readings import ALIGNED, Readings
from diseaseface.training.negatives import KINDS, wrong_signs

CATALOGUE = benchmark.readable()


def perfectly_read(shares: np.ndarray) -> Readings:
    """What a reader without noise or crosstalk would see of a description."""
    values = {name: 0.0 for attribute in CATALOGUE for name in measure_names(attribute, None)}
    for change in benchmark.changes_of(CATALOGUE, shares):
        gain = gains().own[ALIGNED][sign_name(change.attribute.name, change.amount)].gain
        for name in measure_names(change.attribute, change.side):
            values[name] = gain * change.amount
    return Readings(ALIGNED, values)


def test_every_sign_in_play_can_be_drawn_and_measured_and_no_measure_is_used_twice():
    assert len(CATALOGUE) >= 25
    assert len({attribute.measure for attribute in CATALOGUE}) == len(CATALOGUE)
    assert sum(benchmark.sides_of(attribute) == SIDES for attribute in CATALOGUE) >= 2


@pytest.mark.parametrize("seed", range(6))
def test_a_description_has_a_few_signs_of_marked_size(seed):
    shares = benchmark.described(CATALOGUE, np.random.default_rng(seed))
    signs = np.abs(shares).max(axis=1)
    assert benchmark.SIGNS[0] <= (signs > 0).sum() <= benchmark.SIGNS[1]
    assert signs.max() <= benchmark.AMOUNTS[1]
    changes = benchmark.changes_of(CATALOGUE, shares)
    assert len(changes) == (signs > 0).sum()


@pytest.mark.parametrize("kind", KINDS)
def test_a_perfect_reading_prefers_the_right_description_whatever_is_wrong(kind):
    for seed in range(8):
        chance = np.random.default_rng(seed)
        shares = benchmark.described(CATALOGUE, chance)
        wrong = wrong_signs(shares, kind, chance)
        found = perfectly_read(shares)
        assert benchmark.likelihood(found, CATALOGUE, shares) > benchmark.likelihood(found, CATALOGUE, wrong)


def test_the_share_is_counted_by_kind_with_an_interval_over_faces():
    made = [Case("removed", face, right) for face, right in (("a", 1.0), ("a", 1.0), ("b", 0.0), ("b", 1.0))]
    table = benchmark.measure([*made, Case("reversed", "a", 0.5)])
    assert table["preferred"]["removed"] == {"n": 4, "share": 0.75, "interval": [0.5, 1.0]}
    assert table["preferred"]["reversed"]["share"] == 0.5
    assert table["preferred"]["overall"]["n"] == 5
    assert table["faces"] == 2


def test_the_right_description_of_a_drawn_face_is_mostly_preferred(face):
    found = list(benchmark.cases([("astronaut", face)], 3, seed=1))
    assert len(found) >= 9
    assert np.mean([case.right for case in found]) > 0.7
