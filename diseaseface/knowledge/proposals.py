"""Signs that a language model proposes: asked as JSON, checked against the catalogue, never the only source.

Any text-generation model of transformers serves, from a folder or the hub. What it says of a sign that another
source states stands as a line of its evidence; a sign that nobody else states is listed and not drawn.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path

from diseaseface import tensors
from diseaseface.errors import RequestError
from diseaseface.knowledge import store
from diseaseface.knowledge.catalogue import Attribute, attributes
from diseaseface.knowledge.profiles import Evidence, Profile, Undrawn

SOURCE = "Language model"
AGES = ("infant", "child", "adult", "old")
ONLY_PROPOSED = "Only a language model proposes it; no other source does."

_MOST_TOKENS = 700
_PROMPT = """You are a clinical geneticist. List the facial signs of {name} by age group.
Answer with a JSON list and nothing else, an object for each sign:
[{{"sign": "<one of the signs below>", "ages": ["infant", "child", "adult", "old"]}}]
Only signs that a frontal photograph shows, only from this list: {signs}.
JSON:"""

Ask = Callable[[str, str], str]


@dataclass(frozen=True)
class Proposal:
    """One sign that a model proposes.

    Attributes
    ----------
    attribute : str
    direction : int
    ages : tuple of str
        Among AGES; empty where the model names none.
    """

    attribute: str
    direction: int
    ages: tuple[str, ...]


def prompt(name: str) -> str:
    """Return what a model is asked of a disease."""
    return _PROMPT.format(name=name, signs=", ".join(sorted(_labels())))


@cache
def _labels() -> dict[str, tuple[str, int]]:
    return dict(_signs(attributes()))


def _signs(catalogue: Mapping[str, Attribute]):
    for attribute in catalogue.values():
        for direction, pole in ((1, attribute.positive), (-1, attribute.negative)):
            if pole:
                yield pole.label, (attribute.name, direction)


def parse(answer: str) -> tuple[Proposal, ...]:
    """Return the signs of an answer that the catalogue knows, each once, in the answer's order.

    An answer is the first JSON list in the text; what is no object of the asked form, names no sign of the
    catalogue by its label or HPO id, or an age group that was not offered, is dropped.
    """
    known = {label.casefold(): sign for label, sign in _labels().items()}
    known |= dict(_ids())
    found: dict[tuple[str, int], Proposal] = {}
    for entry in _first_list(answer):
        told = entry.get("sign") if isinstance(entry, dict) else None
        if not isinstance(told, str):
            continue
        sign = known.get(told.strip().casefold()) or known.get(told.strip().upper())
        if sign and sign not in found:
            found[sign] = Proposal(*sign, _ages(entry.get("ages")))
    return tuple(found.values())


def _ids():
    for attribute in attributes().values():
        for direction, pole in ((1, attribute.positive), (-1, attribute.negative)):
            for hpo in pole.hpo if pole else ():
                yield hpo, (attribute.name, direction)


def _ages(told: object) -> tuple[str, ...]:
    given = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    return tuple(age for age in AGES if age in given)


def _first_list(text: str) -> list:
    """Return the first well-formed JSON list of objects in a text, empty without one."""
    decoder = json.JSONDecoder()
    for start, letter in enumerate(text):
        if letter == "[":
            with suppress(ValueError, RecursionError):
                value, _ = decoder.raw_decode(text[start:])
                if any(isinstance(entry, dict) for entry in value):
                    return value
    return []


def ask(model: str, text: str) -> str:
    """Return a model's most likely continuation of a text; this is what first imports torch.

    Raises RequestError where transformers or the model is missing.
    """
    try:
        torch = tensors.torch()
        from transformers import AutoModelForCausalLM, AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(model)
        network = AutoModelForCausalLM.from_pretrained(model).eval()
    except (ImportError, OSError, ValueError, KeyError) as error:
        raise RequestError(
            f"The language model {model} cannot be loaded; give the folder or the hub id of a text-generation model "
            "of transformers, or leave the setting DISEASEFACE_LANGUAGE_MODEL empty."
        ) from error
    if tokenizer.chat_template:
        text = tokenizer.apply_chat_template(
            [{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True
        )
    given = tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        made = network.generate(
            given["input_ids"],
            attention_mask=given["attention_mask"],
            max_new_tokens=_MOST_TOKENS,
            do_sample=False,
            pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id,
        )
    return tokenizer.decode(made[0, given["input_ids"].shape[1] :], skip_special_tokens=True)


@dataclass(frozen=True)
class ModelSource:
    """A language model as one more source; its answers are kept in the cache folder."""

    model: str
    folder: Path = field(default_factory=store.cache_folder)
    ask: Ask = ask
    name = SOURCE

    def proposals(self, disease: str) -> tuple[Proposal, ...]:
        """Return what the model proposes for the name of a disease, asked once for each model and catalogue."""
        text = prompt(disease)
        key = hashlib.sha256(f"{self.model}\n{text}".encode()).hexdigest()[:24]
        kept = self.folder / "proposals" / f"{key}.json"
        with suppress(OSError, ValueError, KeyError, TypeError):
            return parse(json.loads(kept.read_text(encoding="utf-8"))["answer"])
        answer = self.ask(self.model, text)
        found = parse(answer)
        with suppress(OSError):
            told = {"model": self.model, "disease": disease, "answer": answer, "taken": [asdict(one) for one in found]}
            store.write(kept, told)
        return found

    def complete(self, base: Profile, hpo: str) -> Profile:
        """Return a profile whose signs say where the model agrees; what it alone proposes is not drawn."""
        found = {(one.attribute, one.direction): one for one in self.proposals(base.name)}
        if not found:
            return replace(base, note=f"{base.note} The language model {self.model} gave no usable answer.".strip())
        held = {(sign.attribute, sign.direction) for sign in base.signs}
        signs = tuple(
            replace(sign, evidence=(*sign.evidence, self._said(found[key])))
            if (key := (sign.attribute, sign.direction)) in found
            else sign
            for sign in base.signs
        )
        alone = tuple(_undrawn(one) for key, one in found.items() if key not in held)
        return replace(base, signs=signs, undrawn=(*base.undrawn, *alone))

    def find(self, name_or_id: str) -> Profile | None:
        """Return None: a model is never the only source of a disease."""

    def _said(self, proposal: Proposal) -> Evidence:
        return Evidence(SOURCE, self.model, f"a model's proposal{_at(proposal)}, not a source of its own")


def _undrawn(proposal: Proposal) -> Undrawn:
    pole = attributes()[proposal.attribute].pole(proposal.direction)
    return Undrawn(pole.hpo[0] if pole.hpo else "", pole.label, 0.0, f"{ONLY_PROPOSED[:-1]}{_at(proposal)}.")


def _at(proposal: Proposal) -> str:
    return f" ({', '.join(proposal.ages)})" if proposal.ages else ""
