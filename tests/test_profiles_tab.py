"""The Profiles tab without a browser: what it opens, edits, compares and sends on."""

import json
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import known
import pytest

from diseaseface import edits
from diseaseface.knowledge import graph as graphs
from diseaseface.knowledge import profile_file
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.graph import Edge, Neighbourhood, Node
from diseaseface.knowledge.profiles import Evidence, Profile, Sign, Undrawn
from diseaseface.ui import profile_words, texts
from diseaseface.ui.graph_figure import graph_figure, laid_out
from diseaseface.ui.handlers import Handlers
from diseaseface.ui.profile_handlers import ProfileHandlers
from diseaseface.ui.workbench import OWN, Workbench

DOWN, WILLIAMS, ROSACEA = "ORPHA:870", "ORPHA:904", "DF:rosacea"
TWO = Profile(
    "X:1",
    "Two signs",
    (),
    (
        Sign("palpebral_fissure_slant", 1, 0.9, evidence=(Evidence("HPO", "X:1", "Very frequent"),)),
        Sign("philtrum_length", 1, 0.2, magnitude=0.5, from_age=2.0, until_age=10.0),
    ),
    (Undrawn("HP:0000158", "Macroglossia", 0.4, "The tongue is in the mouth."),),
)


@pytest.fixture(scope="module")
def handlers():
    return ProfileHandlers(SimpleNamespace(diseases=known.diseases()))


def named(handlers, step):
    return dict(zip(handlers.outputs(), step, strict=True))


def opened(handlers, disease, other=""):
    return [named(handlers, step) for step in handlers.open(disease, other, None)]


def event(**told):
    return SimpleNamespace(**told)


def test_a_disease_shows_its_signs_first_and_then_the_graph(handlers):
    first, second = opened(handlers, DOWN)
    assert "Upslanted palpebral fissure" in first["signs"]
    assert "OMIM:190685" in first["head"]
    assert second["graph"].data


def test_what_is_open_already_is_not_opened_again(handlers):
    bench = opened(handlers, DOWN)[0]["bench"]
    (again,) = handlers.open(DOWN, "", bench)
    assert named(handlers, again)["signs"] == gr.skip()
    assert named(handlers, again)["graph"].data, "the first opening may have been cut short before its graph"


def test_a_click_before_anything_is_open_leaves_what_is_being_opened_and_says_so(handlers):
    for given in (handlers.reset(None), handlers.edit(event(place=0, what="on", value=0), None)):
        assert all(value == gr.skip() for value in given[:-1])
        assert texts.PROFILE_NOTHING_OPEN in given[-1]
    for call in (handlers.send, handlers.export):
        with pytest.raises(gr.Error) as told:
            call(None)
        assert told.value.message == texts.PROFILE_NOTHING_OPEN


def test_the_search_box_is_set_once_so_that_a_choice_made_meanwhile_stays(handlers):
    opening, graph = (named(handlers, step) for step in handlers.first(DOWN, "", None))
    assert opening["one"] == DOWN
    assert graph["one"] == gr.skip()


def test_who_comes_before_the_first_tab_is_filled_sees_the_page_s_own_disease(handlers):
    opening, _ = (named(handlers, step) for step in handlers.first("", "", None))
    assert "Upslanted palpebral fissure" in opening["signs"]


def test_every_sign_has_frequency_age_strength_source_and_a_switch():
    html = profile_words.signs_html(TWO, [True, False])
    assert html.count("type='checkbox'") == 2
    assert html.count(" checked") == 1
    for words in (
        "HP:0000582",
        "value='90'",
        "2 years to 10 years",
        "50 %",
        "Very frequent",
        "Macroglossia",
        "in the mouth",
    ):
        assert words in html


def test_a_frequency_that_nobody_states_is_left_open():
    html = profile_words.signs_html(Profile("x", "x", (), (Sign("pallor", 1, 0.5, known=False),)), [True])
    assert "value='50'" not in html
    assert "not stated" in html


def test_a_sign_that_only_a_diffusion_model_draws_is_not_counted_as_drawn():
    signs = tuple(
        Sign(name, 1, 0.5) for name in ("pallor", next(n for n, a in attributes().items() if a.engine != "morph"))
    )
    html = profile_words.head_html(Profile("x", "x", (), signs), (), (), ())
    assert texts.PROFILE_COUNT.format(drawn=1, undrawn=1, share=0.5) in html


def test_the_head_says_that_many_signs_of_unstated_strength_are_drawn_weaker():
    names = [name for name, one in attributes().items() if one.operator == "geometry" and one.positive][:8]
    ungraded, graded = (tuple(Sign(name, 1, 0.9, graded=told) for name in names) for told in (False, True))
    said = [profile_words.head_html(Profile("x", "x", (), signs), (), (), ()) for signs in (ungraded, graded)]
    assert texts.PROFILE_TOGETHER.format(8) in said[0]
    assert "weaker" not in said[1]


