"""Functions on boxes whose Hessian is positive definite there, and some whose Hessian is not."""

import pytest

import convexcheck

SQUARE = "x >= -1, x <= 1, y >= -1, y <= 1"
CUBE = SQUARE + ", z >= -1, z <= 1"
FUNCTIONS = [  # (function, variables, domain, curvature)
    pytest.param("exp(x*y*z) + 3*(x**2 + y**2 + z**2)", "x y z", CUBE, "CONVEX", marks=pytest.mark.nightly),  # 10 s
    ("sin(x)*sin(y)*sin(z) + x**2 + y**2 + z**2", "x y z", CUBE, "CONVEX"),
    ("sin(x + y) + (x - y)**2 + x**2 + 2*y**2", "x y", SQUARE, "CONVEX"),
    ("sin(x + y) + (x - y)**2 + x**2/4", "x y", SQUARE, "NEITHER"),
    ("cos(x)*cos(y) + 0.4*x**2 + 0.4*y**2", "x y", SQUARE, "NEITHER"),
    ("-exp(x*y) - 2*x**2 - 2*y**2", "x y", SQUARE, "CONCAVE"),
]


@pytest.mark.parametrize(("text", "variables", "domain", "curvature"), FUNCTIONS)
def test_functions(text: str, variables: str, domain: str, curvature: str) -> None:
    verdict = convexcheck.check(text, wrt=variables, domain=domain, budget=20)
    assert verdict.curvature == curvature, verdict.message


def test_a_cover_is_used() -> None:
    verdict = convexcheck.check(FUNCTIONS[1][0], wrt="x y z", domain=CUBE, budget=20)
    assert verdict.accepted is not None and dict(verdict.accepted.rules)["Cover"] == 1
