"""Run the benches named on the command line, or all of them."""

import importlib
import pkgutil
import sys
from collections.abc import Sequence

import bench
from bench.timing import BelowLeastError

NAMES = sorted(
    {module.name for module in pkgutil.iter_modules(bench.__path__)} - {"__main__", "timing"}
)


def main(argv: Sequence[str]) -> None:
    """Give each bench the options that stand after the names; exit 1 if a ratio is too low."""
    named = [word for word in argv if word in NAMES]
    given = [word for word in argv if word not in NAMES]
    if given and not given[0].startswith("-"):
        sys.exit(f"There is no bench {given[0]}. There are: {', '.join(NAMES)}.")
    failures = []
    for name in named or NAMES:
        try:
            importlib.import_module(f"bench.{name}").main(given)
        except BelowLeastError as below:
            failures.append(f"too low: {below}")
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main(sys.argv[1:])
