"""Functions whose Hessian needs a Gram matrix or minors, and those nearby that are not convex."""

import pytest

import convexcheck

PLANE, BOX = "x y", "x >= -1, x <= 1, y >= -1, y <= 1"
CUBE = "x >= -1, x <= 1, y >= -1, y <= 1, z >= -1, z <= 1"
MINOR = "x > 0, z > 0, x*z - y**2 > 0"
CONE = "z > 0, z**2 - x**2 - y**2 > 0"
# A. A. Ahmadi and P. A. Parrilo, A convex polynomial that is not sos-convex, 2012, equation (4.1)
NOT_SOS_CONVEX = (
    "32*x**8 + 118*x**6*y**2 + 40*x**6*z**2 + 25*x**4*y**4 - 43*x**4*y**2*z**2 - 35*x**4*z**4 + 3*x**2*y**4*z**2"
    " - 16*x**2*y**2*z**4 + 24*x**2*z**6 + 16*y**8 + 44*y**6*z**2 + 70*y**4*z**4 + 60*y**2*z**6 + 30*z**8"
)
FUNCTIONS = [  # (function, variables, domain, curvature, a rule that the proof uses)
    (NOT_SOS_CONVEX, "x y z", "", "CONVEX", "Scaled"),
    (NOT_SOS_CONVEX.replace("24*x**2", "2*x**2"), "x y z", "", "NEITHER", ""),
    ("x*y*z + x**2 + y**2 + z**2", "x y z", CUBE, "CONVEX", ""),
    ("x*y*z + 49/100*(x**2 + y**2 + z**2)", "x y z", CUBE, "NEITHER", ""),
    ("x**2*y**2 + x**2 + y**2", PLANE, BOX, "CONVEX", ""),
    ("x**2*y**2 + 99/100*(x**2 + y**2)", PLANE, BOX, "NEITHER", ""),
    ("(x + z)/(x*z - y**2)", "x y z", MINOR, "CONVEX", ""),
    ("(z*u**2 - 2*y*u*v + x*v**2)/(x*z - y**2)", "x y z u v", MINOR, "CONVEX", ""),
    ("-log(z**2 - x**2 - y**2)", "x y z", CONE, "CONVEX", "Minors"),
    ("-log(z**2 - x**2 - y**2) + 3*log(z)", "x y z", CONE, "NEITHER", ""),
    ("x + z - log(x*z - y**2)", "x y z", "x > 0, x*z - y**2 > 0", "CONVEX", ""),
    ("z/(z**2 - x**2 - y**2)", "x y z", CONE, "CONVEX", ""),
    ("-sqrt(z**2 - x**2 - y**2)", "x y z", CONE, "CONVEX", ""),
    ("-(x*z - y**2)**(1/4)", "x y z", MINOR, "CONVEX", ""),
    ("-(x*z - y**2)**(3/5)", "x y z", MINOR, "NEITHER", ""),
    ("x**3 + y**3 - 3*x*y", PLANE, "x >= 1/2, y >= 1/2", "CONVEX", ""),
    ("x**3 + y**3 - 3*x*y", PLANE, "x >= 49/100, y >= 49/100", "NEITHER", ""),
    ("x**3/(y*z)", "x y z", "x > 0, y > 0, z > 0", "CONVEX", ""),
    ("-log(x*y - 1)", PLANE, "x > 0, y > 0, x*y > 1", "CONVEX", ""),
    ("x**2/y + y**2/z + z**2/x", "x y z", "x > 0, y > 0, z > 0", "CONVEX", ""),
]


@pytest.mark.parametrize(("text", "variables", "domain", "curvature", "rule"), FUNCTIONS)
def test_functions(text: str, variables: str, domain: str, curvature: str, rule: str) -> None:
    verdict = convexcheck.check(text, wrt=variables, domain=domain or (), budget=20)
    assert verdict.curvature == curvature, verdict.message
    assert not rule or (verdict.accepted is not None and rule in dict(verdict.accepted.rules))


def test_a_form_with_a_parameter_between_two_bounds() -> None:
    options = {"wrt": PLANE, "parameters": {"c": ""}}
    found = [
        convexcheck.check("x**4 + c*x**2*y**2 + y**4", given=f"c >= 0, c <= {top}", budget=10, **options).curvature
        for top in (6, 7)
    ]
    assert found == ["CONVEX", "NEITHER"]
