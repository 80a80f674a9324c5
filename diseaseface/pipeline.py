"""The whole way, spelled out once: photo, face, profile, edit, rendering, report."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from diseaseface import edits, knowledge, marks, settings
from diseaseface.engines.base import Engine, OnStep
from diseaseface.errors import EngineUnavailable, FaceError, RequestError
from diseaseface.evaluation import correction, symptommap
from diseaseface.evaluation.evaluate import evaluate
from diseaseface.evaluation.measurements import measure_all
from diseaseface.evaluation.norms import Person
from diseaseface.evaluation.report import Report
from diseaseface.evaluation.symptommap import SymptomMap
from diseaseface.faces import look as faces
from diseaseface.faces.face import Face
from diseaseface.knowledge import strengths
from diseaseface.knowledge.profiles import OLDEST, Profile
from diseaseface.pictures import read_report
from diseaseface.results import Drawing, Request, Result
from diseaseface.settings import MOST_STAGES, STAGES
from diseaseface.takeaway import bundle

if TYPE_CHECKING:
    from diseaseface.knowledge.index import Diseases
    from diseaseface.knowledge.primekg import OnProgress


MOST_YEARS = 30  # that a face can be aged by without becoming a guess; set by eye


@dataclass(frozen=True)
class Pipeline:
    """The parts, chosen once. Nothing about a request is kept here."""

    diseases: "Diseases"
    engines: Mapping[str, Engine]

    @classmethod
    def load(
        cls,
        *,
        primekg: str | Path | None = None,
        inferred: bool = False,
        language_model: str | None = None,
        progress: "OnProgress | None" = None,
    ) -> "Pipeline":
        """Put the parts together; models and indexes load when they are first needed.

        Parameters
        ----------
        primekg : path or None
            A user's kg.csv of PrimeKG, whose signs are added; None takes the setting DISEASEFACE_PRIMEKG.
        inferred : bool
            Whether signs are added that nobody stated and that graph and names foretell.
        language_model : folder or hub id, or None
            A text-generation model whose proposals are marked; None takes DISEASEFACE_LANGUAGE_MODEL.
        progress : callable or None
            Told the share of kg.csv that is read.
        """
        from diseaseface.engines.diffusion.engine import DiffusionEngine
        from diseaseface.engines.morph.engine import MorphEngine

        morph = MorphEngine()
        diseases = knowledge.load(
            primekg=primekg or settings.primekg_file(),
            inferred=inferred,
            language_model=language_model or settings.language_model(),
            progress=progress,
        )
        return cls(diseases, {morph.name: morph, DiffusionEngine.name: DiffusionEngine(morph=morph)})

    def look(self, photo) -> Face:
        """Analyse a photo: a path, a PIL image or a uint8 RGB array; a Face is passed through."""
        return photo if isinstance(photo, Face) else faces.look(photo)

    def profile(self, disease: str | Profile) -> Profile:
        """Return the profile of a disease by id, name or synonym; a Profile is passed through."""
        return disease if isinstance(disease, Profile) else self.diseases.find(disease)

    def transform(self, photo, disease: str | Profile, severity: float, **settings) -> Result:
        """Show `disease` at `severity` (0 none, 1 marked) on the face in `photo`.

        Keywords are those of `Request`: seed, age, side, engine, presentation, toward; and `on_step`, told
        how many steps of the engine are done of how many. What it raises ends the work. Where an engine
        draws only about as much as is asked, what fell short is asked for once more; see `refine`.
        """
        drawing = self.draw(photo, disease, severity, **settings)
        result = self.judge(drawing)
        return result if self.engines[drawing.request.engine].exact else self.refine(drawing, result, **settings)

    def refine(self, drawing: Drawing, result: Result, *, on_step: OnStep | None = None, **_settings) -> Result:
        """Ask once more, stronger, for measurable signs that fell short by over 30 %; keep the nearer picture."""
        edit = correction.stronger(drawing.rendering, result.report)
        if edit is None:
            return result
        request = drawing.request
        again = self._engine(request.engine).render(drawing.face, edit, seed=request.seed, on_step=on_step)
        note = "One corrective pass for what fell short: " + ", ".join(correction.names_of(edit, drawing.rendering))
        second = replace(
            drawing,
            rendering=correction.as_asked(again, drawing.rendering),
            notes=(*drawing.notes, f"{note}."),
        )
        judged = self.judge(second)
        return judged if correction.nearer(judged.report, result.report) else result

    def strip(self, photo, disease: str | Profile, stages: int = STAGES, **settings) -> list[Result]:
        """Show the course: results from severity 0 to 1 in even steps."""
        return [self.judge(drawing) for drawing in self.draw_strip(photo, disease, stages, **settings)]

    def evaluate(
        self,
        photo,
        disease: str | Profile | None = None,
        before=None,
        *,
        sex: str | None = None,
        age: float | None = None,
    ) -> Report:
        """Read any photo, real or synthetic, against a disease and against an earlier photo.

        Without an earlier photo, healthy people of the sex ("female" or "male") and age, years, are the norm, where
        they are told.
        """
        clock: dict[str, float] = {}
        profile = None if disease is None else self.profile(disease)
        with _timed(clock, "face"):
            face, earlier = self.look(photo), None if before is None else self.look(before)
        with _timed(clock, "evaluate"):
            aside = marks.box_in(read_report(photo))
            report = evaluate(
                face, profile=profile, before=earlier, diseases=self.diseases, aside=aside, person=Person(sex, age)
            )
        with _timed(clock, "measures"):
            measures = tuple(measure_all(face, Person(sex, age)))
        return replace(report, measures=measures, timings_ms=clock)

    def symptom_map(
        self,
        photo,
        disease: str | Profile | None = None,
        before=None,
        *,
        sex: str | None = None,
        age: float | None = None,
    ) -> SymptomMap:
        """Show where a face departs from healthy ones, or from an earlier photo of it, and the lines it is read by."""
        profile = None if disease is None else self.profile(disease)
        earlier = None if before is None else self.look(before)
        return symptommap.draw(self.look(photo), earlier, profile, Person(sex, age))

    def draw(
        self, photo, disease: str | Profile, severity: float, *, on_step: OnStep | None = None, **settings
    ) -> Drawing:
        """Draw without judging: the first half of `transform`."""
        clock: dict[str, float] = {}
        request, profile = Request(severity, **settings), self.profile(disease)
        engine = self._engine(request.engine)
        request, notes = _as_drawn(request, profile, read_report(photo))
        notes += self._misfits(profile, request)
        edit = _plan(profile, request)
        notes += strengths.note([change.sign for change in edit if change.sign])
        with _timed(clock, "face"):
            face = self.look(photo)
        with _timed(clock, "render"):
            rendering = engine.render(face, edit, seed=request.seed, on_step=on_step)
        return Drawing(face, profile, request, rendering, notes, clock)

    def draw_strip(self, photo, disease: str | Profile, stages: int = STAGES, **settings) -> Iterator[Drawing]:
        """Draw the course one by one; the photo is analysed once."""
        if not isinstance(stages, int) or not 2 <= stages <= MOST_STAGES:
            raise RequestError(f"A strip has 2 to {MOST_STAGES} stages, not {stages!r}.")
        face, profile = self.look(photo), self.profile(disease)
        return (self.draw(face, profile, float(s), **settings) for s in np.linspace(0.0, 1.0, stages))

    def judge(self, drawing: Drawing) -> Result:
        """Score a drawn picture from its pixels: the second half of `transform`."""
        clock = dict(drawing.timings_ms)
        before, rendering = drawing.face, drawing.rendering
        with _timed(clock, "evaluate"):
            after = before if np.array_equal(rendering.picture, before.image) else self._look_again(rendering.picture)
            report = evaluate(
                after,
                profile=drawing.profile,
                before=before,
                rendering=rendering,
                request=drawing.request,
                diseases=self.diseases,
            )
        report = replace(report, warnings=(*drawing.notes, *report.warnings), timings_ms=clock)
        return Result(rendering.picture, report, rendering, before, drawing)

    def _look_again(self, picture: np.ndarray) -> Face:
        try:
            return self.look(picture)
        except FaceError as error:
            raise FaceError(
                "The picture was drawn, but no face can be read in it any more: ask for less severity, "
                f"or choose another engine or seed. ({error})"
            ) from error

    def files(self, result: Result, *, mark: bool = True) -> dict[str, bytes]:
        """Return all that can be taken away of a result, by file name; `takeaway.bundle.zipped` makes one of them."""
        settings = {name: value for name, value in asdict(result.drawing.request).items() if name != "severity"}
        course = self.draw_strip(result.face, result.drawing.profile, bundle.FRAMES, **settings)
        drawn = [drawing.rendering.picture for drawing in course]
        return bundle.files(result.face, result.picture, result.report.to_dict(), drawn, mark=mark)

    def refusals(self) -> dict[str, str | None]:
        """Return why each engine cannot draw here, by name; None where it can."""
        return {name: engine.refusal() for name, engine in self.engines.items()}

    def _misfits(self, profile: Profile, request: Request) -> tuple[str, ...]:
        """Say where the person does not fit the disease: a warning, never a refusal."""
        if request.sex not in (None, "female", "male"):
            raise RequestError(f"The sex must be female or male, or left out, not {request.sex!r}.")
        misfits = self.diseases.people(profile.id).misfits(request.age, request.sex)
        return (*misfits, *_onsets(profile, request), *_aged(request), *_drawn_form(profile, request))

    def _engine(self, name: str) -> Engine:
        if name not in self.engines:
            raise RequestError(f"There is no engine {name!r}: choose {' or '.join(sorted(self.engines))}.")
        if reason := self.engines[name].refusal():
            raise EngineUnavailable(reason)
        return self.engines[name]


def _plan(profile: Profile, request: Request) -> edits.Edit:
    return edits.plan(
        profile,
        request.severity,
        side=request.side,
        presentation=request.presentation,
        seed=request.seed,
        toward=request.toward,
        age=request.age,
        photo_age=request.photo_age,
        sex=request.sex,
    )


def _onsets(profile: Profile, request: Request) -> tuple[str, ...]:
    """Say where no source tells at which age the signs begin: most of HPO is silent about that."""
    if request.age is None or any(sign.from_age > 0 or sign.until_age < OLDEST for sign in profile.signs):
        return ()
    return ("No source says at which age the signs of this disease begin or go: all are drawn at any age.",)


def _drawn_form(profile: Profile, request: Request) -> tuple[str, ...]:
    """Say which form of the disease a sampled person has."""
    form = edits.form_of(profile, request.seed) if request.presentation == "sampled" else None
    if form is None:
        return ()
    return (f"The person drawn has the form “{form.name}”, {form.share:.0%} of people with it ({form.reference}).",)


def _aged(request: Request) -> tuple[str, ...]:
    """Say what an age does to the picture, and what it cannot."""
    if request.age is None or request.toward == "healthy":
        return ()
    if request.photo_age is None:
        return ("The person's age in the photo was not told, so the face itself is not aged.",)
    years = request.age - request.photo_age
    if not years:
        return ()
    way = "aged" if years > 0 else "made younger"
    said = f"The face is also {way} by {abs(years):g} years: what is read back holds both."
    far = "Over so many years this is a rough guess." if abs(years) > MOST_YEARS else ""
    return (f"{said} {far}".strip(),)


def _as_drawn(request: Request, profile: Profile, drawn: dict | None) -> tuple[Request, tuple[str, ...]]:
    """Fit the way back to a picture of our own: not more is taken away than was drawn."""
    if request.toward != "healthy" or not drawn or (drawn.get("disease") or {}).get("id") != profile.id:
        return request, ()
    told = {name: drawn[name] for name in ("seed", "side", "presentation") if drawn.get(name) is not None}
    request, most = replace(request, **told), drawn.get("severity")
    if not isinstance(most, int | float) or not 0.0 <= most < request.severity:
        return request, ()
    note = f"This picture was drawn at severity {most:.2f}; no more than that was taken away."
    return replace(request, severity=most), (note,)


@contextmanager
def _timed(clock: dict[str, float], part: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    clock[part] = round(1000 * (time.perf_counter() - start), 1)
