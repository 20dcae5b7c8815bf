"""Directional derivatives in index notation (trusted).

``D f [v]`` replaces every entry of a variable by the entry of its direction, by the chain rule. The
result is linear in the direction; applied twice it is the quadratic form of the Hessian.
Source: any calculus text; the rows of `functions` give the outer derivatives.
"""

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.expression.functions import FUNCTIONS, log
from convexcheck.expression.term import ENTRIES, ZERO, Expression, add, apply, mul, over, power


def derivative(node: Expression) -> Expression:
    """``D node [v]``: the derivative in the variables along the direction v.

    Args:
        node: an expression; directions that already occur are constants.

    Returns:
        An expression linear in the new entries of kind ``dir``.

    Raises:
        ConvexcheckError: where `node` may fail to be differentiable: ``abs``, ``max``, ``Max`` of variables, a
            condition or an index on variables. (A square root at 0 is the caller's to exclude.)

    >>> from convexcheck.expression.term import entry
    >>> derivative(entry("var", "x") ** 2)
    2*d_x*x
    """
    done: dict[Expression, Expression] = {}

    def visit(e: Expression) -> Expression:
        if not e.has("var"):
            return ZERO
        if e not in done:
            done[e] = rule(e)
        return done[e]

    def rule(e: Expression) -> Expression:
        args = e.args
        if e.op in ENTRIES and not any(a.has("var") for a in args):
            return Expression("dir", args, e.data)
        if e.op == "add":
            return add(*(visit(a) for a in args))
        if e.op == "mul":
            parts = [(i, visit(a)) for i, a in enumerate(args)]
            return add(*(mul(*args[:i], d, *args[i + 1 :]) for i, d in parts if d is not ZERO))
        if e.op == "pow":
            base, exponent = args
            outer = mul(exponent, power(base, exponent - 1), visit(base)) if base.has("var") else ZERO
            return add(outer, mul(e, log(base), visit(exponent))) if exponent.has("var") else outer
        if e.op == "Sum" and not args[0].has("var"):
            inner = visit(args[1])
            return over("Sum", args[0], inner) if inner is not ZERO else ZERO
        if e.op == "where" and not args[0].has("var"):
            return apply("where", args[0], visit(args[1]), visit(args[2]))
        row = FUNCTIONS.get(e.op)
        if row and row.derivative:
            return mul(row.derivative(args[0]), visit(args[0]))
        raise ConvexcheckError("derivative", f"{e} may have a kink", "a smooth expression", "a rule for kinks")

    return visit(node)


def hessian_form(node: Expression) -> Expression:
    """The quadratic form ``D2 node [v, v]`` of the Hessian, not simplified.

    >>> from convexcheck.expression.term import entry
    >>> hessian_form(entry("var", "x") ** 2)
    2*d_x**2
    """
    return derivative(derivative(node))
