"""Which disease? Baselines from the literature beside the profiles, cross-validated by identity.

After Deep Facial Diagnosis (Jin 2020, IEEE Access 8:123649): an embedding of a face recognition network with a
linear support vector machine, and fine-tuning as far as the weights that are here allow (see `finetuning`), in the
binary tasks (healthy against one disease) and with all classes. Beside them the profile-based reading, which is
trained on no picture, and both combined. `--faces DIR` holds one folder a class, as
Disease-Specific Faces does: `healthy` and folders that are named like diseases. `--draw DIR` takes healthy faces and
draws the diseases itself; the table then says so. Photos of one person never stand on both sides of a split.
"""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from diseaseface import edits, knowledge
from diseaseface.benchmarks import finetuning
from diseaseface.benchmarks.photos import SUFFIXES, photos
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import DiseaseFaceError, RequestError
from diseaseface.evaluation.norms import from_norm
from diseaseface.evaluation.ranking import departure, log_odds_of
from diseaseface.evaluation.readings import read_alone
from diseaseface.faces.face import Face
from diseaseface.faces.identity import embed, models
from diseaseface.faces.look import look
from diseaseface.knowledge.profiles import Profile

HEALTHY = "healthy"
_FOLDS, _BOOTSTRAPS = 5, 1000
_ONE_PERSON = 0.45  # of dlib's distance; its makers draw the line between two people at 0.6
_DRAWN_SEVERITY = 0.7
_DEFAULT = ("Beta-thalassemia", "Hyperthyroidism", "Down syndrome", "Leprosy")  # the classes of DSF


