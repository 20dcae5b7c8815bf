"""Perceptrons, data and losses as cases for the tests of the network layer."""

from __future__ import annotations

from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np

from convexcheck.network import MLP, Problem
from convexcheck.network.model import ACTIVATIONS

# hidden widths with inputs and outputs at the ends; biases on odd layers only where `mixed`
WIDTHS = [(3, 4, 2), (2, 3, 4, 3), (2, 3, 2, 3, 2), (2, 2, 3, 2, 2, 3), (2, 3, 1)]
LOSSES = ("mse", "sse", "half_sse", "cross_entropy")


def perceptron(widths, activation, seed=0, bias="all", scale=1.0):
    rng = np.random.default_rng(seed)
    layers = []
    for j, (inside, outside) in enumerate(pairwise(widths)):
        b = None if bias == "none" or (bias == "mixed" and j % 2) else 0.3 * rng.standard_normal(outside)
        layers.append((scale * rng.standard_normal((outside, inside)) / np.sqrt(inside), b))
    return MLP.from_arrays(layers, activation)


def problem(widths, activation, loss, seed=0, rows=7, bias="all", ridge=0):
    net = perceptron(widths, activation, seed, bias)
    rng = np.random.default_rng(seed + 1000)
    X = rng.standard_normal((rows, widths[0]))
    if loss == "cross_entropy":
        y = rng.integers(0, max(2, widths[-1]), rows)
    else:
        y = rng.standard_normal((rows, widths[-1]))
    return Problem.of(net, X, y, loss, ridge)


def every():
    """(id, problem) for all depths, activations and losses."""
    for k, widths in enumerate(WIDTHS):
        for a, activation in enumerate(ACTIVATIONS):
            for m, loss in enumerate(LOSSES):
                bias = ("all", "none", "mixed")[(k + a + m) % 3]
                ridge = 0 if (k + m) % 2 else "0.25"
                name = f"{'-'.join(map(str, widths))} {activation} {loss} bias {bias} ridge {ridge}"
                yield name, problem(widths, activation, loss, seed=k, bias=bias, ridge=ridge)


def by_jax(p):
    """The loss, written down from its definition."""
    with jax.enable_x64(True):
        z, N = jnp.asarray(p.net(p.X)), len(p.X)
        if p.loss == "cross_entropy" and z.shape[1] == 1:
            s = jax.nn.sigmoid(z[:, 0])
            data = -jnp.mean(p.y * jnp.log(s) + (1 - p.y) * jnp.log(1 - s))
        elif p.loss == "cross_entropy":
            data = -jnp.mean(jnp.log(jax.nn.softmax(z))[jnp.arange(N), p.y])
        else:
            data = {"mse": 1 / N, "sse": 1.0, "half_sse": 0.5}[p.loss] * jnp.sum((z - p.y) ** 2)
        return float(data + float(p.ridge) / 2 * sum(jnp.sum(a**2) for a in p.net.arrays()))
