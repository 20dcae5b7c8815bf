# claim      convex
# function   Sum(i < n, where(abs(Sum(j < d, X[i, j]*w[j]) - y[i]) <= 1, (Sum(j < d, X[i, j]*w[j]) - y[i])**2/2, abs(Sum(j < d, X[i, j]*w[j]) - y[i]) - 1/2))
# variables  w[d]
# parameters X[n, d], y[n]
# sizes      d >= 1, n >= 1
#
# The claim holds for all sizes; see the certificate. The identities are checked here at d = 2, n = 3.

import itertools
import random
import sys

from sympy import (
    Abs, Add, And, Eq, Ge, Gt, LambertW, Le, Lt, Matrix, Max, Not, Or, Piecewise, Poly, Rational, S, Symbol, asin,
    asinh, atan, cancel, cos, cosh, diff, digamma, erf, erfc, exp, expand, expand_log, factor, fraction, gamma, limit,
    log, loggamma, oo, pi, piecewise_fold, polygamma, simplify, sin, sinh, tanh, together,
)

R = Rational
counts = {}


def sigmoid(t):
    return 1 / (1 + exp(-t))


def softplus(t):
    return log(1 + exp(t))


def done(kind):
    counts[kind] = counts.get(kind, 0) + 1


def fail(step, what):
    print(f"FAILED at {step}: {what}")
    sys.exit(1)


def points(symbols, facts, ranges, wanted=3):
    """Rational points at which all facts hold; the draw is the same in every run."""
    draw, found = random.Random(0), []
    for _ in range(60):
        at = {}
        for x in symbols:
            q = R(draw.randint(1, 12), draw.randint(2, 7))
            q = q if x.is_nonnegative or draw.random() < 0.5 else -q
            low, high = ranges.get(x, (None, None))
            if low is not None and high is not None:
                q = low + (high - low) * R(draw.randint(1, 12), 13)
            elif low is not None:
                q = low + abs(q)
            elif high is not None:
                q = high - abs(q)
            elif x.is_negative:
                q = -abs(q)
            at[x] = q
        if all(fact.subs(at) == True for fact in facts):  # noqa: E712
            found.append(at)
        if len(found) == wanted:
            break
    return found


def value(e, at):
    return e.subs(at).evalf(60, maxn=400)


def polynomials(e):
    """e with hyperbolic functions as exponentials, over one denominator, expanded."""
    e = e.rewrite([sinh, cosh, tanh], exp).rewrite([erfc], erf)
    return expand(fraction(together(expand(expand_log(e))))[0])


def vanishes(e):
    """True only where SymPy's algebra gives 0 exactly."""
    ways = (expand, polynomials, lambda e: cancel(polynomials(e)), lambda e: piecewise_fold(e), simplify)
    return e == 0 or any(way(e) == 0 for way in ways)


def same(step, left, right, facts=(), ranges={}):
    """left == right, by algebra; a point at which they differ ends it sooner."""
    gap = left - right
    for at in points(sorted(gap.free_symbols, key=str), facts, ranges):
        found = value(gap, at)
        if found.is_number and found.is_finite and abs(found) > R(1, 10**30):
            fail(step, f"{left} and {right} differ by {found} at {at}")
    if not vanishes(gap):
        fail(step, f"SymPy does not reduce {gap} to 0")
    done("identities")


def second(step, f, form, side, directions, facts=(), ranges={}):
    """form == side * v'Hv, where SymPy differentiates f itself."""
    pairs = [(x, v, y, w) for x, v in directions for y, w in directions]
    hessian = {(x, y): diff(f, x, y) for x, v, y, w in pairs if str(x) <= str(y)}
    own = Add(*(hessian[min((x, y), (y, x), key=lambda p: (str(p[0]), str(p[1])))] * v * w for x, v, y, w in pairs))
    same(step, side * own, form, facts, ranges)
    done("Hessians")


def first(step, f, slope, directions, facts=(), ranges={}):
    """slope == Df[v], where SymPy differentiates f itself."""
    same(step, Add(*(diff(f, x) * v for x, v in directions)), slope, facts, ranges)
    done("derivatives")


