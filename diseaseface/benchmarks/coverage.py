"""How much of what HPO says a frontal photo can show is drawn: by operators, annotation mass and diseases.

Every sum is computed from HPO's files in the run. The mass of an annotation is the share of people with the
disease who have the sign, a half where HPO does not state it; an OMIM and an ORPHA entry of one disease count
as two. A term is mapped where attributes of the catalogue stand for it, and drawn as far as the morph engine
draws those attributes.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from diseaseface.knowledge.catalogue import Attribute, attributes
from diseaseface.knowledge.meaning import Meaning
from diseaseface.knowledge.profiles import STAND_IN_WEIGHT
from diseaseface.knowledge.store import Store, build

LEAST_SIGNS = 3
WELL_DRAWN = 0.8  # share of a disease's mass


@dataclass(frozen=True)
class Mass:
    """Annotation mass: what can be seen, what attributes stand for, what the morph engine draws."""

    visible: float = 0.0
    mapped: float = 0.0
    drawn: float = 0.0

    def __add__(self, other: "Mass") -> "Mass":
        return Mass(self.visible + other.visible, self.mapped + other.mapped, self.drawn + other.drawn)


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark coverage", description=__doc__)
    parser.add_argument("--most", type=int, default=15, help="terms listed that are not drawn, by mass (default 15)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    table = measure(build(), attributes(), options.most)
    print(json.dumps(table, indent=1) if options.json else _text(table))
    return 0


def measure(store: Store, catalogue: Mapping[str, Attribute], most: int) -> dict:
    """Return operators, mass, diseases and the heaviest terms that are not drawn."""
    terms, diseases = masses(store, catalogue)
    total = sum(terms.values(), Mass())
    signs = {key: len(facts) for key, (_, facts) in store.diseases.items()}
    several = [mass for key, mass in diseases.items() if signs[key] >= LEAST_SIGNS]
    well = sum(mass.drawn >= WELL_DRAWN * mass.visible for mass in several)
    left = sorted(((mass.visible - mass.drawn, term) for term, mass in terms.items()), reverse=True)
    return {
        "hpo": store.release,
        "operators": operators(catalogue, "morph"),
        "signs": sum(len(poles(a)) for a in catalogue.values() if a.engine == "morph"),
        "operators of the diffusion engine": operators(catalogue, "diffusion"),
        "terms": len(terms),
        "mass": round(total.visible, 1),
        "mapped": total.mapped / total.visible,
        "drawn": total.drawn / total.visible,
        "diseases": len(several),
        "well drawn": well / len(several) if several else 0.0,
        "not drawn": [_left(term, amount, store.meanings[term]) for amount, term in left[:most] if amount > 0],
    }


def operators(catalogue: Mapping[str, Attribute], engine: str) -> int:
    """Count the attributes of an engine that stand for an HPO term."""
    return sum(a.engine == engine and any(pole.hpo for pole in poles(a)) for a in catalogue.values())


def poles(attribute: Attribute) -> list:
    """Return the directions that an attribute has."""
    return [pole for pole in (attribute.positive, attribute.negative) if pole]


def masses(store: Store, catalogue: Mapping[str, Attribute]) -> tuple[dict[str, Mass], dict[str, Mass]]:
    """Return the annotation mass by HPO term and by disease."""
    terms: dict[str, Mass] = {}
    diseases: dict[str, Mass] = {}
    for disease in store.diseases:
        for fact in store.facts(disease):
            weight = STAND_IN_WEIGHT if fact.frequency is None else fact.frequency
            mass = _mass(weight, store.meanings[fact.hpo], catalogue)
            terms[fact.hpo] = terms.get(fact.hpo, Mass()) + mass
            diseases[disease] = diseases.get(disease, Mass()) + mass
    return terms, diseases


def _mass(weight: float, meaning: Meaning, catalogue: Mapping[str, Attribute]) -> Mass:
    total = sum(abs(share) for _, share in meaning.shares)
    drawn = sum(abs(share) for name, share in meaning.shares if catalogue[name].engine == "morph")
    return Mass(weight, weight if total else 0.0, weight * (drawn / total) if total else 0.0)


def _left(term: str, amount: float, meaning: Meaning) -> dict:
    why = meaning.reason or "Drawn by the diffusion engine only."
    return {"hpo": term, "label": meaning.label, "mass": round(amount, 1), "reason": why}


def _text(table: dict) -> str:
    lines = [
        f"HPO {table['hpo']}: {table['terms']} terms that a frontal photo shows, mass {table['mass']:,.0f}",
        f"operators of the morph engine  {table['operators']} ({table['signs']} signs)",
        f"operators of the diffusion engine alone  {table['operators of the diffusion engine']}",
        f"mass mapped  {table['mapped']:.1%}",
        f"mass drawn   {table['drawn']:.1%}",
        f"diseases with {LEAST_SIGNS} or more visible signs  {table['diseases']:,}",
        f"of these with {WELL_DRAWN:.0%} of their mass drawn  {table['well drawn']:.1%}",
        "heaviest terms not drawn:",
    ]
    lines += [f"  {t['mass']:7.1f}  {t['hpo']}  {t['label']}: {t['reason']}" for t in table["not drawn"]]
    return "\n".join(lines)
