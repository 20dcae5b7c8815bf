"""A proof for all data that is used for one's own: corrupted certificates and corrupted array files are rejected."""

import json
from collections.abc import Callable
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import convexcheck
from convexcheck.certificate import evidence as ev
from convexcheck.certificate.codec import array_path, digest
from convexcheck.kernel.check import Accepted, Rejected, verify
from convexcheck.report.verdict import CertificateFile
from convexcheck.search.arrays import pack
from tests.kernel.twins import accepted_alike, signed

LABELS, WEIGHTS = np.array([0, 2, 1, 2]), np.array([0.5, 1.0, 0.25, 2.0])
REDUNDANT = ("evidence/sizes = ", "/slots = ")  # the order of sizes and of a composition's arguments


@pytest.fixture(scope="module")
def file() -> CertificateFile:
    """Labels pick entries of w; that the weights are positive is a fact of these data."""
    found = convexcheck.check(lambda w, c, y: jnp.sum(c * jnp.exp(w[y])), np.zeros(3), WEIGHTS, LABELS)
    assert found.certificate is not None, found.message
    return found.certificate


@pytest.fixture
def folder(file: CertificateFile, tmp_path: Path) -> Path:
    file.write_arrays(tmp_path)
    return tmp_path


def test_the_certificate_uses_facts_of_the_data(file: CertificateFile, folder: Path) -> None:
    evidence = file.content.evidence
    assert isinstance(evidence, ev.Generalisation) and len(evidence.general.given) >= 3
    assert {digest(pack(a)) for a in (LABELS, WEIGHTS)} == set(file.arrays)
    assert isinstance(verify(file.data, folder), Accepted)


def test_twins_are_rejected_or_say_something_else(file: CertificateFile, folder: Path) -> None:
    alike = accepted_alike(file.data, folder)
    assert not [place for place in alike if not any(r in place for r in REDUNDANT)]


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


FILES: dict[str, Callable[[bytes, bytes], bytes | None]] = {  # a file and the other one: what stands in its place
    "a byte of the header": lambda own, other: flipped(own, 0),
    "the lowest bit of a number": lambda own, other: flipped(own, -8 + len(own)),
    "the last byte": lambda own, other: flipped(own, len(own) - 1),
    "truncated": lambda own, other: own[:-1],
    "a number less": lambda own, other: own[:-8],
    "a byte more": lambda own, other: own + b"\0",
    "empty": lambda own, other: b"",
    "the other file": lambda own, other: other,
    "missing": lambda own, other: None,
    "another shape": lambda own, other: own.replace(b" 4\n", b" 2,2\n"),
    "a shorter array": lambda own, other: pack(LABELS[:3]),
    "negative numbers": lambda own, other: pack(-WEIGHTS),
    "another format": lambda own, other: own.replace(b"<f8", b">f8"),
}


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("name", FILES)
def test_corrupted_files_are_rejected(name: str, which: int, file: CertificateFile, folder: Path) -> None:
    names = [digest(pack(a)) for a in ((LABELS, WEIGHTS), (WEIGHTS, LABELS))[which]]
    own, other = (file.arrays[n] for n in names)
    changed = FILES[name](own, other)
    assert changed != own
    array_path(folder, names[0]).unlink()
    if changed is not None:
        array_path(folder, names[0]).write_bytes(changed)
    answer = verify(file.data, folder)
    assert isinstance(answer, Rejected) and answer.step == "arrays"


def test_every_flipped_byte_is_rejected(file: CertificateFile, folder: Path) -> None:
    path = array_path(folder, digest(pack(LABELS)))
    own = path.read_bytes()
    for at in range(len(own)):
        path.write_bytes(flipped(own, at))
        assert isinstance(verify(file.data, folder), Rejected), at


DATA = {  # other data under their own digest: the files are sound, what is assumed of them is false
    "a label that is too large": (np.array([0, 3, 1, 2]), WEIGHTS),
    "a label below zero": (np.array([0, -1, 1, 2]), WEIGHTS),
    "half a label": (np.array([0.5, 1, 1, 2]), WEIGHTS),
    "a weight below zero": (LABELS, np.array([0.5, -1.0, 0.25, 2.0])),
    "another shape": (LABELS.reshape(2, 2), WEIGHTS),
}


@pytest.mark.parametrize("name", DATA)
def test_the_same_proof_for_other_data(name: str, file: CertificateFile, tmp_path: Path) -> None:
    assert isinstance(resealed(file, LABELS, WEIGHTS, tmp_path), Accepted)
    assert isinstance(resealed(file, *DATA[name], tmp_path), Rejected)


def resealed(file: CertificateFile, labels: np.ndarray, weights: np.ndarray, folder: Path) -> Accepted | Rejected:
    """The kernel's answer where the certificate names these arrays instead of its own."""
    data = file.data
    for old, new in ((LABELS, labels), (WEIGHTS, weights)):
        name = digest(pack(new))
        data = data.replace(digest(pack(old)).encode(), name.encode())
        array_path(folder, name).write_bytes(pack(new))
    return verify(signed(json.loads(data)), folder)
