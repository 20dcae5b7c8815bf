"""What is enclosed is the function of the statement: by computation alone, and not another one."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import convexcheck as cc
from convexcheck.export.rocq.enclosure import numeric
from convexcheck.export.rocq.notation import NoScript, real
from convexcheck.expression.term import Expression

FUNCTIONS = [
    "x**4/y**3 - 3*x + 2/7", "log(1 + exp(-x)) + sqrt(x*y) + x**(2/3)", "max(x, y, 1) - abs(x - 2*y) + x**y",
    "sinh(x)*cosh(y) - tanh(x) + sigmoid(y) + softplus(x)", "atan(x) + sin(y)**2*cos(x) - asinh(x) + pi",
    "where(x < 1, x, y) + where(x <= y or not x > 3, x, 0)", "sum(z**2) + max(z)*sum(exp(z - x))",
]  # fmt: skip
HEAD = """From Coq Require Import Reals ZArith QArith Qreals.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Enclosures.
Open Scope R_scope.
Definition table_x : nat -> nat -> Q := fun _ _ => (3 # 2)%Q.
"""


def goal(text: str) -> str:
    s = cc.check(text, wrt={"x": "", "y": "", "z": "3"}, domain="x > 0, y > 0", budget=0.2).statement
    assert s is not None

    def data(e: Expression, names: Sequence[str]) -> str:
        return f"(Rat (table_x {'0' if not e.args else names[0]}%nat {len(e.data)}))"

    def plain(e: Expression, names: Sequence[str]) -> str | None:
        return data(e, names).replace("Rat", "Q2R") if e.op == "var" else None

    try:
        return f"Goal {real(s.function, (), plain)} = den {numeric(s.function, data)}.\nProof. reflexivity. Qed."
    except NoScript as error:
        raise AssertionError(text) from error


def test_the_data_have_the_value_of_the_function(library: Path, tmp_path: Path) -> None:
    goals = list(map(goal, FUNCTIONS))
    wrong = next(g for g in goals if "(Arctangent" in g).replace("(Arctangent", "(Sine")
    goals.append(wrong.replace("reflexivity. Qed.", "Fail reflexivity. Abort."))
    assert run(HEAD + "\n".join(goals), library, tmp_path) == ""


def run(text: str, library: Path, folder: Path) -> str:
    (folder / "values.v").write_text(text, encoding="ascii")
    command = ["coqc", "-w", "none", "-Q", str(library), "Convexcheck", "values.v"]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    return found.stderr if found.returncode else ""
