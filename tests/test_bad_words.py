"""Whatever is written into a report, a profile, a search, a table or a command is read or refused in one sentence."""

import io
import json
import os
import time
from html.parser import HTMLParser

import known
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from diseaseface import Pipeline
from diseaseface.__main__ import main
from diseaseface.benchmarks import badfiles, bounds, falsefiles
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import CatalogueError, DiseaseFaceError, RequestError, UnknownDisease
from diseaseface.knowledge import language, primekg, profile_file
from diseaseface.knowledge.profiles import Evidence, Profile, Sign
from diseaseface.pictures import encode_png, read_report
from diseaseface.ui.choices import Choices
from diseaseface.ui.examples import examples
from diseaseface.ui.handlers import Handlers
from diseaseface.ui.profile_handlers import ProfileHandlers

SEED = 20261125
MOST_SECONDS = 10.0
HOSTILE = "</td></table>\"'><img src=x onerror=alert(1)><script>alert(2)</script>&lt;"
VALUES = [
    None, True, 0, -1, 1.5, 10**400, -(10**30), float("nan"), float("inf"), "", "x" * 20_000, HOSTILE,
    "\0\x1b[2J\u202e", "\ud800", [], [[]], {}, {"id": 1}, [None] * 3000, "🙂" * 50, {"a": {"b": {"c": []}}},
]  # fmt: skip
TEXTS = [
    "", " ", "\0", "\n\r\t", HOSTILE, "x" * 100_000, "eye " * 25_000, "🙂" * 999, "\u0301" * 1500, "\ud800", "((((((((",
    "no " * 2000 + "eyes", "' OR 1=1 --", "{0.__class__} %s %n", "../../etc/passwd", "眼瞼下垂", "عين", ",;.:!?" * 900,
]  # fmt: skip


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    engine = MorphEngine()
    return Pipeline(known.diseases(), {engine.name: engine})


def a_sentence(said: str) -> bool:
    return "\n" not in said and 20 < len(said) < 700


def refused(work, kind=DiseaseFaceError) -> bool:
    """Do work; say whether it was refused, in a sentence and in time. Whatever else it raises, it raises."""
    start = time.process_time()
    try:
        work()
        said = None
    except kind as refusal:
        said = str(refusal)
    assert time.process_time() - start < MOST_SECONDS
    assert said is None or a_sentence(said), said
    return said is not None


def varied(data, random: np.random.Generator):
    """Return JSON with one place of it, at any depth, set to something odd, taken away, or doubled."""
    data = json.loads(json.dumps(data))
    parent, place = None, data
    while isinstance(place, dict | list) and len(place) and (parent is None or random.random() < 0.75):
        keys = list(place) if isinstance(place, dict) else range(len(place))
        parent, key = place, keys[int(random.integers(len(keys)))]
        place = place[key]
    if random.random() < 0.1:
        del parent[key]
    else:
        parent[key] = VALUES[int(random.integers(len(VALUES)))]
    return data


def profile_of_hostile_words() -> Profile:
    evidence = (Evidence(HOSTILE, HOSTILE, HOSTILE),)
    signs = tuple(Sign(name, 1, 0.9, evidence=evidence) for name in ("palpebral_fissure_slant", "nose_width"))
    return Profile(f"X:{HOSTILE}", HOSTILE, (HOSTILE,), signs, note=HOSTILE)


# The report inside a picture


def with_text(text: str) -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_itxt("diseaseface", text)
    buffer = io.BytesIO()
    Image.fromarray(bounds.portrait()).save(buffer, "PNG", pnginfo=told, compress_level=1)
    return buffer.getvalue()


def test_a_report_of_any_shape_changes_no_drawing_and_breaks_none(pipeline, tmp_path):
    """Above all on the way back, which takes its seed, side and severity from it."""
    disease = pipeline.profile("Bell's palsy")
    sound = {"schema": "diseaseface.report/1", "disease": {"id": disease.id, "name": disease.name}, "severity": 0.5,
             "seed": 3, "side": "left", "presentation": "typical", "toward": "disease"}  # fmt: skip
    face, random, kept = pipeline.look(bounds.portrait()), np.random.default_rng(SEED), 0
    quick = type("Quick", (Pipeline,), {"look": lambda self, photo: face})(pipeline.diseases, pipeline.engines)
    for _ in range(40):
        photo = tmp_path / "photo.png"
        photo.write_bytes(with_text(json.dumps(varied(sound, random))))
        kept += read_report(photo) is not None
        assert "<img" not in Choices.recognise(str(photo))
        refused(lambda photo=photo: quick.draw(photo, disease, 0.7, toward="healthy"))
    assert kept >= 5, "some changes leave it a report"


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 10_000, '{"schema": 1}', "{", "null", "[]", '"', "\0", HOSTILE])
def test_what_is_no_report_is_none(text):
    assert read_report(with_text(text)) is None


