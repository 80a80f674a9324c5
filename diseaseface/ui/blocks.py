"""Gradio's blocks, with what many visitors at once need, and words for a file that is not there any more."""

from copy import copy
from typing import Any

import gradio as gr
from gradio.exceptions import InvalidPathError

from diseaseface.ui import texts
from diseaseface.ui.room import PREFIX


class Page(gr.Blocks):
    """Blocks in which an output that stays as it is costs nothing, and a file that is gone is told in a sentence.

    Gradio makes the component of such an output anew, milliseconds each in the thread that serves everybody: with
    fifteen outputs and fifty visitors in line, who are told their place, that thread had time for nothing else.
    """

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any, **more: Any) -> list[Any]:
        """Return what a handler is given; a file that was not sent to this page since its start is refused in words.

        Whoever had sent one to a page that was killed names its place in a folder that went with it.
        """
        try:
            return await super().preprocess_data(block_fn, inputs, *rest, **more)
        except InvalidPathError as error:
            told = texts.PHOTO_BEFORE_START if PREFIX in str(error) else texts.NOTHING_IS_FETCHED
            raise gr.Error(told, print_exception=False) from error

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """Return what the page is sent of a handler's values, in the order of its outputs."""
        outputs = block_fn.outputs
        if len(outputs) < 2 or block_fn.batch or isinstance(predictions, dict) or len(predictions) != len(outputs):
            return await super().postprocess_data(block_fn, predictions, state)
        news = [place for place, value in enumerate(predictions) if not _stays(value)]
        sent: list[Any] = [gr.skip() for _ in outputs]
        if news:
            fewer = copy(block_fn)
            fewer.outputs = [outputs[place] for place in news]
            values = [predictions[place] for place in news]
            told = await super().postprocess_data(fewer, values if len(values) > 1 else values[0], state)
            for place, value in zip(news, told, strict=True):
                sent[place] = value
        return sent


def _stays(value: Any) -> bool:
    return isinstance(value, dict) and value == gr.skip()
