"""What happens on the Transform tab: which change draws, and where its news are shown."""

import gradio as gr

from diseaseface.ui import links
from diseaseface.ui.choices import Choices
from diseaseface.ui.downloads import KINDS, Downloads
from diseaseface.ui.handlers import Handlers
from diseaseface.ui.opening import Opening
from diseaseface.ui.parts import mark_chosen
from diseaseface.ui.progress import idle

QUIET = {"show_progress": "hidden", "api_visibility": "private"}
# No limit here: requests wait in the line of their engine, so that a slow engine never holds up a quick one.
ENGINE = {"concurrency_id": "engine", "concurrency_limit": None}
BESIDE = {"concurrency_id": "beside", "concurrency_limit": 2}  # what other tabs draw
LIVE = {"concurrency_id": "live", "concurrency_limit": 2}
ASKED = ("disease", "severity", "seed", "age", "sex", "side", "presentation", "toward", "engine")


def wire(page: gr.Blocks, handlers: Handlers, opening: Opening, downloads: Downloads, parts: dict) -> None:
    """Connect the parts; whoever raises the number in `go` asks for a picture of the values that are set."""
    choices = Choices(handlers.pipeline)
    outputs = [parts[name] for name in handlers.outputs()]
    inputs = [parts[name] for name in ("photo", *ASKED, "consent", "held", "own", "visit", "turns")]
    linked = [parts[name] for name in ("seen", *links.known()[1:])]
    opened = page.load(opening.open, parts["turns"], [*linked, *outputs], **QUIET)
    changed = gr.on(
        [
            parts["disease"].input,
            parts["severity"].release,
            parts["go"].change,
            *(parts[name].input for name in ("toward", "presentation", "sex", "side", "engine", "consent")),
            *(getattr(parts[name], left) for name in ("seed", "age") for left in ("submit", "blur")),
        ],
        handlers.show,
        inputs,
        outputs,
        trigger_mode="always_last",
        **QUIET,
        **ENGINE,
    )
    made_idle(parts["status"], parts["stop"], [changed], failing=[opened, changed])
    _wire_photo(choices, parts, opened)
    _wire_picture(handlers, parts)
    _wire_downloads(downloads, parts)
    parts["dice"].click(choices.another_seed, [parts["seed"], parts["go"]], [parts["seed"], parts["go"]], **QUIET)
    restored = [parts[name] for name in ("photo", *ASKED, "own", "go", "photo_notice")]
    parts["visited"].select(choices.restore, [parts["visit"], parts["go"]], restored, **QUIET)


def made_idle(status: gr.HTML, stop: gr.Button, stopped: list, *, failing: list | None = None) -> None:
    """Let a button stop some events; the line of progress goes away then, and where one fails."""
    for made in stopped if failing is None else failing:
        made.failure(idle, None, [status, stop], queue=False, **QUIET)
    stop.click(idle, None, [status, stop], cancels=stopped, queue=False, **QUIET)


def _wire_photo(choices: Choices, parts: dict, opened) -> None:
    photo, known = parts["photo"], [parts["seen"], parts["go"]]
    opened.success(choices.take_first, [photo, *known, parts["turns"]], [photo, parts["go"]], **QUIET)
    photo.change(choices.take_photo, [photo, *known], [parts["own_picture"], *known], **QUIET)
    parts["examples"].select(choices.take_example, None, photo, **QUIET)
    mark_chosen(photo, "examples")
    taken = [photo, *(parts[name] for name in ASKED)]
    parts["upload"].upload(choices.take_upload, None, taken, **QUIET)


def _wire_picture(handlers: Handlers, parts: dict) -> None:
    """Quick frames while the severity moves: the newest wins, and none waits behind it."""
    picture, held = parts["picture"], parts["held"]
    picture.input(handlers.live, held, parts["live"], trigger_mode="always_last", **QUIET, **LIVE)
    picture.play(handlers.film, held, parts["film"], **QUIET, **BESIDE)


def _wire_downloads(downloads: Downloads, parts: dict) -> None:
    for name in KINDS:
        made = parts[f"take_{name}"].click(
            getattr(downloads, name),
            parts["held"],
            parts["fetch"],
            show_progress="full",
            show_progress_on=parts[f"take_{name}"],
            api_visibility="private",
            **ENGINE,
        )
        made.success(None, js="() => window.diseaseface.fetch()", api_visibility="private")
