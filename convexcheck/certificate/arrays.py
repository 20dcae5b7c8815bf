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
_HEADER = re.compile(rb"convexcheck array (<f8|<i8) ([0-9,]{0,80})\n", re.ASCII)


def pack(array: np.ndarray) -> bytes:
    """The file's bytes for a float64 or int64 array."""
    kind = "<i8" if array.dtype.kind in "iub" else "<f8"
    header = f"convexcheck array {kind} {','.join(map(str, array.shape))}\n"
    return header.encode() + np.ascontiguousarray(array, dtype=kind).tobytes()


def digest(data: bytes) -> str:
    """The name under which the bytes are kept: their SHA-256."""
    return hashlib.sha256(data).hexdigest()


def path(folder: Path, name: str) -> Path:
    """The file of the array with the digest `name`."""
    return folder / f"{name}.array"


def load(folder: Path, name: str) -> np.ndarray:
    """The array with the digest `name`, read from `folder` and checked.

    Raises:
        ConvexcheckError: when the file is missing, has another digest, or holds NaN or infinity.
    """
    try:
        data = path(folder, name).read_bytes() if _DIGEST.match(name) else b""
    except OSError as error:
        raise ConvexcheckError("arrays", f"{name}.array: {error.strerror}", hint="keep it beside the certificate") from error
    header = _HEADER.match(data)
    if digest(data) != name or not header:
        raise ConvexcheckError("arrays", f"file {name}.array has changed", f"content with digest {name}")
    shape = tuple(int(s) for s in header[2].split(b",") if s)
    array = np.frombuffer(data[header.end() :], dtype=header[1].decode())
    if array.size != math.prod(shape) or not np.isfinite(array).all():
        raise ConvexcheckError("arrays", f"file {name}.array holds NaN, infinity or {array.size} values", f"shape {shape}")
    return array.reshape(shape)


def rationals(array: np.ndarray) -> np.ndarray:
    """An object array with the exact rational value of every entry."""
    out = np.empty(array.size, dtype=object)
    for k, value in enumerate(array.reshape(-1).tolist()):
        out[k] = flint.fmpq(*value.as_integer_ratio())
    return out.reshape(array.shape)


def values(array: Array, folder: Path | None) -> np.ndarray:
    """The exact entries of an `Array`, inline or from its file in `folder`."""
    if array.digest:
        loaded = load(folder, array.digest) if folder is not None and not array.entries else None
        if loaded is None or loaded.shape != array.shape:
            raise ConvexcheckError("arrays", f"{array.digest}.array with shape {array.shape}", "its file beside the certificate")
        return rationals(loaded)
    if len(array.entries) != math.prod(array.shape) or min(array.shape, default=0) < 0:
        raise ConvexcheckError("arrays", f"{len(array.entries)} entries for shape {array.shape}")
    return rationals(np.array(array.entries, dtype=object).reshape(array.shape))