def test_names_from_a_file_cannot_inject_markup():
    evil = "<img src=x onerror=alert(1)>"
    sign = Sign("pallor", 1, 0.5, evidence=(Evidence(evil, evil, evil),))
    profile = Profile(evil, evil, (evil,), (sign,), (Undrawn(evil, evil, 0.1, evil),), evil)
    html = profile_words.signs_html(profile, [True]) + profile_words.head_html(profile, [evil], [evil], [evil])
    assert "<img" not in html + profile_words.compared_html(profile, profile)


def test_a_sign_switched_off_is_not_drawn_and_one_switched_on_is():
    made = Workbench(TWO).edited(0, "on", 0).edited(1, "on", 1).made()
    assert [change.attribute.name for change in edits.plan(made, 1.0)] == ["philtrum_length"]


def test_a_change_by_hand_changes_nothing_else():
    bench = Workbench(known.diseases().find(DOWN))
    before, after = bench.profile, bench.edited(0, "magnitude", 1.2).made()
    assert [c.attribute for c in edits.plan(before, 1.0)] == [c.attribute for c in edits.plan(after, 1.0)]
    assert after.signs[0].magnitude == 1.2
    assert after.signs[0].evidence[-1].source == texts.PROFILE_BY_HAND
    assert [(s.weight, s.magnitude) for s in after.signs[1:]] == [(s.weight, s.magnitude) for s in before.signs[1:]]


def test_a_reweighted_sign_stays_within_its_bounds():
    bench = Workbench(TWO).edited(0, "weight", 7.0).edited(0, "magnitude", -3.0)
    assert (bench.made().signs[0].weight, bench.made().signs[0].magnitude) == (1.0, 0.0)
    assert profile_file.parse(bench.made().to_dict()) == bench.made()


@pytest.mark.parametrize("told", [{"place": 99}, {"what": "name"}, {"value": "x"}, {"value": None}])
def test_a_change_that_makes_no_sense_is_passed_over(handlers, told):
    bench = Workbench(TWO)
    kept, _ = handlers.edit(event(**({"place": 0, "what": "on", "value": 0} | told)), bench)
    assert kept == gr.skip()


def test_a_change_comes_from_the_page_in_per_cent_and_can_be_taken_back(handlers):
    bench, told = handlers.edit(event(place="1", what="magnitude", value="80"), Workbench(TWO))
    assert bench.made().signs[1].magnitude == pytest.approx(0.8)
    assert "by hand: 1" in told
    back, html, _ = handlers.reset(bench)
    assert back.made() == TWO
    assert "50 %" in html


def test_the_shipped_profile_is_shown_by_its_id_and_a_changed_one_as_the_visitors_own(handlers):
    bench = opened(handlers, DOWN)[0]["bench"]
    disease, own, rooms, asked_for = handlers.send(bench, 3)
    assert asked_for == 4
    assert (disease, own) == (DOWN, None)
    assert rooms.selected == "transform"
    disease, own, *_ = handlers.send(bench.edited(0, "on", 0))
    assert disease == own.id == OWN + "Down syndrome (edited)"


VALUES = (0, "", "", "", "typical", "disease", "morph", True, None)


def test_the_first_tab_draws_the_visitors_own_profile():
    asked = []

    def draw(_photo, disease, _severity, **_settings):
        asked.append(disease)
        raise ZeroDivisionError

    pipeline = SimpleNamespace(look=lambda photo: photo, draw=draw)
    steps = Handlers(pipeline).show("a.png", "OWN:Mine", 50, *VALUES, "own")
    with pytest.raises(AttributeError):
        list(steps)
    own = Profile("OWN:Mine", "Mine", (), TWO.signs)
    for disease in ("OWN:Mine", DOWN):
        steps = Handlers(pipeline).show("a.png", disease, 50, *VALUES, own)
        with pytest.raises(ZeroDivisionError):
            list(steps)
    assert asked == [own, DOWN]


def test_words_become_a_profile(handlers):
    first = named(handlers, next(handlers.describe("yellow eyes and a drooping left eyelid", "")))
    assert {"scleral_icterus", "upper_lid_position"} <= {s.attribute for s in first["bench"].profile.signs}
    assert first["one"] == OWN + texts.PROFILE_DESCRIBED


@pytest.mark.parametrize("words", ["", "a purple bicycle", "12 34"])
def test_words_without_a_sign_are_refused_in_words(handlers, words):
    last = named(handlers, list(handlers.describe(words, ""))[-1])
    assert "notice" in last["notice"]
    assert last["bench"] == gr.skip()


