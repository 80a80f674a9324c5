"""Which weights the diffusion engine needs, where they are looked for, and how they are fetched.

Nothing here needs torch, and nothing touches the network but `download`.
"""

import hashlib
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from diseaseface.engines.diffusion.options import Options
from diseaseface.errors import EngineUnavailable

FOLDER_SETTING = "DISEASEFACE_MODELS"
COMMAND = "python -m diseaseface models --download"
XL = "_xl"  # ends the roles of SDXL's parts
_FP16, _PLAIN = ".fp16.safetensors", ".safetensors"


@dataclass(frozen=True)
class Part:
    """One set of weights.

    Attributes
    ----------
    role : str
        base, controlnet, ip_adapter or faceid; of SDXL with _xl behind it.
    title, licence, needed_for : str
    repository : str
        "owner/name" on the hub; "" for a folder of the user's own.
    folder : str
        Folder within the repository that the files lie in.
    files : tuple of (str, float)
        Names relative to `folder`, and about how many megabytes.
    own : Path or None
        The user's folder, which the files lie in.
    """

    role: str
    title: str
    repository: str
    folder: str
    licence: str
    needed_for: str
    files: tuple[tuple[str, float], ...]
    own: Path | None = None

    @property
    def place(self) -> Path | None:
        """The folder that holds the files here; None where nothing was ever fetched."""
        if self.own:
            return self.own
        snapshot = _snapshot(self.repository)
        return snapshot / self.folder if snapshot else None

    def missing(self) -> list[tuple[str, float]]:
        """Return the files that are not here whole, each with its size in megabytes."""
        place = self.place
        return [entry for entry in self.files if place is None or not _found(place, entry[0])]

    def identity_file(self) -> str:
        """Return the name of the IP-Adapter's weights among the files; "" in a part of another kind."""
        return next((name for name, _ in self.files if name.rpartition("/")[2].startswith("ip-adapter")), "")

    def variant(self) -> str | None:
        """Return "fp16" where the half-precision files are the ones that are here."""
        half = [name for name, _ in self.files if name.endswith(_FP16)]
        return "fp16" if self.place and half and all((self.place / name).is_file() for name in half) else None


def parts() -> dict[str, Part]:
    """Return every part by role, as the settings name its place.

    DISEASEFACE_MODEL_<ROLE> names a folder or a hub id ("owner/name" or "owner/name/folder"), and
    DISEASEFACE_MODELS a folder with one folder for each role; else the hub's cache is looked at.
    """
    return {role: _located(part) for role, part in _shipped().items()}


def wanted(options: Options) -> list[Part]:
    """Return the parts that the options need."""
    roles = ["base"]
    if options.has("structure"):
        roles.append("controlnet")
    if options.has("identity"):
        roles.append("faceid" if options.identity == "faceid" else "ip_adapter")
    found, kind = parts(), XL if options.model == "sdxl" else ""
    return [found[role + kind] for role in roles]


def refusal(options: Options) -> str | None:
    """Say in one sentence or two what is missing and what to do; None where all is here."""
    lacking = [(part, missing) for part in wanted(options) if (missing := part.missing())]
    if not lacking:
        return None
    told = "; ".join(_lack(part, missing) for part, missing in lacking)
    total = sum(size for _, missing in lacking for _, size in missing)
    fetch = f"Run `{COMMAND}` (about {_size(total)})"
    if any(part.own for part, _ in lacking):
        fetch = f"Complete the folder, or unset its setting and run `{COMMAND}` (about {_size(total)})"
    advice = f"{fetch}, or choose the engine morph."
    if not any(part.role.startswith("base") for part, _ in lacking):
        kind = "model=sdxl,conditions" if options.model == "sdxl" else "conditions"
        advice += f" Or leave the condition out: DISEASEFACE_DIFFUSION={kind}=start+strength+words."
    return f"The diffusion engine lacks weights: {told}. {advice}"


def lines(options: Options) -> Iterator[str]:
    """Tell of every part what it is, where it is and what is missing."""
    needed = {part.role for part in wanted(options)}
    for part in parts().values():
        missing = part.missing()
        state = "present" if not missing else f"missing {_size(sum(size for _, size in missing))}"
        use = "needed" if part.role in needed else "not needed"
        yield f"{part.role:<13} {state:<16} {use:<11} {part.title}"
        yield f"{'':<13} {part.own or part.repository or '-'}; licence: {part.licence}; for {part.needed_for}"
        yield from (f"{'':<13} missing: {name} (about {_size(size)})" for name, size in missing)


