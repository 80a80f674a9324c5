"""What the whole product agrees on: its version, and the limits of one request."""

import os

VERSION = "0.1.0"

STAGES = 5  # of a progression strip, severity 0 to 1
MOST_STAGES = 25

UPLOAD_LIMIT = "40mb"
KEEP_SECONDS = 3600  # files made for the page are deleted after this
SESSIONS_HELD = 8  # analysed faces kept in memory, one a visitor; the oldest go first


def hpo_folder() -> str | None:
    """Return the folder of a newer hp.obo and phenotype.hpoa, DISEASEFACE_HPO; None for the shipped ones."""
    return os.environ.get("DISEASEFACE_HPO") or None


def primekg_file() -> str | None:
    """Return the path of the user's PrimeKG kg.csv, DISEASEFACE_PRIMEKG; None for none."""
    return os.environ.get("DISEASEFACE_PRIMEKG") or None


def language_model() -> str | None:
    """Return the folder or hub id of a text-generation model, DISEASEFACE_LANGUAGE_MODEL; None for none."""
    return os.environ.get("DISEASEFACE_LANGUAGE_MODEL") or None


def server_name() -> str:
    """Return the address to serve on: GRADIO_SERVER_NAME, else this machine only."""
    return os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1")
