"""Arrays as the files that a certificate names (untrusted: ``certificate.codec`` checks what it reads)."""

from __future__ import annotations

import numpy as np

from convexcheck.certificate.codec import array_header
from convexcheck.expression.errors import ConvexcheckError


def pack(array: np.ndarray) -> bytes:
    """The bytes of an array's file: its header line, then float64 entries, little-endian and row-major.

    Raises:
        ConvexcheckError: for an integer that no float64 equals.

    >>> pack(np.array([1.0, 2.0])).splitlines()[0]
    b'convexcheck array <f8 2'
    """
    if array.dtype.kind in "iu" and any(int(float(v)) != v for v in array.reshape(-1).tolist()):
        raise ConvexcheckError("arrays", "an integer that no float64 equals", "integers up to 2**53")
    return array_header(array.shape) + np.ascontiguousarray(array, "<f8").tobytes()
