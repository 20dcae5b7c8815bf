"""The one error that input can cause, in every stage (trusted; no dependencies)."""


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
