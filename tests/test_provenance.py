"""Signed provenance, with a throwaway key of the tests' own."""

import io
import json
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PIL import Image

from diseaseface import pictures
from diseaseface.errors import EngineUnavailable, RequestError

c2pa = pytest.importorskip("c2pa")
REPORT = {"schema": "diseaseface.report/1", "engine": "morph", "disease": {"id": "ORPHA:870", "name": "Down syndrome"}}


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(0).integers(0, 256, (80, 96, 3), dtype=np.uint8)


def certificate(name, key, issuer_name, issuer_key, *, authority):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(text):
        return x509.Name(
            [x509.NameAttribute(NameOID.COMMON_NAME, text), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test")]
        )

    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    now = datetime.now(UTC)
    public = issuer_key.public_key()
    built = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=authority, crl_sign=authority, **usage), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
    )
    if not authority:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return built.sign(issuer_key, hashes.SHA256())


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A private key and its chain, made for these tests alone."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    room = tmp_path_factory.mktemp("key")
    root, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    chain = [
        certificate("Test signer", leaf, "Test root", root, authority=False),
        certificate("Test root", root, "Test root", root, authority=True),
    ]
    (room / "chain.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
    (room / "key.pem").write_bytes(leaf.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(room / "key.pem"), str(room / "chain.pem")


@pytest.fixture
def signing(files, monkeypatch):
    monkeypatch.setenv("DISEASEFACE_C2PA_KEY", files[0])
    monkeypatch.setenv("DISEASEFACE_C2PA_CERTIFICATES", files[1])


def read(data, kind):
    with c2pa.Reader(kind, io.BytesIO(data)) as reader:
        told = json.loads(reader.json())
    return told["manifests"][told["active_manifest"]], {one["code"] for one in told.get("validation_status", [])}


@pytest.mark.parametrize(
    ("kind", "encode"),
    [
        ("image/png", lambda picture: pictures.encode_png(picture, REPORT)),
        ("image/gif", lambda picture: pictures.encode_gif([picture, 255 - picture], REPORT)),
        ("video/mp4", lambda picture: pictures.encode_mp4([picture, 255 - picture], REPORT)),
    ],
    ids=["png", "gif", "mp4"],
)
def test_files_are_signed_as_synthetic_where_a_key_is_configured(signing, picture, kind, encode):
    manifest, faults = read(encode(picture), kind)
    assert faults <= {"signingCredential.untrusted"}, "the key is nobody's, all else is in order"
    (actions,) = (one["data"]["actions"] for one in manifest["assertions"] if one["label"].startswith("c2pa.actions"))
    assert actions[0]["digitalSourceType"].endswith("compositeSynthetic")
    assert manifest["claim_generator_info"][0]["name"] == "DiseaseFace"


def test_a_signed_picture_keeps_pixels_report_and_description(signing, picture):
    data = pictures.encode_png(picture, REPORT)
    with Image.open(io.BytesIO(data)) as image:
        np.testing.assert_array_equal(np.asarray(image), picture)
        assert "compositeSynthetic" in image.info["XML:com.adobe.xmp"]
    assert pictures.read_report(data) == REPORT


def test_a_signed_picture_that_is_changed_is_found_out(signing, picture):
    data = bytearray(pictures.encode_png(picture, REPORT))
    data[-100] ^= 1
    _, faults = read(bytes(data), "image/png")
    assert any("mismatch" in fault for fault in faults)


def test_without_a_key_nothing_is_signed(picture):
    with pytest.raises(c2pa.C2paError, match="ManifestNotFound"):
        read(pictures.encode_png(picture, REPORT), "image/png")


@pytest.mark.parametrize("text", [None, "no key"], ids=["missing", "broken"])
def test_a_key_that_cannot_be_used_is_refused_in_words(files, picture, tmp_path, monkeypatch, text):
    key = tmp_path / "key.pem"
    if text:
        key.write_text(text)
    monkeypatch.setenv("DISEASEFACE_C2PA_KEY", str(key))
    monkeypatch.setenv("DISEASEFACE_C2PA_CERTIFICATES", files[1])
    with pytest.raises(RequestError, match="cannot be signed"):
        pictures.encode_png(picture, REPORT)


def test_without_the_package_a_key_is_refused_with_the_remedy(signing, picture, monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(EngineUnavailable, match="pip install c2pa-python"):
        pictures.encode_png(picture, REPORT)
