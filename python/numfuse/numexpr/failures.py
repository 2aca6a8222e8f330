"""numfuse's errors as the exceptions that NumExpr raises, with its words where programs read them."""

import re
from contextlib import contextmanager

from numfuse.errors import FormulaError, FormulaSyntaxError

__all__ = ["but_for_axes", "translated"]

CLASSES = {
    "no-opcode": NotImplementedError,
    "standard-boolean": TypeError,
    "unknown-type": ValueError,
    "negative-integer-power": ValueError,
    "negative-axis": ValueError,
    "division-by-zero": ZeroDivisionError,
    "reduction-not-last": RuntimeError,
    "unknown-function": TypeError,
    "unsupported": TypeError,
}
"""What NumExpr raises for an error of numfuse's, by its code."""

FORBIDDEN = re.compile(r"[;:\[]|__|\.\s*[^\W\d]")
"""What NumExpr's sanitizer looks for. Here it only chooses the exception: nothing is ever given to `eval`."""


@contextmanager
def translated(text, sanitize=True):
    """Raises NumExpr's exceptions for those of numfuse's."""
    try:
        yield
    except FormulaError as error:
        raise of(error, text, sanitize) from None


@contextmanager
def but_for_axes():
    """Leaves what depends on the number of axes to the run, which knows it."""
    try:
        yield
    except FormulaError as error:
        if error.code != "axis-out-of-range":
            raise


def of(error, text, sanitize=True):
    """The exception for an error of a formula."""
    if error.code == "unknown-name":
        start, end = error.diagnostics[0].spans[0]
        return KeyError(text.encode()[start:end].decode())
    is_forbidden = isinstance(error, FormulaSyntaxError) or error.code in ("unknown-function", "unsupported")
    if sanitize and is_forbidden and FORBIDDEN.search(re.sub(r"'[^']*'", "", text)):
        return ValueError(f"Expression {text} has forbidden control characters.")
    if operand := _inverted(error, text):
        return TypeError(f"bad operand type for unary ~: '{operand}'")
    if error.code in CLASSES:
        return CLASSES[error.code](error.diagnostics[0].message if error.diagnostics else str(error))
    return error


def _inverted(error, text):
    """The class of the number in `~1.5`, of which Python, which computes such for NumExpr, has its own words."""
    if error.code != "no-operation" or not error.diagnostics[0].spans:
        return None
    start, end = error.diagnostics[0].spans[0]
    number = re.fullmatch(r"~[(\s]*[\d.eE+-]+(j?)[)\s]*", text.encode()[start:end].decode())
    return number and ("complex" if number[1] else "float")
