"""Signed provenance: a C2PA manifest in files, where a key is configured.

Keys and certificates are the host's own; without them files carry their XMP alone. A signature holds a random
number, so signed files of one request differ in their bytes, while their pixels do not.
"""

import io
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from diseaseface import marks
from diseaseface.errors import EngineUnavailable, RequestError
from diseaseface.settings import VERSION, signing_files

_ACTIONS = "c2pa.actions.v2"


def signed(data: bytes, kind: str, report: Mapping | None) -> bytes:
    """Return a file with a signed manifest in it; just as it is where no key is configured.

    `kind` is the file's MIME type: image/png, image/gif or video/mp4. Raises RequestError where the key or its
    certificates cannot be used, and EngineUnavailable where the package for them is missing.
    """
    named = signing_files()
    if named is None:
        return data
    c2pa, target = _package(), io.BytesIO()
    try:
        with c2pa.Builder(_manifest(report)) as builder, _signer(*named) as signer:
            builder.sign(signer, kind, io.BytesIO(data), target)
    except (c2pa.C2paError, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise RequestError(f"Files cannot be signed with the key and certificates that are set: {reason}") from error
    return target.getvalue()


def _manifest(report: Mapping | None) -> str:
    """Return what is claimed: this program made an edited picture of this kind; nothing of whose photo it was."""
    action = {
        "action": "c2pa.created",
        "digitalSourceType": marks.source_type(report),
        "description": marks.STATEMENT,
        "softwareAgent": {"name": "DiseaseFace", "version": VERSION},
    }
    told = {
        "claim_generator_info": [{"name": "DiseaseFace", "version": VERSION}],
        "title": "Synthetic picture",
        "assertions": [{"label": _ACTIONS, "data": {"actions": [action]}}],
    }
    return json.dumps(told)


def _signer(key: str, certificates: str):
    c2pa = _package()
    private = Path(key).expanduser().read_bytes()
    chain = Path(certificates).expanduser().read_bytes()
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(_algorithm(private), chain, private, None))


@lru_cache(maxsize=1)
def _algorithm(private: bytes) -> str:
    """Return C2PA's name for the algorithm of a private key in PEM."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(private, None)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {256: "es256", 384: "es384", 521: "es512"}[key.curve.key_size]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    raise ValueError("it is of a kind that C2PA does not know")


def _package():
    try:
        import c2pa
    except ImportError as error:
        raise EngineUnavailable(
            "Signing needs a package: run `pip install c2pa-python`, or unset DISEASEFACE_C2PA_KEY."
        ) from error
    return c2pa
