"""Every fixed sentence of the page."""

NAME = "DiseaseFace"
TAGLINE = "See, and measure, how a disease shows on a face"

THEME = "Switch between light and dark"
PHOTO = "Photo"
PHOTO_HINT = "A face from the front, eyes open. Drop a picture, or use the camera."
CHOOSE_PHOTO = "Choose a photo"
SENDING = "Sending the photo"
NOT_SENT = "This file could not be sent. A photo may have up to 40 MB; choose it again, or another one."
CONSENT = "The person in my photos agrees to this use, and where I show a picture I say that it is synthetic."
CONSENT_FIRST = "Please tick first that the person agrees: no photo is sent before. Examples need no consent."
CONSENT_GATE = "For a photo of your own, tick above first"
PHOTO_TIPS = "What makes a good photo"
PHOTO_TIPS_TEXT = (
    "From the front, at eye level, the head upright; eyes open, mouth closed, a calm face.",
    "Even daylight, nothing over the face: no glasses, no hair over brows or eyes, no filter.",
    "The whole head and neck in the picture, the face at least 300 pixels wide; 600 shows more signs.",
)
NOTHING_IS_FETCHED = "Send the photo itself: nothing is fetched from an address."
PHOTO_GONE = (
    "That photo is deleted by now, as all photos are some minutes after their last use: choose it again; "
    "the settings are there."
)
EXAMPLES = "Or start with one of these"
EXAMPLES_NOTE = "Heads marked ◇ are synthetic: nobody looks like this. Astronaut: NASA, public domain."
DISEASE = "Disease"
DISEASE_HINT = "Name, synonym or id"
SEVERITY = "Severity"
SEVERITY_ENDS = ("none", "mild", "moderate", "marked")

MORE = "More settings"
DIRECTION = "Direction"
DIRECTIONS = [("Show the disease", "disease"), ("Take it away", "healthy")]
PRESENTATION = "Presentation"
PRESENTATIONS = [("Typical signs", "typical"), ("One patient, sampled", "sampled")]
SIDE = "Side, the person's own, where a disease takes one"
SIDES = [("Left", "left"), ("Right", "right")]
SEED = "Seed"
DICE = "Another"
AGE = "Age in years; 30 > 60 also ages the face"
SEX = "Sex of the person"
SEXES = [("Not told", ""), ("Female", "female"), ("Male", "male")]

ENGINE = "Drawn by"
ENGINES = {"morph": "Changing the photo itself", "diffusion": "A diffusion model"}
ENGINE_REFUSED = "{name} is not available here: why, and what to do"
STEP = "Drawing, step {} of {}"

PICTURE = "Photo and drawing"
ALT_PHOTO = "The photo before"
ALT_DRAWN = "{name} at severity {severity:.0f} %, a synthetic picture"
ALT_AWAY = "{name} taken away by {severity:.0f} %, a synthetic picture"
WIPE = "How much of the photo is seen, in per cent; the rest is the drawing"
PLAY = "Play the course"
BESIDE = "Side by side"
LARGE = "Full screen"
BACK = "back to the head"
LINK = "Copy a link to this"
VIEW = "Part of the picture"
VIEWS = [("Whole", "whole"), ("Head", "head"), ("Eyes", "eyes"), ("Midface", "midface"), ("Mouth", "mouth")]
BEFORE, AFTER = "Photo", "Drawn"
READING_FACE = "Reading the face"
SCORING = "Reading the picture back"
COURSE = "Drawing the course"
STOP = "Stop"

TAKE = {
    "picture": "Picture",
    "strip": "Strip",
    "gif": "GIF",
    "mp4": "Film",
    "pdf": "Page (PDF)",
    "table": "Signs (CSV)",
    "report": "Report (JSON)",
    "everything": "All (ZIP)",
}
IN_LINE = "In line for the engine: {} before you"
NOTHING_TO_TAKE = "There is nothing to take away yet: choose a photo and a disease first."

