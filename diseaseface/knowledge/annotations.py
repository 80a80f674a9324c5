"""Disease to phenotype annotations of HPO: which sign, how often, from which age."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from diseaseface.errors import CatalogueError
from diseaseface.knowledge.ontology import folder

# Middle of the band that HPO's definition of each frequency term gives.
FREQUENCY_TERMS = {
    "HP:0040280": (1.0, "Obligate"),
    "HP:0040281": (0.895, "Very frequent"),
    "HP:0040282": (0.545, "Frequent"),
    "HP:0040283": (0.17, "Occasional"),
    "HP:0040284": (0.025, "Very rare"),
    "HP:0040285": (0.0, "Excluded"),
}

# Youngest age, in years, of HPO's onset terms.
ONSET_YEARS = {
    "HP:0030674": 0.0,  # Antenatal onset
    "HP:0011460": 0.0,  # Embryonal onset
    "HP:0011461": 0.0,  # Fetal onset
    "HP:0034197": 0.0,  # Third trimester onset
    "HP:0034198": 0.0,  # Second trimester onset
    "HP:0034199": 0.0,  # Late first trimester onset
    "HP:0003577": 0.0,  # Congenital onset
    "HP:0003623": 0.0,  # Neonatal onset
    "HP:0003593": 28 / 365.25,  # Infantile onset
    "HP:0011463": 1.0,  # Childhood onset
    "HP:0003621": 5.0,  # Juvenile onset
    "HP:0003581": 16.0,  # Adult onset
    "HP:0011462": 16.0,  # Young adult onset
    "HP:0025708": 16.0,  # Early young adult onset
    "HP:0025709": 19.0,  # Intermediate young adult onset
    "HP:0025710": 25.0,  # Late young adult onset
    "HP:0003596": 40.0,  # Middle age onset
    "HP:0003584": 60.0,  # Late onset
}

_UNILATERAL = "HP:0012833"


@dataclass(frozen=True)
class Annotation:
    """One line of phenotype.hpoa that says a disease has a sign.

    Attributes
    ----------
    disease, name : str
        Id and name of the disease.
    hpo : str
    frequency : float or None
        Share of people with the disease who have the sign, 0 to 1; None where not stated.
    observed : tuple of int, or None
        (n, m) where n of m people were seen with it.
    stated : str
        The frequency in words, as the source gives it.
    from_age : float
        Years; 0 where no onset is stated.
    sex : str
        "MALE", "FEMALE" or "".
    one_sided : bool
    reference : str
        PMID, OMIM or ORPHA id of the source.
    """

    disease: str
    name: str
    hpo: str
    frequency: float | None
    observed: tuple[int, int] | None
    stated: str
    from_age: float
    sex: str
    one_sided: bool
    reference: str


def probability(stated: str) -> tuple[float | None, tuple[int, int] | None, str]:
    """Read a frequency of phenotype.hpoa: n/m, a percentage, or an HPO frequency term.

    Returns
    -------
    (frequency, observed, words)
        frequency is within 0 to 1, or None where nothing usable is stated.
    """
    if stated in FREQUENCY_TERMS:
        return FREQUENCY_TERMS[stated][0], None, FREQUENCY_TERMS[stated][1]
    share, observed = _percent(stated) if stated.endswith("%") else _count(stated)
    if share is None or not 0.0 <= share <= 1.0:
        return None, None, "frequency not stated"
    words = f"{observed[0]} of {observed[1]}" if observed else stated.replace("%", " %")
    return share, observed, words


def _percent(stated: str) -> tuple[float | None, None]:
    try:
        return float(stated.rstrip("%")) / 100, None
    except ValueError:
        return None, None


def _count(stated: str) -> tuple[float | None, tuple[int, int] | None]:
    seen, _, of = stated.partition("/")
    if not (seen.isdecimal() and of.isdecimal() and int(of)):
        return None, None
    return int(seen) / int(of), (int(seen), int(of))


def parse(lines: Iterable[str], wanted: Callable[[str], bool] = lambda term: True) -> Iterator[Annotation]:
    """Yield the annotations of signs, in the file's order.

    Left out: comments, what is not a phenotypic abnormality (inheritance, course), what the file
    negates (NOT) or nobody was seen with, and terms that `wanted` declines.
    """
    for line in lines:
        row = line.rstrip("\n").split("\t")
        if len(row) < 11 or row[10] != "P" or row[2] or not wanted(row[3]):
            continue
        frequency, observed, stated = probability(row[7])
        if frequency != 0.0:
            yield Annotation(
                disease=row[0],
                name=row[1],
                hpo=row[3],
                frequency=frequency,
                observed=observed,
                stated=stated,
                from_age=ONSET_YEARS.get(row[6], 0.0),
                sex=row[8].upper(),
                one_sided=_UNILATERAL in row[9],
                reference=row[4],
            )


def read_lines() -> list[str]:
    """Return the lines of phenotype.hpoa; raise CatalogueError where it cannot be read."""
    path = folder() / "phenotype.hpoa"
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} cannot be read; give an official phenotype.hpoa of HPO.") from error


def version(lines: Iterable[str]) -> str:
    """Return the date that the head of phenotype.hpoa names, "" where it names none."""
    head = (line for line in lines if line.startswith("#version:"))
    return next(head, "").partition(":")[2].strip()


def courses(lines: Iterable[str], wanted: Callable[[str], bool]) -> Iterator[tuple[str, str, float | None]]:
    """Yield (disease, HPO id, frequency) of the wanted terms of inheritance and course that are not negated."""
    for line in lines:
        row = line.rstrip("\n").split("\t")
        if len(row) > 10 and row[10] in ("C", "I") and not row[2] and wanted(row[3]):
            yield row[0], row[3], probability(row[7])[0]


def diseases(lines: Iterable[str]) -> dict[str, str]:
    """Return the names of all annotated diseases by id, the first name where the file has several."""
    names: dict[str, str] = {}
    for line in lines:
        key, tab, rest = line.partition("\t")
        if tab and ":" in key:
            names.setdefault(key, rest.partition("\t")[0])
    return names


def pool(annotations: Iterable[Annotation]) -> float | None:
    """Return one frequency from all annotations of one sign in one disease.

    People counted are added up over the sources. Without counts, the stated frequencies are
    averaged; None where none is stated.
    """
    rows = list(annotations)
    if counts := [row.observed for row in rows if row.observed]:
        return sum(n for n, _ in counts) / sum(m for _, m in counts)
    stated = [row.frequency for row in rows if row.frequency is not None]
    return sum(stated) / len(stated) if stated else None
