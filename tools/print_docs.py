"""Prints the generated pages of docs/reference from the code they describe: `python -m tools.print_docs`, or `--check`.

1. A printed page depends on the source alone: no clock, no machine, no terminal width; the same source gives the same bytes.
2. `--check` writes nothing and ends with 1 when a page is not what would be printed; a house test runs the same comparison.
3. What the code cannot say by itself (an example line, a need in words) stands beside the printer, and a missing one is an error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tools import printed_agreements, printed_cases, printed_cli, printed_codes, printed_orders, printed_routes

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "docs" / "reference"
NOTE: Final = "<!-- Printed by `make docs` from the source; change it there. -->\n\n"

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "agreements.md": printed_agreements.page,
    "cli.md": printed_cli.page,
    "lawful-steps.md": printed_cases.steps_page,
    "acts.md": printed_cases.acts_page,
    "codes.md": printed_codes.codes_page,
    "orders.md": printed_orders.page,
    "parameters.md": printed_codes.parameters_page,
    "http.md": printed_routes.page,
}


def printed() -> dict[Path, str]:
    """Every printed page by its path."""
    return {FOLDER / name: NOTE + make().rstrip("\n") + "\n" for name, make in PAGES.items()}


def stale() -> list[str]:
    """The names of pages that are not what would be printed now."""
    return [path.name for path, text in printed().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def main(arguments: list[str]) -> int:
    """Print the pages, or check them."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m tools.print_docs [--check]", file=sys.stderr)
        return 2
    if arguments:
        old = stale()
        for name in old:
            print(f"docs/reference/{name} is not what the source says now: make docs", file=sys.stderr)
        return 1 if old else 0
    for path, text in printed().items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"printed {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
