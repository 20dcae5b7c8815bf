"""The one error that input can cause, in every stage (trusted; no dependencies)."""

from __future__ import annotations


class ConvexcheckError(Exception):
    """An input that a stage cannot take, said in one message.

    Args:
        stage: where it happened (``read.text``, ``certificate``, ``kernel`` ...).
        message: what is wrong, with the offending piece.
        expected: what would have been taken.
        hint: what to try next.
    """

    def __init__(self, stage: str, message: str, expected: str = "", hint: str = "") -> None:
        self.stage, self.message, self.expected, self.hint = stage, message, expected, hint
        parts = [f"{stage}: {message}"]
        if expected:
            parts.append(f"expected {expected}")
        if hint:
            parts.append(f"try: {hint}")
        super().__init__("; ".join(parts))


class Unsupported(ConvexcheckError):
    """A construct that the input may use but that the language cannot express: the verdict is unknown."""
