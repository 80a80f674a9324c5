"""What the page remembers of its visitors, bounded in time and in memory, where Gradio bounds neither well."""

from datetime import datetime, timedelta

import gradio as gr

from diseaseface.faces.prepared import bytes_prepared, let_go
from diseaseface.settings import PREPARED_MOST_BYTES


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


def quiet(page: gr.Blocks, seconds: float) -> bool:
    """Tell whether nobody asked the page for anything in the last `seconds`."""
    latest = datetime.now() - timedelta(seconds=seconds)
    return all(used < latest for used in list(page.state_holder.time_last_used.values()))


def make_room(page: gr.Blocks, most_bytes: float, most_prepared_bytes: float = PREPARED_MOST_BYTES) -> None:
    """Let go of what is held of visitors beyond `most_bytes` in all, of whoever was away longest first.

    Faces and pictures have room before what is prepared for the faces, which is only time to make again; for one face
    no more than `most_prepared_bytes` stays prepared, however many diseases are tried on it.
    """
    sessions, kept, full = page.state_holder, {}, False
    with sessions.lock:
        for session in list(sessions.session_data.values())[::-1]:
            for state, held in list(session.state_data.items()):
                if size := getattr(held, "size_bytes", 0):
                    full = full or sum(kept.values()) + size > most_bytes
                    if full:
                        session.state_data[state] = None
                    else:
                        kept[held.face] = size
    left = most_bytes - sum(kept.values())
    for face in kept:
        prepared = bytes_prepared(face)
        left -= prepared
        if left < 0 or prepared > most_prepared_bytes:
            let_go(face)
