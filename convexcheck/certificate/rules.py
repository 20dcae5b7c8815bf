"""Evidence for a sign or a curvature: one record per rule of the kernel (trusted: data only).

A sign: a value is >= 0 or > 0 wherever the facts hold. A curvature: an expression is convex, concave or affine.
Expressions in evidence may use loose bound indices for the indices that the rules above have opened, the innermost
as 0. What each record must contain is the kernel's business (`kernel/rules.py`); these are only the shapes.
"""

from fractions import Fraction

from convexcheck.expression.errors import Record
from convexcheck.expression.term import Expression


class Bounds(Record):
    """The interval computed bottom up from the facts has the sign."""


class Rewritten(Record):
    """The value equals `target` by normal forms, and `target` has the sign."""

    target: Expression
    premise: "Sign"


class EachTerm(Record):
    """Every term of a sum (over a binder: its term for every index) or every factor of a product is >= 0."""

    premises: tuple["Sign", ...]


class Scaled(Record):
    """`factor` times the value has the sign, and `factor` > 0 by `positive`.

    Without `positive` the factor is a sum of squares of variables, of which no fact speaks.
    """

    factor: Expression
    positive: "Sign | None"
    premise: "Sign"


class Block(Record):
    """`multiplier` >= 0, by `sign`, times m'W m: m the `basis`, W the PSD `matrix`, its lower triangle row by row."""

    multiplier: Expression
    sign: "Sign"
    basis: tuple[Expression, ...]
    matrix: tuple[Fraction, ...]


class Gram(Record):
    """The value is `margin` plus the sum of the blocks."""

    margin: Fraction
    blocks: tuple[Block, ...]


class Minors(Record):
    """The value is sum_pq M_pq y_p y_q with a matrix M that is PSD.

    Args:
        vector: the y_p, any expressions. matrix: the M_pq, its lower triangle row by row.
        premises: all principal minors >= 0, in the order of the binary numbers that choose the rows; or the leading
            ones alone, where all but the last are > 0.
    """

    vector: tuple[Expression, ...]
    matrix: tuple[Expression, ...]
    premises: tuple["Sign", ...]


class Cover(Record):
    """The value is y'M y, and on each part of a box M is PSD in balls; for the value itself y is 1.

    Args:
        vector: y. matrix: M, free of y, its lower triangle row by row.
        entries: what M depends on, each between two numbers.
        tree: the parts in the order of a walk: the number of the entry to halve (first comes the lower half), or
            -1 for a part that is not cut further.
    """

    vector: tuple[Expression, ...]
    matrix: tuple[Expression, ...]
    entries: tuple[Expression, ...]
    tree: tuple[int, ...]


class Kronecker(Record):
    """A form: the sum over all i_s, k_s of prod_s M_s[i_s, k_s] U[i_1, ...] U[k_1, ...], every M_s known to be PSD.

    Args:
        sizes: the range of i_s and k_s.
        matrices: M_s at its row (bound index 0) and column (1).
        vector: U at the bound indices 0, 1, ...
    """

    sizes: tuple[Expression, ...]
    matrices: tuple[Expression, ...]
    vector: Expression


class DiagonalLowRank(Record):
    """A form Sum_k a_k v_k**2 + sum_pq M_pq y_p y_q, y = (L_1, ..., L_r, t_1, ..., t_s), L_p = Sum_k a_k r_pk v_k.

    Args:
        size: the range of k, which is the bound index 0 of the next three.
        direction: v_k. weight: a_k. vectors: the r_pk. others: the t_j, any expressions.
        matrix: M, its lower triangle row by row. weight_sign: a_k >= 0.
        premises: as in `Minors`, for the matrix that the least value in v leaves (see the kernel's rule).
    """

    size: Expression
    direction: Expression
    weight: Expression
    vectors: tuple[Expression, ...]
    others: tuple[Expression, ...]
    matrix: tuple[Expression, ...]
    weight_sign: "Sign"
    premises: tuple["Sign", ...]


class Roots(Record):
    """Up to positive factors the value is a polynomial in one generator, whose roots in its range are counted."""


class Ladder(Record):
    """The value over a weight, functions of the entry `at`, has the sign at one end of its range and grows from there.

    Args:
        at: an entry of a variable or parameter, the only one that moves.
        weight: w > 0, a function of `at`, so that the value f has the sign of f/w.
        weight_sign: w > 0.
        end: -1 for the lower end of its range, 1 for the upper; the kernel computes the limit of f/w there.
        slope: the sign of f' w - f w', negated at the upper end.
    """

    at: Expression
    weight: Expression
    weight_sign: "Sign"
    end: int
    slope: "Sign"


class Split(Record):
    """The range of the entry `at` is cut at `points`, and the value has the sign on each piece."""

    at: Expression
    points: tuple[Fraction, ...]
    premises: tuple["Sign", ...]


class Increment(Record):
    """The value is h(high) - h(low), and h, a `function` of the variable ``t``, grows wherever these two may lie.

    Args:
        low, high: any expressions. order: the sign of high - low. slope: that of h'.
    """

    function: Expression
    low: Expression
    high: Expression
    order: "Sign"
    slope: "Sign"


class Telescope(Record):
    """The value f at x = `at` > 0 tends to a limit >= 0 as x grows, and f(x) - f(x + 1) has the sign."""

    at: Expression
    fall: "Sign"


Sign = (Bounds | Rewritten | EachTerm | Scaled | Gram | Minors | Cover | DiagonalLowRank | Kronecker | Roots | Ladder
        | Split | Increment | Telescope)  # fmt: skip


# --- curvatures ---------------------------------------------------------------------------------------


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
    monotone: Sign | None


class Rewriting(Record):
    """The function equals `target` by normal forms, and `target` has the curvature."""

    target: Expression
    premise: "Curvature"


class SecondOrder(Record):
    """The function is C2 inside the domain, and its Hessian form has the sign there for every direction."""

    form: Sign


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


class Lemma(Record):
    """`fact` >= 0, or > 0 if `strict`, by `sign`; with this further fact `premise` shows the curvature."""

    fact: Expression
    strict: bool
    sign: Sign
    premise: "Curvature"


class RootOfQuadratic(Record):
    """The square root of a quadratic in the variables that is >= 0 for all of their values, by `sign`."""

    sign: Sign


Curvature = (Affine | Maximum | Composition | Rewriting | SecondOrder | Piecewise | Limit | Axiom | Lemma
             | RootOfQuadratic)  # fmt: skip
