"""What a language model proposes: a real, tiny and untrained one, and answers written by hand."""

import json
import subprocess
import sys

import pytest

from diseaseface import tensors
from diseaseface.errors import RequestError
from diseaseface.knowledge import proposals
from diseaseface.knowledge.profiles import Evidence, Profile, Sign
from diseaseface.knowledge.proposals import ModelSource, Proposal, parse

SLANT, LABEL = "palpebral_fissure_slant", "Upslanted palpebral fissure"
BASE = Profile("X", "X", (), (Sign(SLANT, 1, 0.9, evidence=(Evidence("HPO", "X", "Very frequent"),)),))
ANSWER = json.dumps(
    [
        {"sign": LABEL, "ages": ["child", "adult", "teenager"]},
        {"sign": "hp:0000316"},
        {"sign": "Purple hair", "ages": ["adult"]},
        {"sign": 7},
        "Hypertelorism",
        {"sign": LABEL, "ages": ["old"]},
    ]
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A folder with a real text-generation model of random weights, some thousand of them."""
    torch = tensors.torch()
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("model")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: number for number, letter in enumerate([*letters, "<end>"])}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>").save_pretrained(folder)
    torch.manual_seed(0)
    size = {"n_layer": 1, "n_head": 1, "n_embd": 8, "n_positions": 20_000, "vocab_size": 257}
    GPT2LMHeadModel(GPT2Config(**size, eos_token_id=256, bos_token_id=256)).save_pretrained(folder)
    return str(folder)


def test_only_signs_of_the_catalogue_are_taken_each_once_with_the_ages_that_were_offered():
    assert parse(ANSWER) == (Proposal(SLANT, 1, ("child", "adult")), Proposal("interocular_distance", 1, ()))


@pytest.mark.parametrize(
    "wrapped", ["Sure! Here it is:\n```json\n{}\n```", "[1] Smith 2001. {} Hope this helps.", "{}"]
)
def test_the_list_is_found_among_other_words(wrapped):
    assert len(parse(wrapped.replace("{}", ANSWER))) == 2


@pytest.mark.parametrize(
    "answer", ["", "no signs", "[", "[" * 5000, '[{"sign": }]', "[]", '{"sign": "Ptosis"}', "[1, 2]"]
)
def test_an_answer_that_is_no_list_proposes_nothing(answer):
    assert parse(answer) == ()


def test_a_model_is_never_the_only_source(tmp_path):
    made = ModelSource("some/model", tmp_path, lambda model, text: ANSWER).complete(BASE, "X")
    assert [(sign.attribute, sign.weight) for sign in made.signs] == [(SLANT, 0.9)]
    assert made.signs[0].evidence[-1].source == proposals.SOURCE
    assert "proposal" in made.signs[0].evidence[-1].detail
    (alone,) = made.undrawn
    assert alone.label == "Hypertelorism"
    assert "Only a language model" in alone.reason
    assert made.drawable == 1.0
    assert ModelSource("some/model", tmp_path).find("Down syndrome") is None


def test_a_model_is_asked_once(tmp_path):
    asked = []
    source = ModelSource("some/model", tmp_path, lambda model, text: asked.append(text) or ANSWER)
    assert source.proposals("X") == source.proposals("X")
    assert len(asked) == 1
    source.proposals("Y")
    assert len(asked) == 2
    assert "Y" in asked[1]
    assert LABEL in asked[1]


def test_a_real_model_without_training_answers_and_proposes_nothing(tiny, tmp_path):
    made = ModelSource(tiny, tmp_path).complete(BASE, "X")
    assert made.signs == BASE.signs
    assert "no usable answer" in made.note
    (kept,) = (tmp_path / "proposals").iterdir()
    assert json.loads(kept.read_text(encoding="utf-8"))["answer"]


def test_a_model_that_is_not_there_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(RequestError, match="DISEASEFACE_LANGUAGE_MODEL"):
        ModelSource(str(tmp_path / "nothing"), tmp_path).proposals("X")


def test_torch_is_not_imported_until_a_model_is_asked():
    probe = (
        "import sys; from diseaseface import Pipeline; from diseaseface.knowledge import language; "
        "p = Pipeline.load(inferred=True); p.profile('ORPHA:870'); language.describe('yellow eyes'); "
        "Pipeline.load(language_model='x'); print({'torch', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
