"""The Transform tab's components: photo, disease and severity; the picture; scores, signs and course."""

from html import escape

import gradio as gr

from diseaseface.ui import presenters, texts
from diseaseface.ui.asked import FIRST
from diseaseface.ui.engines import offered
from diseaseface.ui.handlers import Handlers
from diseaseface.ui.parts import (
    ASKS_CONSENT,
    consent_box,
    disease_box,
    example_buttons,
    folded,
    remembered,
    script,
    stale,
    step_title,
    title,
    words,
)
from diseaseface.ui.turns import Turns
from diseaseface.ui.viewer import ear, viewer


def lay_out(handlers: Handlers) -> dict:
    """Place the components and return them by name."""
    parts: dict = {name: remembered() for name in ("held", "own", "seen")}
    parts |= {"visit": remembered(()), "go": gr.State(0), "turns": gr.State(Turns())}
    with gr.Row(elem_id="bench", equal_height=False):
        with gr.Column(elem_id="controls", min_width=0):
            parts |= _controls(handlers)
        with gr.Column(elem_id="stage", min_width=0):
            parts |= _stage()
        with gr.Column(elem_id="readings", min_width=0):
            parts |= _readings()
        with gr.Column(elem_id="course", min_width=0):
            parts |= _course()
        with gr.Column(elem_id="evidence", min_width=0):
            title(texts.SIGNS_TITLE, texts.SIGNS_HINT)
            parts["signs"] = words("signs")
    return parts


def _controls(handlers: Handlers) -> dict:
    with gr.Column(elem_classes="step", min_width=0):
        parts = _photo()
    with gr.Column(elem_classes="step", min_width=0):
        step_title(2, texts.DISEASE)
        parts["disease"] = disease_box("disease", handlers.search, texts.DISEASE, texts.DISEASE_HINT)
        parts["disease_notice"] = words("disease-notice")
    with gr.Column(elem_classes="step", min_width=0):
        step_title(3, texts.SEVERITY)
        parts["severity"] = gr.Slider(
            0,
            100,
            FIRST["severity"],
            step=1,
            label=texts.SEVERITY,
            show_label=False,
            buttons=[],
            elem_id="severity",
        )
        ends = "".join(f"<span>{word}</span>" for word in texts.SEVERITY_ENDS)
        gr.HTML(f"<div class='ends' aria-hidden='true'>{ends}</div>", js_on_load=None)
    with gr.Accordion(texts.MORE, open=False, elem_id="more"):
        parts |= _more(handlers)
    parts["notice"] = words("notice")
    return parts


def _photo() -> dict:
    step_title(1, texts.PHOTO)
    consent = consent_box("consent")
    photo = gr.Image(
        type="filepath",
        sources=["upload", "webcam"],
        image_mode=None,
        show_label=False,
        label=texts.PHOTO,
        placeholder=texts.PHOTO_HINT,
        height=188,
        buttons=[],
        elem_id="photo",
        elem_classes=ASKS_CONSENT,
    )
    upload = gr.HTML(_upload(), js_on_load=script("upload.js"), elem_id="upload", elem_classes=ASKS_CONSENT)
    notice = words("photo-notice")
    chosen = gr.HTML(_examples(), js_on_load=script("examples.js"), elem_id="examples")
    folded(texts.PHOTO_TIPS, "".join(f"<li>{escape(tip)}</li>" for tip in texts.PHOTO_TIPS_TEXT), "photo-tips")
    return {
        "photo": photo,
        "consent": consent,
        "upload": upload,
        "photo_notice": notice,
        "examples": chosen,
        "own_picture": words("own-picture"),
    }


def _more(handlers: Handlers) -> dict:
    toward = gr.Radio(texts.DIRECTIONS, value=FIRST["toward"], label=texts.DIRECTION, elem_id="toward")
    presentation = gr.Radio(
        texts.PRESENTATIONS, value=FIRST["presentation"], label=texts.PRESENTATION, elem_id="presentation"
    )
    with gr.Row(elem_id="chance", equal_height=True):
        seed = gr.Number(FIRST["seed"], label=texts.SEED, precision=0, minimum=0, min_width=80, elem_id="seed")
        dice = gr.Button(texts.DICE, size="sm", min_width=80, elem_id="dice")
    age = gr.Textbox(FIRST["age"], label=texts.AGE, max_lines=1, elem_id="age")
    sex = gr.Radio(texts.SEXES, value=FIRST["sex"], label=texts.SEX, elem_id="sex")
    side = gr.Radio(texts.SIDES, value=FIRST["side"], label=texts.SIDE, elem_id="side")
    engines, refused = offered(handlers.pipeline.refusals())
    engine = gr.Radio(engines, value=FIRST["engine"], label=texts.ENGINE, elem_id="engine")
    gr.HTML(refused, js_on_load=None, elem_id="engine-refused")
    return {
        "toward": toward,
        "presentation": presentation,
        "seed": seed,
        "dice": dice,
        "age": age,
        "sex": sex,
        "side": side,
        "engine": engine,
    }


def _stage() -> dict:
    picture = viewer("picture", play=True)
    heard = {"live": ear("live", "live"), "film": ear("film", "film")}
    stale("stale")
    with gr.Row(elem_id="below", equal_height=True):
        caption = gr.HTML("", elem_id="caption", js_on_load=None)
        status = gr.HTML(presenters.working_html(texts.READING_FACE), elem_id="status", js_on_load=None)
        stop = gr.Button(texts.STOP, size="sm", visible=False, elem_id="stop", min_width=0)
    with gr.Row(elem_id="take"):
        takes = {
            f"take_{name}": gr.Button(label, size="sm", min_width=0, elem_id=f"take-{name}")
            for name, label in texts.TAKE.items()
        }
        fetch = gr.DownloadButton(visible="hidden", elem_id="fetch")
        gr.HTML(
            f"<button type='button'>{escape(texts.LINK)}</button>"
            f"<span role='status' data-copied='{escape(texts.LINK_COPIED, quote=True)}' "
            f"data-none='{escape(texts.LINK_NONE, quote=True)}'></span>",
            js_on_load=script("link.js"),
            elem_id="link",
        )
    warnings = words("warnings")
    shown = {"picture": picture, "caption": caption, "status": status, "stop": stop}
    return shown | heard | takes | {"fetch": fetch, "warnings": warnings}


def _readings() -> dict:
    title(texts.SCORES_TITLE)
    scores = words("scores")
    help_text = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in texts.SCORES_HELP_TEXT)
    folded(texts.SCORES_HELP, help_text, "scores-help", tag="dl")
    title(texts.PLOT_TITLE, texts.PLOT_HINT)
    return {"scores": scores, "plot": words("plot")}


def _course() -> dict:
    title(texts.STRIP_TITLE, texts.STRIP_HINT)
    strip = words("strip")
    title(texts.VISIT_TITLE, texts.VISIT_HINT, name="visit-title")
    return {"strip": strip, "visited": gr.HTML("", js_on_load=script("visited.js"), elem_id="visited")}


def _upload() -> str:
    told = {"sending": texts.SENDING, "refused": texts.NOT_SENT}
    data = " ".join(f"data-{name}='{escape(text, quote=True)}'" for name, text in told.items())
    choose = f"<label>{escape(texts.CHOOSE_PHOTO)}<input type='file' accept='image/*'></label>"
    return f"{choose}<p role='status' {data}></p>"


def _examples() -> str:
    return f"<p>{texts.EXAMPLES}</p><div>{example_buttons()}</div><p class='small'>{texts.EXAMPLES_NOTE}</p>"
