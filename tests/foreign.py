"""The page in a language that nobody knows, for a test that runs this apart: texts are read when modules are."""

import inspect
import json
import re

from diseaseface.evaluation import words
from diseaseface.ui import texts

FIELD = re.compile(r"(\{[^}]*\})")
KEPT = {"PLOT_KEY", "COMPARE_SECOND"}  # pairs of a class and a word; diseases, by the names they have elsewhere


def said(text: str) -> str:
    """Return a text with other letters; what is filled in stays."""
    return "".join(one if FIELD.fullmatch(one) else re.sub("[A-Za-z]", "ž", one) for one in FIELD.split(text))


def foreign(value: object, seen: set[str]) -> object:
    """Return a value of the page's texts in other letters, and note them; keys and values of choices stay."""
    if isinstance(value, str):
        seen.add(value)
        return said(value)
    if isinstance(value, dict):
        return {key: foreign(one, seen) for key, one in value.items()}
    if isinstance(value, list):
        return [(foreign(one[0], seen), *one[1:]) if isinstance(one, tuple) else foreign(one, seen) for one in value]
    return tuple(foreign(one, seen) for one in value) if isinstance(value, tuple) else value


def main() -> None:
    """Build the page and a drawing in other letters; print what is found as JSON."""
    seen: set[str] = set()
    for name in [name for name in vars(texts) if name.isupper() and name not in KEPT]:
        setattr(texts, name, foreign(getattr(texts, name), seen))
    import test_ui  # after the texts, which it and the page take over when they are imported

    from diseaseface.ui.layout import build

    page = json.dumps(build(test_ui.FakePipeline()).get_config_file(), ensure_ascii=False, default=str)
    drawn = [value for step in test_ui.steps() for value in step.values() if isinstance(value, str)]
    elsewhere = inspect.getsource(words)
    told = {word for word in seen if len(word.split()) > 2 and not FIELD.search(word) and word not in elsewhere}
    found = {
        "left": sorted(word for word in told if any(word in one for one in (page, *drawn))),
        "words": len(told),
        "foreign": page.count("ž"),
        "gauges": sum(one.count('class="gauge"') for one in drawn),
        "rows": sum(one.count("<th scope='row'>") for one in drawn),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
