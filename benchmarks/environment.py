"""Where the numbers come from: Python, packages, processor and date; no names of hosts, users or folders."""

from __future__ import annotations

import datetime
import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("convexcheck", "python-flint", "numpy", "jax", "jaxlib", "sympy", "cvxpy", "scipy", "scikit-learn", "optax")


def environment() -> dict[str, object]:
    """What a reader needs to judge the times."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),  # before the measurements; above 1 something else was running
        "packages": versions,
    }


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", information.read_text()) if information.exists() else None
    return found.group(1).strip() if found else platform.processor() or platform.machine()
