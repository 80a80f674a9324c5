"""What the page remembers of its visitors, bounded in time and in memory, where Gradio bounds neither well."""

from datetime import datetime, timedelta

import gradio as gr

from diseaseface.settings import HELD_MOST_PX


def forget(page: gr.Blocks, seconds: float) -> None:
    """Forget what visitors who left over `seconds` ago had on the page: Gradio keeps it for an hour.

    Of whoever was only away for so long, what was shown last is forgotten, megabytes that nobody asks for again.
    """
    sessions, latest = page.state_holder, datetime.now() - timedelta(seconds=seconds)
    with sessions.lock:
        for name, used in list(sessions.time_last_used.items()):
            session = sessions.session_data.get(name)
            if used < latest and (session is None or session.is_closed):
                sessions.session_data.pop(name, None)
                sessions.time_last_used.pop(name)
            elif used < latest:
                session.config_values.clear()


def make_room(page: gr.Blocks, most_px: int = HELD_MOST_PX) -> None:
    """Forget the faces of whoever was away longest where all that are held have too many pixels."""
    sessions, total = page.state_holder, 0
    with sessions.lock:
        for session in list(sessions.session_data.values())[::-1]:
            for state, value in list(session.state_data.items()):
                total += _pixels(value)
                if _pixels(value) and total > most_px:
                    session.state_data[state] = None


def _pixels(value: object) -> int:
    """Return how many pixels the photo has whose face a value holds."""
    image = getattr(getattr(value, "face", None), "image", None)
    return 0 if image is None else image.shape[0] * image.shape[1]
