"""Expressions as data of the library's type ``ex``, of which it computes derivatives (untrusted).

The value of the data at a point is, by computation alone, what `notation.real` prints: functions that the type does
not have are unfolded by their definitions in Rocq.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from convexcheck.export.rocq.notation import NoScript, index, number, real, size, test
from convexcheck.export.rocq.place import Place
from convexcheck.expression.term import Expression

_CONSTRUCTORS = {"exp": "Exp", "log": "Ln", "sin": "Sin", "cos": "Cos", "atan": "Atan", "erf": "Erf"}
_DEFINED = {
    "sinh": "(Mul (Add (Exp {0}) (Opp (Exp (Opp {0})))) (Inv (Cst 2)))",
    "cosh": "(Mul (Add (Exp {0}) (Exp (Opp {0}))) (Inv (Cst 2)))",
    "sigmoid": "(Inv (Add (Cst 1) (Exp (Opp {0}))))",
    "softplus": "(Ln (Add (Cst 1) (Exp {0})))",
    "asinh": "(Ln (Add {0} (Sqrt (Add (Pow {0} 2%nat) (Cst 1)))))",
}


def data(e: Expression, place: Place, names: Sequence[str] = ()) -> str:
    """The expression as data; what is free of variables is a coefficient."""
    if not e.has("var"):
        return f"(Cst {real(e, names, place.leaf)})"

    def go(a: Expression) -> str:
        return data(a, place, names)

    if e.op == "var":
        k = list(place.context.statement.variables).index(e.data)
        return f"(Vr {k}%nat {' '.join([*(index(a, names) for a in e.args), *['0%nat'] * (2 - len(e.args))])})"
    if e.op in ("add", "mul"):
        first, *rest = map(go, e.args)
        for other in rest:
            first = f"({'Add' if e.op == 'add' else 'Mul'} {first} {other})"
        return first
    if e.op == "pow":
        return _power(go(e.args[0]), e.args[1], go)
    if e.op == "Sum":
        name = f"i{len(names)}"
        return f"(Sm {size(e.args[0])} (fun {name} => {data(e.args[1], place, [name, *names])}))"
    if e.op == "where" and not e.args[0].has("var"):
        return f"(Ite {test(e.args[0], names, place.leaf)} {go(e.args[1])} {go(e.args[2])})"
    if e.op in _CONSTRUCTORS:
        return f"({_CONSTRUCTORS[e.op]} {go(e.args[0])})"
    if e.op == "tanh":
        return f"(Mul {_DEFINED['sinh'].format(go(e.args[0]))} (Inv {_DEFINED['cosh'].format(go(e.args[0]))}))"
    if e.op in _DEFINED:
        return _DEFINED[e.op].format(go(e.args[0]))
    raise NoScript(f"{e.op} is not smooth")


def _power(base: str, exponent: Expression, go: object) -> str:
    if exponent.op != "const":
        return f"(Exp (Mul {go(exponent)} (Ln {base})))"  # type: ignore[operator]
    q = exponent.data
    if q == Fraction(1, 2):
        return f"(Sqrt {base})"
    if q < 0:
        return f"(Inv {base})" if q == -1 else f"(Inv {_power(base, Expression('const', (), -q), go)})"
    return f"(Pow {base} {q}%nat)" if q.denominator == 1 else f"(Pw {base} {number(q)})"
