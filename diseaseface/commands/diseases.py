"""Commands on what is known: diseases, their profiles, and descriptions in plain words."""

import json
from argparse import Namespace
from collections.abc import Sequence

from diseaseface.commands.loading import load
from diseaseface.knowledge import Diseases, language, ontology
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile
from diseaseface.knowledge.sources import conflicts
from diseaseface.pipeline import Pipeline


def profile(options: Namespace, _rest: Sequence[str]) -> None:
    """Print a disease's signs with their evidence."""
    known = load(options).diseases
    found = known.find(options.disease)
    if options.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    print(_in_words(found))
    print("\n".join(_notes(found, known)))


def diseases(options: Namespace, _rest: Sequence[str]) -> None:
    """List diseases, all or the ones that a text finds."""
    known = Pipeline.load().diseases
    matches = known.search(options.search) if options.search else known.all()
    if options.json:
        print(json.dumps([match.to_dict() for match in matches], ensure_ascii=False, indent=2))
        return
    for match in matches:
        print(f"{match.id:<14} {match.name}  ({match.signs} signs, {match.drawable:.0%} drawn)")


def describe(options: Namespace, _rest: Sequence[str]) -> None:
    """Print the signs that a text in plain words names, best first."""
    found = language.describe(options.text)
    if options.json:
        print(json.dumps([sign.to_dict() for sign in found], ensure_ascii=False, indent=2))
        return
    for sign in found:
        side = f", {sign.side}" if sign.side else ""
        print(f"{sign.hpo}  {sign.label}{side}  (strength {sign.strength:.1f}, score {sign.score:.2f})")


def _in_words(found: Profile) -> str:
    catalogue = attributes()
    lines = [f"{found.name} ({found.id})", *([found.note] if found.note else [])]
    for sign in found.signs:
        label = catalogue[sign.attribute].pole(sign.direction).label
        sources = "; ".join(f"{e.source}, {e.reference}: {e.detail}" for e in sign.evidence)
        often = f"{sign.weight:.0%}" if sign.known else "?"
        if sign.ages:
            label += f" (from {sign.from_age:g} to {sign.until_age:g} years)"
        lines.append(f"  {often:>5}  {label}  [{sources}]")
    lines += [f"  {sign.weight:>5.0%}  {sign.label}, not drawn: {sign.reason}" for sign in found.undrawn]
    return "\n".join(lines)


def _notes(found: Profile, known: Diseases) -> list[str]:
    """Return conflicts, the other entries of the disease, and what HPO asks to be told."""
    lines = [f"Form: {form.name}, {form.share:.0%} of people with it ({form.reference})" for form in found.forms]
    lines += [f"Conflict: {sentence}" for sentence in conflicts(found)]
    if twins := known.twins(found.id):
        lines.append(f"Other entries of this disease: {', '.join(twins)}")
    files = f"HPO {known.release}, annotations of {known.annotated or 'no stated date'}"
    return [*lines, f"{files}; {ontology.CITATION}; {ontology.LICENCE}."]
