"""Arrays beside a certificate: exact, finite, of the declared shape, and what their digest says."""

import hashlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from convexcheck.certificate.codec import array_path, digest, load, written
from convexcheck.certificate.evidence import Array
from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.objects import rationals
from convexcheck.search.arrays import pack

TABLE = np.array([[0.1, -2.5, 5e-324], [1e308, 0.0, 3.0]])


def kept(folder: Path, data: bytes) -> str:
    """The digest of a file with these bytes in `folder`."""
    name = digest(data)
    array_path(folder, name).write_bytes(data)
    return name


@pytest.mark.parametrize(
    "array",
    [
        TABLE,
        np.array([2**62, -(2**63), 7]),
        np.array([True, False]),
        np.array([1, 2], dtype="uint8"),
        np.array([0.1], dtype="float32"),
        np.array(0.25),
        np.zeros((0, 3)),
        TABLE.T,
        TABLE.astype(">f8"),
    ],
    ids=["float64", "int64", "bool", "uint8", "float32", "scalar", "empty", "not contiguous", "big-endian"],
)
def test_every_value_is_kept_exactly(array: np.ndarray, tmp_path: Path) -> None:
    name = kept(tmp_path, pack(array))
    found = rationals(load(tmp_path, Array(array.shape, (), name)))
    expected = [Fraction(v) for v in array.reshape(-1).tolist()]
    assert [Fraction(int(q.p), int(q.q)) for q in found.reshape(-1)] == expected
    assert found.shape == array.shape


BAD = {
    "nan": lambda: pack(np.array([1.0, np.nan])),
    "infinity": lambda: pack(np.array([1.0, np.inf])),
    "minus infinity": lambda: pack(np.array([1.0, -np.inf])),
    "another shape": lambda: pack(np.zeros((2, 1))),
    "another size": lambda: pack(np.zeros(3)),
    "no header": lambda: np.zeros(2).tobytes(),
    "no line break": lambda: pack(np.zeros(2)).replace(b"\n", b""),
    "bytes missing": lambda: pack(np.zeros(2))[:-1],
    "bytes too many": lambda: pack(np.zeros(2)) + b"\0",
    "another type": lambda: pack(np.zeros(2)).replace(b"<f8", b"<f4"),
    "objects": lambda: pack(np.zeros(2)).replace(b"<f8", b"|O8"),
    "big-endian": lambda: pack(np.zeros(2)).replace(b"<f8", b">f8"),
    "a shape written otherwise": lambda: pack(np.zeros(2)).replace(b" 2\n", b" 02\n"),
    "a pickle": lambda: b"\x80\x04\x95",
    "nothing": lambda: b"",
}


@pytest.mark.parametrize("name", BAD)
def test_other_files_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConvexcheckError, match=r"^arrays: "):
        load(tmp_path, Array((2,), (), kept(tmp_path, BAD[name]())))


def test_a_file_that_changed_is_refused(tmp_path: Path) -> None:
    name = kept(tmp_path, pack(np.zeros(2)))
    array_path(tmp_path, name).write_bytes(pack(np.ones(2)))
    with pytest.raises(ConvexcheckError, match="has changed"):
        load(tmp_path, Array((2,), (), name))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConvexcheckError, match="No such file"):
        load(tmp_path, Array((2,), (), "0" * 64))


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "", "..", "a" * 65])
def test_only_digests_name_files(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "secret.array").write_bytes(pack(np.zeros(2)))
    with pytest.raises(ConvexcheckError):
        load(folder, Array((2,), (), name))


def test_the_digest_is_that_of_the_file() -> None:
    assert digest(b"abc") == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize(
    "array", [Array((2,), (Fraction(1),)), Array((), ()), Array((-1, -1), (Fraction(1),)), Array((1, 1), ())], ids=str
)
def test_entries_fit_their_shape(array: Array) -> None:
    with pytest.raises(ConvexcheckError):
        written(array)


def test_written_entries_are_exact() -> None:
    assert [str(q) for q in written(Array((2,), (Fraction(1, 3), Fraction(-2))))] == ["1/3", "-2"]
