"""Arrays beside a certificate: files named by the digest of their content (trusted).

A file holds a header line (dtype and shape) and the raw bytes, little-endian and row-major. It is read
once; the same bytes are hashed and parsed, and every entry must be finite.
"""

import hashlib
import math
import re
from pathlib import Path

import flint
import numpy as np

from convexcheck.certificate.evidence import Array
from convexcheck.expression.errors import ConvexcheckError

_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


def pack(array: np.ndarray) -> bytes:
    """The file's bytes for a float64 or int64 array."""
    dtype = "<i8" if array.dtype.kind in "iub" else "<f8"
    return _header(dtype, array.shape) + b"\n" + np.ascontiguousarray(array, dtype).tobytes()


def _header(dtype: str, shape: tuple[int, ...]) -> bytes:
    return f"convexcheck array {dtype} {','.join(map(str, shape))}".encode()


def digest(data: bytes) -> str:
    """The name under which the bytes are kept: their SHA-256."""
    return hashlib.sha256(data).hexdigest()


def path(folder: Path, name: str) -> Path:
    """The file of the array with the digest `name`."""
    return folder / f"{name}.array"


def load(folder: Path, array: Array) -> np.ndarray:
    """The float64 or int64 array in the file that `array` names by its digest, read from `folder` and checked.

    Raises:
        ConvexcheckError: when the file is missing, has another digest or shape, or holds NaN or infinity.
    """
    file = path(folder, array.digest)
    try:
        data = file.read_bytes() if _DIGEST.match(array.digest) else b""
    except OSError as error:
        raise ConvexcheckError("arrays", f"{file.name}: {error.strerror}", "a file by the certificate") from error
    if digest(data) != array.digest:
        raise ConvexcheckError("arrays", f"{file.name} has changed", f"content with digest {array.digest}")
    header, _, body = data.partition(b"\n")
    dtype = "<i8" if header == _header("<i8", array.shape) else "<f8"
    found = np.frombuffer(body, dtype) if len(body) == 8 * math.prod(array.shape) else np.array([np.nan])
    if header != _header(dtype, array.shape) or not np.isfinite(found).all():
        raise ConvexcheckError("arrays", f"{file.name} holds {header!r}", f"finite numbers of shape {array.shape}")
    return found.reshape(array.shape)


def rationals(array: np.ndarray) -> np.ndarray:
    """An object array with the exact rational value of every entry."""
    out = np.empty(array.size, dtype=object)
    for k, value in enumerate(array.reshape(-1).tolist()):
        out[k] = flint.fmpq(*value.as_integer_ratio())
    return out.reshape(array.shape)


def written(array: Array) -> np.ndarray:
    """The exact entries that are written in the certificate itself."""
    if len(array.entries) != math.prod(array.shape) or min(array.shape, default=0) < 0:
        raise ConvexcheckError("arrays", f"{len(array.entries)} entries for shape {array.shape}")
    return rationals(np.array(array.entries, dtype=object).reshape(array.shape))
