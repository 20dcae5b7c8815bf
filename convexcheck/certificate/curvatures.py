"""Evidence that an expression is convex or concave: one record per rule of the kernel (trusted: data only).

Indices as in `signs`. What each record must contain is the kernel's business (`kernel/curvatures.py`).
"""

from convexcheck.certificate.signs import Sign
from convexcheck.expression.errors import Record
from convexcheck.expression.term import Expression


class Affine(Record):
    """No variable inside a nonlinear operation; coefficients free of variables."""


class Maximum(Record):
    """A maximum of convex expressions (``abs(u)`` is that of u and -u); over a binder, convex for every index."""

    premises: tuple["Curvature", ...]


class Slot(Record):
    """One argument g of a composition, an array over `sizes`: its entry at the bound indices 0, 1, ... is `body`.

    `curvature` is "affine", "convex" or "concave"; `premise` shows it.
    """

    name: str
    sizes: tuple[Expression, ...]
    body: Expression
    curvature: str
    premise: "Curvature"


class Composition(Record):
    """h(g_1, ..., g_m): `outer` is h with the slots as variables, `premise` its curvature on their ranges.

    Sums, multiples and sums over a binder are compositions with an affine h. `monotone` shows D h [v] >= 0 for
    every v that the curvatures of the arguments allow; None if all are affine.
    """

    outer: Expression
    slots: tuple[Slot, ...]
    premise: "Curvature"
    monotone: "Sign | None"


class Rewriting(Record):
    """The function equals `target` by normal forms, and `target` has the curvature."""

    target: Expression
    premise: "Curvature"


class SecondOrder(Record):
    """The function is C2 inside the domain, and its Hessian form has the sign there for every direction."""

    form: "Sign"


class Axiom(Record):
    """A primitive of the language whose curvature the literature states, of a matrix that is affine."""


class Piecewise(Record):
    """A function of one variable entry t: smooth pieces between ordered knots, continuous, its slope jumping up.

    For concavity the slope jumps down.

    Args:
        knots: expressions free of variables.
        pieces: what the function is before, between and after the knots: one more than knots.
        curvatures: of each piece. orders: of neighbouring knots. jumps: of the slope at each knot.
    """

    knots: tuple[Expression, ...]
    pieces: tuple[Expression, ...]
    curvatures: tuple["Curvature", ...]
    orders: tuple[Sign, ...]
    jumps: tuple[Sign, ...]


class Limit(Record):
    """The limit of `function` as the new parameter `name` falls to 0; `premise` shows its curvature before."""

    name: str
    function: Expression
    premise: "Curvature"


Curvature = Affine | Maximum | Composition | Rewriting | SecondOrder | Piecewise | Limit | Axiom