def affine(step, f, variables):
    for x, y in itertools.combinations_with_replacement(variables, 2):
        if not vanishes(diff(f, x, y)):
            fail(step, f"{f} is not affine in {x}, {y}")
    done("affine functions")


def psd(step, M):
    """A matrix of rationals is PSD: each pivot is > 0, or it is 0 and so is its row."""
    M = [[R(q) for q in row] for row in M]
    for k, row in enumerate(M):
        if any(M[i][k] != row[i] for i in range(k, len(M))):
            fail(step, "the matrix is not symmetric")
        if row[k] < 0 or (row[k] == 0 and any(row[k:])):
            fail(step, f"the pivot {row[k]} in row {k}")
        for i in range(k + 1, len(M)):
            if row[k] > 0:
                q = M[i][k] / row[k]
                M[i] = [a - q * b for a, b in zip(M[i], row)]
    done("PSD matrices")


def determinant(step, value, rows):
    same(step, Matrix(rows).det(method="berkowitz"), value)


def roots(step, e, weight, generator, terms, low, high, strict, facts=(), ranges={}):
    """e == weight * p(generator), weight > 0, and p keeps its sign between low and high, by Sturm sequences."""
    T = Symbol("T", real=True)
    same(step, e, weight * Add(*(c * generator**k for k, c in enumerate(terms))), facts, ranges)
    p = Poly(terms[::-1], T, domain="QQ")
    lead, factors = p.sqf_list()
    inner = [t for t, way in ((low, 1), (high, -1)) if abs(t) != oo]
    middle = sum((t + way for t, way in ((low, 1), (high, -1)) if abs(t) != oo), S(0)) / max(1, len(inner))
    middle = (low + high) / 2 if len(inner) == 2 else middle
    for part, multiplicity in factors:
        if part.degree() and (strict or multiplicity % 2):
            ends = {None if abs(t) == oo else t for t in (low, high)}
            number = part.count_roots(None if low == -oo else low, None if high == oo else high)
            number -= sum(1 for t in ends if t is not None and part.eval(t) == 0)
            if number:
                fail(step, f"{part} has {number} roots between {low} and {high}")
    if not p.eval(middle) >= 0 or not vanishes_or_positive(p, middle):
        fail(step, f"{p} is negative at {middle}")
    done("polynomials on intervals")


def vanishes_or_positive(p, middle):
    return p.eval(middle) > 0 or any(p.eval(middle + R(k, 1000)) > 0 for k in (1, -1))


def positive(e, strict):
    for form in (lambda e: e, together, factor, lambda e: factor(polynomials(e)) / fraction(together(e))[1]):
        try:
            found = form(e)
        except Exception:  # noqa: BLE001  # SymPy has no such form
            continue
        if found.is_positive or (found.is_nonnegative and not strict):
            return True
    return False


def ranging(low, high, s):
    """What takes all values between low and high as s takes those > 0."""
    if None not in (low, high):
        return low + (high - low) * s / (1 + s)
    return low + s if high is None else high - s


def ranged(step, e, strict, facts=(), ranges={}):
    """e >= 0 (> 0): by SymPy's rules for signs; what they leave open is evaluated at points and counted apart."""
    moved = {}
    for x, (low, high) in ranges.items():
        s = Symbol(f"s_{x}", positive=True)
        moved[x] = ranging(low, high, s)
    e = S(e)
    if positive(e, strict) or positive(e.subs(moved), strict):
        return done("signs")
    for fact in facts:
        if fact.func in (Ge, Gt) and e - fact.lhs + fact.rhs == 0:
            return done("signs")
    for at in points(sorted(e.free_symbols, key=str), facts, ranges, 5):
        found = value(e, at)
        if found.is_number and found < (-R(1, 10**30)):
            fail(step, f"{e} is {found} at {at}")
    return done("ranges (evaluated at points only)")


