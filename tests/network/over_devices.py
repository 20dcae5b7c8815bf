"""Run as a process of its own: products and eigenvalues over several devices, compared with one device.

``over_devices.py 4`` spreads the rows over 4 virtual devices; ``over_devices.py PORT RANK`` is one of two processes.
It prints one JSON object.
"""

import json
import os
import sys

import numpy as np


def main():
    if len(sys.argv) == 2:
        os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={sys.argv[1]}"
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax

    if len(sys.argv) == 3:
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        jax.distributed.initialize(f"127.0.0.1:{sys.argv[1]}", 2, int(sys.argv[2]))
    from convexcheck.network import min_eigenvalue
    from convexcheck.network.products import NetProducts
    from convexcheck.network.sharded import ShardedProducts
    from tests.network.networks import problem

    worst, values = 0.0, []
    for loss in ("mse", "half_sse", "cross_entropy"):
        whole = problem((3, 8, 2), "tanh", loss, rows=11, ridge="0.25")  # 11 rows: padded for 4 devices or 2 processes
        part = whole
        if len(sys.argv) == 3:
            rows = slice(0, 7) if int(sys.argv[2]) == 0 else slice(7, 11)
            part = type(whole)(whole.net, whole.X[rows], whole.y[rows], whole.loss, whole.ridge)
        sharded, single = ShardedProducts(part), NetProducts(whole)
        v = np.random.default_rng(0).standard_normal(whole.net.size)
        expected = single(v)
        worst = max(worst, float(np.abs(sharded(v) - expected).max() / np.abs(expected).max()))
        found = min_eigenvalue(part.net, part.X, part.y, loss=loss, ridge="0.25", devices=jax.devices())
        here = min_eigenvalue(whole.net, whole.X, whole.y, loss=loss, ridge="0.25")
        values.append([found.value, here.value])
    print(json.dumps({"devices": jax.device_count(), "worst": worst, "values": values}))


if __name__ == "__main__":
    main()
