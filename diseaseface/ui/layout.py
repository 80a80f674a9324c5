"""The page's components and their wiring."""

from typing import TYPE_CHECKING

import gradio as gr

from diseaseface.settings import KEEP_SECONDS
from diseaseface.ui import profiles_tab, texts
from diseaseface.ui.engines import offered
from diseaseface.ui.examples import examples
from diseaseface.ui.handlers import FIRST_SEVERITY, Handlers, working
from diseaseface.ui.parts import disease_box, script, step_title, title, words
from diseaseface.ui.views import HEAD

if TYPE_CHECKING:
    from diseaseface.pipeline import Pipeline

ONE_AT_A_TIME = {"concurrency_id": "engine", "concurrency_limit": 1}
HERO_PX = 660


def build(pipeline: "Pipeline") -> gr.Blocks:
    """Return the page around a ready pipeline."""
    handlers = Handlers(pipeline)
    gr.set_static_paths([str(one.path) for one in examples()])
    with gr.Blocks(
        title=f"{texts.NAME}: {texts.TAGLINE.lower()}",
        analytics_enabled=False,
        delete_cache=(KEEP_SECONDS, KEEP_SECONDS),
        fill_width=True,
    ) as page:
        gr.HTML(_masthead(), elem_id="masthead", js_on_load=None)
        with gr.Tabs(elem_id="rooms") as rooms:
            with gr.Tab(texts.TAB_TRANSFORM, id="transform"):
                parts, show = _transform(page, handlers)
            with gr.Tab(texts.TAB_PROFILES, id="profiles") as room:
                profiles = profiles_tab.add(pipeline, handlers.search)
            with gr.Tab(texts.TAB_METHOD, id="method"):
                gr.Markdown(texts.METHOD, elem_id="method")
        gr.HTML(f"<p>{texts.FOOT}</p>", elem_id="foot", js_on_load=None)
        _wire_profiles(handlers, parts, show, profiles, rooms, room)
    page.warm = handlers.opening
    return page


def _transform(page: gr.Blocks, handlers: Handlers) -> tuple[dict, dict]:
    held, own = gr.State(None), gr.State(None)
    with gr.Row(elem_id="bench", equal_height=False):
        with gr.Column(elem_id="controls", min_width=0):
            asked = _controls(handlers)
        with gr.Column(elem_id="stage", min_width=0):
            drawn = _stage()
        with gr.Column(elem_id="readings", min_width=0):
            read = _readings()
        with gr.Column(elem_id="course", min_width=0):
            course = _course()
        with gr.Column(elem_id="evidence", min_width=0):
            title(texts.SIGNS_TITLE, texts.SIGNS_HINT)
            course["signs"] = words("signs")
    parts = {**asked, **drawn, **read, **course, "held": held, "own": own}
    show = _wire_show(page, handlers, parts)
    _wire_downloads(handlers, parts)
    return parts, show


