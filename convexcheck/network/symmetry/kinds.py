"""What may be done to the units of a hidden layer without changing the network's function (untrusted).

With phi the layer's activation, unit i may be replaced by any unit of the layer, and then

=========  ====================================  =================================================
activation identity                              what follows
=========  ====================================  =================================================
odd        phi(-z) = -phi(z)                     incoming and outgoing weights change sign
even       phi(-z) = phi(z)                      incoming weights change sign
sigmoid    phi(-z) = 1 - phi(z)                  as odd, and the next bias gains the outgoing weights
relu       phi(c z) = c phi(z), c > 0            incoming weights times c, outgoing ones divided by c
square     phi(c z) = c**2 phi(z)                incoming weights times c, outgoing ones divided by c**2
identity   linear                                any invertible matrix between the two
=========  ====================================  =================================================

For tanh nets these are all symmetries, where no unit is redundant (H. J. Sussmann, Neural Networks 5 (1992) 589-593).
A penalty ``c |theta|**2``, biases included, keeps permutations and the first two rows, breaks the next three, and
leaves the orthogonal matrices of the last. The sine has further symmetries, z + pi, that are not used here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convexcheck.expression.errors import ConvexcheckError
from convexcheck.network.model import MLP

ODD, EVEN, FLIP = "odd", "even", "flip"
_SIGNS = {"tanh": ODD, "sin": ODD, "square": EVEN, "sigmoid": FLIP, "identity": ODD}
_DEGREE = {"relu": 1, "square": 2, "identity": 1}
KNOWN = {*_SIGNS, *_DEGREE}


@dataclass(frozen=True)
class Kind:
    """The symmetries of one hidden layer.

    Args:
        width: how many units it has.
        signs: "odd", "even", "flip" or "" (none).
        degree: of homogeneity under positive scaling; 0 for none.
        linear: whether any invertible matrix may act (orthogonal only, under a penalty).
        penalised: whether the loss has a penalty.
    """

    width: int
    signs: str = ""
    degree: int = 0
    linear: bool = False
    penalised: bool = False

    @property
    def dimension(self) -> int:
        """The dimension of the layer's factor of the group.

        >>> Kind(3, "odd", 1, linear=True).dimension, Kind(3, "odd", linear=True, penalised=True).dimension
        (9, 3)
        """
        if self.linear:
            return self.width * (self.width - 1) // 2 if self.penalised else self.width**2
        return self.width if self.degree else 0


def kinds(net: MLP, penalised: bool = False) -> tuple[Kind, ...]:
    """The symmetries of every hidden layer.

    Args:
        net: the perceptron.
        penalised: whether the loss has a penalty on all parameters.
    """
    if not isinstance(net, MLP):
        raise ConvexcheckError("symmetry", f"a {type(net).__name__}", "a network.MLP", "network.MLP.from_arrays(...)")
    found = []
    for layer, following in zip(net.layers, net.layers[1:], strict=False):
        name = layer.activation
        signs = _SIGNS.get(name, "")
        if signs == FLIP and (penalised or following.b is None):
            signs = ""
        degree = 0 if penalised else _DEGREE.get(name, 0)
        found.append(Kind(layer.W.shape[0], signs, degree, name == "identity", penalised))
    return tuple(found)


def stretched(own: Sequence[Kind]) -> tuple[int, ...]:
    """The number, from 1, of the one linear layer whose matrices are used: the widest with no other kind above it.

    Below a nonlinear layer the kernel's normal forms do not see that they cancel, and two layers at a time take long.

    >>> stretched((Kind(4, linear=True), Kind(2), Kind(2, linear=True), Kind(3, linear=True)))
    (4,)
    """
    last = max((j for j, k in enumerate(own, 1) if not k.linear), default=0)
    return tuple(sorted(range(last + 1, len(own) + 1), key=lambda j: -own[j - 1].width)[:1])
