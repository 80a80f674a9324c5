"""Serving the page: looks, limits, and the first result worked out while nobody waits."""

import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import gradio as gr
from gradio import processing_utils
from starlette.responses import JSONResponse
from starlette.routing import Route

from diseaseface.errors import RequestError
from diseaseface.settings import (
    SESSIONS_HELD,
    UPLOAD_LIMIT,
    VERSION,
    held_bytes,
    keep_seconds,
    mcp_wanted,
    server_name,
)
from diseaseface.ui import texts
from diseaseface.ui.examples import ASSETS
from diseaseface.ui.heap import give_back, set_aside
from diseaseface.ui.parts import script
from diseaseface.ui.room import sweep
from diseaseface.ui.sessions import forget, make_room, quiet

_TIDY_EVERY_S = 20.0
_THREADS = 160  # most requests at work or in line at a time; those in line cost next to nothing


def serve(page: gr.Blocks, room: Path) -> None:
    """Serve the page until the process is stopped; `room` is the folder for visitors' files, swept meanwhile."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that a container's stop cleans up, too
    processing_utils.async_ssrf_protected_get = _fetch_nothing
    page.launch(prevent_thread_lock=True, **launch_options(page.health))
    threading.Thread(target=_warm_up, args=(page,), daemon=True).start()
    threading.Thread(target=_tidy_for_ever, args=(page, room), daemon=True).start()
    page.block_thread()


async def _fetch_nothing(*_) -> None:
    """Stand in for Gradio's way of fetching what a client names by an address instead of sending it."""
    raise gr.Error(texts.NOTHING_IS_FETCHED, print_exception=False)


def launch_options(health: Callable[[], dict] = dict) -> dict:
    """Return what `launch` is to be called with; `health` tells what there is to know beside the version."""

    async def healthy(_request) -> JSONResponse:
        return JSONResponse({"status": "ok", "version": VERSION, **health()})

    return {
        "server_name": server_name(),
        "theme": theme(),
        "css_paths": [ASSETS / f"{name}.css" for name in ("page", "viewer", "profiles", "evaluate", "widths", "touch")],
        "js": script("page.js"),
        "head": f"<script>{script('return.js')}</script>",
        "favicon_path": ASSETS / "icons" / "mark.png",
        "footer_links": [],
        "max_file_size": UPLOAD_LIMIT,
        "state_session_capacity": SESSIONS_HELD,
        "run_history": False,
        "enable_monitoring": False,
        "share": False,
        "ssr_mode": False,
        "show_error": True,
        "max_threads": _THREADS,
        "mcp_server": _mcp(),
        "app_kwargs": {"routes": [Route("/health", healthy), Route("/healthz", healthy)]},
    }


def theme() -> gr.Theme:
    """Return a bare theme with a typeface that Gradio carries; page.css does the rest."""
    # No 600: Gradio's file of that weight lacks half of the letters.
    sans = (gr.themes.LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "sans-serif")
    mono = (gr.themes.LocalFont("IBM Plex Mono", weights=(400,)), "ui-monospace", "monospace")
    return gr.themes.Base(font=sans, font_mono=mono, radius_size="sm", spacing_size="md", text_size="sm")


def _mcp() -> bool:
    if mcp_wanted() and find_spec("mcp") is None:
        raise RequestError("DISEASEFACE_MCP needs a package: run `pip install 'gradio[mcp]'`, or leave it empty.")
    return mcp_wanted()


def _warm_up(page: gr.Blocks) -> None:
    page.warm()
    set_aside()


def _tidy_for_ever(page: gr.Blocks, room: Path) -> None:
    tidied = True
    while True:
        time.sleep(_TIDY_EVERY_S)
        tidied = _tidy(page, room, tidied)


def _tidy(page: gr.Blocks, room: Path, tidied: bool) -> bool:
    """Remove what nobody asks for any more; `tidied` once nobody has been here since it was done thoroughly."""
    sweep(room, keep_seconds())
    forget(page, keep_seconds())
    make_room(page, held_bytes())
    alone = quiet(page, keep_seconds())
    if alone and not tidied:
        set_aside()
    give_back()
    return alone