def tends(step, f, weight, x, end, way, strict=False):
    found = limit(f / weight, x, end, "+" if way == -1 else "-") if abs(end) != oo else limit(f / weight, x, end)
    if not (found == oo or found.is_nonnegative or found.evalf(60) >= 0):
        fail(step, f"the limit {found} of {f / weight} at {end}")
    done("limits")


def slots(step, outer, e, inner):
    same(step, outer.subs(inner, simultaneous=True), e)


def piece(step, e, p, x, low, high):
    """e == p for low < x < high: x as a function of a symbol that takes all values > 0."""
    moved = ranging(low, high, Symbol("s", positive=True))
    gap = piecewise_fold(e.subs(x, moved) - p.subs(x, moved))
    if not (vanishes(gap) or vanishes(simplify(gap))):
        fail(step, f"{e} is not {p} between {low} and {high}")
    done("pieces")


def above(step, what, gap):
    """A number is > 0: a rational exactly, else by 60 digits."""
    gap = S(gap)
    known = gap if gap.is_Rational else gap.evalf(60, maxn=2000)
    if not (known.is_real and known.is_finite and known > (0 if gap.is_Rational else R(1, 10**40))):
        fail(step, f"{what} is {known}, not > 0")
    print(f"{what} = {known if len(str(known)) < 70 else known.evalf(30)} > 0")
    done("numbers")


def inside(step, fact, at):
    found = fact.subs(at)
    if found != True:  # noqa: E712
        fail(step, f"{fact} does not hold at {at}")
    done("conditions")


x0 = Symbol("x0", real=True)  # y[0]
x1 = Symbol("x1", real=True)  # X[0, 0]
x2 = Symbol("x2", real=True)  # w[0]
x3 = Symbol("x3", real=True)  # X[0, 1]
x4 = Symbol("x4", real=True)  # w[1]
x5 = Symbol("x5", real=True)  # X[1, 0]
x6 = Symbol("x6", real=True)  # y[1]
x7 = Symbol("x7", real=True)  # X[1, 1]
x8 = Symbol("x8", real=True)  # X[2, 1]
x9 = Symbol("x9", real=True)  # X[2, 0]
x10 = Symbol("x10", real=True)  # y[2]
x11 = Symbol("x11", real=True)  # t
x12 = Symbol("x12", negative=True)  # t
x13 = Symbol("x13", real=True)  # d_t
x14 = Symbol("x14", positive=True)  # t
x15 = Symbol("x15", real=True)  # t[0]
x16 = Symbol("x16", real=True)  # t[2]
x17 = Symbol("x17", real=True)  # t[1]
x18 = Symbol("x18", nonnegative=True)  # d_t[1]
x19 = Symbol("x19", nonnegative=True)  # d_t[0]
x20 = Symbol("x20", nonnegative=True)  # d_t[2]

