"""Profiles as JSON: read from users, so every value is checked."""

import json
import reprlib
from dataclasses import MISSING, fields
from pathlib import Path

from diseaseface.errors import CatalogueError
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import OLDEST, Evidence, Form, Profile, Sign, Undrawn

SIDES = (None, "one", "left", "right")
MAGNITUDE_LIMIT = 1.5
MOST_BYTES, MOST_LINES, LONGEST = 5_000_000, 2000, 10_000  # of a file, of a list in it, of a text in characters
_LONGEST_NAME = 200


def read(path: str | Path) -> Profile:
    """Read a profile from a JSON file; raise CatalogueError with one sentence where it is malformed."""
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise CatalogueError(f"The profile {_short(path)} cannot be read; check the path.") from error
    if len(data) > MOST_BYTES:
        raise CatalogueError(
            f"The profile {_short(path)} is larger than {MOST_BYTES // 1_000_000} MB; leave signs out."
        )
    try:
        return parse(json.loads(data.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        raise CatalogueError(f"The profile {_short(path)} is not JSON; export one as a model to start from.") from error


def write(profile: Profile, path: str | Path) -> None:
    """Write a profile as JSON that `read` takes."""
    text = json.dumps(profile.to_dict(), ensure_ascii=False, indent=1)
    Path(path).write_text(text + "\n", encoding="utf-8")


def parse(data: object) -> Profile:
    """Build a profile from JSON values.

    Raises
    ------
    CatalogueError
        Where a field is missing, unknown, of the wrong kind or out of range; it names the field.
    """
    table = _table("The profile", Profile, data)
    return Profile(
        id=_text("id", table["id"], most=_LONGEST_NAME),
        name=_text("name", table["name"], most=_LONGEST_NAME),
        synonyms=_texts("synonyms", table["synonyms"]),
        signs=tuple(_sign(f"signs[{i}]", item) for i, item in enumerate(_list("signs", table["signs"]))),
        undrawn=tuple(_undrawn(f"undrawn[{i}]", item) for i, item in enumerate(_list("undrawn", table["undrawn"]))),
        note=_text("note", table["note"], empty=True),
        forms=_forms(table["forms"]),
    )


def _forms(data: object) -> tuple[Form, ...]:
    forms = tuple(_form(f"forms[{i}]", item) for i, item in enumerate(_list("forms", data)))
    if forms and abs(sum(form.share for form in forms) - 1.0) > 0.01:
        raise CatalogueError("The shares of the forms must add up to 1.")
    return forms


def _form(where: str, data: object) -> Form:
    table = _table(where, Form, data)
    return Form(
        name=_text(f"{where}.name", table["name"]),
        share=_number(f"{where}.share", table["share"], 1.0),
        weights=tuple(_form_weight(f"{where}.weights", item) for item in _list(f"{where}.weights", table["weights"])),
        reference=_text(f"{where}.reference", table["reference"]),
    )


def _form_weight(where: str, data: object) -> tuple[str, int, float]:
    row = _list(where, data)
    if len(row) != 3 or row[0] not in attributes() or row[1] not in (1, -1):
        raise CatalogueError(f"{where} must hold an attribute of the catalogue, 1 or -1, and a share, not {data!r}.")
    return row[0], int(row[1]), _number(where, row[2], 1.0)


def _table(where: str, record: type, data: object) -> dict:
    """Return the fields given, defaults filled in; refuse missing and unknown ones by name."""
    if not isinstance(data, dict):
        raise CatalogueError(f"{where} must be an object, not {type(data).__name__}.")
    known = {item.name: item.default for item in fields(record)}
    if unknown := sorted(map(str, set(data) - set(known))):
        raise CatalogueError(f"{where} has the unknown field {_short(unknown[0])}; it may have {', '.join(known)}.")
    if missing := [name for name, default in known.items() if default is MISSING and name not in data]:
        raise CatalogueError(f"{where} lacks the field {missing[0]}.")
    return known | data


def _sign(where: str, data: object) -> Sign:
    table = _table(where, Sign, data)
    name = _text(f"{where}.attribute", table["attribute"])
    if name not in attributes():
        raise CatalogueError(f"{where} names the unknown attribute {_short(name)}; see the catalogue of attributes.")
    if table["direction"] not in (1, -1) or isinstance(table["direction"], bool):
        raise CatalogueError(f"{where}.direction must be 1 or -1, not {_short(table['direction'])}.")
    attributes()[name].pole(table["direction"])
    return Sign(
        attribute=name,
        direction=int(table["direction"]),
        weight=_number(f"{where}.weight", table["weight"], 1.0),
        magnitude=_number(f"{where}.magnitude", table["magnitude"], MAGNITUDE_LIMIT),
        side=_side(where, table["side"], attributes()[name].sided),
        onset=_onset(where, table["onset"]),
        evidence=tuple(_evidence(f"{where}.evidence", item) for item in _list(f"{where}.evidence", table["evidence"])),
        known=_truth(f"{where}.known", table["known"], (True, False)),
        typical=_truth(f"{where}.typical", table["typical"], (True, False, None)),
        from_age=_number(f"{where}.from_age", table["from_age"], OLDEST),
        until_age=_number(f"{where}.until_age", table["until_age"], OLDEST),
        graded=_truth(f"{where}.graded", table["graded"], (True, False)),
    )


def _undrawn(where: str, data: object) -> Undrawn:
    table = _table(where, Undrawn, data)
    return Undrawn(
        hpo=_text(f"{where}.hpo", table["hpo"], empty=True),
        label=_text(f"{where}.label", table["label"]),
        weight=_number(f"{where}.weight", table["weight"], 1.0),
        reason=_text(f"{where}.reason", table["reason"]),
    )


def _evidence(where: str, data: object) -> Evidence:
    table = _table(where, Evidence, data)
    return Evidence(**{key: _text(f"{where}.{key}", value, empty=True) for key, value in table.items()})


def _side(where: str, side: object, sided: bool) -> str | None:
    if side not in SIDES:
        raise CatalogueError(f"{where}.side must be one, left, right or null, not {_short(side)}.")
    if side and not sided:
        raise CatalogueError(f"{where}.side must be null: this attribute is always on both sides.")
    return side


def _onset(where: str, onset: object) -> tuple[float, float] | None:
    if onset is None:
        return None
    if not isinstance(onset, (list, tuple)) or len(onset) != 2:
        raise CatalogueError(f"{where}.onset must be null or two severities, not {_short(onset)}.")
    begin, end = (_number(f"{where}.onset", value, 1.0) for value in onset)
    if begin >= end:
        raise CatalogueError(f"{where}.onset must rise, not {_short(onset)}.")
    return begin, end


def _number(where: str, value: object, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise CatalogueError(f"{where} must be a number, not {_short(value)}.")
    if not 0 <= value <= most:
        raise CatalogueError(f"{where} must be from 0 to {most:g}, not {_short(value)}.")
    return float(value)


def _truth(where: str, value: object, allowed: tuple) -> bool | None:
    if not (value is None or isinstance(value, bool)) or value not in allowed:
        raise CatalogueError(f"{where} must be true or false, not {_short(value)}.")
    return value


def _text(where: str, value: object, empty: bool = False, most: int = LONGEST) -> str:
    if not isinstance(value, str) or not (value.strip() or empty):
        raise CatalogueError(f"{where} must be a text, not {_short(value)}.")
    if len(value) > most:
        raise CatalogueError(f"{where} has {len(value)} characters; give at most {most}.")
    if any(0xD800 <= ord(letter) < 0xE000 for letter in value):
        raise CatalogueError(f"{where} holds half of a character, which no file can be written with; mend it.")
    return value


def _texts(where: str, value: object) -> tuple[str, ...]:
    return tuple(_text(where, item) for item in _list(where, value))


def _list(where: str, value: object) -> list | tuple:
    if not isinstance(value, (list, tuple)):
        raise CatalogueError(f"{where} must be a list, not {_short(value)}.")
    if len(value) > MOST_LINES:
        raise CatalogueError(f"{where} has {len(value)} lines; give at most {MOST_LINES}.")
    return value


def _short(value: object) -> str:
    """Return a value as one can show it in a sentence."""
    return reprlib.repr(value)