STRIP_TITLE = "Course"
STRIP_HINT = "Five stages of the same face. Choose one, or step with the arrow keys, to set the severity."
VISIT_TITLE = "This visit"
VISIT_HINT = "What you drew so far, newest first; choose one to have it back. Gone when you leave."
RESTORE = "{name} at {severity}: show it again"
SIGNS_TITLE = "Signs and evidence"
SIGNS_HINT = "What was drawn, how often people with the disease have it, and who says so. Choose a row to look closer."
PLOT_TITLE = "Asked, drawn, read back"
PLOT_HINT = "Share of the marked change of each sign. Choose a row to look closer."
PLOT_KEY = [("asked", "asked"), ("drawn", "drawn"), ("unread", "drawn, not readable"), ("dot", "read back")]
PLOT_WORDS = ("asked", "drawn")
PLOT_READ = "read back"
PLOT_MORE = "{} more signs"
PLOT_EMPTY = "No sign is drawn at these settings."
NOT_READ = "not read"
SCORES_TITLE = "Read from the picture"
SCORES_HELP = "What the scores mean"
SCORES_HELP_TEXT = [
    ("Severity", "How far along the disease's course the finished picture is, read from its pixels without knowing "
     "what was asked. The bar is the likely range, the tick what was asked."),
    ("Profile match", "Whether the changes that are read point the way of the disease: 1 the same way, 0 unrelated, "
     "−1 the opposite. It says nothing of how strong they are."),
    ("Same person", "A face recogniser's distance between photo and drawing: it says whether identity survived."),
    ("Background", "The share of pixels outside the person that are exactly as in the photo."),
    ("SD", "Standard deviations among healthy faces: beyond 2, few healthy faces show as much."),
]  # fmt: skip

FOOT = (
    "Synthetic pictures, for education and research; no diagnostic device. "
    "Photos are worked on in memory and deleted; nothing is kept."
)
NO_PHOTO = "Choose a photo to begin: drop one here, use the camera, or take an example."
NO_DISEASE = "Choose a disease: type its name, a synonym, or an id."
OWN_PICTURE = (
    "This picture was drawn here before: {name}, severity {severity:.0f} %; its settings are taken over. "
    "Choose the photo it was made from to draw it again, or “Take it away” under More settings to go back from it."
)

PROFILE_FIND = "Disease"
PROFILE_WORDS = "Or describe a face in words"
PROFILE_WORDS_HINT = "puffy eyelids, yellow eyes and a drooping left mouth corner"
PROFILE_DESCRIBE = "Make a profile"
PROFILE_IMPORT, PROFILE_EXPORT, PROFILE_RESET = "Import", "Export", "Undo changes"
PROFILE_SHOW = "Show it on my photo"
PROFILE_DESCRIBED = "My description"
PROFILE_SIGNS = "Signs"
PROFILE_SIGNS_HINT = (
    "Switch signs on or off, or change how often and how marked they are; then show the result on your photo."
)
PROFILE_GRAPH = "Around it"
PROFILE_GRAPH_HINT = "Signs, genes, and the diseases nearest by shared visible signs. Choose a disease to open it."
PROFILE_COMPARE = "Side by side"
PROFILE_COMPARE_HINT = "Choose a second disease"
PROFILE_CHANGED = "Signs changed by hand: {count}. “Show it on my photo” and “Export” take the changes along."
PROFILE_NO_WORDS = "Describe what a face shows, in your own words."

