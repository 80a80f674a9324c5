"""Folders of pictures as their publishers lay them out, and as users do."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from diseaseface.errors import LearningError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
AGES = "ages.csv"

# CelebA (Liu 2015, ICCV) marks 40 attributes with 1 or -1. Not healthy, or hiding the face, or moving it.
CELEBA_HEALTHY = {
    "Blurry": False,
    "Eyeglasses": False,
    "Wearing_Hat": False,
    "Heavy_Makeup": False,
    "Pale_Skin": False,
    "Smiling": False,
    "Mouth_Slightly_Open": False,
}
_CELEBA_LIST = ("list_attr_celeba.txt", "list_attr_celeba.csv")
_CELEBA_PICTURES = ("img_align_celeba", "img_celeba", "img_align_celeba/img_align_celeba")

# Disease-Specific Faces (Jin 2020, IEEE Access 8:123649): one folder a class, under these names or like ones.
_DSF = {
    "beta-thalassemia": ("thalassemia", "thalassaemia", "bt"),
    "hyperthyroidism": ("hyperthyroidism", "hyperthyroid", "graves", "ht"),
    "Down syndrome": ("down", "ds"),
    "leprosy": ("leprosy", "lp", "le"),
    "healthy": ("healthy", "health", "normal", "control", "controls", "hc"),
}


@dataclass(frozen=True)
class Pictures:
    """The pictures of one group.

    Attributes
    ----------
    paths : tuple of Path
    layout : str
        How the folder was understood, in words.
    ages : mapping of Path to years
        Of the pictures whose age is told.
    """

    paths: tuple[Path, ...]
    layout: str
    ages: Mapping[Path, float] = field(default_factory=dict)

    def spread(self, most: int) -> "Pictures":
        """Return at most `most` of the pictures, evenly spread."""
        at = np.unique(np.linspace(0, len(self.paths) - 1, min(most, len(self.paths))).round().astype(int))
        return Pictures(tuple(self.paths[index] for index in at), self.layout, self.ages)


def find(folder: str | Path, wanted: str, filters: Mapping[str, bool] | None = None) -> Pictures:
    """Return the pictures of a group: from CelebA, a class of DSF, or any folder of pictures.

    Parameters
    ----------
    folder : path
    wanted : str
        "healthy", or the name of the disease, which chooses among the classes of DSF.
    filters : mapping of CelebA attribute to bool, or None
        Which pictures of CelebA to take; None is CELEBA_HEALTHY.

    Raises
    ------
    LearningError
        Where there is no such folder, no picture in it, or no such class or attribute.
    """
    root = Path(folder)
    if not root.is_dir():
        raise LearningError(f"There is no folder {root}: give a folder of face photos.")
    if table := next((root / name for name in _CELEBA_LIST if (root / name).is_file()), None):
        found = _celeba(root, table, CELEBA_HEALTHY if filters is None else filters)
    elif classes := _classes(root):
        found = _dsf(root, classes, wanted)
    else:
        found = Pictures(tuple(_pictures(root)), "a folder of pictures", _ages(root))
    if not found.paths:
        raise LearningError(f"There are no pictures below {root}: give a folder of JPEG or PNG files.")
    return found


def _pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def _classes(root: Path) -> dict[str, Path]:
    """Return the class folders of DSF by class; empty where the folder is laid out otherwise."""
    found = {}
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        words = "".join(c if c.isalnum() else " " for c in folder.name.lower()).split()
        if name := next((name for name, marks in _DSF.items() if set(marks) & set(words)), None):
            found.setdefault(name, folder)
    return found if len(found) > 1 else {}


def _dsf(root: Path, classes: Mapping[str, Path], wanted: str) -> Pictures:
    words = wanted.lower().replace("-", " ").split()
    name = next((name for name in classes if name == wanted or set(_DSF[name]) & set(words)), None)
    if name is None:
        raise LearningError(
            f"{root} holds the classes {', '.join(classes)}, none of them {wanted}: name the folder of one."
        )
    return Pictures(tuple(_pictures(classes[name])), f"the class {name} of DSF", _ages(root) | _ages(classes[name]))


def _celeba(root: Path, table: Path, filters: Mapping[str, bool]) -> Pictures:
    folder = next((root / name for name in reversed(_CELEBA_PICTURES) if (root / name).is_dir()), root)
    names, rows = _celeba_rows(table)
    if unknown := sorted(set(filters) - set(names)):
        raise LearningError(f"CelebA marks no {unknown[0]}; it marks {', '.join(names)}.")
    columns = [(names.index(name), "1" if value else "-1") for name, value in filters.items()]
    paths = (folder / picture for picture, marks in rows if all(marks[at] == mark for at, mark in columns))
    told = ", ".join(f"{'' if value else 'not '}{name}" for name, value in filters.items())
    return Pictures(tuple(path for path in paths if path.is_file()), f"CelebA, {told or 'all of it'}")


def _celeba_rows(table: Path) -> tuple[list[str], Iterator[tuple[str, list[str]]]]:
    """Read the list in either of its two forms: a count, names, rows of words; or comma-separated."""
    lines = table.read_text(encoding="utf-8").splitlines()
    split = (lambda line: [cell.strip() for cell in line.split(",")]) if table.suffix == ".csv" else str.split
    if lines and lines[0].strip().isdecimal():
        lines = lines[1:]
    if not lines:
        raise LearningError(f"{table} is empty: give CelebA's list of attributes.")
    names = [name for name in split(lines[0]) if name not in ("image_id", "")]
    rows = (split(line) for line in lines[1:] if line.strip())
    return names, ((row[0], row[1:]) for row in rows if len(row) == len(names) + 1)


def _ages(folder: Path) -> dict[Path, float]:
    """Return the ages that a file ages.csv with the columns file and age tells; empty without one."""
    table = folder / AGES
    if not table.is_file():
        return {}
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        return {folder / row["file"]: float(row["age"]) for row in rows if row["age"]}
    except (KeyError, TypeError, ValueError) as error:
        raise LearningError(f"{table} needs the columns file and age, ages in years.") from error