@dataclass(frozen=True, eq=False)
class Cases:
    """Pictures as features.

    Attributes
    ----------
    labels : str array of shape (n,)
    people : int array of shape (n,)
        Which person each picture shows.
    embeddings : float array of shape (n, 128)
    profiles : float array of shape (n, diseases)
        Log-odds of each disease against no departure from healthy, 0 where that is likelier.
    diseases : tuple of str
        Classes that the columns of `profiles` stand for.
    drawn : bool
        Whether the diseases were drawn by the morph engine.
    chips : uint8 array of shape (n, 160, 160, 3) or None
        The faces themselves; None where no network can be trained on them.
    """

    labels: np.ndarray
    people: np.ndarray
    embeddings: np.ndarray
    profiles: np.ndarray
    diseases: tuple[str, ...]
    drawn: bool = False
    chips: np.ndarray | None = None

    def only(self, classes: Sequence[str]) -> "Cases":
        """Return the cases of some classes."""
        kept = np.isin(self.labels, classes)
        columns = [k for k, disease in enumerate(self.diseases) if disease in classes]
        diseases = tuple(self.diseases[k] for k in columns)
        return Cases(
            self.labels[kept], self.people[kept], self.embeddings[kept], self.profiles[kept][:, columns], diseases,
            self.drawn, None if self.chips is None else self.chips[kept],
        )  # fmt: skip


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark diagnosis", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--faces", type=Path, help="folder with one folder a class, healthy among them")
    source.add_argument("--draw", type=Path, help="folder of healthy faces to draw the diseases on")
    parser.add_argument("--diseases", nargs="+", default=list(_DEFAULT), help="diseases to draw with --draw")
    parser.add_argument("--most", type=int, default=40, help="pictures a class (default 40)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if not models():
        raise DiseaseFaceError("This benchmark needs an identity model: run `pip install dlib-bin`.")
    pictures, profiles = _classes(options)
    table = measure(cases(pictures, profiles, drawn=options.draw is not None))
    print(json.dumps(table, indent=1) if options.json else _text(table))
    return 0


def _classes(options) -> tuple[list[tuple[str, int | None, Face]], dict[str, Profile]]:
    known = knowledge.load()
    if options.draw:
        profiles = {name: known.find(name) for name in options.diseases}
        return list(_drawn(options.draw, options.most, profiles)), profiles
    folders = {path.name: path for path in sorted(options.faces.iterdir()) if path.is_dir()}
    healthy = next((name for name in folders if name.lower() in (HEALTHY, "health", "normal", "control")), None)
    if healthy is None or len(folders) < 2:
        raise RequestError(f"{options.faces} needs a folder `healthy` and one for each disease.")
    profiles = {name: known.find(name.replace("_", " ")) for name in folders if name != healthy}
    found = [
        (HEALTHY if name == healthy else name, None, face)
        for name, folder in folders.items()
        for face in _faces(folder, options.most)
    ]
    return found, profiles


def _faces(folder: Path, most: int):
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES]
    for path in paths[:: max(1, len(paths) // most)][:most]:
        try:
            yield look(path)
        except DiseaseFaceError:
            continue  # a picture without a face that can be read is no case


def _drawn(folder: Path, most: int, profiles):
    """Each person healthy, and with each disease: one person in every class, so identity tells nothing."""
    for person, (_, photo) in enumerate(photos(folder, most)):
        try:
            face = look(photo)
        except DiseaseFaceError:
            continue  # as in `_faces`
        yield HEALTHY, person, face
        engine = MorphEngine()
        for name, profile in profiles.items():
            yield name, person, look(engine.render(face, edits.plan(profile, _DRAWN_SEVERITY, seed=1), seed=1).picture)


def cases(pictures: Sequence[tuple[str, int | None, Face]], profiles: dict[str, Profile], *, drawn: bool) -> Cases:
    """Turn pictures, (class, person or None, face), into features; persons not told are found by embedding."""
    embeddings = np.array([embed(face.image, face.landmarks_px) for _, _, face in pictures])
    told = [person for _, person, _ in pictures]
    people = np.array(told) if None not in told else _people(embeddings)
    return Cases(
        np.array([label for label, _, _ in pictures]),
        people,
        embeddings,
        np.array([_log_odds(face, profiles.values()) for _, _, face in pictures]),
        tuple(profiles),
        drawn,
        None if finetuning.refusal() else np.array([finetuning.chip(face) for _, _, face in pictures]),
    )


def _people(embeddings: np.ndarray) -> np.ndarray:
    merged = AgglomerativeClustering(n_clusters=None, distance_threshold=_ONE_PERSON, linkage="average")
    return merged.fit_predict(embeddings)


def _log_odds(face: Face, profiles) -> list[float]:
    departed = departure(from_norm(read_alone(face)))
    return [max(log_odds_of(departed, profile), 0.0) for profile in profiles]


def measure(found: Cases) -> dict:
    """Return accuracy and balanced accuracy of each method in each task, with 95 % intervals over people."""
    tasks = {f"{HEALTHY} / {name}": found.only((HEALTHY, name)) for name in found.diseases}
    if len(found.diseases) > 1:
        tasks[f"all {len(found.diseases) + 1} classes"] = found
    title = "Diseases drawn by the morph engine on healthy faces" if found.drawn else "Photos as given"
    rows = {name: _task(task) for name, task in tasks.items()}
    return {"title": title, "cases": len(found.labels), "people": len(set(found.people.tolist())), "tasks": rows}


def _task(task: Cases) -> dict:
    methods: dict[str, Callable[[Cases], np.ndarray]] = {
        "most frequent class": _by_frequency,
        "embedding + linear SVM": lambda t: _trained(t, t.embeddings, _svm),
        "embedding + linear head": lambda t: _trained(t, t.embeddings, finetuning.linear_head),
        "embedding + fine-tuned last layer": lambda t: _trained(t, t.embeddings, finetuning.last_layer),
        "profiles, untrained": _by_profile,
        "embedding and profiles + linear SVM": lambda t: _trained(t, np.hstack([t.embeddings, t.profiles]), _svm),
    }
    if task.chips is not None:
        methods["fine-tuned network"] = lambda t: _trained(t, t.chips, finetuning.network)
    rows: dict[str, dict] = {name: _score(task, method(task)) for name, method in methods.items()}
    if task.chips is None:
        reason = finetuning.refusal() or "The faces themselves were not kept."
        rows["fine-tuned network"] = {"status": "not_available", "reason": reason}
    return rows


def _by_frequency(task: Cases) -> np.ndarray:
    names, counts = np.unique(task.labels, return_counts=True)
    return np.full(task.labels.shape, names[counts.argmax()])


def _by_profile(task: Cases) -> np.ndarray:
    """The likeliest disease; healthy where that is likelier than all."""
    best = task.profiles.argmax(axis=1)
    named = np.array(task.diseases)[best]
    return np.where(task.profiles.max(axis=1) > 0, named, HEALTHY)


def _svm(train: np.ndarray, labels: np.ndarray, _people: np.ndarray, test: np.ndarray) -> np.ndarray:
    model = make_pipeline(StandardScaler(), SVC(kernel="linear", C=1.0, class_weight="balanced"))
    return model.fit(train, labels).predict(test)


def _trained(task: Cases, features: np.ndarray, fit: Callable[..., np.ndarray]) -> np.ndarray:
    """Label each picture by a model that has seen none of its person."""
    told = np.empty(task.labels.shape, dtype=task.labels.dtype)
    folds = StratifiedGroupKFold(min(_FOLDS, len(set(task.people.tolist()))), shuffle=True, random_state=0)
    for train, test in folds.split(task.labels, task.labels, task.people):
        told[test] = fit(features[train], task.labels[train], task.people[train], features[test])
    return told


def _score(task: Cases, told: np.ndarray) -> dict:
    right = told == task.labels
    rng, people = np.random.default_rng(0), np.unique(task.people)
    counts = np.array([[right[task.people == one].sum(), (task.people == one).sum()] for one in people])
    draws = counts[rng.integers(len(people), size=(_BOOTSTRAPS, len(people)))].sum(axis=1)
    low, high = np.percentile(draws[:, 0] / draws[:, 1], (2.5, 97.5))
    return {
        "accuracy": round(float(right.mean()), 3),
        "interval": [round(float(low), 3), round(float(high), 3)],
        "balanced": round(float(balanced_accuracy_score(task.labels, told)), 3),
    }


def _text(table: dict) -> str:
    lines = [f"{table['title']}: {table['cases']} pictures of {table['people']} people"]
    for task, rows in table["tasks"].items():
        lines.append(f"{task}")
        for name, row in rows.items():
            told = row.get("reason") or f"{row['accuracy']:.3f} {row['interval']}, balanced {row['balanced']:.3f}"
            lines.append(f"  {name:<38}{told}")
    return "\n".join(lines)
