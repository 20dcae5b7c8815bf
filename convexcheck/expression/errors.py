"""What every stage shares: the error that input can cause and the base of its records (trusted; no dependencies)."""

from dataclasses import dataclass, field
from typing import dataclass_transform


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
        tail = (f"; expected {expected}" if expected else "") + (f"; try: {hint}" if hint else "")
        super().__init__(f"{stage}: {message}{tail}")


class Unsupported(ConvexcheckError):
    """A construct that the input may use but that the language cannot express: the verdict is unknown."""


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Record:
    """Base of immutable records: every subclass is a frozen dataclass of its annotated fields."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)
