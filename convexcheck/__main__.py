"""``python -m convexcheck``: the command line."""

from convexcheck.cli import main

if __name__ == "__main__":
    main()
