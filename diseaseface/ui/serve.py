"""Serving the page: looks, limits, and the first result worked out while nobody waits."""

import ctypes
import gc
import threading
import time
from pathlib import Path

import gradio as gr
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from diseaseface.settings import SESSIONS_HELD, UPLOAD_LIMIT, server_name
from diseaseface.ui.examples import ASSETS

_TIDY_EVERY_S = 20.0


def serve(page: gr.Blocks) -> None:
    """Serve the page until the process is stopped."""
    page.launch(prevent_thread_lock=True, **launch_options())
    threading.Thread(target=page.warm, daemon=True).start()
    threading.Thread(target=_tidy_for_ever, daemon=True).start()
    page.block_thread()


def launch_options() -> dict:
    """Return what `launch` is to be called with."""
    return {
        "server_name": server_name(),
        "theme": theme(),
        "css_paths": [ASSETS / f"{name}.css" for name in ("page", "viewer", "profiles")],
        "js": Path(ASSETS / "scripts" / "page.js").read_text(encoding="utf-8"),
        "favicon_path": ASSETS / "icons" / "mark.png",
        "footer_links": [],
        "max_file_size": UPLOAD_LIMIT,
        "state_session_capacity": SESSIONS_HELD,
        "run_history": False,
        "enable_monitoring": False,
        "share": False,
        "ssr_mode": False,
        "show_error": True,
        "app_kwargs": {"routes": [Route("/healthz", _healthy)]},
    }


def theme() -> gr.Theme:
    """Return a bare theme with a typeface that Gradio carries; page.css does the rest."""
    # No 600: Gradio's file of that weight lacks half of the letters.
    sans = (gr.themes.LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "sans-serif")
    mono = (gr.themes.LocalFont("IBM Plex Mono", weights=(400,)), "ui-monospace", "monospace")
    return gr.themes.Base(font=sans, font_mono=mono, radius_size="sm", spacing_size="md", text_size="sm")


async def _healthy(_request) -> PlainTextResponse:
    return PlainTextResponse("ok")


def _tidy_for_ever() -> None:
    while True:
        time.sleep(_TIDY_EVERY_S)
        tidy()


def tidy() -> None:
    """Give memory of finished requests back to the machine.

    Arrays of a photo's size fragment the C library's heap, which keeps what it has once had.
    """
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # glibc only
        trim(0)
