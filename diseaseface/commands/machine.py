"""Commands on this machine: its settings, its weights, and what it can do."""

import importlib
import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from diseaseface import benchmarks
from diseaseface.engines.diffusion import models as weights
from diseaseface.engines.diffusion.options import from_environment
from diseaseface.errors import RequestError
from diseaseface.settings import SETTINGS


def settings(_options: Namespace, _rest: Sequence[str]) -> None:
    """List every setting by environment, what it is for, and what holds now."""
    for one in SETTINGS:
        print(f"{one.name}\n    {one.meaning}\n    now: {os.environ.get(one.name) or one.usual}")


def models(options: Namespace, _rest: Sequence[str]) -> None:
    """List the diffusion engine's weights; fetch what is missing where that is asked."""
    settings = from_environment()
    steps = weights.download(settings) if options.download else weights.lines(settings)
    for line in steps:
        print(line, flush=True)
    if not options.download and (reason := weights.refusal(settings)):
        print(reason)


def benchmark(options: Namespace, rest: Sequence[str]) -> int:
    """Run one module of the benchmarks with the options that follow its name."""
    folder = Path(benchmarks.__file__).parent
    names = sorted(p.stem for p in folder.glob("*.py") if "\ndef run(" in p.read_text(encoding="utf-8"))
    name = (options.name or "").replace("-", "")
    if name not in names:
        raise RequestError(f"Name one of these benchmarks: {', '.join(names)}.")
    return importlib.import_module(f"{benchmarks.__name__}.{name}").run(list(rest))