# Affine: all second derivatives vanish
e0 = ((S(-1)*x0) + (x1*x2) + (x3*x4))
affine("Affine", e0, [x2, x4])
e1 = ((x5*x2) + (S(-1)*x6) + (x7*x4))
affine("Affine", e1, [x2, x4])
e2 = ((x8*x4) + (x9*x2) + (S(-1)*x10))
affine("Affine", e2, [x2, x4])
# Composition: convex and monotone in arguments that bend the right way (Boyd and Vandenberghe, 3.2.4)
e3 = Piecewise(((R(1, 2)*(x11)**(S(2))), Le(Abs(x11), S(1))), ((R(-1, 2) + Abs(x11)), True))
e4 = Piecewise(((R(1, 2)*(((S(-1)*x0) + (x1*x2) + (x3*x4)))**(S(2))), Le(Abs(((S(-1)*x0) + (x1*x2) + (x3*x4))), S(1))), ((R(-1, 2) + Abs(((S(-1)*x0) + (x1*x2) + (x3*x4)))), True))
slots("Composition", e3, e4, {x11: e0})
e5 = Piecewise(((R(1, 2)*(((x5*x2) + (S(-1)*x6) + (x7*x4)))**(S(2))), Le(Abs(((x5*x2) + (S(-1)*x6) + (x7*x4))), S(1))), ((R(-1, 2) + Abs(((x5*x2) + (S(-1)*x6) + (x7*x4)))), True))
slots("Composition", e3, e5, {x11: e1})
e6 = Piecewise(((R(1, 2)*(((x8*x4) + (x9*x2) + (S(-1)*x10)))**(S(2))), Le(Abs(((x8*x4) + (x9*x2) + (S(-1)*x10))), S(1))), ((R(-1, 2) + Abs(((x8*x4) + (x9*x2) + (S(-1)*x10)))), True))
slots("Composition", e3, e6, {x11: e2})
# Bounds: the range of the parts decides the sign
ranged("Bounds", S(1), False, [], {})
ranged("Bounds", S(1), False, [], {})
# Piecewise: convex pieces that meet, with slopes that jump up (Rockafellar, Convex Analysis, theorem 24.2)
e7 = Piecewise(((R(1, 2)*(x12)**(S(2))), Le(Abs(x12), S(1))), ((R(-1, 2) + Abs(x12)), True))
piece("Piecewise", e7, (R(-1, 2) + (S(-1)*x12)), x12, None, S(-1))
# SecondOrder: a C2 function is convex iff its Hessian is PSD (Boyd and Vandenberghe, 3.1.4)
second("SecondOrder", (R(-1, 2) + (S(-1)*x12)), S(0), 1, [(x12, x13)], [Gt((S(-1) + (S(-1)*x12)), 0), Gt((S(-1)*x12), 0), Gt((S(1) + (S(-1)*x12)), 0)], {x12: (None, S(-1))})
# Bounds: the range of the parts decides the sign
ranged("Bounds", S(0), False, [], {})
# Piecewise: convex pieces that meet, with slopes that jump up (Rockafellar, Convex Analysis, theorem 24.2)
piece("Piecewise", e7, (R(1, 2)*(x12)**(S(2))), x12, S(-1), S(0))
# SecondOrder: a C2 function is convex iff its Hessian is PSD (Boyd and Vandenberghe, 3.1.4)
second("SecondOrder", (R(1, 2)*(x12)**(S(2))), (x13)**(S(2)), 1, [(x12, x13)], [Gt((S(1) + x12), 0), Gt((S(-1)*x12), 0), Gt((S(1) + (S(-1)*x12)), 0)], {x12: (S(-1), S(0))})
# Bounds: the range of the parts decides the sign
ranged("Bounds", (x13)**(S(2)), False, [], {})
# Piecewise: convex pieces that meet, with slopes that jump up (Rockafellar, Convex Analysis, theorem 24.2)
e8 = Piecewise(((R(1, 2)*(x14)**(S(2))), Le(Abs(x14), S(1))), ((R(-1, 2) + Abs(x14)), True))
piece("Piecewise", e8, (R(1, 2)*(x14)**(S(2))), x14, S(0), S(1))
# SecondOrder: a C2 function is convex iff its Hessian is PSD (Boyd and Vandenberghe, 3.1.4)
second("SecondOrder", (R(1, 2)*(x14)**(S(2))), (x13)**(S(2)), 1, [(x14, x13)], [Gt((S(1) + x14), 0), Gt((S(1) + (S(-1)*x14)), 0)], {x14: (S(0), S(1))})
# Bounds: the range of the parts decides the sign
ranged("Bounds", (x13)**(S(2)), False, [], {})
# Piecewise: convex pieces that meet, with slopes that jump up (Rockafellar, Convex Analysis, theorem 24.2)
piece("Piecewise", e8, (R(-1, 2) + x14), x14, S(1), None)
# SecondOrder: a C2 function is convex iff its Hessian is PSD (Boyd and Vandenberghe, 3.1.4)
second("SecondOrder", (R(-1, 2) + x14), S(0), 1, [(x14, x13)], [Gt((S(1) + x14), 0), Gt((S(-1) + x14), 0)], {x14: (S(1), None)})
# Bounds: the range of the parts decides the sign
ranged("Bounds", S(0), False, [], {})
# Piecewise: convex pieces that meet, with slopes that jump up (Rockafellar, Convex Analysis, theorem 24.2)
first("Piecewise", (R(-1, 2) + (S(-1)*x11)), S(-1), [(x11, 1)], [], {})
e9 = Piecewise((R(1, 2), Le(Abs(S(-1)), S(1))), ((R(-1, 2) + Abs(S(-1))), True))
same("Piecewise", e9, R(1, 2), [], {})
first("Piecewise", (R(1, 2)*(x11)**(S(2))), x11, [(x11, 1)], [], {})
same("Piecewise", e9, R(1, 2), [], {})
# Bounds: the range of the parts decides the sign
ranged("Bounds", S(0), False, [], {})
# Piecewise: convex pieces that meet, with slopes that jump up (Rockafellar, Convex Analysis, theorem 24.2)
first("Piecewise", (R(1, 2)*(x11)**(S(2))), x11, [(x11, 1)], [], {})
e10 = Piecewise((S(0), Le(Abs(S(0)), S(1))), ((R(-1, 2) + Abs(S(0))), True))
same("Piecewise", e10, S(0), [], {})
first("Piecewise", (R(1, 2)*(x11)**(S(2))), x11, [(x11, 1)], [], {})
same("Piecewise", e10, S(0), [], {})
# Bounds: the range of the parts decides the sign
ranged("Bounds", S(0), False, [], {})
# Piecewise: convex pieces that meet, with slopes that jump up (Rockafellar, Convex Analysis, theorem 24.2)
first("Piecewise", (R(1, 2)*(x11)**(S(2))), x11, [(x11, 1)], [], {})
e11 = Piecewise((R(1, 2), Le(Abs(S(1)), S(1))), ((R(-1, 2) + Abs(S(1))), True))
same("Piecewise", e11, R(1, 2), [], {})
first("Piecewise", (R(-1, 2) + x11), S(1), [(x11, 1)], [], {})
same("Piecewise", e11, R(1, 2), [], {})
# Bounds: the range of the parts decides the sign
ranged("Bounds", S(0), False, [], {})
# Composition: convex and monotone in arguments that bend the right way (Boyd and Vandenberghe, 3.2.4)
e12 = (Piecewise(((R(1, 2)*(((x8*x4) + (x9*x2) + (S(-1)*x10)))**(S(2))), Le(Abs(((x8*x4) + (x9*x2) + (S(-1)*x10))), S(1))), ((R(-1, 2) + Abs(((x8*x4) + (x9*x2) + (S(-1)*x10)))), True)) + Piecewise(((R(1, 2)*(((S(-1)*x0) + (x1*x2) + (x3*x4)))**(S(2))), Le(Abs(((S(-1)*x0) + (x1*x2) + (x3*x4))), S(1))), ((R(-1, 2) + Abs(((S(-1)*x0) + (x1*x2) + (x3*x4)))), True)) + Piecewise(((R(1, 2)*(((x5*x2) + (S(-1)*x6) + (x7*x4)))**(S(2))), Le(Abs(((x5*x2) + (S(-1)*x6) + (x7*x4))), S(1))), ((R(-1, 2) + Abs(((x5*x2) + (S(-1)*x6) + (x7*x4)))), True)))
slots("Composition", (x15 + x16 + x17), e12, {x15: e4, x17: e5, x16: e6})
# Affine: all second derivatives vanish
affine("Affine", (x15 + x16 + x17), [x15, x17, x16])
# Composition: convex and monotone in arguments that bend the right way (Boyd and Vandenberghe, 3.2.4)
first("Composition", (x15 + x16 + x17), (x18 + x19 + x20), [(x15, x19), (x17, x18), (x16, x20)], [Gt((R(1, 2) + x15), 0), Gt((R(1, 2) + x17), 0), Gt((R(1, 2) + x16), 0)], {x15: (R(-1, 2), None), x17: (R(-1, 2), None), x16: (R(-1, 2), None)})
# Bounds: the range of the parts decides the sign
ranged("Bounds", (x18 + x19 + x20), False, [], {})

for kind in sorted(counts):
    print(f"{counts[kind]:6} {kind}")
print("all checks hold")
