"""Many visitors at once on the real page, over its own queue, each checking that what comes back is its own.

A visitor sends a request every --every seconds on average: a new photo, then five redraws of it at other severities;
one in ten is an evaluation. Each photo has a border that says whose it is and which, and every picture that comes
back has to have it. With --kill the page is killed and started again halfway: whoever waits then has to be told.

Memory and disk are read before, when a few first visitors at once have had everything once, so that what is made once
is there, and nothing of theirs is kept any more; and after, when nothing of all the others is kept any more. The page
keeps things for --keep minutes after their last use. With --kill the second process is compared with the first.

An edit is a picture, of a new photo or of another severity; how soon they come is asked of both together. All visitors
come within --every seconds, each with a new photo, and once more where the page is killed: only redraws are asked then.
"""

import base64
import io
import json
import math
import re
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from diseaseface.benchmarks.pageclient import Lost, Page, Session
from diseaseface.benchmarks.servers import Server

REDRAWS, EVALUATIONS = 5, 0.1
_FIRST = range(4092, 4096)  # visitors, by the numbers on their photos
_SWEPT_S = 45.0  # after its time, something is gone by the second tidying
MOST_S, MOST_GROWTH = 3.0, 1.10  # until the picture of an edit, 95 in 100; of memory
_CELL_PX, _BITS = 16, 24  # of the border that names a photo
_PICTURE = re.compile(r"data:image/(?:jpeg|png|webp);base64,([A-Za-z0-9+/=]+)")
_NOTICE = re.compile(r'class=\\"notice\\"[^>]*>([^<]+)<')  # in the text of JSON
_DISEASES = ("ORPHA:870", "DF:rosacea", "OMIM:275000", "ORPHA:904")


@dataclass
class Tally:
    """What all visitors saw; lists of seconds, of requests that ended well.

    Attributes
    ----------
    photo, redraw, whole, evaluation : list of float
        Until the picture of a new photo, of a redraw; until all of a redraw; until a report.
    lost, told, mixed : list of str
        Requests without an answer; those told that the page was gone; answers with another's picture.
    restarts : int
        How often the page was killed and started again.
    """

    photo: list[float] = field(default_factory=list)
    redraw: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    evaluation: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    restarts: int = 0


class Visitor(threading.Thread):
    """One visitor, with its own seed, photos and session."""

    def __init__(self, number: int, url: str, tally: Tally, every_s: float, gone: threading.Event):
        super().__init__(daemon=True)
        self._number, self._url, self._tally, self._every_s, self._gone = number, url, tally, every_s, gone
        self._random, self.end, self._session = np.random.default_rng(number), threading.Event(), None
        self._photos, self._left, self._photo, self._file = 0, 0, None, None
        self._severity, self._restarts = 20, 0

    def run(self) -> None:
        """Send requests until `end` is set."""
        pause = self._random.uniform(0, self._every_s)
        while not self.end.wait(pause):
            start = time.monotonic()
            try:
                self._request()
            except Lost as lost:
                gone = self._gone.is_set() or self._restarts != self._tally.restarts  # its photo went with the page
                (self._tally.told if gone else self._tally.lost).append(str(lost))
                self._session = None
            pause = max(0.0, self._random.exponential(self._every_s) - (time.monotonic() - start))

    def everything_once(self) -> None:
        """Ask for a new photo, its redraws with every disease and an evaluation, one after the other."""
        self._session = Session(Page(self._url))
        page = self._session.page
        for number in range(REDRAWS + 1):
            self._draw(page.event({"photo", "disease", "severity"}, "picture"), _DISEASES[number % len(_DISEASES)])
        self._evaluate(page.endpoint("evaluate"))

    def _request(self) -> None:
        if self._session is None:
            self._session, self._left = Session(Page(self._url)), 0
            self._restarts = self._tally.restarts
        page = self._session.page
        evaluate = page.endpoint("evaluate")
        if self._left and evaluate is not None and self._random.random() < EVALUATIONS:
            self._evaluate(evaluate)
        else:
            self._draw(page.event({"photo", "disease", "severity"}, "picture"))

    def _draw(self, event: int, disease: str | None = None) -> None:
        new, start = self._left == 0, time.monotonic()
        if new:
            self._photos += 1
            self._photo = _named(self._number, self._photos)
            self._file, self._left = self._session.upload("photo.jpg", _jpeg(self._photo)), REDRAWS + 1
        self._left -= 1
        severity = (self._severity + int(self._random.integers(1, 80)) - 20) % 80 + 20  # never the last one again
        self._severity = severity
        disease = disease or _DISEASES[int(self._random.integers(len(_DISEASES)))]
        asked = {"photo": self._file, "disease": disease, "severity": severity, "consent": True}
        seen = 0.0
        for news in self._session.ask(event, self._session.page.values(event, asked)):
            if not seen and (found := _own_sized(news, self._photo)):
                seen = time.monotonic() - start
                self._check(found, news, severity)
        if not seen:
            said = _NOTICE.search(news)
            raise Lost(f"no picture came: {said[1] if said else 'and no reason was given'}")
        (self._tally.photo if new else self._tally.redraw).append(seen)
        if not new:
            self._tally.whole.append(time.monotonic() - start)

    def _check(self, pictures: list[np.ndarray], news: str, severity: int) -> None:
        if not all(_same_name(picture, self._photo) for picture in pictures):
            self._tally.mixed.append(f"visitor {self._number} was shown another photo")
        if f"severity {severity} %" not in news:
            self._tally.mixed.append(f"visitor {self._number} was shown another severity than {severity} %")

    def _evaluate(self, event: int) -> None:
        start = time.monotonic()
        parts = self._session.page.config["dependencies"][event]["inputs"]
        news = list(self._session.ask(event, [self._file, *[None] * (len(parts) - 1)]))[-1]
        if "scores" not in news:
            raise Lost(f"no report came: {news[:200]}")
        self._tally.evaluation.append(time.monotonic() - start)


