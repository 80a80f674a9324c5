"""The history of one visit: what was drawn, newest first, bounded, and shown as small pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from diseaseface.knowledge.profiles import Profile
from diseaseface.ui import texts
from diseaseface.ui.asked import Asked

MOST = 16


@dataclass(frozen=True)
class Entry:
    """One picture of the visit: enough to draw it again, and a small picture as a data URL."""

    photo: str
    asked: Asked
    name: str
    thumb: str
    own: Profile | None = None


def remember(entries: Sequence[Entry], entry: Entry) -> tuple[Entry, ...]:
    """Return the entries with one more in front; an older one of the same settings goes, and the oldest beyond MOST."""
    others = [one for one in entries if (one.photo, one.asked) != (entry.photo, entry.asked)]
    return (entry, *others)[:MOST]


def visited_html(entries: Sequence[Entry]) -> str:
    """Return the entries as buttons; the first is what is on the page now."""
    items = "".join(_button(place, entry) for place, entry in enumerate(entries))
    return f"<ul class='visited'>{items}</ul>" if len(entries) > 1 else ""


def _button(place: int, entry: Entry) -> str:
    severity = f"{entry.asked.severity:.0f} %"
    words = escape(texts.RESTORE.format(name=entry.name, severity=severity), quote=True)
    now = " aria-current='true'" if place == 0 else ""
    return (
        f"<li><button type='button' data-place='{place}' aria-label='{words}' title='{words}'{now}>"
        f"<img src='{entry.thumb}' alt=''><span>{escape(entry.name)}</span><small>{severity}</small></button></li>"
    )
