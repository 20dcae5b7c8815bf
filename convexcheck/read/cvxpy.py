"""CVXPY expressions as statements (untrusted).

The tree of atoms is read, never its curvature. Sizes are those of the expression. Attributes of variables and the
constraints that atoms need to be real, such as x > 0 under a logarithm, become conditions of the statement; an odd
power is real everywhere, and is read so, although CVXPY restricts it. Constant arrays are data, named c0, c1, ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from convexcheck.expression.bounds import Context
from convexcheck.expression.errors import ConvexcheckError, Unsupported
from convexcheck.expression.functions import exp, log
from convexcheck.expression.statement import Condition, Declaration, Statement
from convexcheck.expression.term import Expression, apply, bound, const, dim, fresh, instantiate, maximum, mul, power
from convexcheck.read.arguments import identifier
from convexcheck.read.arrangements import (
    cumulated,
    diagonal,
    joined,
    on_diagonal,
    reshaped,
    split,
    stacked,
    sum_of_largest,
)
from convexcheck.read.array_functions import largest, log_sum_exp, matmul, norm, norm1, smallest, total, trace
from convexcheck.read.conditions import Texts, read_conditions
from convexcheck.read.formula import scope_of
from convexcheck.read.matrices import least_eigenvalue, of_matrix
from convexcheck.read.tensor import Tensor, contract, declared, elementwise, minimum, scalar

STAGE = "read.cvxpy"
HALF = Fraction(1, 2)
Digest = Callable[[np.ndarray], str]
SIGNS = {"nonneg": ("ge", 1), "pos": ("gt", 1), "nonpos": ("ge", -1), "neg": ("gt", -1)}
CONES = {"PSD": 1, "NSD": -1}


@dataclass
class Reading:
    """The statement, and the constant arrays by parameter."""

    statement: Statement
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


def read_cvxpy(
    expression: Any, wrt: Any = None, domain: Texts = (), given: Texts = (), digest: Digest | None = None
) -> Reading:
    """The statement about a scalar CVXPY expression.

    Args:
        expression: the expression; its `cvxpy.Parameter` objects stand for all values.
        wrt: the variables that move: CVXPY variables or names; the others are parameters. By default all.
        domain: more conditions on variables, by name.
        given: conditions on parameters, by name.
        digest: names a constant array by its content.

    Raises:
        ConvexcheckError: an expression that is not a real scalar, or has no variable.
        Unsupported: an atom that cannot be expressed.

    >>> import cvxpy as cp
    >>> x = cp.Variable(3, name="x", nonneg=True)
    >>> read_cvxpy(cp.sum_squares(x) - cp.sum(cp.log(1 + x))).statement.function
    Sum(i < 3, x[i]**2) - Sum(i < 3, log(1 + x[i]))
    """
    if expression.size != 1 or expression.is_complex():
        raise ConvexcheckError(STAGE, f"an expression of shape {expression.shape}", "one real number", "cp.sum(...)")
    task = _Task(expression, wrt, digest)
    value = task.read(expression)
    body = split(value.at(*(0 for _ in value.shape)))
    spoken = read_conditions(domain, given, scope_of(task.variables, task.parameters, {}))
    moving = [c for c in task.conditions if c.body.has("var")]
    fixed = [c for c in task.conditions if not c.body.has("var")]
    plain = Statement(body, task.variables, task.parameters, {}, tuple(moving), tuple(fixed))
    for c in task.needed:
        if not _holds(c, plain):
            (moving if c.body.has("var") else fixed).append(c)
    holding, assumed = (*moving, *spoken.domain), (*fixed, *spoken.given)
    s = Statement(
        body, task.variables, task.parameters, {}, tuple(dict.fromkeys(holding)), tuple(dict.fromkeys(assumed))
    )
    return Reading(s.check(), task.arrays)


def _holds(c: Condition, s: Statement) -> bool:
    """Whether bounds show a condition: it says nothing then, and would only hide that the domain is convex."""
    indices: list[Expression] = []
    for size in c.sizes:
        indices.append(fresh(size, c.body, *indices))
    found = Context(s).bounds(instantiate(c.body, indices)) if c.relation in ("ge", "gt") else None
    return found is not None and (found.lo > 0 or (c.relation == "ge" and found.lo >= 0))


class _Task:
    """What is met on the way: declarations, conditions and data."""

    def __init__(self, expression: Any, wrt: Any, digest: Digest | None) -> None:
        self.digest = digest
        self.names: dict[int, str] = {}
        self.variables: dict[str, Declaration] = {}
        self.parameters: dict[str, Declaration] = {}
        self.arrays: dict[str, np.ndarray] = {}
        self.conditions: list[Condition] = []
        self.needed: list[Condition] = []
        named = wrt if isinstance(wrt, (list, tuple)) else [wrt]
        chosen = None if wrt is None else [getattr(w, "id", w) for w in named]
        leaves = [*expression.variables(), *expression.parameters()]
        for k, leaf in enumerate(leaves):
            moves = k < len(expression.variables()) and (chosen is None or leaf.id in chosen or leaf.name() in chosen)
            self._declare(leaf, moves)
        if not self.variables:
            names = ", ".join(v.name() for v in expression.variables()) or "none is in the expression"
            raise ConvexcheckError(STAGE, f"no variable is named by wrt={wrt!r}", names)

    def _declare(self, leaf: Any, moves: bool) -> None:
        name = identifier(leaf.name(), {*self.variables, *self.parameters})
        self.names[leaf.id] = name
        declaration = Declaration(tuple(dim(n) for n in leaf.shape))
        (self.variables if moves else self.parameters)[name] = declaration
        x = declared("var" if moves else "par", name, declaration)
        for attribute, held in leaf.attributes.items():
            if held is None or held is False:
                continue
            if attribute in SIGNS:
                relation, sign = SIGNS[attribute]
                self.conditions.append(Condition(relation, mul(sign, x.body), x.shape))
            elif attribute in CONES:
                self.conditions.append(Condition("psd", mul(CONES[attribute], x.body), x.shape))
            elif attribute == "symmetric":
                self.conditions.append(Condition("symmetric", x.body, x.shape))
            else:
                hint = "domain= instead"
                raise Unsupported(STAGE, f"{name} with the attribute {attribute}", "real variables", hint)

    def real_where(self, relation: str, x: Tensor) -> None:
        """A condition under which an atom is real."""
        if x.body.has("var", "par"):
            self.needed.append(Condition(relation, x.body, x.shape))

    def read(self, e: Any) -> Tensor:
        """The tensor that an expression computes."""
        kind = type(e).__name__
        if kind in ("Variable", "Parameter"):
            name = self.names[e.id]
            op = "var" if name in self.variables else "par"
            return declared(op, name, (self.variables if op == "var" else self.parameters)[name])
        if kind == "Constant":
            return self._constant(e)
        if kind not in _ATOMS:
            raise Unsupported(STAGE, f"the atom {kind}", f"one of {', '.join(sorted(_ATOMS))}")
        if kind in _ORDERLESS and type(e.args[0]).__name__ == "reshape" and getattr(e, "axis", None) is None:
            return self._shaped(_ATOMS[kind](self, e, [self.read(e.args[0].args[0])]), e)
        return self._shaped(_ATOMS[kind](self, e, [self.read(a) for a in e.args]), e)

    @staticmethod
    def _shaped(found: Tensor, e: Any) -> Tensor:
        """The tensor in CVXPY's shape, which keeps axes of size 1 at times; what does not fit was not understood."""
        shape = tuple(map(dim, e.shape))
        return found if found.shape == shape else reshaped(found, shape)

    def _constant(self, e: Any) -> Tensor:
        value = e.value.toarray() if hasattr(e.value, "toarray") else np.asarray(e.value)
        if not np.isrealobj(value) or not np.isfinite(value).all():
            raise ConvexcheckError(STAGE, "a constant that is not real and finite", "finite real numbers")
        if not value.shape:
            return scalar(Fraction(value.item()))
        if (value == value.flat[0]).all():
            return Tensor(tuple(map(dim, value.shape)), const(Fraction(value.flat[0].item())))
        array = np.ascontiguousarray(value, dtype=np.float64)
        name = identifier(f"c{len(self.arrays)}", {*self.variables, *self.parameters})
        self.arrays[name] = array
        found = Declaration(tuple(map(dim, array.shape)), array="" if self.digest is None else self.digest(array))
        self.parameters[name] = found
        return declared("par", name, found)


