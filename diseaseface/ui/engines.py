"""Which engines the page offers, and why it does not offer others."""

from collections.abc import Mapping

from diseaseface.ui import presenters, texts


def offered(refusals: Mapping[str, str | None]) -> tuple[list[tuple[str, str]], str]:
    """Return (label, name) of each engine that can draw here, and HTML on those that cannot.

    `refusals` tells for each engine why it cannot draw here, or None.
    """
    choices = [(label, name) for name, label in texts.ENGINES.items() if refusals.get(name, "") is None]
    words = [
        texts.ENGINE_REFUSED.format(name=texts.ENGINES[name], reason=reason)
        for name, reason in refusals.items()
        if reason
    ]
    return choices, "".join(presenters.note_html(one) for one in words)
