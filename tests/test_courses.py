"""One photo's severity: a sign may be missing in a person without speaking against all the others."""

import numpy as np
import pytest

from diseaseface.evaluation.courses import stage_log_odds
from diseaseface.evaluation.ranking import Departure
from diseaseface.evaluation.readings import ALONE
from diseaseface.evaluation.severity import likeliest

STAGES = np.linspace(0.0, 1.0, 21)[:, None] * np.ones(3)
FULL = np.diag([5.0, 2.0, 2.0])  # one large sign, two usual ones, each with its own measure


def departed(values, freedom=np.inf, covariance=None):
    covariance = np.eye(3) if covariance is None else covariance
    values, precision = np.array(values), np.linalg.inv(covariance)
    distance = float(np.sqrt(values @ precision @ values))
    return Departure(ALONE, ("a", "b", "c"), values, precision, covariance, freedom, distance, 1.0, 0.3)


def read(values, **more):
    return likeliest(stage_log_odds(departed(values, **more), STAGES, FULL))


def strict(values):
    """The same where every sign is shown by one share."""
    return likeliest(departed(values).log_odds(STAGES @ FULL))


def test_no_stage_is_likelier_than_none_at_none():
    assert stage_log_odds(departed([0.3, -1.0, 2.0], freedom=6.0), STAGES, FULL)[0] == pytest.approx(0.0)


@pytest.mark.parametrize("freedom", [6.0, np.inf])
def test_more_of_every_sign_is_more_severe(freedom):
    found = [read(share * FULL.sum(axis=0), freedom=freedom).value for share in (0.0, 0.3, 0.6, 0.9)]
    assert found == sorted(found)
    assert found[0] < 0.3
    assert found[-1] > 0.6


def test_a_large_sign_that_is_missing_does_not_hide_the_others():
    without = [0.0, 1.8, 1.8]
    assert read(without).value > strict(without).value + 0.15


def test_what_one_sign_may_lack_makes_the_interval_wider():
    whole = 0.6 * FULL.sum(axis=0)
    loose, tight = read(whole), strict(whole)
    assert loose.high - loose.low > tight.high - tight.low


def test_measures_that_go_together_in_healthy_people_count_as_less_than_two():
    together = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.9], [0.0, 0.9, 1.0]])
    values = [0.0, 1.8, 1.8]
    best = [stage_log_odds(departed(values, covariance=c), STAGES, FULL).max() for c in (np.eye(3), together)]
    assert best[1] < best[0]


def test_how_narrow_a_stage_would_be_read_is_half_a_proof():
    wider = 1.0 + (0.3**2 + 0.7**2) * (0.6 * 5.0) ** 2
    by_hand = -0.5 * (2.0 - 0.6 * 5.0) ** 2 / wider + 0.5 * 2.0**2 - 0.5 * 0.5 * np.log(wider)
    one = departed([2.0, 0.0, 0.0])
    assert stage_log_odds(one, np.array([[0.6]]), FULL[:1])[0] == pytest.approx(by_hand)
