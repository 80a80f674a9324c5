"""The Evaluate tab: components and their wiring."""

from typing import TYPE_CHECKING

import gradio as gr

from diseaseface.ui import texts
from diseaseface.ui.evaluate_handlers import PAIR, EvaluateHandlers
from diseaseface.ui.parts import (
    ASKS_CONSENT,
    consent_box,
    disease_box,
    example_buttons,
    mark_chosen,
    remembered,
    script,
    stale,
    step_title,
    title,
    words,
)

if TYPE_CHECKING:
    from diseaseface.pipeline import Pipeline

QUIET = {"show_progress": "hidden", "api_visibility": "private"}
ONE_AT_A_TIME = {"concurrency_id": "reading", "concurrency_limit": 1}


def add(pipeline: "Pipeline", search, room: gr.Tab) -> dict:
    """Lay the tab out, wire it and return its parts; the first example is read when `room` is first seen."""
    handlers = EvaluateHandlers(pipeline)
    parts: dict = {"held": remembered(), "rows": remembered(())}
    with gr.Row(elem_id="evaluate", equal_height=False):
        with gr.Column(elem_id="evaluate-asking", min_width=0):
            parts |= _asking(search)
        with gr.Column(elem_id="evaluate-stage", min_width=0):
            parts |= _stage()
        with gr.Column(elem_id="evaluate-readings", min_width=0):
            title(texts.EVALUATE_SCORES)
            parts["scores"] = words("evaluate-scores")
            title(texts.EVALUATE_RANKING, texts.EVALUATE_RANKING_HINT)
            parts["ranking"] = words("evaluate-ranking")
            title(texts.EVALUATE_TRUST)
            parts["trust"] = words("evaluate-trust")
        with gr.Column(elem_id="evaluate-signs", min_width=0):
            title(texts.EVALUATE_SIGNS, texts.EVALUATE_SIGNS_HINT)
            parts["plot"] = gr.Plot(
                show_label=False, label=texts.EVALUATE_SIGNS, container=False, elem_id="evaluate-plot", buttons=[]
            )
        with gr.Column(elem_id="evaluate-set", min_width=0):
            parts |= _table()
    _wire(handlers, parts, room)
    return parts


def _photo(name: str, label: str, hint: str, height: int) -> gr.Image:
    return gr.Image(
        type="filepath",
        sources=["upload", "webcam"] if name == "evaluate-photo" else ["upload"],
        image_mode=None,
        show_label=False,
        label=label,
        placeholder=hint,
        height=height,
        buttons=[],
        elem_id=name,
        elem_classes=["asked-photo", ASKS_CONSENT],
    )


def _asking(search) -> dict:
    parts = {}
    with gr.Column(elem_classes="step", min_width=0):
        step_title(1, texts.EVALUATE_PHOTO)
        parts["consent"] = consent_box("evaluate-consent")
        parts["photo"] = _photo("evaluate-photo", texts.EVALUATE_PHOTO, texts.PHOTO_HINT, 176)
        parts["examples"] = gr.HTML(_examples(), js_on_load=script("examples.js"), elem_id="evaluate-examples")
        parts["notice"] = words("evaluate-notice")
    with gr.Column(elem_classes="step", min_width=0):
        step_title(2, texts.EVALUATE_BEFORE)
        parts["before"] = _photo("evaluate-before", texts.EVALUATE_BEFORE, texts.EVALUATE_BEFORE_HINT, 116)
        parts["before_notice"] = words("evaluate-before-notice")
    with gr.Column(elem_classes=["step", "above"], min_width=0):
        step_title(3, texts.EVALUATE_DISEASE)
        parts["disease"] = disease_box(
            "evaluate-disease", search, texts.EVALUATE_DISEASE, texts.EVALUATE_DISEASE_HINT, optional=True
        )
        parts["disease_notice"] = words("evaluate-disease-notice")
    with gr.Accordion(texts.EVALUATE_SET, open=False, elem_id="evaluate-many"):
        gr.HTML(f"<p>{texts.EVALUATE_SET_HINT}</p>", js_on_load=None)
        parts["files"] = gr.File(
            file_count="multiple",
            file_types=["image"],
            height=130,
            show_label=False,
            label=texts.EVALUATE_SET,
            elem_id="evaluate-files",
            elem_classes=ASKS_CONSENT,
        )
        with gr.Row(elem_classes="small-buttons"):
            parts["read"] = gr.Button(texts.EVALUATE_SET_READ, size="sm", min_width=0, elem_id="evaluate-read")
            parts["stop"] = gr.Button(texts.STOP, size="sm", min_width=0, visible=False, elem_id="evaluate-stop")
        parts["set_notice"] = words("evaluate-set-notice")
    return parts


def _stage() -> dict:
    title(texts.EVALUATE_MAP)
    picture = gr.Image(
        format="png",
        show_label=False,
        label=texts.EVALUATE_MAP,
        interactive=False,
        buttons=["download", "fullscreen"],
        elem_id="evaluate-picture",
    )
    view = gr.Radio(
        texts.EVALUATE_VIEWS, value="map", show_label=False, label=texts.EVALUATE_MAP, elem_id="evaluate-view"
    )
    stale("evaluate-stale")
    return {"picture": picture, "view": view, "status": words("evaluate-status"), "notes": words("evaluate-notes")}


def _table() -> dict:
    parts = {"table": words("evaluate-table")}
    parts["csv"] = gr.Button(texts.EVALUATE_CSV, size="sm", min_width=0, visible=False, elem_id="evaluate-csv")
    parts["fetch"] = gr.DownloadButton(visible="hidden", elem_id="evaluate-fetch")
    return parts


def _wire(handlers: EvaluateHandlers, parts: dict, room: gr.Tab) -> None:
    outputs = [parts[name] for name in handlers.outputs()]
    asked = [parts[name] for name in ("photo", "before", "disease", "consent", "view", "held")]
    gr.on(
        [parts["photo"].change, parts["before"].change, parts["disease"].input, parts["consent"].input],
        handlers.read,
        asked,
        outputs,
        trigger_mode="always_last",
        **QUIET,
        **ONE_AT_A_TIME,
    )
    room.select(handlers.first, [parts["photo"], parts["held"]], parts["photo"], **QUIET)
    taken = [parts[name] for name in ("photo", "before", "status")]
    parts["examples"].select(handlers.take_example, None, taken, **QUIET)
    mark_chosen(parts["photo"], "evaluate-examples")
    parts["view"].input(handlers.turn, [parts["view"], parts["held"]], parts["picture"], **QUIET)
    told = [parts[name] for name in ("table", "rows", "csv", "stop", "set_notice")]
    reading = parts["read"].click(
        handlers.read_set, [parts["files"], parts["disease"], parts["consent"]], told, **QUIET, **ONE_AT_A_TIME
    )
    parts["stop"].click(
        handlers.stopped, parts["rows"], [parts["table"], parts["csv"], parts["stop"]],
        cancels=[reading], queue=False, **QUIET,
    )  # fmt: skip
    made = parts["csv"].click(handlers.take_csv, parts["rows"], parts["fetch"], **QUIET)
    made.success(None, js="() => window.diseaseface.fetch('evaluate-fetch')", api_visibility="private")


def _examples() -> str:
    pair = f"<p><button type='button' class='pair' data-name='{PAIR}'>{texts.EVALUATE_PAIR}</button></p>"
    return f"<p>{texts.EVALUATE_EXAMPLES}</p><div>{example_buttons()}</div>{pair}"
