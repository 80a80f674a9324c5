"""The Profiles tab: components and their wiring."""

from typing import TYPE_CHECKING

import gradio as gr

from diseaseface.ui import profile_words, texts
from diseaseface.ui.parts import disease_box, script, title, words
from diseaseface.ui.profile_handlers import ProfileHandlers

if TYPE_CHECKING:
    from diseaseface.pipeline import Pipeline

QUIET = {"show_progress": "hidden", "api_visibility": "private"}


def add(pipeline: "Pipeline", search) -> dict:
    """Lay the tab out and wire it; return its parts: `show` sends a profile on, `choices` are what opens another."""
    handlers = ProfileHandlers(pipeline)
    parts: dict = {"bench": gr.State(None)}
    with gr.Row(elem_id="profiles", equal_height=False):
        with gr.Column(elem_id="profile-finding", min_width=0):
            parts |= _finding(search)
        parts["head"] = words("profile-head")
        with gr.Column(elem_id="profile-around", min_width=0):
            title(texts.PROFILE_GRAPH, texts.PROFILE_GRAPH_HINT)
            gr.HTML(profile_words.key_html(), js_on_load=None)
            parts["graph"] = _graph()
            parts["near"] = words("profile-near")
        parts["compared"] = words("profile-compared")
        with gr.Column(elem_id="profile-main", min_width=0):
            title(texts.PROFILE_SIGNS, texts.PROFILE_SIGNS_HINT)
            parts["signs"] = gr.HTML("", js_on_load=script("profiles.js"), elem_id="profile-signs")
    _wire(handlers, parts)
    choices = [parts["one"].input, parts["describe"].click, parts["words"].submit, parts["import"].upload]
    return parts | {"handlers": handlers, "choices": choices}


def _finding(search) -> dict:
    title(texts.PROFILE_FIND)
    parts = {"one": disease_box("profile-one", search, texts.PROFILE_FIND, texts.DISEASE_HINT)}
    parts["show"] = gr.Button(texts.PROFILE_SHOW, variant="primary", elem_id="profile-show")
    with gr.Row(elem_id="profile-files"):
        parts["reset"] = gr.Button(texts.PROFILE_RESET, size="sm", min_width=0, elem_id="profile-reset")
        parts["export"] = gr.Button(texts.PROFILE_EXPORT, size="sm", min_width=0, elem_id="profile-export")
        parts["import"] = gr.UploadButton(
            texts.PROFILE_IMPORT, file_types=[".json"], size="sm", min_width=0, elem_id="profile-import"
        )
        parts["fetch"] = gr.DownloadButton(visible="hidden", elem_id="profile-fetch")
    parts["notice"] = words("profile-notice")
    parts["changed"] = words("profile-changed")
    title(texts.PROFILE_COMPARE)
    parts["other"] = disease_box(
        "profile-other", search, texts.PROFILE_COMPARE, texts.PROFILE_COMPARE_HINT, optional=True
    )
    title(texts.PROFILE_WORDS)
    parts["words"] = gr.Textbox(
        "",
        label=texts.PROFILE_WORDS,
        show_label=False,
        placeholder=texts.PROFILE_WORDS_HINT,
        lines=3,
        elem_id="profile-words",
    )
    parts["describe"] = gr.Button(texts.PROFILE_DESCRIBE, size="sm", elem_id="profile-describe")
    return parts


def _graph() -> gr.Plot:
    return gr.Plot(show_label=False, label=texts.PROFILE_GRAPH, container=False, elem_id="profile-graph", buttons=[])


def _wire(handlers: ProfileHandlers, parts: dict) -> None:
    outputs = [parts[name] for name in handlers.outputs()]
    bench, one, other = parts["bench"], parts["one"], parts["other"]
    opening = {
        "outputs": outputs,
        "show_progress": "minimal",
        "show_progress_on": parts["graph"],
        "api_visibility": "private",
    }
    one.input(handlers.open, [one, other, bench], trigger_mode="always_last", **opening)
    parts["signs"].select(handlers.follow, [other, bench], **opening)
    parts["describe"].click(handlers.describe, [parts["words"], other], **opening)
    parts["words"].submit(handlers.describe, [parts["words"], other], **opening)
    parts["import"].upload(handlers.import_file, [parts["import"], other], **opening)
    other.input(handlers.compare, [other, bench], parts["compared"], trigger_mode="always_last", **QUIET)
    parts["signs"].input(handlers.edit, bench, [bench, parts["changed"]], **QUIET)
    parts["reset"].click(handlers.reset, bench, [bench, parts["signs"], parts["changed"]], **QUIET)
    made = parts["export"].click(handlers.export, bench, parts["fetch"], **QUIET)
    made.success(None, js="() => window.diseaseface.fetch('profile-fetch')", api_visibility="private")
