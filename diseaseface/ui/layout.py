"""The page: its tabs, put together."""

from typing import TYPE_CHECKING

import gradio as gr

from diseaseface.settings import held_bytes, keep_seconds, parallel
from diseaseface.ui import (
    api,
    compare_tab,
    evaluate_tab,
    profiles_tab,
    teach_tab,
    texts,
    transform_tab,
    transform_wiring,
)
from diseaseface.ui.blocks import Page
from diseaseface.ui.downloads import Downloads
from diseaseface.ui.examples import examples
from diseaseface.ui.handlers import Handlers
from diseaseface.ui.lanes import READING, Lanes
from diseaseface.ui.opening import Opening
from diseaseface.ui.parts import consent_once, hand_over_unopened
from diseaseface.ui.sessions import make_room
from diseaseface.ui.transform_wiring import QUIET

if TYPE_CHECKING:
    from diseaseface.pipeline import Pipeline


def build(pipeline: "Pipeline") -> gr.Blocks:
    """Return the page around a ready pipeline."""
    lanes = Lanes({"morph": parallel(), READING: parallel()})
    handlers = Handlers(pipeline, lanes)
    opening = Opening(handlers)
    gr.set_static_paths([str(one.path) for one in examples()])
    with Page(
        title=f"{texts.NAME}: {texts.TAGLINE.lower()}",
        analytics_enabled=False,
        delete_cache=(60, int(keep_seconds())),
        fill_width=True,
    ) as page:
        api.add(pipeline, lanes)  # first, so that no handler of the page takes an endpoint's name
        gr.HTML(_masthead(), elem_id="masthead", js_on_load=None)
        gr.HTML(_returned(), elem_id="returned", js_on_load=None)
        with gr.Tabs(elem_id="rooms") as rooms:
            with gr.Tab(texts.TAB_TRANSFORM, id="transform"):
                parts = transform_tab.lay_out(handlers) | {"rooms": rooms}
            with gr.Tab(texts.TAB_COMPARE, id="compare") as comparing:
                compare = compare_tab.add(pipeline, lanes, handlers.search, parts, comparing)
            with gr.Tab(texts.TAB_PROFILES, id="profiles") as room:
                profiles = profiles_tab.add(pipeline, handlers.search)
            with gr.Tab(texts.TAB_EVALUATE, id="evaluate") as reading_room:
                reading = evaluate_tab.add(pipeline, handlers.search, reading_room)
            with gr.Tab(texts.TAB_TEACH, id="teach") as teaching:
                teach_tab.add(pipeline, lanes, teaching)
            with gr.Tab(texts.TAB_METHOD, id="method"):
                gr.Markdown(texts.METHOD, elem_id="method")
        gr.HTML(f"<p>{texts.FOOT}</p>", elem_id="foot", js_on_load=None)
        transform_wiring.wire(page, handlers, opening, Downloads(pipeline, lanes), parts)
        _wire_profiles(parts, profiles, room)
        _wire_compare(compare, profiles)
        consent_once([parts["consent"], reading["consent"]])
    hand_over_unopened(page)
    page.warm, page.health = opening.warm, handlers.health
    handlers.on_look = lambda: make_room(page, held_bytes())
    return page


def _wire_profiles(parts: dict, profiles: dict, room: gr.Tab) -> None:
    """Open the first disease when the tab is first seen, and show an open profile on the photo."""
    told = profiles["handlers"]
    opened = [profiles[name] for name in told.outputs()]
    first = room.select(told.first, [parts["disease"], profiles["other"], profiles["bench"]], opened, **QUIET)
    gr.on(profiles["choices"], cancels=first, **QUIET)  # what a visitor chooses meanwhile is not overwritten
    sent = [parts[name] for name in ("disease", "own", "rooms", "go")]
    profiles["show"].click(told.send, [profiles["bench"], parts["go"]], sent, **QUIET)


def _wire_compare(compare: dict, profiles: dict) -> None:
    """Let the open profile be compared, also where it is the visitor's own."""
    sides = [compare["one"], compare["opened"]]
    taken = compare["take"].click(profiles["handlers"].hand_over, profiles["bench"], sides, **QUIET)
    drawn = taken.success(**compare["compared"])
    transform_wiring.made_idle(compare["status"], compare["stop"], [drawn])


def _masthead() -> str:
    mark = (
        "<svg viewBox='0 0 24 24' width='22' height='22' aria-hidden='true'>"
        "<path d='M12 2.5c-4.7 0-7.5 3.3-7.5 8 0 6 4 11 7.5 11z'/>"
        "<path class='half' d='M12 2.5c4.7 0 7.5 3.3 7.5 8 0 6-4 11-7.5 11' fill='none'/></svg>"
    )
    return (
        f"<div class='brand'>{mark}<h1>{texts.NAME}</h1><span>{texts.TAGLINE}</span></div>"
        f"<button type='button' id='theme' aria-label='{texts.THEME}'></button>"
    )


def _returned() -> str:
    """Return what is said where the connection was lost in between; `return.js` tells the style sheet to show it."""
    return f"<p role='status'>{texts.RETURNED}</p><button type='button' aria-label='{texts.CLOSE}'>×</button>"