def test_no_bad_file_breaks_the_reader_of_reports(astronaut):
    small = np.ascontiguousarray(astronaut[:80, :80])
    for case in [*badfiles.cases(small), *falsefiles.cases(small)]:
        if not case.name.startswith(("AVIF", "avif", "PNG with", "PNG of")):  # slow to make
            assert read_report(case.make()) is None


def test_a_report_survives_its_own_picture(pipeline):
    report = pipeline.transform(bounds.portrait(), "Down syndrome", 0.5).report.to_dict()
    assert read_report(encode_png(bounds.portrait(), report))["severity"] == 0.5


# Profiles


def test_a_profile_of_any_shape_is_read_or_refused(pipeline, tmp_path):
    sound, random, path = pipeline.profile("Bell's palsy").to_dict(), np.random.default_rng(SEED), tmp_path / "p.json"
    count = 0
    for _ in range(400):
        path.write_text(json.dumps(varied(sound, random)), encoding="utf-8")
        count += refused(lambda: profile_file.read(path), CatalogueError)
    assert 100 < count < 400


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        '{"a":' * 50_000,
        "1e999",
        "NaN",
        "\ufeff{}",
        "\0",
        "9" * 50_000,
        "[1,2",
        '{"id": "x", "id": 1}',
    ],
)
def test_a_file_that_is_no_profile_is_refused(text, tmp_path):
    (tmp_path / "p.json").write_text(text, encoding="utf-8")
    assert refused(lambda: profile_file.read(tmp_path / "p.json"), CatalogueError)


def test_a_profile_without_end_is_refused(pipeline, tmp_path):
    data = pipeline.profile("Bell's palsy").to_dict()
    (tmp_path / "long.json").write_text(json.dumps(data | {"note": "n" * 6_000_000}))
    (tmp_path / "many.json").write_text(json.dumps(data | {"signs": data["signs"] * 800}))
    for path in (tmp_path / "long.json", tmp_path / "many.json", "/dev/zero", tmp_path, "a\0b", "x" * 9999):
        assert refused(lambda path=path: profile_file.read(path), CatalogueError)


class Tags(HTMLParser):
    """Collects the tags and the attributes of HTML that act."""

    def __init__(self):
        super().__init__()
        self.acting: list[str] = []

    def handle_starttag(self, tag, attributes):
        acts = [name for name, value in attributes if name.startswith("on") or str(value).startswith("javascript:")]
        self.acting += acts + [tag] * (tag in ("script", "iframe", "object")) + [tag] * (("src", "x") in attributes)


def acting_html(value) -> list[str]:
    """Return what would act in all HTML inside a value, however deep it stands."""
    if isinstance(value, dict):
        return [found for part in value.values() for found in acting_html(part)]
    if isinstance(value, list | tuple):
        return [found for part in value for found in acting_html(part)]
    if not isinstance(value, str) or not value.lstrip().startswith("<"):
        return []
    tags = Tags()
    tags.feed(value)
    return tags.acting


def test_the_check_for_html_that_acts_finds_it():
    assert acting_html([{"a": f"<p>{HOSTILE}</p>"}]) == ["onerror", "img", "script"]


def test_words_of_a_profile_are_text_on_the_page_and_nothing_else(pipeline, tmp_path):
    path = tmp_path / "p.json"
    profile_file.write(profile_of_hostile_words(), path)
    handlers = ProfileHandlers(pipeline)
    opened = list(handlers.import_file(str(path), "ORPHA:870"))
    assert "img src" in str(opened[0])
    assert acting_html(opened) == []
    bench = opened[0][handlers.outputs().index("bench")]
    assert acting_html([handlers.compare("ORPHA:870", bench), handlers.compare(HOSTILE, bench)]) == []
    assert acting_html(list(handlers.describe(f"puffy eyelids {HOSTILE}", ""))) == []


def test_words_of_a_profile_stay_text_beside_its_picture(pipeline):
    """The viewer's values are set as attributes by its script, and are no HTML."""
    own, page, photo = profile_of_hostile_words(), Handlers(pipeline), str(examples()[0].path)
    places = [place for place, name in enumerate(page.outputs()) if name not in ("picture", "held", "visit")]

    def shown(disease, age, profile):
        steps = page.show(photo, disease, 70, 0, age, "", "left", "typical", "disease", "morph", True, None, profile)
        return [step[place] for step in steps for place in places]

    drawn = shown(own.id, "", own)
    assert "onerror" in str(drawn)
    assert acting_html(drawn) == []
    assert acting_html(shown(HOSTILE, HOSTILE, None)) == []


