"""Which engines the page offers, and why it does not offer others."""

from collections.abc import Mapping
from html import escape

from diseaseface.ui import texts


def offered(refusals: Mapping[str, str | None]) -> tuple[list[tuple[str, str]], str]:
    """Return (label, name) of each engine that can draw here, and HTML on those that cannot.

    `refusals` tells for each engine why it cannot draw here, or None.
    """
    choices = [(label, name) for name, label in texts.ENGINES.items() if refusals.get(name, "") is None]
    return choices, "".join(_refused(texts.ENGINES[name], reason) for name, reason in refusals.items() if reason)


def _refused(name: str, reason: str) -> str:
    told = escape(texts.ENGINE_REFUSED.format(name=name))
    return f'<details class="refused"><summary>{told}</summary><p>{escape(reason)}</p></details>'
