"""Domains that are convex although their conditions are not concave; and domains that are not convex."""

import pytest

import convexcheck

DOMAINS = [  # (variables, domain, whether it is convex)
    ("x y z", "x > 0, x*z - y**2 > 0", True),
    ("x y z", "x*z - y**2 > 0, x > 0", True),  # an affine condition helps wherever it stands
    ("x y z", "x > 0, z > 0, x*z - y**2 >= 0", True),
    ("x y z", "z > 0, z**2 - x**2 - y**2 > 0", True),
    ("x y", "x > 0, x*y >= 1", True),
    ("x y", "x > 0, y > 0, x**2*y >= 1", True),
    ("x y z", "x > 0, y > 0, x*y*z >= 1", True),
    ("x y", "x > 0, log(x) >= y, x**2 + y**2 <= 4", True),
    ("x y", "x*y >= 1", False),
    ("x y", "x > 0, y > 0, x*y <= 1", False),
    ("x y", "x**2 - y**2 >= 1", False),
    ("x y z", "x*z - y**2 > 0", False),  # negative definite matrices too
]


@pytest.mark.parametrize(("variables", "domain", "convex"), DOMAINS)
def test_domains(variables: str, domain: str, convex: bool) -> None:
    verdict = convexcheck.check("x**2", wrt=variables, domain=domain, budget=5)
    assert verdict.status == ("PROVED" if convex else "ILL_POSED")
