"""What a script calls `f` is the function that was asked about: Rocq's value at rational points, against mpmath's."""

import re
import subprocess
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest

import convexcheck as cc
from convexcheck.export.rocq.notation import index, number
from convexcheck.export.rocq.statement import definitions
from convexcheck.expression.term import Expression, bound, dim, entry

# the text of a function of x, y and the parameter a, at points with x, y > 0
FUNCTIONS = [
    "x**4/y**3 - a*x + 3",
    "log(1 + exp(-x)) + sqrt(x*y) + x**(2/3)",
    "max(x, y, a) - abs(x - 2*y) + min(x, 1/y)",
    "sinh(x)*cosh(y) - tanh(a*x)",
    "atan(x) + sin(y)**2*cos(x) - erf(x/2)",
    "x**y + where(a < 1, x, y)",
    "(x + 1/10)**-2 - pi*y",
]
POINTS = [(Fraction(1, 3), Fraction(5, 4), Fraction(-2)), (Fraction(7, 2), Fraction(2, 7), Fraction(3, 2))]
NAMES = ("log", "exp", "sqrt", "sinh", "cosh", "tanh", "atan", "sin", "cos", "erf", "pi")
MATHS = {name: getattr(mpmath, name) for name in NAMES}
MATHS |= {"max": max, "min": min, "abs": abs, "where": lambda c, a, b: a if c else b}
HEAD = """From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Numbers.
Open Scope R_scope.
"""


def module(k: int, text: str) -> str:
    """A module with the definitions, and a goal that encloses the value at each point."""
    statement = cc.check(text, wrt="x y", domain="x > 0, y > 0", budget=0.5).statement
    assert statement is not None
    lines = [f"Module M{k}.", definitions(statement, "")]
    for x, y, a in POINTS:
        values = {"x": mpmath.mpf(x.numerator) / x.denominator, "y": mpmath.mpf(y.numerator) / y.denominator}
        values["a"] = mpmath.mpf(a.numerator) / a.denominator
        value = Fraction(int(mpmath.nint(eval(text, MATHS, values) * 10**6)), 10**6)  # noqa: S307 - the text is above
        parameter = f" {number(a)}" if statement.parameters else ""
        point = f"(fun k i j => match k with 0%nat => {number(x)} | _ => {number(y)} end)"
        lines.append(
            f"Goal - (1 / 100000) <= f{parameter} {point} - {number(value)} <= 1 / 100000.\n"
            "Proof. cbv [f v_x v_y]. split; at_numbers. Qed."
        )
    return "\n".join([*lines, f"End M{k}."])


def test_f_has_the_value_of_the_expression(library: Path, tmp_path: Path) -> None:
    text = HEAD + "\n".join(module(k, text) for k, text in enumerate(FUNCTIONS))
    assert run(text, library, tmp_path) == ""
    assert run(text.replace("(v_x p) ^ 4", "(v_x p) ^ 3"), library, tmp_path) != ""


def run(text: str, library: Path, folder: Path) -> str:
    """What coqc says against the text."""
    (folder / "values.v").write_text(text, encoding="ascii")
    command = ["coqc", "-w", "none", "-Q", str(library), "Convexcheck", "values.v"]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    return found.stderr if found.returncode else ""


ROW, COLUMN, SIZE, SHIFT = bound(0), bound(1), dim("n"), entry("par", "y", [bound(0)])
# an index at i = 3, j = 7, n = 9 and y[i] = -2, and its value
INDICES = [
    (SIZE - 1 - ROW, 5),
    (SIZE - 1 - 2 * ROW, 2),  # a stride backwards
    (2 * (SIZE - ROW) - 1, 11),
    (COLUMN * SIZE - 3 * ROW - SIZE, 45),
    ((ROW - SIZE) * (ROW - COLUMN), 24),
    (SIZE * (COLUMN - ROW), 36),
    ((SIZE - ROW) / 2, 3),
    (3 + SHIFT, 1),
    (SIZE - SHIFT * SHIFT, 5),
    (ROW - COLUMN + SIZE, 5),
]


class Natural(int):
    """Numbers whose differences stop at 0, as those of Rocq's nat."""

    def __add__(self, other: int) -> "Natural":
        return Natural(int(self) + int(other))

    def __mul__(self, other: int) -> "Natural":
        return Natural(int(self) * int(other))

    def __sub__(self, other: int) -> "Natural":
        return Natural(max(0, int(self) - int(other)))


@pytest.mark.parametrize(("e", "value"), INDICES, ids=[str(e) for e, _ in INDICES])
def test_an_index_has_its_value_in_natural_numbers(e: Expression, value: int) -> None:
    shown = re.sub(r"(\d+)%nat", r"Natural(\1)", index(e, ["i0", "j0"])).replace("%nat", "")
    shown = re.sub(r"\(p_y i0\)", "(-2)", shown).replace("^", "**")
    shown = re.sub(r"\b(place_of|INR) ", r"\1", shown).replace("INRn_n", "int(n_n)")
    shown = shown.replace("INRi0", "int(i0)").replace("INRj0", "int(j0)")
    names = {"i0": Natural(3), "j0": Natural(7), "n_n": Natural(9), "Natural": Natural}
    found = eval(shown, {**names, "place_of": lambda r: Natural(max(0, r // 1))})  # noqa: S307 - the text is above
    assert found == value, shown
