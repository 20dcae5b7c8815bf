"""``python -m convexcheck.kernel CERT.json``: check one certificate file, and print what it shows."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from convexcheck.kernel.check import Accepted, verify


def main() -> int:
    """Check a file; 0 only if it is accepted, 1 if it is rejected, 2 if it cannot be read."""
    parser = argparse.ArgumentParser("python -m convexcheck.kernel", description="Check a convexcheck certificate.")
    parser.add_argument("certificate", type=argparse.FileType("rb"))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    answer = verify(options.certificate.read(), Path(options.certificate.name).parent)
    print(json.dumps({"accepted": isinstance(answer, Accepted), **asdict(answer)}) if options.json else answer)
    return 0 if isinstance(answer, Accepted) else 1


if __name__ == "__main__":
    sys.exit(main())
