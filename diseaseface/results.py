"""What one request asks for, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from diseaseface.engines.base import Rendering
from diseaseface.evaluation import words
from diseaseface.evaluation.report import Report
from diseaseface.faces.face import Face
from diseaseface.knowledge.profiles import Profile
from diseaseface.pictures import encode_png
from diseaseface.takeaway import bundle
from diseaseface.takeaway.document import encode_pdf
from diseaseface.takeaway.table import encode_csv


@dataclass(frozen=True)
class Request:
    """The settings of one picture.

    Attributes
    ----------
    severity : float
        0 the photo itself, 1 the marked end of what is published.
    seed : int
        Chooses the details, and the signs of a sampled presentation.
    age : float or None
        Years; leaves out signs that are not seen at it.
    photo_age : float or None
        Years of the person in the photo; with it the face also grows or ages from there to `age`.
    sex : "female", "male" or None
        Of the person; for what ages one sex only, and a warning where the disease is not one of theirs.
    side : "left", "right" or None
        The subject's own, for a disease that takes one side.
    engine, presentation, toward : str
        As `edits.plan` takes them, which also checks them.
    """

    severity: float
    seed: int = 0
    age: float | None = None
    photo_age: float | None = None
    sex: str | None = None
    side: str | None = None
    engine: str = "morph"
    presentation: str = "typical"
    toward: str = "disease"


@dataclass(frozen=True, eq=False)
class Drawing:
    """A picture that is drawn but not yet judged."""

    face: Face
    profile: Profile
    request: Request
    rendering: Rendering
    notes: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Result:
    """A picture and its scores.

    Attributes
    ----------
    picture : uint8 array of shape (H, W, 3)
        RGB, shape of the upright, size-limited photo.
    report : Report
    rendering : Rendering
        What the engine was asked and what it applied.
    face : Face
        The photo, analysed.
    drawing : Drawing
        What was judged.
    """

    picture: np.ndarray
    report: Report
    rendering: Rendering
    face: Face
    drawing: Drawing

    def png(self, *, mark: bool = True) -> bytes:
        """Return the picture as a PNG with its report inside; with the visible mark, unless told otherwise."""
        return encode_png(self.picture, self.report.to_dict(), mark=mark)

    def pdf(self, *, mark: bool = True) -> bytes:
        """Return a report of one page."""
        before, after = (bundle.head(self.face, one) for one in (self.face.image, self.picture))
        return encode_pdf(before, after, self.report.to_dict(), mark=mark)

    def csv(self) -> bytes:
        """Return the signs as a table."""
        return encode_csv(self.report.to_dict())


def strip_png(results: Sequence[Result], *, mark: bool = True) -> bytes:
    """Return the results of a strip side by side with their severities, as a PNG with the last report inside."""
    stages = [(result.picture, words.stage_caption(result.drawing.request.severity)) for result in results]
    return bundle.strip(stages, results[-1].report.to_dict(), mark=mark)
