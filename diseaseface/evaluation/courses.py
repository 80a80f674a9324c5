"""How likely each stage of a disease's course is from one photo, where nobody shows every sign by the same share.

Of people with one disease some have vessels and no flush, others the opposite. What is expected of each sign is
therefore unsure by a share of itself, for each sign by its own; without that, one large sign that is missing speaks
against all the others that are there.
"""

import numpy as np

from diseaseface.evaluation.ranking import Departure

# Standard deviation of how much of its share one person shows of a sign; the best of four values on 24 pictures of
# rendered tuning heads.
_OWN_SHARE = 0.7
# Of how much narrower the readings of one stage would be than those of another, what counts as evidence: that is known
# by a few faces. The best of four values by the sum of errors on 96 pictures of tuning heads, read by norms of photos
# and of heads, and 144 drawn on faces for calibration; all of it draws what heads show towards none, by 8 to 11 of 100.
_NARROWER = 0.5


def stage_log_odds(departed: Departure, shares: np.ndarray, full: np.ndarray) -> np.ndarray:
    """Return the log-odds of each stage against none.

    Parameters
    ----------
    departed : Departure
        From healthy faces.
    shares : float array of shape (stages, signs)
        Of each sign's full amount.
    full : float array of shape (signs, k)
        What each sign's full amount does to the measures of `departed`.
    """
    nothing = _log_likelihood(departed, departed.values, departed.covariance)
    return np.array([_of_stage(departed, share[:, None] * full) for share in shares]) - nothing


def _of_stage(departed: Departure, each: np.ndarray) -> float:
    together = each.sum(axis=0)
    unsure = departed.spread**2 * np.outer(together, together) + _OWN_SHARE**2 * (each.T @ each)
    return _log_likelihood(departed, departed.values - together, departed.covariance + unsure)


def _log_likelihood(departed: Departure, missed: np.ndarray, covariance: np.ndarray) -> float:
    """Of what is missed with a covariance, but for what does not depend on the stage, or only little is known of."""
    lower = np.linalg.cholesky(covariance)
    squared = float((np.linalg.solve(lower, missed) ** 2).sum())
    return float(departed.log_likelihood(squared) - _NARROWER * np.log(np.diag(lower)).sum())
