"""The course as a row of buttons: choosing a stage sets the severity."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from diseaseface.ui import texts, viewer

if TYPE_CHECKING:
    from diseaseface.pipeline import Drawing


def stages_html(stages: Sequence["Drawing"], severity: float) -> str:
    """Return the stages as radio buttons; the one at `severity`, 0 to 100, is marked."""
    buttons = "".join(_button(stage, severity, first=place == 0) for place, stage in enumerate(stages))
    return f"<div class='stages' role='radiogroup' aria-label='{escape(texts.STRIP_TITLE)}'>{buttons}</div>"


def _button(stage: "Drawing", severity: float, *, first: bool) -> str:
    percent = round(100 * stage.request.severity)
    here = percent == round(severity)
    src = viewer.data_url(viewer.head(stage), viewer.STAGE_PX)
    return (
        f"<button type='button' role='radio' aria-checked='{str(here).lower()}' data-severity='{percent}' "
        f"tabindex='{0 if here or first else -1}'>"
        f"<img src='{src}' alt='{escape(viewer.alt(stage), quote=True)}'>"
        f"<span aria-hidden='true'>{percent} %</span></button>"
    )
