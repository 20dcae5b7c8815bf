"""Names and shapes as people write them."""

import pytest

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.read.declarations import declarations, dimensions

FORMS = [
    ("w b", {"w": (), "b": ()}),
    (" w,b ", {"w": (), "b": ()}),
    (["w", "b"], {"w": (), "b": ()}),
    (("w",), {"w": ()}),
    ({"W": "n d", "b": "", "K": "3 2", "v": " n,3 "}, {"W": ("n", "d"), "b": (), "K": ("3", "2"), "v": ("n", "3")}),
    ("", {}),
]


@pytest.mark.parametrize(("names", "shapes"), FORMS)
def test_forms(names, shapes):
    found = declarations("variable", names)
    assert {name: tuple(map(str, d.shape)) for name, d in found.items()} == shapes


def test_dimensions_are_at_least_one():
    assert dimensions(declarations("variable", {"W": "n 3"}), declarations("parameter", {"y": "m n"})) == {
        "n": 1,
        "m": 1,
    }


NAME = "expected up to 64 ASCII letters, digits and _, a letter first"
ERRORS = [
    (["w", "w"], "variable w is declared twice"),
    (["__class__"], f"'__class__' cannot be the name of a variable; {NAME}"),
    (["_w"], f"'_w' cannot be the name of a variable; {NAME}"),
    (["os.system('ls')"], f"\"os.system('ls')\" cannot be the name of a variable; {NAME}"),
    (["é"], f"'é' cannot be the name of a variable; {NAME}"),
    (["w" * 65], f"'{'w' * 39} cannot be the name of a variable; {NAME}"),
    ([3], f"3 cannot be the name of a variable; {NAME}"),
    (["lambda"], "'lambda' cannot be the name of a variable: it is a word of Python; try: lambda1"),
    (["exp"], "'exp' cannot be the name of a variable: it is a function of the language; try: exp1"),
    (["Sum"], "'Sum' cannot be the name of a variable: it is a function of the language; try: Sum1"),
    (["psd"], "'psd' cannot be the name of a variable: it is a function of the language; try: psd1"),
    ({"w": "n+1"}, f"'n+1' cannot be the name of a size; {NAME}"),
    ({"w": "-1"}, f"'-1' cannot be the name of a size; {NAME}"),
    ({"w": "9999999999"}, f"'9999999999' cannot be the name of a size; {NAME}"),
    ({"w": "n " * 9}, "w has 9 axes; expected at most 8"),
    ({"w": (3,)}, "the shape of w is of type tuple; expected text; try: '' for a scalar, 'n d' for a matrix"),
    (3, "variables given as int; expected 'w b', ['w', 'b'] or {'w': 'd', 'b': ''}"),
]


@pytest.mark.parametrize(("names", "message"), ERRORS)
def test_errors(names, message):
    with pytest.raises(ConvexcheckError) as caught:
        declarations("variable", names)
    assert str(caught.value) == f"read.text: {message}"