def _named(visitor: int, photo: int) -> np.ndarray:
    """Return a portrait with a border of black and white cells that say whose photo it is, and which."""
    from skimage.data import astronaut

    picture = astronaut().copy()
    bits = [int(bit) for bit in f"{visitor * 4096 + photo:0{_BITS}b}"]
    for place, bit in enumerate(bits):
        picture[:_CELL_PX, place * _CELL_PX : (place + 1) * _CELL_PX] = 255 * bit
    return picture


def _jpeg(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def _own_sized(news: str, photo: np.ndarray) -> list[np.ndarray]:
    """Return the pictures in a message that are of the photo's size."""
    found = (Image.open(io.BytesIO(base64.b64decode(code))) for code in _PICTURE.findall(news))
    return [np.asarray(one.convert("RGB")) for one in found if one.size == photo.shape[1::-1]]


def _same_name(picture: np.ndarray, photo: np.ndarray) -> bool:
    middles = np.s_[_CELL_PX // 2, _CELL_PX // 2 : _BITS * _CELL_PX : _CELL_PX, 1]
    return bool(np.array_equal(picture[middles] > 127, photo[middles] > 127))


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments; 1 where something was lost, mixed or left behind."""
    parser = ArgumentParser("benchmark load", description=__doc__)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--every", type=float, default=20.0, help="seconds between a visitor's requests")
    parser.add_argument("--url", help="of a page that runs already; without it one is started here")
    parser.add_argument("--kill", action="store_true", help="kill and restart the page halfway")
    parser.add_argument("--keep", type=float, default=4.0, help="minutes that the page keeps a visitor's files")
    parser.add_argument(
        "--settle", type=float, help="seconds of rest before memory and disk are read, else until nothing is kept"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(options, Path(folder))
    print(json.dumps(found, indent=1) if options.json else table(found))
    return int(bool(found["wrong"]))


def measure(options, folder: Path) -> dict:
    """Let visitors come and return what they saw and what they cost."""
    server = None if options.url else Server(folder / "page", options.keep)
    settle = 60.0 * options.keep + _SWEPT_S if options.settle is None else options.settle
    try:
        if server:
            server.start()
        url = options.url or server.url
        _visit_first(url)
        time.sleep(settle)
        before, tally = _cost(server), Tally()
        _visit(url, tally, options.visitors, 60 * options.minutes, options.every, server if options.kill else None)
        busy = _cost(server)
        time.sleep(settle)
        found = _found(tally, before, busy, _cost(server))
        return found | {"wrong": wrong(found), "visitors": options.visitors, "minutes": options.minutes}
    finally:
        if server:
            server.stop()


def _visit_first(url: str) -> None:
    there = [Visitor(number, url, Tally(), 0.0, threading.Event()) for number in _FIRST]
    with ThreadPoolExecutor(len(there)) as pool:
        list(pool.map(Visitor.everything_once, there))


def _visit(url: str, tally: Tally, visitors: int, seconds: float, every_s: float, server: Server | None) -> None:
    gone = threading.Event()
    there = [Visitor(number, url, tally, every_s, gone) for number in range(1, visitors + 1)]
    for visitor in there:
        visitor.start()
    if server:
        time.sleep(seconds / 2)
        gone.set()
        tally.restarts += 1
        server.kill()
        server.start()
        time.sleep(1.0)
        gone.clear()
    time.sleep(seconds / 2 if server else seconds)
    for visitor in there:
        visitor.end.set()
    for visitor in there:
        visitor.join(150)
        if visitor.is_alive():
            tally.lost.append("a visitor waits without an answer")


def _cost(server: Server | None) -> dict:
    if server is None:
        return {"memory_mb": math.nan, "threads": 0, "files": 0, "tracebacks": 0}
    return {
        "memory_mb": round(server.memory_mb()),
        "threads": server.threads(),
        "files": server.files(),
        "tracebacks": server.errors(),
    }


def _found(tally: Tally, before: dict, busy: dict, after: dict) -> dict:
    times = {name: getattr(tally, name) for name in ("photo", "redraw", "whole", "evaluation")}
    times = {"edit": tally.photo + tally.redraw, **times}
    spread = {name: {"count": len(one), **_percentiles(one)} for name, one in times.items()}
    told = {name: getattr(tally, name) for name in ("lost", "told", "mixed")}
    return spread | told | {"restarts": tally.restarts, "before": before, "busy": busy, "after": after}


def wrong(found: dict) -> list[str]:
    """Say what did not hold: nothing lost or mixed, soon enough, and nothing left behind."""
    asked = "redraw" if found["restarts"] else "edit"
    before, after, slow = found["before"], found["after"], found[asked]["p95"]
    checks = {
        "requests were lost": bool(found["lost"]),
        "pictures were mixed": bool(found["mixed"]),
        f"5 in 100 {asked}s took {slow} s or more": slow is not None and slow >= MOST_S,
        "memory grew by over 10 %": after["memory_mb"] > MOST_GROWTH * before["memory_mb"],
        "files were left behind": after["files"] > before["files"],
        "there are tracebacks in the log": after["tracebacks"] > 0,
    }
    return [said for said, so in checks.items() if so]


def _percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    if not seconds:
        return {"p50": None, "p95": None}
    return {f"p{share}": round(float(np.percentile(seconds, share)), 2) for share in (50, 95)}


def table(found: dict) -> str:
    """Return the findings as lines for README."""
    lines = [f"{found['visitors']} visitors for {found['minutes']:g} minutes:"]
    for name, words in (
        ("edit", "picture of an edit"), ("photo", "… of a new photo"), ("redraw", "… of a redraw"),
        ("whole", "all of a redraw"), ("evaluation", "evaluation"),
    ):  # fmt: skip
        one = found[name]
        lines.append(f"  {words}: {one['count']} requests, median {one['p50']} s, 95th percentile {one['p95']} s")
    lines.append(
        f"  lost: {len(found['lost'])}; told that the page was gone: {len(found['told'])}; mixed: {len(found['mixed'])}"
    )
    lines += [f"    {said}" for said in (*found["lost"], *found["mixed"], *found["told"][:3])]
    for name in ("memory_mb", "threads", "files", "tracebacks"):
        lines.append(
            f"  {name}: before {found['before'][name]}, busy {found['busy'][name]}, after {found['after'][name]}"
        )
    lines.append("  all holds" if not found["wrong"] else f"  does not hold: {'; '.join(found['wrong'])}")
    return "\n".join(lines)
