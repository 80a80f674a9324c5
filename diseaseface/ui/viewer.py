"""The picture before and after: what the page's viewer is given to show, and the component itself."""

import base64
from html import escape
from typing import TYPE_CHECKING

import cv2
import gradio as gr
import numpy as np

from diseaseface import pictures
from diseaseface.faces import framing
from diseaseface.faces.face import Face
from diseaseface.ui import texts, views
from diseaseface.ui.parts import script

if TYPE_CHECKING:
    from diseaseface.pipeline import Drawing

_QUALITY = 93  # of JPEG, for the screen alone: what is taken away is PNG
LIVE_PX, STAGE_PX, THUMB_PX = 720, 320, 128


def data_url(picture: np.ndarray, longest_px: int | None = None) -> str:
    """Return a picture, shape (H, W, 3), as a data URL: shown without a file anywhere."""
    small = picture if longest_px is None else pictures.shrunk(picture, longest_px)
    options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111]
    data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), options)[1].tobytes()
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()


def sights(face: Face) -> dict[str, list[float]]:
    """Return where each view lies in the photo, as `views.shares_of` gives it."""
    return {view: views.shares_of(face, view) for view in views.VIEWS}


def pair(drawing: "Drawing", *, known: bool = False) -> dict:
    """Return what the viewer shows of a photo and its drawing; `known` when it has the photo already."""
    face, picture = drawing.face, drawing.rendering.picture
    height, width = face.image.shape[:2]
    return {
        "before": None if known else data_url(face.image),
        "after": data_url(picture),
        "size": [width, height],
        "boxes": sights(face),
        "severity": round(100 * drawing.request.severity),
        "names": [texts.BEFORE, texts.AFTER],
        "alts": [texts.ALT_PHOTO, alt(drawing)],
    }


def two(one: "Drawing", other: "Drawing", names: tuple[str, str]) -> dict:
    """Return what the viewer shows of two drawings of one photo."""
    height, width = one.face.image.shape[:2]
    return {
        "before": data_url(one.rendering.picture),
        "after": data_url(other.rendering.picture),
        "size": [width, height],
        "boxes": sights(one.face),
        "names": list(names),
        "alts": [alt(one), alt(other)],
    }


def frame(drawing: "Drawing", view: str) -> dict:
    """Return one quick frame of a drawing, as much of it as the visitor sees."""
    view = view if view in views.VIEWS else views.HEAD
    part = framing.crop(drawing.rendering.picture, views.box_of(drawing.face, view))
    return {
        "src": data_url(part, LIVE_PX),
        "box": views.shares_of(drawing.face, view),
        "severity": round(100 * drawing.request.severity),
    }


def head(drawing: "Drawing") -> np.ndarray:
    """Return the head of a drawn picture."""
    return framing.crop(drawing.rendering.picture, framing.head(drawing.face))


def alt(drawing: "Drawing") -> str:
    """Say in words what a drawn picture shows."""
    way = texts.ALT_AWAY if drawing.request.toward == "healthy" else texts.ALT_DRAWN
    return way.format(name=drawing.profile.name, severity=100 * drawing.request.severity)


def viewer(name: str, *, play: bool = False, beside: bool = False) -> gr.HTML:
    """Return an empty viewer: two pictures with a divider, zoom, side by side, and a film where `play`."""
    return gr.HTML(
        None,
        html_template=_template(name, play, "beside" if beside else "wipe"),
        js_on_load=script("viewer.js"),
        elem_id=name,
        elem_classes="viewer-block",
        label=texts.PICTURE,
    )


def _template(name: str, play: bool, mode: str) -> str:
    looks = "".join(
        f'<button type="button" data-look="{view}" aria-pressed="false">{escape(label)}</button>'
        for label, view in texts.VIEWS
    )
    film = f'<button type="button" data-do="play" aria-pressed="false">{escape(texts.PLAY)}</button>' if play else ""
    return (
        f'<div class="viewer" data-name="{name}" data-mode="{mode}" data-empty>'
        '<div class="frame"><div class="plane"><img class="before" alt=""></div>'
        '<div class="plane over"><img class="drawn" alt=""><img class="quick" alt="" hidden></div>'
        '<span class="edge" aria-hidden="true"></span><span class="tag left"></span><span class="tag right"></span>'
        f'<input class="wipe" type="range" min="0" max="100" value="50" aria-label="{escape(texts.WIPE)}">'
        f'<button type="button" class="back" data-do="back" hidden>'
        f'<span aria-hidden="true">←</span> <b></b> <small>{escape(texts.BACK)}</small></button></div>'
        f'<div class="tools" role="toolbar" aria-label="{escape(texts.VIEW)}"><div class="looks">{looks}</div>'
        f'{film}<button type="button" data-do="beside" aria-pressed="{str(mode == "beside").lower()}">'
        f"{escape(texts.BESIDE)}</button>"
        f'<button type="button" data-do="large">{escape(texts.LARGE)}</button></div></div>'
    )


def ear(name: str, call: str) -> gr.HTML:
    """Return an unseen component that hands what it is given to a function of the page."""
    return gr.HTML(
        None,
        html_template="",
        js_on_load=f"watch('value', () => props.value && window.diseaseface.{call}(props.value));",
        elem_id=name,
        visible="hidden",
    )