def download(options: Options) -> Iterator[str]:
    """Fetch what the options need and is missing, checking each file; yield what was done.

    Raises EngineUnavailable where a file cannot be fetched or is not whole.
    """
    for part in wanted(options):
        if not part.missing():
            yield f"{part.role}: already here, in {part.place}"
            continue
        if part.own:
            raise EngineUnavailable(
                f"{part.own} is a folder of your own and lacks {part.missing()[0][0]}: "
                f"complete it, or unset its setting to fetch {_shipped()[part.role].repository}."
            )
        if not part.repository:
            raise EngineUnavailable(
                f"{part.title} is published as a pickle only, a file that can run code when it is read: convert it to "
                f"safetensors where that does no harm, and name its folder by DISEASEFACE_MODEL_{part.role.upper()}."
            )
        yield f"{part.role}: fetching {part.title} from {part.repository} ({part.licence})"
        _fetch(part)
        if missing := part.missing():
            raise EngineUnavailable(f"{part.repository} was fetched, but {missing[0][0]} is not whole: try again.")
        if damaged := _damaged(part):
            raise EngineUnavailable(f"{damaged} of {part.repository} is not what its checksum says: fetch it again.")
        yield f"{part.role}: whole, checked, in {part.place}"


def _fetch(part: Part) -> None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    names = [name.partition("|")[0] for name, _ in part.files]
    patterns = [f"{part.folder}/{name}" if part.folder else name for name in names]
    try:
        snapshot_download(part.repository, allow_patterns=patterns)
    except (OSError, HfHubHTTPError, OfflineModeIsEnabled) as error:
        reason = " ".join(str(error).split())[:200]
        raise EngineUnavailable(f"{part.repository} could not be fetched from the hub: {reason}") from error


def _damaged(part: Part) -> str | None:
    """Return the first fetched file that differs from its checksum, and remove it; None where all are as they should.

    The hub's cache names the contents of a large file by the SHA-256 that the hub states for it.
    """
    for name in (one for names, _ in part.files for one in names.split("|")):
        stored = (part.place / name).resolve()
        if stored.is_file() and len(stored.name) == 64:
            with stored.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == stored.name:
                    continue
            stored.unlink()
            return name
    return None


@cache
def _shipped() -> dict[str, Part]:
    tables = tomllib.loads(files("diseaseface").joinpath("data/models.toml").read_text(encoding="utf-8"))
    return {role: Part(role, **table | {"files": tuple(map(tuple, table["files"]))}) for role, table in tables.items()}


def _located(part: Part) -> Part:
    told = os.environ.get(f"DISEASEFACE_MODEL_{part.role.upper()}", "")
    if told and ("\\" in told or told[0] in "./~" or Path(told).expanduser().is_dir()):
        return _in_folder(part, Path(told).expanduser())
    if told:
        owner, _, rest = told.partition("/")
        name, _, folder = rest.partition("/")
        return _replaced(part, title=told, repository=f"{owner}/{name}", folder=folder, licence="see its model card")
    room = os.environ.get(FOLDER_SETTING)
    return _in_folder(part, Path(room).expanduser() / part.role) if room else part


def _in_folder(part: Part, place: Path) -> Part:
    """Fit a part to the user's folder: an IP-Adapter's weights may have any name and lie flat."""
    weights = part.identity_file()
    found = sorted(p.name for p in place.glob("ip-adapter*") if p.suffix == _PLAIN)
    if not weights or not found:
        return _replaced(part, own=place)
    chosen = weights if weights in found else found[0]
    flat = tuple((chosen if name == weights else name.removeprefix("models/"), size) for name, size in part.files)
    return _replaced(part, own=place, files=flat)


def _replaced(part: Part, **changes) -> Part:
    return Part(**vars(part) | changes)


def _snapshot(repository: str) -> Path | None:
    """Find the newest snapshot of a repository in the hub's cache, without a network."""
    root = _cache_folder() / f"models--{repository.replace('/', '--')}"
    main = root / "refs" / "main"
    if not main.is_file():
        return None
    return root / "snapshots" / main.read_text(encoding="utf-8").strip()


def _cache_folder() -> Path:
    """Where huggingface_hub keeps its files, by the settings it documents."""
    if own := os.environ.get("HF_HUB_CACHE"):
        return Path(own)
    if home := os.environ.get("HF_HOME"):
        return Path(home) / "hub"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "huggingface" / "hub"


def _found(place: Path, name: str) -> bool:
    names = name.split("|")
    return any(_whole(place / one) for one in (*names, *(n.replace(_FP16, _PLAIN) for n in names)))


def _whole(file: Path) -> bool:
    """Tell whether a file is there and, for safetensors, as long as its header says."""
    if not file.is_file():
        return False
    size = file.stat().st_size
    if file.suffix != _PLAIN:
        return size > 0
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        return 8 + length < size and size == 8 + length + _data_bytes(stream.read(length))


def _data_bytes(header: bytes) -> int:
    import json

    try:
        tensors = json.loads(header)
    except ValueError:
        return -1
    ends = [entry["data_offsets"][1] for name, entry in tensors.items() if name != "__metadata__"]
    return max(ends, default=0)


def _lack(part: Part, missing: list[tuple[str, float]]) -> str:
    size = sum(size for _, size in missing)
    heavy = max(missing, key=lambda entry: entry[1])[0]
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    place = part.own or part.repository or "to be converted to safetensors"
    return f"{part.title} ({place}: {heavy}{more}, about {_size(size)})"


def _size(megabytes: float) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 100 else f"{max(megabytes, 0.1):.1f} MB"
