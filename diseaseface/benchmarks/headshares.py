"""How much of the moves that drawn pictures let expect single pictures of rendered heads show, measure by measure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from diseaseface.edits import Change
from diseaseface.evaluation.atlas import full_moves
from diseaseface.evaluation.norms import norms
from diseaseface.evaluation.readings import ALONE, departure
from diseaseface.evaluation.singles import singles
from diseaseface.knowledge.catalogue import attributes

_LEAST_MOVED = 2.0  # squared SDs of healthy faces, over all pictures: a measure that moves less follows as others do
_MOST_SHARE = 1.5


def shares(rows: Sequence[Mapping]) -> dict[str, dict]:
    """Return the share of each measure, and on how many pictures it could be read.

    Parameters
    ----------
    rows : sequence of mappings
        Of the part `diseases`: people as they are, and each with diseases of known amounts.
    """
    measures = norms().jointly
    pairs = list(_pairs(rows, measures))
    if not pairs:
        return {}
    expected, found = (np.array(side) for side in zip(*pairs, strict=True))
    read = np.isfinite(found)
    expected, found = np.where(read, expected, 0.0), np.where(read, found, 0.0)
    size, along = (expected**2).sum(axis=0), (expected * found).sum(axis=0)
    usual = along.sum() / size.sum()
    share = np.clip((along + _LEAST_MOVED * usual) / (size + _LEAST_MOVED), 0.0, _MOST_SHARE)
    return {
        name: {"share": round(float(one), 3), "n": int(n)}
        for name, one, n, moved in zip(measures, share, read.sum(axis=0), size, strict=True)
        if moved > 0
    }


def _pairs(rows: Sequence[Mapping], measures: Sequence[str]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the moves that drawn pictures let expect and those that are read, in SD of healthy faces (measures,)."""
    read = [row for row in rows if not row["failed"]]
    plain = {row["person"]: row["raw"] for row in read if not row["disease"]}
    sd = np.array([norms().sd[name] for name in measures])
    heard = np.array([singles().heard(name) for name in measures])
    for row in read:
        if not row["disease"] or row["person"] not in plain:
            continue
        changes = [Change(attributes()[name], amount) for name, amount in row["truth"]["signs"].items() if amount]
        expected = full_moves(changes, measures, ALONE).sum(axis=0) / heard  # without what heads have said before
        was, now = plain[row["person"]], row["raw"]
        both = [(was.get(name), now.get(name)) for name in measures]
        found = [np.nan if None in pair else departure(name, *pair) for name, pair in zip(measures, both, strict=True)]
        yield expected / sd, np.array(found) / sd


def into_singles(path: Path, table: Mapping) -> None:
    """Write the shares into a single.json, beside what drawn pictures say."""
    known = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(known | {"heads": table["shares"]}, indent=1) + "\n", encoding="utf-8")
