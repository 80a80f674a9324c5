"""A visitor of the page without a browser: the same requests that the browser sends, over the page's own queue."""

import json
import uuid
from collections.abc import Iterator, Mapping

import httpx

_API = "gradio_api"
_PATIENCE_S = 120.0  # without any news of a request


class Lost(Exception):
    """A request ended without an answer: the text says what the client was told."""


class Page:
    """What a browser learns of a page when it opens it.

    Parameters
    ----------
    url : str
        Of the page, with a slash at its end.

    Raises
    ------
    Lost
        Where nothing is served there.
    """

    def __init__(self, url: str):
        self.url = url
        with _told():
            self.config = httpx.get(f"{url}config", timeout=30).raise_for_status().json()
        self._parts = {one["id"]: one for one in self.config["components"]}

    def event(self, asks: set[str], shows: str) -> int:
        """Return the number of the first event that takes parts of some names and shows one."""
        for number, one in enumerate(self.config["dependencies"]):
            if asks <= self._names(one["inputs"]) and shows in self._names(one["outputs"]):
                return number
        raise LookupError(f"The page has no event from {sorted(asks)} to {shows}.")

    def endpoint(self, name: str) -> int | None:
        """Return the number of a named endpoint, None where the page has none of the name."""
        named = (number for number, one in enumerate(self.config["dependencies"]) if one.get("api_name") == name)
        return next(named, None)

    def values(self, event: int, given: Mapping[str, object]) -> list:
        """Return an event's inputs: what is given by the parts' names, and what the page opened with."""
        parts = [self._parts[one]["props"] for one in self.config["dependencies"][event]["inputs"]]
        return [given.get(part.get("elem_id"), part.get("value")) for part in parts]

    def _names(self, ids: list[int]) -> set[str]:
        return {self._parts[one]["props"].get("elem_id") for one in ids if one in self._parts}


class Session:
    """One visitor's session."""

    def __init__(self, page: Page):
        self.page, self._hash = page, uuid.uuid4().hex[:12]
        self._http = httpx.Client(base_url=f"{page.url}{_API}/", timeout=_PATIENCE_S)

    def upload(self, name: str, data: bytes) -> dict:
        """Send a file and return what stands for it in requests."""
        with _told():
            path = self._http.post("upload", files={"files": (name, data)}).raise_for_status().json()[0]
        return {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}

    def ask(self, event: int, data: list) -> Iterator[str]:
        """Send a request and yield its news as they come, each the text of a JSON message.

        Raises Lost where the page refuses, fails, falls silent or goes away before the end.
        """
        body = {"data": data, "event_data": None, "fn_index": event, "session_hash": self._hash}
        with _told():
            told = self._http.post("queue/join", json=body)
            if told.status_code != 200:
                raise Lost(f"refused: {told.status_code} {told.text[:100]}")
            with self._http.stream("GET", "queue/data", params={"session_hash": self._hash}) as news:
                yield from _until_done(news.iter_lines())

    def close(self) -> None:
        """End the session."""
        self._http.close()


class _told:
    """Turns what goes wrong on the way into Lost."""

    def __enter__(self):
        return self

    def __exit__(self, _kind, error, _trace):
        if isinstance(error, httpx.HTTPError):
            raise Lost(f"{type(error).__name__}: {error}") from error


def _until_done(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("data:"):
            continue
        text = line[5:].strip()
        message = json.loads(text)
        if message["msg"] == "process_completed":
            if not message.get("success"):
                raise Lost(f"failed: {str(message.get('output'))[:200]}")
            yield text
            return
        if message["msg"] == "unexpected_error":
            raise Lost(f"failed: {str(message.get('message'))[:200]}")
        yield text
    raise Lost("the page closed the connection before the end")
