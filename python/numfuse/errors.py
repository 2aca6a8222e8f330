"""What is raised for a formula that is wrong, or whose run failed.

Each class is a `FormulaError` and the built-in exception of its kind. The text of an error of a formula shows the line
with a caret under every place that is wrong, and all independent errors of the formula come at once.

>>> import numfuse
>>> try:
...     numfuse.evaluate("sqtr(2.0)")
... except NameError as error:
...     print(error.code)
...     print(error)
unknown-function
error[unknown-function]: unknown function `sqtr`
  ┌─ formula:1:1
  │
1 │ sqtr(2.0)
  │ ^^^^
  │
  = help: did you mean `sqrt`?
"""

from typing import NamedTuple, Optional

__all__ = [
    "Diagnostic",
    "FormulaError",
    "FormulaMemoryError",
    "FormulaNameError",
    "FormulaSyntaxError",
    "FormulaTypeError",
    "FormulaValueError",
]


class Diagnostic(NamedTuple):
    """One error of a formula."""

    code: str
    """A name that stays the same, such as `"unknown-name"`."""
    message: str
    """What is wrong, in one sentence."""
    spans: list[tuple[int, int]]
    """The places in the formula, as bytes of its UTF-8, the most important first."""
    help: Optional[str]
    """What can be done about it."""


class FormulaError(Exception):
    """The root of all errors of formulas."""

    code: str
    """The stable name of the (first) error."""
    diagnostics: list[Diagnostic]
    """Every error that has a place in the formula."""

    def __init__(self, message="", code="", diagnostics=()):
        super().__init__(message)
        self.code = code
        self.diagnostics = [Diagnostic(*diagnostic) for diagnostic in diagnostics]


class FormulaSyntaxError(FormulaError, SyntaxError):
    """The text is no formula."""


class FormulaNameError(FormulaError, NameError):
    """The formula names something that there is not."""


class FormulaTypeError(FormulaError, TypeError):
    """An operation does not take operands of these types, or an input is of a type that formulas do not know."""


class FormulaValueError(FormulaError, ValueError):
    """Shapes, axes, indices or values do not fit."""


class FormulaMemoryError(FormulaError, MemoryError):
    """There is no memory for a result."""
