"""What a visitor's session remembers of the last picture, and what the page is given to show."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import gradio as gr

from diseaseface.faces.face import Face
from diseaseface.faces.prepared import bytes_of
from diseaseface.knowledge.profiles import Profile
from diseaseface.ui import presenters
from diseaseface.ui.asked import Asked
from diseaseface.ui.outputs import Outputs
from diseaseface.ui.progress import idle

if TYPE_CHECKING:
    from diseaseface.pipeline import Drawing, Result


@dataclass(frozen=True, eq=False)
class Held:
    """The analysed photo and the last result."""

    photo: str
    face: Face
    asked: Asked
    disease: str | Profile
    drawing: "Drawing"
    result: "Result | None" = None
    stages: tuple["Drawing", ...] = ()

    @property
    def settings(self) -> dict:
        """The keywords of the pipeline."""
        return self.asked.settings()

    @property
    def size_bytes(self) -> int:
        """What the face and the pictures take in memory, without what is prepared for the face."""
        return bytes_of(self.face, *(one.rendering.picture for one in (self.drawing, *self.stages)))

    def answers(self, photo: str, disease: str | Profile, asked: Asked) -> bool:
        """Whether just this was asked for, and all of it is drawn."""
        return bool(self.result and self.stages) and (self.photo, self.disease, self.asked) == (photo, disease, asked)

    def course_of(self, photo: str, disease: str | Profile, asked: Asked) -> tuple["Drawing", ...]:
        """Return the stages where the same course was asked for, at whatever severity; none where another was."""
        same = (self.photo, self.disease, self.settings) == (photo, disease, asked.settings())
        return self.stages if same else ()


@dataclass(frozen=True, eq=False)
class Shown(Outputs):
    """New values of the page's outputs, in the order of the layout; what is not given stays."""

    picture: Any = field(default_factory=gr.skip)
    caption: Any = field(default_factory=gr.skip)
    warnings: Any = field(default_factory=gr.skip)
    scores: Any = field(default_factory=gr.skip)
    plot: Any = field(default_factory=gr.skip)
    strip: Any = field(default_factory=gr.skip)
    signs: Any = field(default_factory=gr.skip)
    photo_notice: Any = ""
    disease_notice: Any = ""
    notice: Any = ""
    status: Any = ""
    stop: Any = field(default_factory=lambda: gr.update(visible=False))
    held: Any = field(default_factory=gr.skip)
    visit: Any = field(default_factory=gr.skip)
    visited: Any = field(default_factory=gr.skip)

    @classmethod
    def silent(cls, **news: Any) -> "Shown":
        """Return news that leave all else as it is, notices and the line of progress too."""
        return cls(**dict.fromkeys(cls.names(), gr.skip()) | news)

    @classmethod
    def idle(cls) -> "Shown":
        """Return the news that nothing is being done, and no other."""
        status, stop = idle()
        return cls.silent(status=status, stop=stop)

    def news(self) -> dict[str, Any]:
        """Return what is given, by name."""
        values = zip(self.names(), self.values(), strict=True)
        return {name: value for name, value in values if value != gr.skip()}


def working(status: str, **news) -> Shown:
    """Return news while more is on its way."""
    return Shown(status=presenters.working_html(status), stop=gr.update(visible=True), **news)
