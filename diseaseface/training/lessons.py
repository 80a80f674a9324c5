"""What two groups of pictures teach of a disease, with what to mind."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial

from diseaseface.errors import LearningError
from diseaseface.knowledge import learned
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile
from diseaseface.training.comparison import compared
from diseaseface.training.groups import Group, amounts, departs_more, differences, seen
from diseaseface.training.selection import OnDrawn, Selection, selected
from diseaseface.training.synthesis import ROUNDS, OnFace, Synthesis, synthesised
from diseaseface.training.within import Within, effects, readable, signs


@dataclass(frozen=True, eq=False)
class Lesson:
    """What two groups teach.

    Attributes
    ----------
    profile : Profile
    effects : mapping of attribute to Effect
        Of every measure that could be compared, whether the profile has it or not.
    healthy, diseased : Group
    cautions : tuple of str
    synthesis : Synthesis or None
        How far drawn faces came; None where none were drawn.
    selection : Selection or None
        Of what changed within people, the signs that are enough; None where groups were compared.
    """

    profile: Profile
    effects: Mapping[str, learned.Effect]
    healthy: Group
    diseased: Group
    cautions: tuple[str, ...]
    synthesis: Synthesis | None = None
    selection: Selection | None = None

    def is_sign(self, effect: learned.Effect) -> bool:
        """Whether the profile has it."""
        return effect.certain and (self.selection is None or effect.attribute in self.selection.amounts)


def learn(
    name: str,
    healthy: Group,
    diseased: Group,
    *,
    prior: Profile | None = None,
    same_light: bool = False,
    as_given: bool = False,
    seed: int = 0,
    rounds: int = ROUNDS,
    on_face: OnFace | None = None,
) -> Lesson:
    """Return what the difference of two groups teaches of a disease.

    Parameters
    ----------
    name : str
        Of the disease.
    healthy, diseased : Group
    prior : Profile or None
        What other sources say of the disease; effects are shrunk towards it.
    same_light : bool
        Whether camera and light were the same in both, so that absolute colour may count.
    as_given : bool
        Whether to learn even where the groups seem to be swapped.
    seed : int
    rounds : int
        How often what was learned is drawn on the faces that the healthy group keeps and mended by what it misses; 0,
        or a group that keeps none, leaves signs to add up.
    on_face : callable or None
        Told how many pictures are drawn and read, and how many will be.

    Raises
    ------
    LearningError
        For a group too small, and for groups that seem to be swapped.
    """
    for word, group in (("healthy", healthy), ("diseased", diseased)):
        learned.require_enough(word, group.size)
    tables = [amounts(group, healthy, same_light) for group in (healthy, diseased)]
    shown = {attribute: seen(attributes()[attribute]) for attribute in tables[0]}
    comparison = compared(healthy, diseased, tables[0], same_light)
    explain = partial(learned.effects, *tables, shown, prior, seed)
    found, synthesis = explain(comparison), None
    doubts = _order_doubts(found, healthy, diseased, prior, seed)
    _refuse_swapped(doubts, as_given)
    if rounds > 0 and healthy.faces:
        found, synthesis = synthesised(explain, comparison, healthy.faces, rounds, seed, on_face)
    cautions = (*doubts, *differences(healthy, diseased), *_unused(found, same_light))
    note = f"Learned from pictures. Healthy: {healthy.told()}. With the disease: {diseased.told()}. "
    note += "Severity 1 is the mean face of the group. " + " ".join((*_drawn(synthesis), *cautions))
    return Lesson(learned.profile(name, found, prior, note.strip()), found, healthy, diseased, cautions, synthesis)


def learn_within(
    name: str,
    healthy: Group,
    diseased: Group,
    within: Within,
    *,
    prior: Profile | None = None,
    as_given: bool = False,
    seed: int = 0,
    on_drawn: OnDrawn = lambda sets: None,
) -> Lesson:
    """Return what pictures of the same people before a disease and with it teach, where the pictures lie on each other.

    Parameters
    ----------
    name : str
        Of the disease.
    healthy, diseased : Group
        Both of the people that changed, and in the same order.
    within : Within
        What changed; of a group without faces to draw on the calibrated responses alone tell which signs are enough.
    prior, as_given, seed
        As in `learn`.
    on_drawn : callable
        Told how many sets of signs have been drawn.

    Raises
    ------
    LearningError
        For fewer than LEAST_PICTURES people, and for groups that seem to be swapped.
    """
    found = effects(within, prior, seed)
    doubts = _order_doubts(found, healthy, diseased, prior, seed, same_people=True)
    _refuse_swapped(doubts, as_given)
    read = {effect.attribute: effect for effect in readable(found)}
    amounts_read, likely = {attribute: effect.amount for attribute, effect in read.items()}, signs(read)
    faces = tuple(face for _, face in within.faces)
    chosen = selected(amounts_read, likely, faces, within.on_faces, seed, on_drawn)
    found |= {name: _of_amount(found[name], amount) for name, amount in chosen.amounts.items()}
    cautions = (*doubts, *differences(healthy, diseased))
    kept = {attribute: found[attribute] for attribute in chosen.amounts}
    note = f"Learned within people: {healthy.size} pictures and others that lie on them. {healthy.told()}. "
    note += "Severity 1 is the mean change. " + " ".join((chosen.told(len(likely), len(faces)), *cautions))
    profile = learned.profile(name, kept, prior, note.strip())
    return Lesson(profile, found, healthy, diseased, cautions, selection=chosen)


def _of_amount(effect: learned.Effect, amount: float) -> learned.Effect:
    return replace(effect, shrunk=amount * effect.seen / effect.sd)


def _drawn(synthesis: Synthesis | None) -> tuple[str, ...]:
    return (synthesis.told(),) if synthesis else ()


def _refuse_swapped(doubts: tuple[str, ...], as_given: bool) -> None:
    if doubts and not as_given:
        raise LearningError(
            f"{doubts[0]} The folders seem to be swapped: swap them, or add --as-given to learn anyway."
        )


def _order_doubts(
    found, healthy: Group, diseased: Group, prior: Profile | None, seed: int, same_people: bool = False
) -> tuple[str, ...]:
    """Say why the groups seem to be swapped; the graph is asked where it knows the disease, else the norms."""
    expected = any(effect.prior for effect in found.values())
    if expected and learned.points_backwards(found):
        return (f"The pictures differ against what {prior.name} ({prior.id}) is known to do to a face.",)
    if not expected and (sure := departs_more(healthy, diseased, seed, same_people)) > 0.975:
        return (
            f"The pictures given as healthy depart more from healthy faces than those given as diseased "
            f"(certainty {sure:.0%}).",
        )
    return ()


def _unused(found: Mapping[str, learned.Effect], same_light: bool) -> list[str]:
    said = [] if same_light else ["Absolute skin colour was not used: cameras and light differ."]
    weak = sum(not effect.certain for effect in found.values())
    return [*said, f"{weak} of {len(found)} measures showed no certain difference."]


def report(lesson: Lesson) -> dict:
    """Return every measure with its effect, the groups, and what to mind, as plain JSON values."""
    told = {
        word: {"told": group.told(), "layout": group.layout, "unread": [[str(p), why] for p, why in group.unread]}
        for word, group in (("healthy", lesson.healthy), ("diseased", lesson.diseased))
    }
    effects = [asdict(effect) | {"certain": lesson.is_sign(effect)} for effect in _ranked(lesson)]
    drawn = asdict(lesson.synthesis) if lesson.synthesis else None
    said = {"cautions": list(lesson.cautions), "drawn": drawn}
    return {"name": lesson.profile.name, **told, **said, "effects": effects}


def in_words(lesson: Lesson) -> str:
    """Return the groups, the effects from the largest, and what to mind as lines of text."""
    lines = [f"Healthy: {lesson.healthy.told()}", f"With {lesson.profile.name}: {lesson.diseased.told()}"]
    lines.append(f"{'':2}{'attribute':<28}{'g':>7}{'95 %':>16}{'prior':>8}{'shrunk':>8}{'n':>10}")
    for effect in _ranked(lesson):
        span, people = f"{effect.low:+.2f} … {effect.high:+.2f}", f"{effect.healthy}+{effect.diseased}"
        prior = f"{effect.prior:+.2f}" if effect.prior else "–"
        lines.append(
            f"{'*' if lesson.is_sign(effect) else ' ':2}{effect.attribute:<28}{effect.g:+7.2f}{span:>16}{prior:>8}"
            f"{effect.shrunk:+8.2f}{people:>10}"
        )
    return "\n".join(
        [
            *lines,
            "* a sign of the profile, where it can be drawn",
            *_drawn(lesson.synthesis),
            *(f"Note: {c}" for c in lesson.cautions),
        ]
    )


def _ranked(lesson: Lesson) -> list:
    return sorted(lesson.effects.values(), key=lambda effect: -abs(effect.shrunk))