# Words


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_any_text_is_described_searched_and_looked_up_or_refused(pipeline, text):
    refused(lambda: language.describe(text), RequestError)
    assert len(pipeline.diseases.search(text, 5)) <= 5
    assert refused(lambda: pipeline.diseases.find(text), UnknownDisease)


# PrimeKG


def test_a_kg_csv_of_any_shape_is_read_or_refused(tmp_path):
    row = "disease_phenotype_positive,phenotype present,1,7000,disease,toy,MONDO,10,508,effect/phenotype,Ptosis,HPO"
    lines = [",".join(primekg.COLUMNS), row, row.replace("508", "952")]
    random, path, count = np.random.default_rng(SEED), tmp_path / "kg.csv", 0
    for _ in range(300):
        data = bytearray("\n".join(lines).encode())
        for _ in range(random.integers(1, 4)):
            place = int(random.integers(len(data)))
            odd = (b"\0", b'"', b",", b"\n", b"\xff", b"508", b"")[int(random.integers(7))]
            data[place : place + int(random.integers(0, 9))] = odd
        path.write_bytes(bytes(data))
        count += refused(lambda: primekg.load(path), CatalogueError)
    assert 50 < count < 300


@pytest.mark.parametrize("text", ["", "\0" * 99, '"' + "x" * 200_000, ",".join(primekg.COLUMNS), "a,b\n" * 9, HOSTILE])
def test_what_is_no_kg_csv_is_refused(text, tmp_path):
    (tmp_path / "kg.csv").write_text(text)
    assert refused(lambda: primekg.load(tmp_path / "kg.csv"), CatalogueError)


# The command line

DRAW = ["transform", "wall.png", "--disease", "Rosacea", "--severity", "0.5", "--out", "out.png"]
STRIP = ["strip", "wall.png", "--disease", "Rosacea", "--out", "out.png"]
LEARN = ["learn", "--healthy", "/nowhere", "--diseased", "/", "--name", "x", "--out", "out.json"]
COHORT = ["generate-cohort", "--faces", "/nowhere", "--disease", "x", "--count", "-1", "--out", "out"]
MORE = {
    "--severity": ("nan", "inf", "-1", "1e400", "2", "x", ""),
    "--seed": ("-1", "1.5"),
    "--age": ("nan", "-5", "1e400"),
    "--photo-age": ("x", "nan"),
    "--engine": ("x", ""),
    "--side": ("up",),
    "--presentation": ("",),
    "--profile": ("wall.png",),
    "--report": ("/nowhere/r.json",),
    "--primekg": ("wall.png",),
    "--out": ("/nowhere/x.png", "", "/", "/dev/null/x.png", "wall.png/x.png", "x" * 300),
    "--disease": ("", "\0", "x" * 9999, HOSTILE, "\udcff"),
    "--unknown": ("x",),
}
STRIPS = {"--stages": ("0", "-3", "1000000", "x"), "--animation": ("x.exe", "")}
PHOTOS = ("/nowhere.jpg", "", "/", "x" * 5000, "a\nb", "--", "\udcff.jpg")
OTHERS = [
    ["evaluate", "/nowhere.jpg"], ["evaluate", "wall.png", "--before", "/"],
    ["evaluate", "wall.png", "--disease", "x" * 999], ["profile", ""], ["profile", HOSTILE, "--json"],
    ["describe", ""], ["describe", "x" * 99_999], ["describe", "\0"], ["learn", "--healthy", "/nowhere"], LEARN, COHORT,
    ["train", "--healthy", "/nowhere", "--out", "out"], ["benchmark", "../x"], ["benchmark"], [], ["x"],
]  # fmt: skip
COMMANDS = [
    *([*DRAW, option, value] for option, values in MORE.items() for value in values),
    *([*STRIP, option, value] for option, values in STRIPS.items() for value in values),
    *(["transform", photo, *DRAW[2:]] for photo in PHOTOS),
    *OTHERS,
]


@pytest.mark.parametrize("command", COMMANDS, ids=range(len(COMMANDS)))
def test_a_wrong_command_ends_in_one_line_and_leaves_nothing(command, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (80, 80), "grey").save("wall.png")
    before = sorted(os.listdir())
    try:
        code = main(command)
    except SystemExit as left:  # argparse: wrong usage
        code = left.code
    said = capsys.readouterr().err.strip().splitlines()
    assert code in (1, 2)
    assert code == 2 or sum(line.startswith("diseaseface: ") for line in said) == 1, said
    assert not any("Traceback" in line for line in said)
    assert sorted(os.listdir()) == before