def test_what_was_exported_can_be_imported(handlers, tmp_path):
    bench = Workbench(TWO).edited(1, "weight", 0.7)
    path = handlers.export(bench)
    assert json.loads(Path(path).read_text(encoding="utf-8"))["name"] == "Two signs (edited)"
    first = named(handlers, next(handlers.import_file(path, "")))
    assert first["bench"].profile == bench.made()
    broken = tmp_path / "broken.json"
    broken.write_text("{}", encoding="utf-8")
    assert "lacks the field" in named(handlers, list(handlers.import_file(str(broken), ""))[-1])["notice"]


def test_two_diseases_stand_side_by_side():
    turned = Profile("X:2", "Other", (), (Sign("palpebral_fissure_slant", -1, 0.4), Sign("pallor", 1, 0.3)))
    html = profile_words.compared_html(TWO, turned)
    assert "0 signs shared, 1 the opposite way, 1 only here, 1 only there" in html
    labels = [attributes()["palpebral_fissure_slant"].pole(d).label for d in (1, -1)]
    assert html.index(labels[0]) < html.index(labels[1]) < html.index("Long philtrum")
    headings = [f"Only {TWO.name} <small>1<", "Only Other <small>1<"]
    assert html.index(headings[0]) < html.index("Long philtrum") < html.index(headings[1])


def test_of_a_long_comparison_the_first_signs_are_shown_and_the_others_folded():
    signs = tuple(Sign(name, 1, 0.5) for name, one in attributes().items() if one.positive)
    html = profile_words.compared_html(Profile("X:1", "All", (), signs), Profile("X:2", "None", (), ()))
    shown, folded = html.split("<details>")
    assert shown.count("<th scope='row'>") == profile_words.MOST_LINES
    assert folded.count("<th scope='row'>") == len(signs) - profile_words.MOST_LINES
    assert f"{len(signs) - profile_words.MOST_LINES} more" in folded


def test_a_disease_in_the_graph_opens(handlers):
    first = named(handlers, next(handlers.follow(event(id=WILLIAMS), "", None)))
    assert first["bench"].profile.id == WILLIAMS
    assert first["one"] == WILLIAMS


def test_the_graph_has_signs_genes_and_near_diseases_each_with_its_id(handlers):
    figure = handlers._graph(known.diseases().find("OMIM:163950"))
    kinds = {point[0] for trace in figure.data if trace.customdata is not None for point in trace.customdata}
    assert kinds == {"disease", "sign", "gene"}


def test_a_disease_that_hpo_lacks_has_a_graph_of_its_curated_signs(handlers):
    profile = known.diseases().find(ROSACEA)
    figure = handlers._graph(profile)
    ids = {point[1] for trace in figure.data if trace.customdata is not None for point in trace.customdata}
    assert ROSACEA in ids
    assert any(one.startswith(("OMIM:", "ORPHA:")) for one in ids)


def test_near_diseases_are_buttons_too_nearest_first_with_what_they_share_and_genes_are_named():
    nodes = (
        graphs.Node("A:1", "One", "disease"),
        graphs.Node("HP:1", "Flat face", "sign"),
        graphs.Node("GENE", "GENE", "gene"),
        graphs.Node("A:2", "Far <i>", "disease"),
        graphs.Node("A:3", "Near", "disease"),
    )
    edges = (graphs.Edge("A:1", "A:2", 0.2), graphs.Edge("A:1", "A:3", 0.4), graphs.Edge("A:3", "HP:1", 1.0))
    html = profile_words.near_html(graphs.Neighbourhood(nodes, edges))
    assert html.index("data-id='A:3'") < html.index("data-id='A:2'")
    assert "data-id='A:1'" not in html
    assert "40% alike: flat face<" in html
    assert "20% alike<" in html
    assert "Genes: GENE" in html
    assert "<i>" not in html


def test_the_nearest_disease_is_the_one_that_shares_the_most_telling_signs():
    around = graphs.around(graphs.load(), DOWN)
    near = {edge.other: edge.weight for edge in around.edges if edge.one == DOWN and ":" in edge.other[:6]}
    assert "OMIM:190685" not in near, "the other entry of the same disease is no neighbour"
    assert all(0.0 <= weight <= 1.0 + 1e-6 for weight in near.values())


def test_no_two_nodes_of_the_graph_lie_on_each_other():
    signs = [Node(f"HP:{number:07d}", f"sign {number}", "sign") for number in range(12)]
    near = [Node(f"OMIM:{number}", f"disease {number}", "disease") for number in range(8)]
    edges = [Edge("X", node.id, 1.0) for node in (*signs, *near)]
    edges += [Edge(node.id, signs[0].id, 1.0) for node in near]
    around = Neighbourhood((Node("X", "x", "disease"), *signs, *near), tuple(edges))
    places = {(round(x, 3), round(y, 3)) for x, y in laid_out(around).values()}
    assert len(places) == 1 + len(signs) + len(near)
    drawn = graph_figure(around, lambda hpo: hpo == signs[0].id)
    names = [trace.name for trace in drawn.data if trace.name]
    assert names == ["this disease", "sign that is drawn", "sign that is not drawn", "near disease"]
