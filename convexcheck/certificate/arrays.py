"""Arrays beside a certificate: files named by the digest of their content (trusted).

A file holds a header line with the shape and the float64 entries, little-endian and row-major. It is read
once; the same bytes are hashed and parsed, and every entry must be finite.
"""

import hashlib
import math
from pathlib import Path

import flint
import numpy as np

from convexcheck.certificate.evidence import Array
from convexcheck.expression.errors import ConvexcheckError


def pack(array: np.ndarray) -> bytes:
    """The file's bytes; an integer that no float64 equals is refused."""
    if array.dtype.kind in "iu" and any(int(float(v)) != v for v in array.reshape(-1).tolist()):
        raise ConvexcheckError("arrays", "an integer that no float64 equals", "integers up to 2**53")
    return _header(array.shape) + np.ascontiguousarray(array, "<f8").tobytes()


def _header(shape: tuple[int, ...]) -> bytes:
    return f"convexcheck array <f8 {','.join(map(str, shape))}\n".encode()


def digest(data: bytes) -> str:
    """The name under which the bytes are kept: their SHA-256."""
    return hashlib.sha256(data).hexdigest()


def path(folder: Path, name: str) -> Path:
    """The file of the array with the digest `name`."""
    return folder / f"{name}.array"


def load(folder: Path, array: Array) -> np.ndarray:
    """The float64 array in the file that `array` names by its digest, read from `folder` and checked.

    Raises:
        ConvexcheckError: when the file is missing, has another digest or shape, or holds NaN or infinity.
    """
    file = path(folder, array.digest)
    try:
        data = file.read_bytes() if array.digest.isalnum() else b""
    except OSError as error:
        raise ConvexcheckError("arrays", f"{file.name}: {error.strerror}", "a file by the certificate") from error
    if digest(data) != array.digest:
        raise ConvexcheckError("arrays", f"{file.name} has changed", f"content with digest {array.digest}")
    header = _header(array.shape)
    whole = data.startswith(header) and len(data) == len(header) + 8 * math.prod(array.shape)
    found = np.frombuffer(data[len(header) :] if whole else b"", "<f8")
    if not whole or not np.isfinite(found).all():
        raise ConvexcheckError("arrays", f"{file.name} holds {data[:60]!r}", f"finite numbers of shape {array.shape}")
    return found.reshape(array.shape)


def rationals(array: np.ndarray) -> np.ndarray:
    """An object array with the exact rational value of every entry."""
    exact = np.frompyfunc(lambda value: flint.fmpq(*value.as_integer_ratio()), 1, 1)
    return np.asarray(exact(array), dtype=object)


def written(array: Array) -> np.ndarray:
    """The exact entries that are written in the certificate itself."""
    if len(array.entries) != math.prod(array.shape) or min(array.shape, default=0) < 0:
        raise ConvexcheckError("arrays", f"{len(array.entries)} entries for shape {array.shape}")
    return rationals(np.array(array.entries, dtype=object).reshape(array.shape))
