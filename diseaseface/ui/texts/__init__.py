"""Every fixed word of the page, in one place for whoever translates it.

Words about numbers, which stand on paper and in files as well, are in `diseaseface.evaluation.words`.
"""

from diseaseface.ui.texts.method import METHOD as METHOD

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
NOTHING_IS_FETCHED = "Send the photo itself: nothing is fetched from an address, and no file is opened by its place."
PHOTO_BEFORE_START = "The page was started anew and no longer has this photo: please choose it again."
PHOTO_GONE = (
    "That photo is deleted by now, as all photos are some minutes after their last use: choose it again; "
    "the settings are there."
)
RETURNED = (
    "The connection to the page was lost, and it was loaded anew. The settings are as they were; "
    "a photo or a profile of your own is gone: please choose it again."
)
CLOSE = "Close"
ASTRONAUT = "Eileen Collins, NASA, public domain"
EXAMPLES = "Or start with one of these"
EXAMPLES_NOTE = "Heads marked ◇ are synthetic: nobody looks like this. Astronaut: NASA, public domain."
DISEASE = "Disease"
DISEASE_HINT = "Name, synonym or id"
DISEASE_FOUND = "{signs} signs, {share} % drawn"
DISEASE_NOT_FOUND = "No disease goes by this name. Try another word or an id such as ORPHA:870."
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
AGE_UNCLEAR = "The age is a number of years, such as 8 or 0.5, or two, such as 30 > 60; or leave it empty."

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
LINK_COPIED = "Copied. The photo is not part of it."
LINK_NONE = "A profile of your own has no link: export it instead."
VIEW = "Part of the picture"
VIEWS = [("Whole", "whole"), ("Head", "head"), ("Eyes", "eyes"), ("Midface", "midface"), ("Mouth", "mouth")]
BEFORE, AFTER = "Photo", "Drawn"
CAPTION, CAPTION_AWAY = "severity {}", "taken away"
STALE = "Still the result before: there is none for what is chosen now."
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
IN_LINE_TO_READ = "In line for the scores: {} before you"
BUSY = "{} requests are waiting for this engine already: please come again in a minute."
NOTHING_TO_TAKE = (
    "There is nothing to take away: choose a photo and a disease first. A drawing is forgotten some minutes after its "
    "last use; move the severity to have it drawn again."
)

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
SIGN_COLUMNS = ("Sign", "Seen", "Course", "Drawn", "Read back", "Evidence")
SIGN_MORE = "More on {}"
OFTEN_UNKNOWN = "how often is not stated"
UNDRAWN_ONE, UNDRAWN_MANY = "1 visible sign not drawn, and why", "{} visible signs not drawn, and why"
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
PROFILE_GRAPH_HINT = "Signs, genes, and the diseases nearest by shared visible signs."
PROFILE_COMPARE = "Side by side"
PROFILE_COMPARE_HINT = "Choose a second disease"
OWN_GONE = (
    "This profile of your own is forgotten by now, as all are some minutes after their last use: "
    "open, describe or import it again on the Profiles tab."
)
PROFILE_NOTHING_OPEN = "No profile is open, or it is forgotten by now: choose a disease, or describe a face in words."
PROFILE_CHANGED = "Signs changed by hand: {count}. “Show it on my photo” and “Export” take the changes along."
PROFILE_NO_WORDS = "Describe what a face shows, in your own words."
PROFILE_COLUMNS = ("On", "Sign", "Seen in", "From", "Strength", "Who says so")
PROFILE_COUNT = "{drawn} signs drawn, {undrawn} seen and not drawn; {share:.0%} of what is seen can be drawn."
PROFILE_TOGETHER = (
    "No source says how strong {} of these signs are: on one face all of them are drawn weaker than below."
)
PROFILE_FORMS = "Forms, drawn apart in a sampled presentation: {}."
PROFILE_DRAW, PROFILE_OFTEN, PROFILE_STRENGTH = "Draw {}", "How often, per cent: {}", "Strength of {}"
PROFILE_SIDE, PROFILE_UNDRAWN = "{} side", "not drawn"
PROFILE_ONSET, PROFILE_AGE_UNKNOWN = "severity {:.0f} to {:.0f} %", "age not stated"
PROFILE_AGES, PROFILE_BIRTH, PROFILE_MONTHS, PROFILE_YEARS = "{} to {:g} years", "birth", "{} months", "{:g} years"
PROFILE_COMPARED = "{} signs shared, {} the opposite way, {} only here, {} only there."
PROFILE_OPPOSITE, PROFILE_NOT_STATED = "opposite", "not stated"
PROFILE_BOTH, PROFILE_ONLY, PROFILE_MORE = "Both", "Only {}", "{} more"
PROFILE_BY_HAND, PROFILE_RELEASE = "By hand", "HPO {}, annotations of {}; {}; {}."
GRAPH_KEY = {
    "center": "this disease",
    "drawn": "sign that is drawn",
    "undrawn": "sign that is not drawn",
    "gene": "gene",
    "disease": "near disease",
}
GRAPH_NEAREST, GRAPH_ALIKE = "Nearest by visible signs; choose one to open it", "{:.0%} alike"
GRAPH_GENES = "Genes: {}"
GRAPH_NEAR = "{:.0%} alike by visible signs; click to open"

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
COMPARE_MORE = "{} more signs, which differ less"
COMPARE_NONE = "none"
PATIENTS_TITLE = "Eight people with the left disease"
PATIENTS_HINT = (
    "On the same face, each with other signs, as often as people with the disease have them. "
    "Choose one to take it to the first tab."
)
PATIENTS_DRAW, PATIENTS_NEXT = "Draw eight people", "Another eight"
PATIENTS_DRAWING = "Drawing person {} of {}"
PATIENTS_SHARE = "All eight have: {}."
PATIENTS_MORE = " and {} more"
PATIENTS_ONLY_SHARED = "only what all have"
PATIENTS_NUMBER = "Person {}."
PATIENTS_TAKE = "Take person {} (seed {}) to the first tab"

