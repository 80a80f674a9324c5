"""Further sources of signs, asked for by the user, and the rules by which all sources make one profile.

1. HPO's annotations of a disease are pooled: people counted are added up over papers; of terms that mean
   one attribute in one direction the more frequent one counts.
2. A line of the curated supplement stands before HPO where it gives a value; HPO's evidence stays beside it.
3. PrimeKG only adds: signs that the others lack, without frequency; what it denies stays, and says so.
4. Inferred signs only add, below everything that somebody stated, and say that nobody stated them.
5. Pictures move a sign's magnitude towards what was measured, each by its precision; a stated frequency
   stays; a sign that pictures turn round keeps the line that said otherwise.

Nothing is averaged between opposite directions: one is drawn, and `conflicts` names the other.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from diseaseface.knowledge import primekg, store
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.primekg import Node, OnProgress, PrimeKG
from diseaseface.knowledge.profiles import Profile


class Source(Protocol):
    """What more can be known of diseases."""

    name: str

    def complete(self, base: Profile, hpo: str) -> Profile:
        """Return a profile with what this source adds; `hpo` is the id of the disease in HPO, "" for none."""

    def find(self, name_or_id: str) -> Profile | None:
        """Return a disease that only this source knows, or None."""


@dataclass(frozen=True)
class PrimeKGSource:
    """A user's kg.csv, read when it is first needed and kept as a small index in the cache folder."""

    path: Path
    progress: OnProgress | None = None
    folder: Path = field(default_factory=store.cache_folder)
    name = primekg.SOURCE

    @cached_property
    def graph(self) -> PrimeKG:
        """The graph; tens of seconds the first time, then a fraction of one."""
        kept, stamp = self.folder / "primekg.json", _stamp(self.path)
        with suppress(OSError, ValueError, KeyError, TypeError):
            data = json.loads(kept.read_text(encoding="utf-8"))
            if data["stamp"] == stamp:
                return _from_json(data["diseases"])
        graph = primekg.load(self.path, self.progress)
        with suppress(OSError):
            store.write(kept, {"stamp": stamp, "diseases": _to_json(graph)})
        return graph

    def complete(self, base: Profile, hpo: str) -> Profile:
        """Return a profile with the signs that PrimeKG adds, and what it denies as evidence."""
        return primekg.enriched(base, self.graph, _read())

    def find(self, name_or_id: str) -> Profile | None:
        """Return PrimeKG's own disease of an id MONDO:… or a name, where a face shows a sign of it."""
        node = self.graph.diseases.get(name_or_id.strip().upper())
        nodes = [node] if node else list(self.graph.named(name_or_id))
        found = (primekg.from_node(node, _read()) for node in nodes)
        return next((made for made in found if made.signs or made.undrawn), None)


@dataclass(frozen=True)
class InferredSource:
    """Signs foretold from the graph and from names; ready in about ten seconds."""

    most: int = 10
    name = "inferred"

    def complete(self, base: Profile, hpo: str) -> Profile:
        """Return a profile with signs that nobody stated; as it is, where HPO shows nothing to reason from."""
        from diseaseface.knowledge import inference

        known = inference.predictor()
        if not known.knows(hpo):
            return base
        return inference.completed(base, known.predict(hpo, self.most), _read())

    def find(self, name_or_id: str) -> Profile | None:
        """Return None: what is inferred is never a disease of its own."""


def _read() -> Callable:
    from diseaseface.knowledge.language import meaning_of

    return meaning_of


def _stamp(path: Path) -> str:
    """Return what tells two kg.csv apart, "" for none."""
    with suppress(OSError):
        told = path.stat()
        return f"{path.resolve()} {told.st_size} {told.st_mtime_ns}"
    return ""


def _to_json(graph: PrimeKG) -> dict:
    sets = ("present", "absent", "genes")
    return {key: [node.name, *(sorted(getattr(node, one)) for one in sets)] for key, node in graph.diseases.items()}


def _from_json(diseases: dict) -> PrimeKG:
    return PrimeKG({key: Node(key, name, *(frozenset(one) for one in sets)) for key, (name, *sets) in diseases.items()})


def conflicts(profile: Profile) -> tuple[str, ...]:
    """Return where sources contradict each other, as sentences."""
    said = []
    signs = {(sign.attribute, sign.direction): sign for sign in profile.signs}
    for (name, direction), sign in signs.items():
        if direction > 0 and (other := signs.get((name, -1))):
            labels = [attributes()[name].pole(one.direction).label for one in (sign, other)]
            said.append(f"{labels[0]} and {labels[1]} are both reported; one person has one of them.")
        against = [line for line in sign.evidence if "against the " in line.detail]
        said += [f"{line.source}: {line.detail}." for line in against]
    return tuple(said)
