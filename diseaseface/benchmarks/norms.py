"""What healthy faces measure: writes the means, spreads and covariance that the scores compare with.

Photos should be neutral, frontal and of healthy adults. Only numbers are written, no pictures.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from diseaseface.benchmarks.photos import photos
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.measurements import read_all
from diseaseface.evaluation.readings import ONLY_AGAINST_BEFORE, RELATIVE, departure
from diseaseface.faces.look import look

_CONTRASTS = ("malar_erythema", "centrofacial_erythema", "scleral_yellowness", "scleral_blueness", "skin_roughness")
# Absolute skin colour is left out of the joint measures: white balance and ancestry set it.
# One measure of each part: more of them would be too many for the faces that their covariance is read from.
_SHAPE = (
    "palpebral_fissure_slant", "interpupillary_distance", "intercanthal_excess", "palpebral_fissure_length",
    "upper_lid_position_left", "upper_lid_position_right", "lower_lid_position_left", "lower_lid_position_right",
    "nasal_bridge_width", "nose_length", "nose_width", "nasal_tip_width", "nostril_show", "philtrum_length",
    "upper_vermilion_height", "lower_vermilion_height", "mouth_width", "mouth_corner_height", "lower_face_height",
    "chin_width", "jaw_width", "cheek_width", "mouth_corner_asymmetry_left",
)  # fmt: skip
JOINTLY = (*_SHAPE, *_CONTRASTS)
_SHRINKAGE = 0.3  # of correlations towards none; there are about three faces for each measure
_LEAST_FACES = 20


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark norms", description=__doc__)
    parser.add_argument("--faces", type=Path, nargs="+", required=True, help="folders of healthy, neutral faces")
    parser.add_argument("--source", default="", help="who took the photos, and their licence")
    parser.add_argument("--out", type=Path, help="where to write norms.json; default: print it")
    parser.add_argument("--json", action="store_true", help="print JSON, as without --out")
    options = parser.parse_args(arguments)
    table = measure(options.faces, options.source)
    text = json.dumps(table, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
        print(f"{table['n']} faces; a healthy face departs by less than {table['departure']:.1f} in 95 of 100.")
    else:
        print(text)
    return 0


def measure(folders: Sequence[Path], source: str) -> dict:
    """Read all faces of some folders and return the table of norms."""
    read = []
    for folder in folders:
        for _, photo in photos(folder, 10_000):
            try:
                read.append(read_all(look(photo)))
            except DiseaseFaceError:
                continue
    if len(read) < _LEAST_FACES:
        raise DiseaseFaceError(f"Norms need at least {_LEAST_FACES} faces, and {len(read)} could be read.")
    return summarise(read, source)


def summarise(read: Sequence[Mapping[str, float | None]], source: str) -> dict:
    """Return the table of norms from the readings of single faces."""
    names = [name for name in read[0] if any(r[name] is not None for r in read)]
    mean = {name: float(np.mean([r[name] for r in read if r[name] is not None])) for name in names}
    from_mean = np.array([[_departure(name, mean[name], r[name]) for name in names] for r in read])
    sd = dict(zip(names, from_mean.std(axis=0, ddof=1).tolist(), strict=True))
    joint = from_mean[:, [names.index(name) for name in JOINTLY]]
    return {
        "n": len(read),
        "source": source,
        "mean": _rounded(mean),
        "sd": _rounded(sd),
        "jointly": list(JOINTLY),
        "precision": np.round(_precision(joint), 6).tolist(),
        "departure": round(float(np.percentile(left_out(joint), 95)), 3),
    }


def _departure(name, usual, value):
    """Difference from the mean; where a face hides a measure, none."""
    if value is None:
        return 0.0
    return value - usual if name in ONLY_AGAINST_BEFORE and name not in RELATIVE else departure(name, usual, value)


def left_out(departures: np.ndarray) -> np.ndarray:
    """Return each face's Mahalanobis distance (n,) by the mean and covariance of all others."""
    distances = []
    for one in range(len(departures)):
        others = np.delete(departures, one, axis=0)
        off = departures[one] - others.mean(axis=0)
        distances.append(np.sqrt(off @ _precision(others) @ off))
    return np.array(distances)


def _precision(departures):
    """Inverse of the covariance with shrunk correlations."""
    sd = np.maximum(departures.std(axis=0, ddof=1), 1e-6)
    correlation = (1 - _SHRINKAGE) * np.corrcoef(departures.T) + _SHRINKAGE * np.eye(len(sd))
    return np.linalg.inv(correlation * np.outer(sd, sd))


def _rounded(table):
    return {name: round(value, 4) for name, value in table.items()}
