"""The closed loop: what fell short in a drawn picture is asked for once more, stronger."""

from collections.abc import Sequence
from dataclasses import replace

from diseaseface.edits import Change
from diseaseface.engines.base import Applied, Rendering
from diseaseface.evaluation.report import MEASURED, Report, SignReport

SHORT = 0.3  # share of what was asked that may be lacking
_MOST_BOOST = 1.6
_CLEAR_OF_NOISE = 2.0


def stronger(rendering: Rendering, report: Report) -> tuple[Change, ...] | None:
    """Return the edit with each sign that fell short by more than 30 % asked more strongly, within its limit.

    None where nothing that can be measured fell short.
    """
    short = {_key(sign): _boost(sign) for sign in report.signs if _falls_short(sign)}
    asked = [done.change for done in rendering.applied]
    edit = tuple(_boosted(change, short.get((change.attribute.name, change.side), 1.0)) for change in asked)
    return edit if any(new.amount != old.amount for new, old in zip(edit, asked, strict=True)) else None


def as_asked(second: Rendering, first: Rendering) -> Rendering:
    """Return the second picture, accounted for against what was asked in the beginning."""
    pairs = zip(second.applied, first.applied, strict=True)
    applied = tuple(Applied(asked.change, done.amount, done.reason) for done, asked in pairs)
    return replace(second, applied=applied, details={**second.details, "corrective_pass": True})


def nearer(second: Report, first: Report) -> bool:
    """Tell whether the second picture is nearer to what was asked, over all signs measured in both."""
    errors = [{_key(sign): _error(sign) for sign in report.signs if _judged(sign)} for report in (second, first)]
    both = errors[0].keys() & errors[1].keys()
    return bool(both) and sum(errors[0][key] for key in both) < sum(errors[1][key] for key in both)


def names_of(edit: Sequence[Change], rendering: Rendering) -> list[str]:
    """Return the attributes that an edit asks more of than a rendering was asked."""
    pairs = zip(edit, rendering.applied, strict=True)
    return [new.attribute.name for new, done in pairs if new.amount != done.change.amount]


def _key(sign: SignReport) -> tuple[str, str | None]:
    return sign.name, sign.side


def _judged(sign: SignReport) -> bool:
    return sign.status == MEASURED and bool(sign.asked) and sign.measured is not None


def _falls_short(sign: SignReport) -> bool:
    clear = _judged(sign) and abs(sign.asked) > _CLEAR_OF_NOISE * (sign.noise or 0.0)
    return clear and sign.measured / sign.asked < 1.0 - SHORT


def _boost(sign: SignReport) -> float:
    reached = sign.measured / sign.asked
    return min(1.0 / reached, _MOST_BOOST) if reached > 0 else _MOST_BOOST


def _boosted(change: Change, factor: float) -> Change:
    same, other = change.attribute.positive, change.attribute.negative
    if change.amount < 0:
        same, other = other, same
    limit = max(abs((same or other).limit), abs(change.amount))
    amount = min(factor * abs(change.amount), limit)
    return replace(change, amount=amount if change.amount > 0 else -amount)


def _error(sign: SignReport) -> float:
    return abs(sign.asked - sign.measured) / abs(sign.asked)