COMPARE_TITLE = "Side by side"
COMPARE_HINT = (
    "On the face of the first tab, with its age, sex and seed. Choose a row below to look closer on both sides."
)
COMPARE_SIDES = ("Left", "Right")
COMPARE_SECOND = ("Williams syndrome", "Down syndrome")
COMPARE_SEVERITIES = "One disease, mild and marked"
COMPARE_OPEN = "Put the open profile on the left"
COMPARE_NOTHING_OPEN = "Open, describe, import or change a profile on the Profiles tab first."
COMPARE_DRAWING = "Drawing both sides"
COMPARE_SIGN = "Sign"
COMPARE_DIFFER = "Signs that differ: {}; the same: {}."
COMPARE_SAME = "Both sides show the same signs."
COMPARE_ALIKE = "The same on both sides: {}."
COMPARE_NONE = "not drawn"
PATIENTS_TITLE = "Eight people with the left disease"
PATIENTS_HINT = (
    "The same face, eight seeds: each sign is drawn as often as people with the disease have it. "
    "Choose one to take it to the first tab."
)
PATIENTS_DRAW, PATIENTS_NEXT = "Draw eight people", "Another eight"
PATIENTS_DRAWING = "Drawing person {} of {}"
PATIENTS_SHARE = "All eight have: {}."
PATIENTS_MORE = " and {} more"
PATIENTS_ONLY_SHARED = "only what all have"
PATIENTS_SEED = "Seed {}."
PATIENTS_TAKE = "Take the person of seed {} to the first tab"

QUIZ_TITLE = "What does this face show?"
QUIZ_HINT = "A synthetic head on which something was drawn. Look, decide, then see why."
QUIZ_KIND = "Asked for"
QUIZ_KINDS = [("The disease", "disease"), ("The sign", "sign")]
QUIZ_LEVEL = "Difficulty"
QUIZ_LEVELS = [("Easy", "easy"), ("Medium", "medium"), ("Hard", "hard")]
QUIZ_NUMBER = "Question number; the same number asks the same"
QUIZ_NEXT = "Next question"
QUIZ_ASK = {"disease": "Which disease was drawn?", "sign": "Which sign was drawn?"}
QUIZ_OPTIONS = "Possible answers"
QUIZ_RIGHT = "Right: {answer}."
QUIZ_WRONG = "Not {chosen}: this is {answer}."
QUIZ_AT = "Drawn at severity {severity:.0f} %. Move the divider: left the same person without it."
QUIZ_DECIDE = "Signs that decide"
QUIZ_DECIDE_HINT = "Drawn here, and not part of {other}. Choose one to look closer."
QUIZ_ALL_DRAWN = "What was drawn"
QUIZ_ABSENT = "{other} would show instead: {signs}."
QUIZ_SCORE = "{right} of {asked} right this visit"
QUIZ_MARKS = ("the answer", "your choice")
QUIZ_PREPARING = "Drawing the question"
QUIZ_ALT = "A synthetic head on which something is drawn: the question"
QUIZ_ALT_BEFORE = "The same synthetic head without it"
QUIZ_NAMES = ("Without", "With")

TAB_COMPARE = "Compare"
TAB_TEACH = "Teach"

