"""Arrays beside a certificate: files named by the digest of their content (trusted).

A file holds a header line (dtype and shape) and the raw bytes, little-endian and row-major. It is read
once; the same bytes are hashed and parsed, and every entry must be finite.
"""

from __future__ import annotations

import hashlib
import math
import re
from pathlib import Path

import flint
import numpy as np

from convexcheck.certificate.evidence import Array
from convexcheck.expression.errors import ConvexcheckError

_DTYPES = ("<f8", "<i8")
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
    if not re.fullmatch(r"[0-9a-f]{64}", name, re.ASCII):
        raise ConvexcheckError("arrays", f"digest {name!r}", "64 hexadecimal digits")
    try:
        data = path(folder, name).read_bytes()
    except OSError as error:
        raise ConvexcheckError("arrays", f"file {path(folder, name).name}: {error.strerror}", hint="keep it beside the certificate") from error
    header = _HEADER.match(data)
    if digest(data) != name or not header:
        raise ConvexcheckError("arrays", f"file {path(folder, name).name} has changed", f"content with digest {name[:16]}")
    shape = tuple(int(s) for s in header[2].split(b",") if s)
    body = data[header.end() :]
    if len(body) != 8 * math.prod(shape):
        raise ConvexcheckError("arrays", f"{len(body)} bytes for shape {shape}")
    array = np.frombuffer(body, dtype=header[1].decode()).reshape(shape)
    if not np.isfinite(array).all():
        raise ConvexcheckError("arrays", f"file {path(folder, name).name} holds NaN or infinity", "finite numbers")
    return array


def rationals(array: np.ndarray) -> np.ndarray:
    """An object array with the exact rational value of every entry."""
    out = np.empty(array.shape, dtype=object)
    flat = out.reshape(-1)
    for k, value in enumerate(array.reshape(-1).tolist()):
        flat[k] = flint.fmpq(*value.as_integer_ratio())
    return out


def values(array: Array, folder: Path | None) -> np.ndarray:
    """The exact entries of an `Array`, inline or from its file in `folder`."""
    if array.digest:
        if folder is None or array.entries:
            raise ConvexcheckError("arrays", "an array by digest without its file", hint="pass the folder of the certificate")
        loaded = load(folder, array.digest)
        if loaded.shape != array.shape:
            raise ConvexcheckError("arrays", f"shape {loaded.shape}", f"{array.shape}")
        return rationals(loaded)
    out = np.empty(len(array.entries), dtype=object)
    for k, q in enumerate(array.entries):
        out[k] = flint.fmpq(q.numerator, q.denominator)
    if len(array.entries) != math.prod(array.shape):
        raise ConvexcheckError("arrays", f"{len(array.entries)} entries for shape {array.shape}")
    return out.reshape(array.shape)
