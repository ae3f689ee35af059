"""What tests share: texts, processes, formulas, listeners; no tests."""

from pathlib import Path

HELPERS = Path(__file__).parent
CHECKOUT = HELPERS.parent.parent
BIN = CHECKOUT / "bin"