def _axes(e: Any, x: Tensor) -> list[int]:
    axis = getattr(e, "axis", None)
    return list(range(len(x.shape))) if axis is None else [axis] if isinstance(axis, int) else list(axis)


def _reduced(function: Callable[[Tensor, Sequence[int]], Tensor]) -> Callable[..., Tensor]:
    return lambda task, e, parts: function(parts[0], _axes(e, parts[0])) if parts[0].shape else parts[0]


def _whole(function: Callable[[Tensor, Sequence[int]], Tensor]) -> Callable[..., Tensor]:
    return lambda task, e, parts: function(parts[0], range(len(parts[0].shape)))


def _each(function: Callable[..., Expression], relation: str = "", at: int = 0) -> Callable[..., Tensor]:
    """An atom of entries; real where argument `at` is ``> 0`` (gt) or ``>= 0`` (ge)."""

    def rule(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
        if relation:
            task.real_where(relation, parts[at])
        return elementwise(function, *parts)

    return rule


def _power(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
    p = e.get_data()[0]
    if not isinstance(p, (int, float, Fraction, np.number)):
        raise Unsupported(STAGE, f"the exponent {p}", "a number")
    near = Fraction(float(p)).limit_denominator(1000)  # 1/3 is meant where its float is given
    q = near if float(near) == float(p) else Fraction(float(p))
    if q < 0 or q.denominator > 1:
        task.real_where("gt" if q < 0 else "ge", parts[0])
    return elementwise(lambda t: power(t, q), *parts)


def _promoted(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
    return Tensor(tuple(map(dim, e.shape)), parts[0].body)


def _index(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
    keys = e._orig_key if isinstance(e._orig_key, tuple) else (e._orig_key,)
    places: list[Expression] = []
    shape: list[Expression] = []
    for k, s in enumerate(e.key):
        if k < len(keys) and isinstance(keys[k], (int, np.integer)):
            places.append(const(int(s.start)))
        else:
            places.append(int(s.start) + int(s.step) * bound(len(shape)))
            shape.append(dim(e.shape[len(shape)]))
    return Tensor(tuple(shape), parts[0].at(*places))


def _quotient(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
    task.real_where("gt", parts[1])
    squares = total(elementwise(lambda t: t**2, parts[0]), _axes(e, parts[0]))
    return elementwise(lambda a, b: a / b, squares, parts[1])


def _pnorm(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
    if e.p != 2:
        q = Fraction(e.p)
        if q < 1:  # then CVXPY's function is -inf outside the orthant
            task.real_where("gt" if q < 0 else "ge", parts[0])
        powers = elementwise(lambda t: power(t if q < 1 else apply("abs", t), q), parts[0])
        return elementwise(lambda t: power(t, 1 / q), total(powers, _axes_of_norm(e, parts[0])))
    return norm(parts[0], _axes_of_norm(e, parts[0]))


def _axes_of_norm(e: Any, x: Tensor) -> list[int]:
    return list(range(len(x.shape))) if e.axis is None else [e.axis]


def _quad_form(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
    x, p = parts
    return contract(contract(x, p), x)


def _geo_mean(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
    task.real_where("ge", parts[0])
    n, weights = len(e.p), [Fraction(w) for w in e.p]
    return scalar(mul(*(power(parts[0].at(k), weights[k] / sum(weights)) for k in range(n))))


def _matrix_frac(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
    x, p = parts
    task.real_where("posdef", p)
    return contract(contract(x, of_matrix("inv", p)), x)


def _matrix(op: str, relation: str = "") -> Callable[..., Tensor]:
    def rule(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
        if relation:
            task.real_where(relation, parts[0])
        return of_matrix(op, parts[0])

    return rule


def _multiplied(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
    a, b = parts
    return matmul(a, b) if a.shape and b.shape else elementwise(mul, a, b)


def _wrapped(relation: str, sign: int = 1) -> Callable[..., Tensor]:
    """What is said of an argument is assumed of parameters; constants speak for themselves."""

    def rule(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
        (x,) = parts
        if e.parameters() and not e.variables():
            task.conditions.append(Condition(relation, mul(sign, x.body), x.shape))
        return x

    return rule


def _huber(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
    m = const(Fraction(float(e.M.value)))

    def body(t: Expression) -> Expression:
        small = Expression("le", (apply("abs", t), m))
        return Expression("where", (small, t**2, 2 * m * apply("abs", t) - m**2))

    return elementwise(body, parts[0])


_SIMPLE: dict[str, tuple[Callable[..., Expression], str, int]] = {
    "NegExpression": (lambda t: -t, "", 0),
    "multiply": (mul, "", 0),
    "DivExpression": (lambda a, b: a / b, "", 0),
    "exp": (exp, "", 0),
    "log": (log, "gt", 0),
    "log1p": (lambda t: log(1 + t), "", 0),
    "abs": (lambda t: apply("abs", t), "", 0),
    "logistic": (lambda t: log(1 + exp(t)), "", 0),
    "entr": (lambda t: -t * log(t), "gt", 0),
    "rel_entr": (lambda a, b: a * log(a / b), "gt", 0),
    "kl_div": (lambda a, b: a * log(a / b) - a + b, "gt", 0),
    "maximum": (maximum, "", 0),
    "minimum": (minimum, "", 0),
    "xexp": (lambda t: t * exp(t), "", 0),
}


def _both_positive(function: Callable[..., Expression]) -> Callable[..., Tensor]:
    def rule(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
        for part in parts:
            task.real_where("gt", part)
        return elementwise(function, *parts)

    return rule


def _log1p(task: _Task, e: Any, parts: list[Tensor]) -> Tensor:
    task.real_where("gt", elementwise(lambda t: 1 + t, parts[0]))
    return elementwise(lambda t: log(1 + t), parts[0])


_ATOMS: Mapping[str, Callable[[_Task, Any, list[Tensor]], Tensor]] = {
    **{name: _each(*row) for name, row in _SIMPLE.items()},
    **{name: _both_positive(_SIMPLE[name][0]) for name in ("rel_entr", "kl_div")},
    "log1p": _log1p,
    "AddExpression": lambda task, e, parts: _added(parts),
    "MulExpression": _multiplied,
    "Promote": _promoted,
    "broadcast_to": _promoted,
    "index": _index,
    "transpose": lambda task, e, parts: parts[0].transpose(),
    "Sum": _reduced(total),
    "max": _reduced(largest),
    "min": _reduced(smallest),
    "norm1": _whole(norm1),
    "norm_inf": _whole(lambda x, axes: largest(elementwise(lambda t: apply("abs", t), x), axes)),
    "log_sum_exp": _reduced(log_sum_exp),
    **dict.fromkeys(("Power", "PowerApprox"), _power),
    **dict.fromkeys(("Pnorm", "PnormApprox"), _pnorm),
    **dict.fromkeys(("GeoMean", "GeoMeanApprox"), _geo_mean),
    "quad_over_lin": _quotient,
    "QuadForm": _quad_form,
    "MatrixFrac": _matrix_frac,
    "Trace": lambda task, e, parts: trace(parts[0]),
    "huber": _huber,
    "log_det": _matrix("logdet", "posdef"),
    "lambda_max": _matrix("eigmax"),
    "lambda_min": lambda task, e, parts: least_eigenvalue(parts[0]),
    "normNuc": _matrix("norm_nuclear"),
    "sigma_max": _matrix("norm_spectral"),
    "tr_inv": lambda task, e, parts: trace(_matrix("inv", "posdef")(task, e, parts)),
    "Hstack": lambda task, e, parts: joined(parts, min(1, max(len(parts[0].shape) - 1, 0))),
    "Vstack": lambda task, e, parts: stacked(parts),
    "Concatenate": lambda task, e, parts: joined(parts, e.get_data()[0]),
    "cumsum": lambda task, e, parts: cumulated(parts[0], e.axis),
    "reshape": lambda task, e, parts: reshaped(parts[0], tuple(map(dim, e.shape))),
    "diag_mat": lambda task, e, parts: diagonal(parts[0], e.k),
    "diag_vec": lambda task, e, parts: on_diagonal(reshaped(parts[0], (dim(max(e.args[0].shape)),)), e.k),
    "sum_largest": lambda task, e, parts: sum_of_largest(parts[0], e.k),
    "psd_wrap": _wrapped("psd"),
    "nsd_wrap": _wrapped("psd", -1),
    "nonneg_wrap": _wrapped("ge"),
    "nonpos_wrap": _wrapped("ge", -1),
    "symmetric_wrap": _wrapped("symmetric"),
}
_ORDERLESS = ("Sum", "max", "min", "norm1", "norm_inf", "log_sum_exp", "Pnorm", "PnormApprox", "sum_largest")


def _added(parts: list[Tensor]) -> Tensor:
    out = parts[0]
    for part in parts[1:]:
        out = elementwise(lambda a, b: a + b, out, part)
    return out


