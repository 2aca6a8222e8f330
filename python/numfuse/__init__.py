"""Formulas over arrays, written as text, become fused machine code.

>>> import numpy as np, numfuse
>>> a, b = np.arange(4.0), np.ones(4)
>>> numfuse.evaluate("2*a + b")
array([1., 3., 5., 7.])

The language is that of Python's expressions with NumPy's functions and NumPy's types. `compile` gives a callable for
formulas that run often, `explain` shows what a formula becomes, and `numfuse.numexpr` takes the place of NumExpr.
"""

from numfuse._core import (
    Expr,
    __version__,
    compile,
    evaluate,
    explain,
    get_num_threads,
    set_num_threads,
)
from numfuse.errors import (
    FormulaError,
    FormulaMemoryError,
    FormulaNameError,
    FormulaSyntaxError,
    FormulaTypeError,
    FormulaValueError,
)
from numfuse.versions import show_versions

__all__ = [
    "Expr",
    "FormulaError",
    "FormulaMemoryError",
    "FormulaNameError",
    "FormulaSyntaxError",
    "FormulaTypeError",
    "FormulaValueError",
    "__version__",
    "compile",
    "evaluate",
    "explain",
    "get_num_threads",
    "set_num_threads",
    "show_versions",
]
