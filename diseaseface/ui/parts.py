"""Small components that several tabs have."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import gradio as gr

from diseaseface.settings import keep_seconds
from diseaseface.ui import texts
from diseaseface.ui.examples import ASSETS, examples
from diseaseface.ui.room import touch

ASKS_CONSENT = "asks-consent"  # the class of every place that takes photos; page.js keeps it shut until consent


def consent_box(name: str) -> gr.Checkbox:
    """Ask for consent, before every place that takes photos; `consent_once` makes it one answer a visit."""
    box = gr.Checkbox(False, label=texts.CONSENT, container=False, elem_id=name, elem_classes="consent")
    told = f"<p role='status' data-first='{escape(texts.CONSENT_FIRST, quote=True)}'></p>"
    gate = f"<style>:root {{ --consent-gate: '{texts.CONSENT_GATE}'; }}</style>"
    gr.HTML(told + gate, js_on_load=None, elem_classes="consent-told")
    return box


def consent_once(boxes: Sequence[gr.Checkbox]) -> None:
    """Let an answer in one box be the answer in all."""
    for box in boxes:
        others = [one for one in boxes if one is not box]
        answers = ", ".join(["given"] * len(others))
        box.input(None, box, others, js=f"given => [{answers}]", api_visibility="private")


def remembered(value: object = None) -> gr.State:
    """Return what a visitor's session remembers, forgotten some minutes after it was last set."""
    return gr.State(value, time_to_live=keep_seconds())


def disease_box(
    name: str, search: Callable[[str], list[dict]], label: str, hint: str, *, optional: bool = False
) -> gr.HTML:
    """Return a search box for diseases whose value is the id of the one chosen; emptied, of none where `optional`."""
    box = (
        f"<input type='text' role='combobox' aria-autocomplete='list' autocomplete='off' spellcheck='false' "
        f"aria-label='{escape(label)}' "
        f"aria-expanded='false' aria-controls='{name}-list' placeholder='{escape(hint)}'"
        f"{' data-optional' if optional else ''}>"
        f"<ul id='{name}-list' role='listbox' data-found='{escape(texts.DISEASE_FOUND, quote=True)}' "
        f"data-none='{escape(texts.DISEASE_NOT_FOUND, quote=True)}' hidden></ul>"
        "<p class='whole' aria-hidden='true'></p>"  # the chosen name, where the box is too narrow for it
    )

    def found(text: str) -> list[dict]:  # Gradio marks the function, which a bound method does not allow
        return search(text)

    found.__name__ = "search"
    return gr.HTML(
        "", html_template=box, js_on_load=script("disease.js"), server_functions=[found], elem_id=name, label=label
    )


def example_buttons() -> str:
    """Return a button with its picture for each example; `examples.js` tells which was chosen."""
    return "".join(
        f"<button type='button' data-name='{escape(one.path.name)}' data-file='{escape(_place(one.path))}' "
        f"aria-pressed='false' title='{escape(one.label)}' aria-label='{escape(one.label)}'"
        f"{' data-synthetic' if one.synthetic else ''}><img src='{one.thumb()}' alt=''></button>"
        for one in examples()
    )


def _place(path: Path) -> str:
    """Return a file's folder and name, which no photo that is sent shares: its folder is named by what is in it."""
    return "/".join(path.parts[-2:])


def mark_chosen(photo: gr.Image, buttons: str) -> None:
    """Mark the example that is the photo among its buttons, whatever chose it; none where it is another photo."""
    photo.change(
        None, photo, None, js=f"photo => window.diseaseface.chosen('{buttons}', photo)", api_visibility="private"
    )


def words(name: str) -> gr.HTML:
    """Return an empty place for text."""
    return gr.HTML("", elem_id=name, js_on_load=None)


def stale(name: str) -> None:
    """Put the sentence that says, while a refusal stands, that the result is of before; the style sheet shows it."""
    gr.HTML(f"<p>{texts.STALE}</p>", elem_id=name, elem_classes="stale", js_on_load=None)


def working_line(name: str) -> dict[str, gr.Component]:
    """Put the line that says what is being done, and the button that stops it."""
    with gr.Row(elem_classes="doing", equal_height=True):
        status = gr.HTML("", elem_id=f"{name}-status", elem_classes="status", js_on_load=None)
        stop = gr.Button(texts.STOP, size="sm", visible=False, min_width=0, elem_id=f"{name}-stop", elem_classes="stop")
    return {"status": status, "stop": stop}


def title(text: str, hint: str = "", name: str | None = None) -> None:
    """Put a heading, with a sentence below it where there is one."""
    told = f"<h2>{text}</h2>{f'<p>{hint}</p>' if hint else ''}"
    gr.HTML(told, elem_classes="title", js_on_load=None, elem_id=name)


def folded(summary: str, items: str, name: str, tag: str = "ul") -> None:
    """Put help that opens where it is wanted."""
    told = f"<details class='help'><summary>{escape(summary)}</summary><{tag}>{items}</{tag}></details>"
    gr.HTML(told, js_on_load=None, elem_id=name)


def step_title(number: int, text: str) -> None:
    """Put the heading of a numbered step."""
    gr.HTML(f"<h2><i>{number}</i>{text}</h2>", elem_classes="title", js_on_load=None)


def script(name: str) -> str:
    """Return a script of the page by its file's name."""
    return (ASSETS / "scripts" / name).read_text(encoding="utf-8")


def hand_over_unopened(page: gr.Blocks) -> None:
    """Give photos to the handlers as files that nobody has opened: they say in a sentence what is wrong with one.

    Gradio would open each first, and raise on a damaged one. A file is kept while it is used; one that is deleted by
    now is refused in words, which do not tell its name.
    """
    for block in page.blocks.values():
        if isinstance(block, gr.Image | gr.File) and block.type == "filepath" and not _several(block):
            block.preprocess = _path_or(block.preprocess)


def _several(block: gr.Image | gr.File) -> bool:
    return getattr(block, "file_count", "single") != "single"


def _path_or(preprocess: Callable) -> Callable:
    def unopened(payload):
        if payload is None or not payload.path:
            return preprocess(payload)
        if not Path(payload.path).is_file():
            raise gr.Error(texts.PHOTO_GONE, print_exception=False)
        touch(payload.path)
        return payload.path

    return unopened