QUIZ_TITLE = "What does this face show?"
QUIZ_HINT = "A synthetic head on which something was drawn. Look, decide, then see why."
QUIZ_KIND = "Asked for"
QUIZ_KINDS = [("The disease", "disease"), ("The sign", "sign")]
QUIZ_LEVEL = "Difficulty"
QUIZ_LEVELS = [("Easy", "easy"), ("Medium", "medium"), ("Hard", "hard")]
QUIZ_GONE = "This question is forgotten by now: choose the next one, or its number again."
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
EVALUATE_DISEASE_HINT = "Optional: how severe"
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
EVALUATE_PAIR_DRAWING = "Drawing the pair"
EVALUATE_SET_READING = "{done} of {of} read"
EVALUATE_SET_DONE = "{read} of {of} photos read."
EVALUATE_SCORES = "What is read"
EVALUATE_RANKING = "Which disease"
EVALUATE_RANKING_HINT = (
    "Likenesses, not diagnoses: each says what speaks for it and what does not. Diseases that are met often come first."
)
EVALUATE_SIGNS = "Signs"
EVALUATE_SIGNS_HINT = (
    "In standard deviations of healthy faces: what is smaller or less lies on the left, as a short chin does, what is "
    "larger or more on the right. 95 of 100 lie within the band."
)
EVALUATE_TRUST = "How far to trust it"
EVALUATE_TABLE = "The set"
EVALUATE_COLUMNS = ("Photo", "Severity", "Reads most like", "Note")
EVALUATE_FOR, EVALUATE_AGAINST, EVALUATE_LOOKS_SAME = "For", "Against", "Looks the same"
EVALUATE_STRENGTHS = ("strongly", "clearly", "weakly")
EVALUATE_COUNT = "Measures of the face: {read} of {of} hold their validity card and could be read here."
EVALUATE_UNREAD, EVALUATE_NO_REASON = "Signs that cannot be read here: {} of {}, and why", "Not read."
EVALUATE_NO_DEPARTURE, EVALUATE_DRAWN_AS = "no departure from healthy", "Drawn here as {}."
EVALUATE_INTERVAL = "{} ({} to {})"
EVALUATE_HEALTHY = (
    "No departure from healthy: all that is read, taken together, lies where 95 of 100 healthy faces lie. "
    "Of so many measures a few lie outside in most of them."
)
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