EVALUATE_PHOTO = "Photo to read"
EVALUATE_EXAMPLES = "Or one of these"
EVALUATE_PAIR = "A pair: a synthetic head, and the same drawn with Down syndrome"
EVALUATE_BEFORE = "Earlier photo of the same person"
EVALUATE_BEFORE_HINT = "Optional: reads what has changed"
EVALUATE_DISEASE = "Disease"
EVALUATE_DISEASE_HINT = "Optional: reads its severity"
EVALUATE_SET = "Or a set of photos"
EVALUATE_SET_HINT = "Each is read alone, against the disease chosen above."
EVALUATE_SET_READ = "Read them all"
EVALUATE_CSV = "Table as CSV"
EVALUATE_NO_SET = "Choose photos first: drop several here."
EVALUATE_TOO_MANY = (
    "At most {most} photos at once here; for more, use `python -m diseaseface evaluate FOLDER --csv table.csv`."
)
EVALUATE_MAP = "Where it departs"
EVALUATE_VIEWS = [("Map", "map"), ("Measurements", "measurements"), ("Photo", "photo")]
EVALUATE_READING, EVALUATE_MAPPING = "Reading the face", "Drawing the map"
EVALUATE_SET_READING = "{done} of {of} read"
EVALUATE_SET_DONE = "{read} of {of} photos read."
EVALUATE_SCORES = "What is read"
EVALUATE_RANKING = "Which disease"
EVALUATE_RANKING_HINT = "Likenesses, not diagnoses: each says what speaks for it and what does not."
EVALUATE_SIGNS = "Signs"
EVALUATE_SIGNS_HINT = (
    "In standard deviations of healthy faces: less on the left, more on the right. 95 of 100 lie within the band."
)
EVALUATE_TRUST = "How far to trust it"
EVALUATE_TABLE = "The set"
EVALUATE_HEALTHY = "No departure from healthy: what is read lies where 95 of 100 healthy faces lie."
EVALUATE_UNLIKE = "The face departs from healthy, but like none of the diseases that are compared."
EVALUATE_NO_DISEASE = "Choose a disease to read how marked its signs are."
EVALUATE_OWN = "This picture was drawn here: {name}, severity {severity:.0f} %. It is read like any other photo."
EVALUATE_ALONE = (
    "Read from one photo, against {n} healthy adults. People differ by more than most signs, so only marked ones stand "
    "out; a photo from before tells far more."
)
EVALUATE_ALIGNED = "Read as the change between two pictures that lie on each other: every point was followed."
EVALUATE_RETAKEN = "Read as the difference of two separate photos: pose, light and expression add to it."

TAB_TRANSFORM = "Transform"
TAB_PROFILES = "Profiles"
TAB_EVALUATE = "Evaluate"
TAB_METHOD = "Method"
METHOD = """
## How a picture is made

A disease is a **profile**: the signs it shows on a face, each with how many people with the disease have it,
and who says so. Most come from the Human Phenotype Ontology; where it is silent, from a curated list with citations.

Each sign is drawn on its own by an operator that works in **centimetres of a face model** posed with the head,
so that one recipe fits every face, size and tilt. Shape is a smooth warp of the photo; lids, shade, pigment and
lesions each have a way of their own. No picture is made up by a generative model: every pixel comes from the photo.

**Severity** 0 is the photo itself, unchanged to the last bit. 1 is the marked end of what is published for each
sign. In between, each sign follows its own onset: a strip shows a course, not one fade.

**Frequency is not strength.** That most people with a disease have a sign says nothing about how strong it is. A
*typical* presentation shows the signs that most have; a *sampled* one draws each by its frequency, so that two seeds
show two people with one disease.

## How it is read back

*Asked* is what the profile and the severity want. *Drawn* is what the engine really did, after limits. *Read back* is
measured in the finished picture and the photo alone, without knowing what was asked. The three are never mixed.
What cannot be read from a frontal photo, the depth of a nasal bridge for one, says so and has no number.

## Comparing and learning

**Compare** draws two diseases, two severities or two engines on one face with one seed, and lists the signs that
differ. **Eight people** are eight seeds of a sampled presentation: how much people with one disease differ.

**Teach** draws on synthetic heads alone. Harder questions draw less and offer diseases or signs that are nearer to the
answer. A question follows from its number, so that a class can be given the same ones. A face shows a part of a
disease at best: whoever recognises a drawn one has learned what the sources say, not how to make a diagnosis.

## What it is not

- **No diagnostic device.** It must not be used to find, rule out or follow a disease in a person.
- Profiles are averages of reports. People with a disease differ, many show no sign at all, and reports over-represent
  some ancestries, ages and severe courses.
- Colour signs are fainter on dark skin and depend on light and camera; the scores say how much could be read.
- Signs that are seen from the side, in movement, in the mouth or in the hair are listed, not drawn.
- Strong edits can move the identity score; it is shown so that this does not go unnoticed.

## Respect

A face belongs to a person. Use photos with consent, say that a picture is synthetic wherever you show it, and do
not use it to mock or to single out people with a disease. Each saved picture carries a mark as a synthetic composite
and its own report.
"""
