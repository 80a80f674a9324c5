"""A profile as a visitor has it open: signs switched on and off and reweighted by hand."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace

from diseaseface.edits import typical_signs, without_conflicts
from diseaseface.errors import UnknownDisease
from diseaseface.knowledge.profile_file import MAGNITUDE_LIMIT
from diseaseface.knowledge.profiles import Evidence, Form, Profile, Sign
from diseaseface.ui import texts

OWN = "OWN:"


@dataclass(frozen=True)
class Edited:
    """What a visitor set for one sign; None leaves it."""

    on: bool | None = None
    weight: float | None = None
    magnitude: float | None = None


@dataclass(frozen=True)
class Workbench:
    """An open profile with the visitor's changes by the sign's place in it."""

    profile: Profile
    edits: Mapping[int, Edited] = field(default_factory=dict)

    def typical(self) -> list[bool]:
        """Return, sign by sign, whether the typical presentation draws it, before any change."""
        chosen = {id(sign) for sign in without_conflicts(typical_signs(self.profile.signs))}
        return [id(sign) in chosen for sign in self.profile.signs]

    def edited(self, place: int, what: str, value: object) -> "Workbench":
        """Return the workbench after one change: `what` is "on", "weight" or "magnitude", shares from 0.

        Raises ValueError for what is no sign, no property or no number in range.
        """
        if not 0 <= place < len(self.profile.signs) or what not in ("on", "weight", "magnitude"):
            raise ValueError(f"{what} of sign {place}")
        if what == "on":
            value = bool(value)
        else:
            value = min(max(float(value), 0.0), MAGNITUDE_LIMIT if what == "magnitude" else 1.0)
        told = replace(self.edits.get(place, Edited()), **{what: value})
        return replace(self, edits={**self.edits, place: told})

    def made(self) -> Profile:
        """Return the profile with the changes, under a name of its own; as it is, where there are none."""
        if not self.edits:
            return self.profile
        base, typical = self.profile, self.typical()
        signs = [_made(sign, self.edits.get(place, Edited()), typical[place]) for place, sign in enumerate(base.signs)]
        name = base.name if base.id.startswith(OWN) else f"{base.name} (edited)"
        reweighted = {place for place, edit in self.edits.items() if edit.weight is not None}
        own = {(sign.attribute, sign.direction) for place, sign in enumerate(base.signs) if place in reweighted}
        forms = tuple(_untied(form, own) for form in base.forms)
        return replace(base, id=OWN + name, name=name, signs=tuple(signs), forms=forms)


def meant(disease: str, *own: Profile | None) -> str | Profile:
    """Return the visitor's own profile that goes by an id; any other disease stays as it is.

    Raises UnknownDisease where it was the visitor's own and is forgotten by now.
    """
    found = next((one for one in own if one is not None and one.id == disease), None)
    if found is None and (disease or "").startswith(OWN):
        raise UnknownDisease(texts.OWN_GONE)
    return found or disease


def _untied(form: Form, own: Set[tuple[str, int]]) -> Form:
    """Return a form without the signs whose frequency was set by hand: that holds in every form."""
    return replace(form, weights=tuple(row for row in form.weights if row[:2] not in own))


def _made(sign: Sign, edit: Edited, typical: bool) -> Sign:
    """Return a sign as set; which signs are typical is fixed for all, since changing one may not add others."""
    on = typical if edit.on is None else edit.on
    if edit == Edited():
        return replace(sign, typical=on)
    weight = sign.weight if edit.weight is None else edit.weight
    magnitude = sign.magnitude if edit.magnitude is None else edit.magnitude
    detail = f"{'on' if on else 'off'}, strength {magnitude:.0%}, frequency {weight:.0%}"
    return replace(
        sign,
        weight=weight,
        magnitude=magnitude,
        typical=on,
        known=sign.known or edit.weight is not None,
        graded=sign.graded or edit.magnitude is not None,
        evidence=(*sign.evidence, Evidence(texts.PROFILE_BY_HAND, "", detail)),
    )
