"""Lemmas and roots of quadratics: accepted where they hold, rejected where one side condition fails."""

from dataclasses import replace

import pytest

import convexcheck
from convexcheck.certificate.codec import encode
from convexcheck.certificate.evidence import Bounds, Curvature, Lemma, RootOfQuadratic, SecondOrder, Sign
from convexcheck.expression.bounds import Context
from convexcheck.kernel.check import Accepted, Rejected, verify
from convexcheck.kernel.rules import show
from convexcheck.kernel.scope import CurvatureGoal, Rejection, Scope
from convexcheck.read.text import read_text
from convexcheck.search.deadline import Deadline
from convexcheck.search.forms import nonnegative
from convexcheck.search.scope import Scope as Place

ROOT = {"x": "", "y": ""}


def goal(text: str, rule: Curvature, domain: str = "", side: int = 1) -> CurvatureGoal[Curvature]:
    s = read_text(text, ROOT, None, domain, "")
    return CurvatureGoal(s.function, side, rule, Scope(Context(s), Context(s)))


def sign(text: str, domain: str = "") -> Sign:
    """Evidence that the value is >= 0, found on the domain."""
    s = read_text(text, ROOT, None, domain, "")
    found = nonnegative(s.function, Place(Context(s), Context(s), Deadline(20), heavy=True))
    assert found is not None
    return found


@pytest.mark.parametrize("q", ["x**2 + x*y + y**2", "(x - y)**2", "x**2 + x*y + y**2 + x + 1", "x**2 + 3"])
def test_roots_of_quadratics_are_convex(q: str) -> None:
    show(goal(f"sqrt({q})", RootOfQuadratic(sign(q))))


@pytest.mark.parametrize(
    ("text", "q", "domain", "reason"),
    [
        ("sqrt(x*y)", "x*y", "x > 0, y > 0", "do not show"),  # >= 0 on the domain alone; it is concave
        ("sqrt(x)", "x", "x > 0", "do not show"),
        ("sqrt(x**4 + y**2)", "x**4 + y**2", "", "not a quadratic"),
        ("sqrt(abs(x))", "abs(x)", "", "abs"),
        ("sqrt(where(x > 0, x**2, 4*x**2))", "where(x > 0, x**2, 4*x**2)", "", "x"),
        ("sqrt(x**3/x)", "x**3/x", "x > 0", "not a quadratic"),  # real on the domain alone
        ("(x**2 + y**2)**(1/3)", "x**2 + y**2", "", "no root"),
        ("(x**2 + y**2)**(3/2)", "x**2 + y**2", "", "no root"),
    ],
)
def test_other_roots_are_rejected(text: str, q: str, domain: str, reason: str) -> None:
    with pytest.raises(Exception, match=reason) as caught:
        show(goal(text, RootOfQuadratic(sign(q, domain)), domain))
    assert type(caught.value).__mro__[1].__name__ in ("ConvexcheckError", "Exception")


def test_a_root_is_not_concave() -> None:
    with pytest.raises(Rejection, match="not to be convex"):
        show(goal("sqrt(x**2 + y**2)", RootOfQuadratic(sign("x**2 + y**2")), side=-1))


def test_a_lemma_must_hold() -> None:
    """x**3 is convex where x >= 0: the fact must be one."""
    x = read_text("x", ROOT).function
    cubic = SecondOrder(sign("x", "x >= 0"))
    for strict, domain in ((False, "x >= 0"), (True, "x > 0")):
        show(goal("x**3", Lemma(x, strict, Bounds(), SecondOrder(Bounds())), domain))
    for strict, domain in ((False, ""), (True, "x >= 0"), (False, "y >= 0")):
        with pytest.raises(Rejection, match="do not show"):
            show(goal("x**3", Lemma(x, strict, Bounds(), cubic), domain))
    with pytest.raises(Rejection, match="undefined"):
        show(goal("x**3", Lemma(read_text("log(x)", ROOT, None, "x > 1", "").function, False, Bounds(), cubic)))


def test_forms_of_psd_matrices_are_found_to_have_a_sign() -> None:
    options = {"wrt": {"w": "n"}, "parameters": {"Q": "n n", "c": "n"}, "budget": 20}
    v = convexcheck.check("c @ w + sqrt(w @ Q @ w)", given="psd(Q)", **options)
    assert v.curvature == "CONVEX"
    assert "Lemma x1, RootOfQuadratic x1" in str(convexcheck.verify(v.certificate))
    assert convexcheck.check("c @ w + sqrt(w @ Q @ w)", given="symmetric(Q)", **options).curvature == "UNKNOWN"


def test_the_range_of_an_argument_is_that_of_it_as_it_stands_too() -> None:
    """a p + b (1 - p) > 0, term by term; multiplied out it is not seen."""
    verdict = convexcheck.check(
        "-log(p*a + (1 - p)*b)", wrt="p", domain="0 < p, p < 1", parameters={"a": "", "b": ""}, given="a > 0, b > 0"
    )
    assert verdict.curvature == "CONVEX" and verdict.certificate is not None
    content = verdict.certificate.content
    given = tuple(replace(c, relation="ge") for c in content.statement.given)  # a = b = 0
    weaker = replace(content, statement=replace(content.statement, given=given))
    assert isinstance(verify(encode(weaker)), Rejected)


def test_what_divides_is_positive_by_a_strict_sign_alone() -> None:
    verdict = convexcheck.check("1/(x - z)", wrt="x y z", domain="x > y, y >= z", budget=20)
    assert verdict.curvature == "CONVEX" and verdict.certificate is not None
    content = verdict.certificate.content
    assert isinstance(verify(encode(content)), Accepted)
    domain = tuple(replace(c, relation="ge") for c in content.statement.domain)  # x = y = z
    assert isinstance(verify(encode(replace(content, statement=replace(content.statement, domain=domain)))), Rejected)
