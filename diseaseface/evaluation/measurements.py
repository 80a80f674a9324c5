"""Every measure of one face: its value, how far from healthy, how sure, or why it cannot be told."""

from dataclasses import replace

from diseaseface.evaluation.cards import cards
from diseaseface.evaluation.contours import traced_points_cm
from diseaseface.evaluation.frame import frame_of
from diseaseface.evaluation.norms import Person, norms
from diseaseface.evaluation.readings import RELATIVE, SURFACE, TONE, departure, read_alone, smile_of
from diseaseface.evaluation.report import NOT_MEASURABLE, Measurement
from diseaseface.evaluation.skin import SKIN
from diseaseface.evaluation.views import view
from diseaseface.faces.anthropometry import MEASURES
from diseaseface.faces.extents import EXTENTS
from diseaseface.faces.face import Face
from diseaseface.faces.proportions import PROPORTIONS

_HIDDEN = "Its place is hidden, burnt out or too small in this photo."
_UNTESTED = "How well this can be read has not been tested."


def definitions() -> dict[str, tuple[str, str, str]]:
    """Return unit, formula and source of every measure by name."""
    named = {**MEASURES, **PROPORTIONS, **SKIN}
    surface = {name: (unit, "see the sign that it reads", "Own definition") for name, (unit, _) in SURFACE.items()}
    outline = {name: ("mm", extent.formula, "Own definition, on the outline") for name, extent in EXTENTS.items()}
    return {name: (m.unit, m.formula, m.source) for name, m in named.items()} | surface | outline


def read_all(face: Face) -> dict[str, float | None]:
    """Return the raw value of every measure of a face by name, None where its place cannot be seen."""
    seen = view(frame_of(face))
    shape = {name: measure.compute(traced_points_cm(frame_of(face))) for name, measure in PROPORTIONS.items()}
    skin = {name: measure.read(seen) for name, measure in SKIN.items()}
    return {**read_alone(face).values, **shape, **skin}


def measure_all(face: Face, person: Person | None = None) -> list[Measurement]:
    """Read every measure of a face against healthy faces that smile, are as dark, and are as old, and its card."""
    values, known = read_all(face), norms()
    lighter = None if values[TONE] is None else values[TONE] - known.mean[TONE]
    told = [name for name in definitions() if known.mean.get(name) is not None and known.sd.get(name)]
    offset, sd = known.usual(told, person or Person(), smile_of(face), lighter)
    usual = dict(zip(told, zip(offset.tolist(), sd.tolist(), strict=True), strict=True))
    return [_measurement(name, *row, values.get(name), usual.get(name)) for name, row in definitions().items()]


def _measurement(name, unit, formula, source, value, usual) -> Measurement:
    blank, card = Measurement(name, unit, formula, source), cards().get(name)
    reason = _UNTESTED if card is None else card.failing or (_HIDDEN if value is None else None)
    if reason:
        return replace(blank, status=NOT_MEASURABLE, reason=reason)
    if usual is None:
        return replace(blank, value=value, error=card.retest)
    (offset, sd), mean = usual, norms().mean[name]
    norm = mean * (1.0 + offset / 100.0) if name in RELATIVE else mean + offset
    return replace(blank, value=value, error=card.retest, norm=norm, z=(departure(name, mean, value) - offset) / sd)