def _controls(handlers: Handlers) -> dict:
    parts: dict = {}
    with gr.Column(elem_classes="step", min_width=0):
        step_title(1, texts.PHOTO)
        parts["photo"] = gr.Image(
            type="filepath",
            sources=["upload", "webcam"],
            image_mode=None,
            show_label=False,
            label=texts.PHOTO,
            placeholder=texts.PHOTO_HINT,
            height=188,
            buttons=[],
            elem_id="photo",
        )
        parts["examples"] = gr.HTML(_examples(), js_on_load=script("examples.js"), elem_id="examples")
        parts["own_picture"] = words("own-picture")
        parts["photo_notice"] = words("photo-notice")
    with gr.Column(elem_classes="step", min_width=0):
        step_title(2, texts.DISEASE)
        parts["disease"] = disease_box("disease", handlers.search, texts.DISEASE, texts.DISEASE_HINT)
        parts["disease_notice"] = words("disease-notice")
    with gr.Column(elem_classes="step", min_width=0):
        step_title(3, texts.SEVERITY)
        parts["severity"] = gr.Slider(
            0,
            100,
            FIRST_SEVERITY,
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


def _more(handlers: Handlers) -> dict:
    toward = gr.Radio(texts.DIRECTIONS, value="disease", label=texts.DIRECTION, elem_id="toward")
    presentation = gr.Radio(texts.PRESENTATIONS, value="typical", label=texts.PRESENTATION, elem_id="presentation")
    side = gr.Radio(texts.SIDES, value="left", label=texts.SIDE, elem_id="side")
    with gr.Row(elem_id="chance", equal_height=True):
        seed = gr.Number(0, label=texts.SEED, precision=0, minimum=0, min_width=80, elem_id="seed")
        dice = gr.Button(texts.DICE, size="sm", min_width=80, elem_id="dice")
    age = gr.Textbox("", label=texts.AGE, max_lines=1, elem_id="age")
    engines, refused = offered(handlers.pipeline.refusals())
    engine = gr.Radio(engines, value="morph", label=texts.ENGINE, elem_id="engine")
    gr.HTML(refused, js_on_load=None, elem_id="engine-refused")
    return {
        "toward": toward,
        "presentation": presentation,
        "side": side,
        "seed": seed,
        "dice": dice,
        "age": age,
        "engine": engine,
    }


def _stage() -> dict:
    picture = gr.ImageSlider(
        format="png",
        label=f"{texts.BEFORE} and {texts.AFTER.lower()}",
        show_label=False,
        interactive=False,
        slider_position=50,
        max_height=HERO_PX,
        buttons=["fullscreen"],
        elem_id="picture",
    )
    view = gr.Radio(texts.VIEWS, value=HEAD, show_label=False, label=texts.VIEW, elem_id="view")
    with gr.Row(elem_id="below", equal_height=True):
        caption = gr.HTML("", elem_id="caption", js_on_load=None)
        status = gr.HTML(working(texts.READING_FACE).status, elem_id="status", js_on_load=None)
        stop = gr.Button(texts.STOP, size="sm", visible=False, elem_id="stop", min_width=0)
    with gr.Row(elem_id="take"):
        names = ("picture", "strip", "gif", "mp4", "report")
        labels = (
            texts.TAKE_PICTURE,
            texts.TAKE_STRIP,
            texts.TAKE_GIF,
            texts.TAKE_MP4,
            texts.TAKE_REPORT,
        )
        takes = {
            f"take_{name}": gr.Button(label, size="sm", min_width=0, elem_id=f"take-{name}")
            for name, label in zip(names, labels, strict=True)
        }
        fetch = gr.DownloadButton(visible="hidden", elem_id="fetch")
    warnings = words("warnings")
    return (
        {"picture": picture, "view": view, "caption": caption, "status": status, "stop": stop}
        | takes
        | {
            "fetch": fetch,
            "warnings": warnings,
        }
    )


def _readings() -> dict:
    title(texts.SCORES_TITLE)
    scores = words("scores")
    title(texts.PLOT_TITLE, texts.PLOT_HINT)
    plot = gr.Plot(show_label=False, label=texts.PLOT_TITLE, container=False, elem_id="plot", buttons=[])
    return {"scores": scores, "plot": plot}


def _course() -> dict:
    title(texts.STRIP_TITLE, texts.STRIP_HINT)
    strip = gr.Gallery(
        format="png",
        columns=5,
        rows=1,
        height="auto",
        object_fit="cover",
        show_label=False,
        label=texts.STRIP_TITLE,
        interactive=False,
        buttons=["fullscreen", "download"],
        elem_id="strip",
    )
    return {"strip": strip}


def _wire_show(page: gr.Blocks, handlers: Handlers, parts: dict) -> dict:
    outputs = [parts[name] for name in handlers.outputs()]
    inputs = [
        parts[name]
        for name in (
            "photo",
            "disease",
            "severity",
            "seed",
            "age",
            "side",
            "presentation",
            "toward",
            "view",
            "held",
            "own",
            "engine",
        )
    ]
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    show = {"fn": handlers.show, "inputs": inputs, "outputs": outputs} | quiet | ONE_AT_A_TIME

    opened = page.load(handlers.opening, None, [parts["photo"], parts["disease"], *outputs], **quiet)
    changed = gr.on(
        [
            parts["photo"].change,
            parts["disease"].input,
            parts["severity"].release,
            *(parts[name].input for name in ("toward", "presentation", "side", "engine")),
            *(parts[name].submit for name in ("seed", "age")),
        ],
        trigger_mode="always_last",
        **show,
    )
    parts["photo"].change(handlers.recognise, parts["photo"], parts["own_picture"], **quiet)
    parts["examples"].select(handlers.take_example, None, parts["photo"], **quiet)
    diced = parts["dice"].click(handlers.another_seed, parts["seed"], parts["seed"], **quiet)
    from_dice = diced.then(trigger_mode="always_last", **show)
    idle = [parts["status"], parts["stop"]]
    for made in (opened, changed, from_dice):
        made.failure(handlers.stopped, None, idle, queue=False, **quiet)
    parts["view"].input(handlers.look_closer, [parts["view"], parts["held"]], parts["picture"], **quiet)
    parts["stop"].click(
        handlers.stopped,
        None,
        idle,
        cancels=[changed, from_dice],
        queue=False,
        **quiet,
    )
    return show


def _wire_profiles(handlers: Handlers, parts: dict, show: dict, profiles: dict, rooms: gr.Tabs, room: gr.Tab) -> None:
    """Open the first disease when the tab is first seen, and show an open profile on the photo."""
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    told = profiles["handlers"]
    opened = [profiles[name] for name in told.outputs()]
    room.select(told.first, [parts["disease"], profiles["other"], profiles["bench"]], opened, **quiet)
    sent = profiles["show"].click(told.send, profiles["bench"], [parts["disease"], parts["own"], rooms], **quiet)
    drawn = sent.then(**show)
    drawn.failure(handlers.stopped, None, [parts["status"], parts["stop"]], queue=False, **quiet)


def _wire_downloads(handlers: Handlers, parts: dict) -> None:
    for name in ("picture", "strip", "gif", "mp4", "report"):
        made = parts[f"take_{name}"].click(
            getattr(handlers, f"take_{name}"),
            parts["held"],
            parts["fetch"],
            show_progress="full",
            show_progress_on=parts[f"take_{name}"],
            api_visibility="private",
            **ONE_AT_A_TIME,
        )
        made.success(None, js="() => window.diseaseface.fetch()", api_visibility="private")


def _masthead() -> str:
    mark = (
        "<svg viewBox='0 0 24 24' width='22' height='22' aria-hidden='true'>"
        "<path d='M12 2.5c-4.7 0-7.5 3.3-7.5 8 0 6 4 11 7.5 11z'/>"
        "<path class='half' d='M12 2.5c4.7 0 7.5 3.3 7.5 8 0 6-4 11-7.5 11' fill='none'/></svg>"
    )
    return (
        f"<div class='brand'>{mark}<h1>{texts.NAME}</h1><span>{texts.TAGLINE}</span></div>"
        "<button type='button' id='theme' aria-label='Switch between light and dark'></button>"
    )


def _examples() -> str:
    buttons = "".join(
        f"<button type='button' data-name='{one.path.name}' title='{one.label}' aria-label='{one.label}'"
        f"{' data-synthetic' if one.synthetic else ''}><img src='{one.thumb()}' alt=''></button>"
        for one in examples()
    )
    return f"<p>{texts.EXAMPLES}</p><div>{buttons}</div><p class='small'>{texts.EXAMPLES_NOTE}</p>"
